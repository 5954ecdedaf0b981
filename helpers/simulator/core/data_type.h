// SPDX-License-Identifier: Apache-2.0
// Element types, and the rounding modes of Cast.
#ifndef SIMULATOR_CORE_DATA_TYPE_H
#define SIMULATOR_CORE_DATA_TYPE_H

#include <cstdint>

namespace Simulator {

enum class DataType : uint8_t {
    NONE,
    HALF,
    BFLOAT16,
    FLOAT,
    INT8,
    UINT8,
    INT16,
    UINT16,
    INT32,
    UINT32,
    INT64,
    UINT64,
    OTHER,
};
constexpr const char *DATA_TYPE_NAMES[] = {"nothing", "half",     "bfloat16_t",  "float",   "int8_t",
                                           "uint8_t", "int16_t",  "uint16_t",    "int32_t", "uint32_t",
                                           "int64_t", "uint64_t", "another type"};

// The values of AscendC::RoundMode.
constexpr uint8_t CAST_NONE = 0, CAST_RINT = 1, CAST_FLOOR = 2, CAST_CEIL = 3, CAST_ROUND = 4, CAST_TRUNC = 5,
                  CAST_ODD = 6;
constexpr uint8_t CAST_MODE_NUM = 7;
constexpr const char *CAST_MODE_NAMES[CAST_MODE_NUM] = {"CAST_NONE",  "CAST_RINT",  "CAST_FLOOR", "CAST_CEIL",
                                                        "CAST_ROUND", "CAST_TRUNC", "CAST_ODD"};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_DATA_TYPE_H
