// SPDX-License-Identifier: Apache-2.0
// Which block this is, and what else a kernel asks of the core it runs on.
#ifndef SIMULATOR_API_SYSTEM_H
#define SIMULATOR_API_SYSTEM_H

#include "../core/issue.h"
#include "../core/trap.h"
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

// A workspace has no part of the system's here, as in CANN's build for a CPU: the user's begins where it begins.
inline GM_ADDR GetUserWorkspace(GM_ADDR workspace)
{
    return workspace;
}

inline void SetSysWorkspace(GM_ADDR) {}

inline void SetSysWorkspaceForce(GM_ADDR) {}

#if __NPU_ARCH__ == 2201
// Of a launch of vector cores alone: one for each block.
inline int64_t GetSubBlockIdx()
{
    return 0;
}

inline int64_t GetSubBlockNum()
{
    return 1;
}

inline int64_t GetTaskRation()
{
    return 1;
}

inline int64_t GetTaskRatio()
{
    return 1;
}

constexpr int16_t GetDataBlockSizeInBytes()
{
    return ONE_BLK_SIZE;
}

inline void GetArchVersion(uint32_t &coreVersion)
{
    coreVersion = __CCE_AICORE__;
}

// Grows by one with each call of a block. It measures no time.
inline int64_t GetSystemCycle()
{
    return Simulator::NextCycle();
}

inline void Trap(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::ReportTrap(where);
}
#endif

}  // namespace AscendC

namespace Simulator {

// The compiler's own name for the block's number; the API's is GetBlockIdx.
struct BlockIdx {
    operator int64_t() const { return AscendC::GetBlockIdx(); }
};
struct BlockNum {
    operator int64_t() const { return AscendC::GetBlockNum(); }
};

}  // namespace Simulator

constexpr Simulator::BlockIdx block_idx;
constexpr Simulator::BlockNum block_num;

inline int64_t get_block_idx()
{
    return AscendC::GetBlockIdx();
}

inline int64_t get_block_num()
{
    return AscendC::GetBlockNum();
}

#if __NPU_ARCH__ == 2201
inline void trap(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::ReportTrap(where);
}
#endif

#endif  // SIMULATOR_API_SYSTEM_H
