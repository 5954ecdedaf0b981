// SPDX-License-Identifier: Apache-2.0
#include "scalar_progress.h"

#include <algorithm>

namespace Simulator {

void ScalarProgress::Begin(const Stamp &start)
{
    ends_.clear();
    dropped_ = 0;
    for (Reader &reader : readers_) {
        reader = Reader();
        reader.last = start;
    }
}

const Stamp &ScalarProgress::Before(uint32_t pipe, uint64_t instruction)
{
    Reader &reader = readers_[pipe];
    while (reader.seen < dropped_ + ends_.size()) {
        const Stamp &end = ends_[reader.seen - dropped_];
        if (end.instruction > static_cast<int64_t>(instruction)) {
            break;
        }
        reader.last = end;
        ++reader.seen;
    }
    return reader.last;
}

void ScalarProgress::Trim()
{
    size_t passed = dropped_ + ends_.size();
    for (uint32_t pipe = SCALAR_PIPE + 1; pipe < TIMED_PIPES; ++pipe) {
        passed = readers_[pipe].gone ? passed : std::min(passed, readers_[pipe].seen);
    }
    for (; dropped_ < passed; ++dropped_) {
        ends_.pop_front();
    }
}

}  // namespace Simulator
