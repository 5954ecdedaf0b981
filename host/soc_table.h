// SPDX-License-Identifier: Apache-2.0
// The SoCs the operator is made for. Core counts and UB bytes: CANN 8.1.RC1, data/platform_config/<SoC>.ini. Clocks and
// what the bandwidth rests on: helpers/soc_costs.py.
#ifndef SOC_TABLE_H
#define SOC_TABLE_H

#include <cstdint>

namespace NsMseLossGradV1 {

struct Soc {
    const char *name;
    const char *family;           // AddConfig name of the operator definition
    uint32_t npuArch;             // __NPU_ARCH__
    uint32_t cceAicore;           // __CCE_AICORE__, the older macro
    uint32_t vectorCoreNum;       // what GetCoreNumAiv() returns
    uint32_t fullBandwidthCores;  // at 64 B a cycle they load what DRAM gives; some more, as no core always loads
    uint32_t clockMhz;
    uint32_t ubBytes;         // UB of one core
    uint32_t plannedUbBytes;  // what a plan may use of it
    bool saturatesOnly;       // no Inf/NaN overflow mode
};

// dav-2201 keeps 256 B of UB for itself, and a newer toolkit's default build 8 KiB more.
constexpr uint32_t UB_BYTES_2201 = 192 * 1024;
constexpr uint32_t PLANNED_UB_BYTES_2201 = UB_BYTES_2201 - 256 - 8 * 1024;
constexpr uint32_t UB_BYTES_3002 = 248 * 1024;

constexpr Soc SOC_TABLE[] = {
    {"Ascend910B1", "ascend910b", 2201, 220, 48, 16, 1850, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend910B2", "ascend910b", 2201, 220, 48, 16, 1800, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend910B2C", "ascend910b", 2201, 220, 48, 16, 1800, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend910B3", "ascend910b", 2201, 220, 40, 16, 1800, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend910B4", "ascend910b", 2201, 220, 40, 10, 1650, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend910B4-1", "ascend910b", 2201, 220, 40, 10, 1650, UB_BYTES_2201, PLANNED_UB_BYTES_2201, false},
    {"Ascend310B1", "ascend310b", 3002, 300, 1, 1, 1224, UB_BYTES_3002, UB_BYTES_3002, true},
    {"Ascend310B2", "ascend310b", 3002, 300, 1, 1, 1224, UB_BYTES_3002, UB_BYTES_3002, true},
    {"Ascend310B3", "ascend310b", 3002, 300, 1, 1, 1224, UB_BYTES_3002, UB_BYTES_3002, true},
    {"Ascend310B4", "ascend310b", 3002, 300, 1, 1, 500, UB_BYTES_3002, UB_BYTES_3002, true},
};

}  // namespace NsMseLossGradV1

#endif  // SOC_TABLE_H
