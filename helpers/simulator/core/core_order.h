// SPDX-License-Identifier: Apache-2.0
// What each block of a launch knows to have finished in the others: vector clocks that synchronisation between cores
// hands on. A block learns when its scalar unit has waited, so its knowledge changes in steps: its epochs.
#ifndef SIMULATOR_CORE_CORE_ORDER_H
#define SIMULATOR_CORE_CORE_ORDER_H

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipe_order.h"

namespace Simulator {

// A point of a block from which others may learn.
struct CoreRelease {
    uint32_t block;
    uint32_t epoch;  // of the block's knowledge at that point
    PipeClock own;   // what the block itself has finished
};

class CoreOrder {
public:
    explicit CoreOrder(uint32_t blockNum) : epochs_(blockNum), lastEpochs_(blockNum, 0) {}

    // Blocks that come to one place in one round learn of each other. A place is an address or the number of a flag.
    void Offer(uint64_t place, uint32_t round, const CoreRelease &release);
    void Take(uint64_t place, uint32_t round, uint32_t block);

    // A word that the scalar unit of one core writes and that of another reads: such words are flags of the kernel's
    // own.
    void WriteWord(uint64_t address, const CoreRelease &release);
    void ReadWord(uint64_t address, uint32_t block);

    uint32_t EpochOf(uint32_t block) const { return lastEpochs_[block]; }
    // The place in another block's program order before which `block` knew in that epoch a pipe of it to have finished.
    uint32_t KnownEnd(uint32_t block, uint32_t epoch, uint32_t other, Pipe pipe) const;

private:
    using Clocks = std::vector<PipeClock>;  // one for each block; empty: nothing is known

    Clocks After(const CoreRelease &release) const;
    void Learn(uint32_t block, const Clocks &clocks);

    std::mutex mutex_;
    std::vector<std::vector<Clocks>> epochs_;  // by block, from epoch 1 on
    std::vector<uint32_t> lastEpochs_;         // each is read by its own block alone
    std::map<std::pair<uint64_t, uint32_t>, Clocks> offered_;
    std::unordered_map<uint64_t, CoreRelease> words_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CORE_ORDER_H
