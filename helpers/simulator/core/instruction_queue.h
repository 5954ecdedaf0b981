// SPDX-License-Identifier: Apache-2.0
// The instructions that wait in a pipe, in memory that is used again and again: a queue fills and empties all the time.
#ifndef SIMULATOR_CORE_INSTRUCTION_QUEUE_H
#define SIMULATOR_CORE_INSTRUCTION_QUEUE_H

#include <vector>

#include "instruction.h"

namespace Simulator {

class InstructionQueue {
public:
    bool Empty() const { return size_ == 0; }
    size_t Size() const { return size_; }
    // Whether the predicate holds for one of them.
    template <typename Predicate>
    bool Any(const Predicate &predicate) const
    {
        for (size_t place = 0; place < size_; ++place) {
            if (predicate(At(place))) {
                return true;
            }
        }
        return false;
    }
    const Instruction &Front() const { return ring_[head_]; }
    const Instruction &At(size_t place) const { return ring_[(head_ + place) % ring_.size()]; }
    void Push(const Instruction &instruction)
    {
        if (size_ == ring_.size()) {
            Grow();
        }
        ring_[(head_ + size_++) % ring_.size()] = instruction;
    }
    void Remove(size_t place)
    {
        for (; place > 0; --place) {
            ring_[(head_ + place) % ring_.size()] = At(place - 1);
        }
        head_ = (head_ + 1) % ring_.size();
        --size_;
    }
    void Clear()
    {
        head_ = 0;
        size_ = 0;
    }

private:
    void Grow()
    {
        std::vector<Instruction> larger(ring_.empty() ? 16 : 2 * ring_.size());
        for (size_t place = 0; place < size_; ++place) {
            larger[place] = At(place);
        }
        ring_ = std::move(larger);
        head_ = 0;
    }

    std::vector<Instruction> ring_;
    size_t head_ = 0;
    size_t size_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_INSTRUCTION_QUEUE_H
