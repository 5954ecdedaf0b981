// SPDX-License-Identifier: Apache-2.0
// The header that Ascend C kernels include, under CANN's name: here it opens the workbook's simulator.
// What an API takes and promises is documented in CANN; what is not available here stops the build with a message.
#ifndef SIMULATOR_KERNEL_OPERATOR_H
#define SIMULATOR_KERNEL_OPERATOR_H

#include "api/assertion.h"         // ASSERT, assert, ascendc_assert
#include "api/atomic.h"            // SetAtomicAdd and its like
#include "api/bitwise.h"           // And, Or, Not, shifts
#include "api/brcb.h"              // Brcb
#include "api/buffer_pool.h"       // TBufPool
#include "api/cache_control.h"     // DataCacheCleanAndInvalid, DataCachePreload
#include "api/cast.h"              // Cast
#include "api/compound.h"          // Axpy, MulAddDst and their like
#include "api/create_vec_index.h"  // CreateVecIndex
#include "api/cross_core.h"        // SyncAll, CrossCoreSetFlag, IBSet
#include "api/data_copy.h"         // DataCopy, DataCopyPad
#include "api/data_copy_pad.h"     // DataCopyPad, SetPadValue
#include "api/dtype_constants.h"   // DT_FLOAT, FORMAT_ND
#include "api/dump.h"              // DumpTensor
#include "api/duplicate.h"         // Duplicate
#include "api/fill.h"              // Fill, InitOutput
#include "api/global_tensor.h"     // GlobalTensor
#include "api/keywords.h"          // __aicore__, __gm__, GM_ADDR, half
#include "api/local_copy.h"        // Copy
#include "api/local_tensor.h"      // LocalTensor
#include "api/pipe.h"              // TPipe, GetTPipePtr
#include "api/print.h"             // printf, PRINTF
#include "api/queue.h"             // TQue, TQueBind, TBuf
#include "api/scalar.h"            // ScalarCast, CeilDivision
#include "api/static_tensor.h"     // LocalMemAllocator, InitSocState
#include "api/std.h"               // AscendC::Std
#include "api/sync.h"              // SetFlag, WaitFlag, TQueSync, PipeBarrier
#include "api/system.h"            // GetBlockIdx, GetBlockNum, PipeBarrier, GetUserWorkspace
#include "api/tiling.h"            // GET_TILING_DATA_WITH_STRUCT, REGISTER_TILING_DEFAULT, KERNEL_TASK_TYPE_DEFAULT
#include "api/unavailable.h"       // what stops the build and says why
#include "api/vector.h"            // Add and its like, SetVectorMask

#endif  // SIMULATOR_KERNEL_OPERATOR_H
