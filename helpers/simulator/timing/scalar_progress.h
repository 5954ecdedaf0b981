// SPDX-License-Identifier: Apache-2.0
// When S came to which instruction, for the pipes that lag behind it: S issues what they run.
#ifndef SIMULATOR_TIMING_SCALAR_PROGRESS_H
#define SIMULATOR_TIMING_SCALAR_PROGRESS_H

#include <cstddef>
#include <cstdint>
#include <deque>

#include "program.h"
#include "stamp.h"

namespace Simulator {

class ScalarProgress {
public:
    void Begin(const Stamp &start);
    // S has done an instruction.
    void Add(const Stamp &end) { ends_.push_back(end); }
    // The last of S before an instruction of `pipe`; a pipe asks in program order.
    const Stamp &Before(uint32_t pipe, uint64_t instruction);
    // `pipe` will not ask again.
    void Leave(uint32_t pipe) { readers_[pipe].gone = true; }
    // Forgets what every pipe that still asks has passed.
    void Trim();

private:
    struct Reader {
        Stamp last{};
        size_t seen = 0;  // of all ends ever added
        bool gone = false;
    };

    std::deque<Stamp> ends_;
    size_t dropped_ = 0;
    Reader readers_[TIMED_PIPES];
};

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_SCALAR_PROGRESS_H
