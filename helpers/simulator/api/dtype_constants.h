// SPDX-License-Identifier: Apache-2.0
// The numbers that CANN's graph engine gives data types and layouts. An operator project defines ORIG_DTYPE_<ARG> and
// FORMAT_<ARG> as one of them; they are macros so that #if can compare them.
#ifndef SIMULATOR_API_DTYPE_CONSTANTS_H
#define SIMULATOR_API_DTYPE_CONSTANTS_H

#define DT_FLOAT 0
#define DT_FLOAT16 1
#define DT_INT8 2
#define DT_INT32 3
#define DT_UINT8 4
#define DT_INT16 6
#define DT_UINT16 7
#define DT_UINT32 8
#define DT_INT64 9
#define DT_UINT64 10
#define DT_BOOL 11
#define DT_DOUBLE 12
#define DT_COMPLEX64 16
#define DT_COMPLEX128 17
#define DT_BF16 27
#define DT_UNDEFINED 28
#define DT_INT4 29
#define DT_UINT1 30
#define DT_INT2 31
#define DT_UINT2 32

#define FORMAT_NCHW 0
#define FORMAT_NHWC 1
#define FORMAT_ND 2
#define FORMAT_NC1HWC0 3
#define FORMAT_FRACTAL_Z 4
#define FORMAT_HWCN 16
#define FORMAT_NDHWC 27
#define FORMAT_FRACTAL_NZ 29
#define FORMAT_NCDHW 30
#define FORMAT_DHWCN 31
#define FORMAT_NDC1HWC0 32
#define FORMAT_FRACTAL_Z_3D 33
#define FORMAT_NCL 47

#endif  // SIMULATOR_API_DTYPE_CONSTANTS_H
