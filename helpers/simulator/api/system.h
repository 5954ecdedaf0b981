// SPDX-License-Identifier: Apache-2.0
// Which block this is, and how many there are.
#ifndef SIMULATOR_API_SYSTEM_H
#define SIMULATOR_API_SYSTEM_H

#include "../core/issue.h"
#include "keywords.h"

namespace AscendC {

inline int64_t GetBlockIdx()
{
    return Simulator::AiCore::Current()->BlockIdx();
}

inline int64_t GetBlockNum()
{
    return Simulator::AiCore::Current()->Settings().blockNum;
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SYSTEM_H
