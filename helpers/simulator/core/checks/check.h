// SPDX-License-Identifier: Apache-2.0
// The checks that see every instruction before it is scheduled. To add one: a file beside this one, a line in CHECKS.
#ifndef SIMULATOR_CORE_CHECKS_CHECK_H
#define SIMULATOR_CORE_CHECKS_CHECK_H

#include <string>

#include "../ai_core.h"

namespace Simulator {

void CheckGmBounds(const Instruction &instruction, AiCore &core);
void CheckUbBounds(const Instruction &instruction, AiCore &core);
void CheckAlignment(const Instruction &instruction, AiCore &core);
void CheckCopyLength(const Instruction &instruction, AiCore &core);
void CheckBufferState(const Instruction &instruction, AiCore &core);
void CheckCastMode(const Instruction &instruction, AiCore &core);
void CheckVectorShape(const Instruction &instruction, AiCore &core);
void CheckAtomicType(const Instruction &instruction, AiCore &core);
void CheckCompareLength(const Instruction &instruction, AiCore &core);
void CheckReservedUb(const Instruction &instruction, AiCore &core);
void CheckRace(const Instruction &instruction, AiCore &core);
void CheckUnwritten(const Instruction &instruction, AiCore &core);
void CheckBetweenCores(const Instruction &instruction, AiCore &core);
void CheckStaleLine(const Instruction &instruction, AiCore &core);
void CheckOperandOverlap(const Instruction &instruction, AiCore &core);

struct Check {
    const char *name;
    void (*run)(const Instruction &, AiCore &);
};

constexpr Check CHECKS[] = {
    {"buffer-state", CheckBufferState},
    {"copy-length", CheckCopyLength},
    {"alignment", CheckAlignment},
    {"ub-bounds", CheckUbBounds},
    {"gm-bounds", CheckGmBounds},
    {"cast-mode", CheckCastMode},
    {"vector-shape", CheckVectorShape},
    {"atomic-type", CheckAtomicType},
    {"compare-length", CheckCompareLength},
    {"reserved-ub", CheckReservedUb},
    {"race", CheckRace},
    {"unwritten", CheckUnwritten},
    {"core-race", CheckBetweenCores},
    {"stale-line", CheckStaleLine},
    {"operand-overlap", CheckOperandOverlap},
};

// For rules that are checked at another time.
inline bool IsOn(void (*run)(const Instruction &, AiCore &), const LaunchSettings &settings)
{
    uint32_t bit = 1;
    for (const Check &check : CHECKS) {
        if (check.run == run) {
            return (settings.checksOff & bit) == 0;
        }
        bit <<= 1;
    }
    return false;
}

inline void RunChecks(const Instruction &instruction, AiCore &core)
{
    uint32_t bit = 1;
    for (const Check &check : CHECKS) {
        if ((core.Settings().checksOff & bit) == 0) {
            check.run(instruction, core);
        }
        bit <<= 1;
    }
}

// At every level: behind UB lies the simulator's own memory.
void CheckUbEnd(const Instruction &instruction, AiCore &core);

// At level "model" no tensor holds computed data: what the scalar unit may still touch.
void CheckModelAccess(const Instruction &instruction, AiCore &core);

// After all blocks: outputs written once and whole; by several cores only in order, where races were looked for.
void CheckCoverage(GlobalMemory &globalMemory, const std::vector<bool> &racing, FindingLog &findings);

// "96 elements (192 B)"
inline std::string Amount(uint64_t bytes, uint32_t elementBytes)
{
    return std::to_string(bytes / elementBytes) + " elements (" + std::to_string(bytes) + " B)";
}

// "core 3 (DataCopy in line 12)"
inline std::string OfCore(const CoreAccess &access)
{
    return "core " + std::to_string(access.stamp.block) + " (" + access.call + " in line " +
           std::to_string(access.where.line) + ")";
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_CHECK_H
