// SPDX-License-Identifier: Apache-2.0
#include "vector_arguments.h"

#include <string>

#include "ai_core.h"

namespace Simulator {

void CheckRepeatTimes(const char *call, uint32_t repeats, SourceLine where)
{
    constexpr uint32_t MAX_REPEATS = UINT8_MAX;
    if (repeats > MAX_REPEATS) {
        AiCore::Current()->Report(
            {"repeat-times", "repeatTime",
             "repeatTime is " + std::to_string(repeats) + ", which has 8 bits on the device: it repeats " +
                 std::to_string(repeats % (MAX_REPEATS + 1)) + " times",
             "repeat at most 255 times in one call, or pass a count of elements", repeats, MAX_REPEATS},
            call, where);
    }
}

void SetDequantScale(uint64_t bits)
{
    AiCore::Current()->dequantScale = {bits, true};
}

uint64_t DequantScale(const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (!core.dequantScale.isSet) {
        core.Report({"dequant-scale", "scale",
                     "int32_t to half multiplies by a scale, which this block has not set: the device takes what its "
                     "register holds",
                     "call SetDeqScale(static_cast<half>(1.0f)) before", 0, 1},
                    call, where);
    }
    return core.dequantScale.bits;
}

void CheckShiftDistance(const char *call, int64_t distance, uint32_t bits, SourceLine where)
{
    if (distance < 0 || distance > bits) {
        AiCore::Current()->Report({"shift-distance", "scalarValue",
                                   "shifts by " + std::to_string(distance) + ", elements of " + std::to_string(bits) +
                                       " bits shift by 0 to " + std::to_string(bits),
                                   "check where the distance comes from", distance, bits},
                                  call, where);
    }
}

void CheckShiftRounding(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (core.Settings().npuArch == 3002) {
        core.Report({"shift-rounding", "roundEn",
                     "roundEn is true, and this SoC (dav-3002) does not round when it shifts: only false is taken",
                     "add half of the last place before the shift", 1, 0},
                    "ShiftRight", where);
    }
}

}  // namespace Simulator
