// SPDX-License-Identifier: Apache-2.0
#include "event_life.h"

#include <algorithm>
#include <vector>

namespace Simulator {

namespace {

// Without TPipe: "events 6 and 7 are for the system" (SetFlag/WaitFlag(ISASI) page). With it ids come from TPipe.
constexpr int32_t FIRST_RESERVED_ID = 6;

}  // namespace

std::string PairName(PipePair pair)
{
    return std::string(PIPE_NAMES[static_cast<uint32_t>(pair.source)]) + " to " +
           PIPE_NAMES[static_cast<uint32_t>(pair.destination)];
}

void CheckFlagId(AiCore &core, int32_t id, const char *call, SourceLine where)
{
    if (id < 0 || id >= static_cast<int32_t>(FLAG_IDS)) {
        core.Report({"flag-id", "eventID",
                     "the id is " + std::to_string(id) + ", each pair of pipes has the ids 0 to " +
                         std::to_string(FLAG_IDS - 1),
                     "take the id from FetchEventID", id, FLAG_IDS - int64_t{1}},
                    call, where);
    }
}

void CheckReservedId(AiCore &core, int32_t id, const char *call, SourceLine where)
{
    if (id >= FIRST_RESERVED_ID && core.staticTensors) {
        core.Report({"flag-id-reserved", "eventID",
                     "the id is " + std::to_string(id) + "; without TPipe the ids 6 and 7 belong to the system",
                     "use the ids 0 to 5", id, FIRST_RESERVED_ID - int64_t{1}, Severity::WARNING},
                    call, where);
    }
}

void CheckEventId(AiCore &core, int8_t id, PipePair between, const char *call, SourceLine where)
{
    if (id == NO_EVENT) {
        const std::string pair = PairName(between);
        std::vector<int> lines;
        for (uint32_t used = 0; used < FLAG_IDS; ++used) {
            lines.push_back(core.Events().LineOf(between, used));
        }
        std::sort(lines.begin(), lines.end());
        lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
        std::string takenIn;
        for (const int line : lines) {
            takenIn += (takenIn.empty() ? "" : ", ") + std::to_string(line);
        }
        core.Report({"event-ids", "event ids of " + pair,
                     "all " + std::to_string(FLAG_IDS) + " event ids of " + pair + " are in use (taken in line " +
                         takenIn + "), one more is needed",
                     "keep at most " + std::to_string(FLAG_IDS) + " queue buffers per position", FLAG_IDS + int64_t{1},
                     FLAG_IDS},
                    call, where);
    }
}

}  // namespace Simulator
