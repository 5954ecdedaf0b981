// SPDX-License-Identifier: Apache-2.0
// The third template argument of a queue: a number, or the address of a constexpr TQueConfig.
#ifndef SIMULATOR_API_QUEUE_CONFIG_H
#define SIMULATOR_API_QUEUE_CONFIG_H

#include "position.h"

namespace AscendC {

struct TQueConfig {
    bool nd2nz = false;
    bool nz2nd = false;
    bool scmBlockGroup = false;
    uint32_t bufferLen = 0;     // as InitBuffer is given it; 0: decided there
    uint32_t bufferNumber = 0;  // as InitBuffer is given it; 0: decided there
    uint32_t consumerSize = 0;
    TPosition consumer[8] = {};
    bool enableStaticEvtId = false;
    bool enableLoopQueue = false;
};

constexpr TQueConfig GetTQueConfig(bool nd2nzIn, bool nz2ndIn, bool scmBlockGroupIn, uint32_t bufferLenIn,
                                   uint32_t bufferNumberIn, uint32_t consumerSizeIn, const TPosition consumerIn[],
                                   bool enableStaticEvtIdIn, bool enableLoopQueueIn)
{
    TQueConfig config{nd2nzIn,        nz2ndIn, scmBlockGroupIn,     bufferLenIn,      bufferNumberIn,
                      consumerSizeIn, {},      enableStaticEvtIdIn, enableLoopQueueIn};
    for (uint32_t i = 0; i < 8; ++i) {
        config.consumer[i] = consumerIn[i];
    }
    return config;
}

// Bit 0: ND to NZ, bit 1: NZ to ND, bit 2: scmBlockGroup.
constexpr TQueConfig GetTQueConfig(const int32_t mask)
{
    TQueConfig config{};
    config.nd2nz = (mask & 1) != 0;
    config.nz2nd = (mask & 2) != 0;
    config.scmBlockGroup = (mask & 4) != 0;
    return config;
}

constexpr TQueConfig GetTQueConfig(const TQueConfig *config)
{
    return *config;
}

}  // namespace AscendC

#endif  // SIMULATOR_API_QUEUE_CONFIG_H
