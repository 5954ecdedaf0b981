// SPDX-License-Identifier: Apache-2.0
// Where a tensor lies: the logical positions of CANN, of which a vector core has GM and those in UB.
#ifndef SIMULATOR_API_POSITION_H
#define SIMULATOR_API_POSITION_H

#include <cstdint>

namespace AscendC {

enum class TPosition : uint8_t {
    GM,
    A1,
    A2,
    B1,
    B2,
    C1,
    C2,
    CO1,
    CO2,
    VECIN,
    VECOUT,
    VECCALC,
    LCM = VECCALC,
    SPM,
    SHM = SPM,
    TSCM,
    C2PIPE2GM,
    C2PIPE2LOCAL,
    MAX
};
using QuePosition = TPosition;

enum class Hardware : uint8_t { GM, UB, L1, L0A, L0B, L0C, BIAS, FIXBUF, MAX };

}  // namespace AscendC

namespace Simulator {

constexpr bool InUb(AscendC::TPosition position)
{
    return position == AscendC::TPosition::VECIN || position == AscendC::TPosition::VECOUT ||
           position == AscendC::TPosition::VECCALC;
}

constexpr const char *PositionName(AscendC::TPosition position)
{
    return position == AscendC::TPosition::VECIN    ? "VECIN"
           : position == AscendC::TPosition::VECOUT ? "VECOUT"
                                                    : "VECCALC";
}

}  // namespace Simulator

#endif  // SIMULATOR_API_POSITION_H
