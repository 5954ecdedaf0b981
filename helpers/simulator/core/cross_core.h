// SPDX-License-Identifier: Apache-2.0
// Synchronisation between the cores of one launch: cross-core flags, barriers and marks in global memory.
#ifndef SIMULATOR_CORE_CROSS_CORE_H
#define SIMULATOR_CORE_CROSS_CORE_H

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "block_scheduler.h"
#include "core_order.h"

namespace Simulator {

constexpr uint32_t MAX_CROSS_CORE_COUNT = 15;  // what a flag's counter holds
constexpr uint16_t SYNC_ALL_FLAG = 14;         // the flag that SyncAll uses

// The state that all cores share; the scheduler's lock guards it.
class CrossCore {
public:
    CrossCore(uint32_t blockNum, BlockScheduler &scheduler)
        : scheduler_(scheduler), order_(blockNum), flags_(blockNum), stands_(blockNum)
    {
    }

    BlockScheduler &Scheduler() { return scheduler_; }
    CoreOrder &Order() { return order_; }

    // A block has come to its end; one that a finding stops stays where it was.
    void EndBlock(uint32_t block, SourceLine lastCall);
    // Where blocks are: "cores 0-3 wait at line 40, core 7 has ended (last call in line 12)"
    std::string Whereabouts(const std::vector<uint32_t> &blocks);

    // Mode 0: once all cores have set a flag n times, each may wait for it n times. Returns how often this core has set
    // it and not yet waited.
    uint32_t SetFlag(uint32_t id, const CoreRelease &release);
    BlockScheduler::Outcome WaitFlag(uint32_t block, uint32_t id);
    // The cores that have set the flag less often than `block` has waited for it, itself included.
    std::vector<uint32_t> MissingAtFlag(uint32_t block, uint32_t id);

    // A barrier of cores 0 to coreNum - 1 and of `block`, told apart by an address. Arrivals of this core before.
    uint32_t Arrivals(uint64_t address, uint32_t block);
    BlockScheduler::Outcome Arrive(uint64_t address, const CoreRelease &release, uint32_t coreNum);
    std::vector<uint32_t> MissingAtBarrier(uint64_t address, uint32_t block, uint32_t coreNum);

    // A mark goes from `from` to `to` once it is `from`. With `stores` the word at its address starts it and follows
    // it.
    BlockScheduler::Outcome FlipMark(uint64_t address, const CoreRelease &release, bool from, bool to, bool stores);

    // Turns: the cores come in ascending order, round after round.
    BlockScheduler::Outcome WaitTurn(uint64_t address, uint32_t block);
    void EndTurn(uint64_t address, const CoreRelease &release);

private:
    struct Counts {
        std::array<uint32_t, CROSS_CORE_FLAG_IDS> set{};
        std::array<uint32_t, CROSS_CORE_FLAG_IDS> waited{};
    };

    struct Stand {
        enum class State : uint8_t { RUNS, WAITS, ENDED } state = State::RUNS;
        int line = 0;

        bool operator==(const Stand &other) const { return state == other.state && line == other.line; }
    };

    BlockScheduler::Outcome WaitUntil(uint32_t block, const std::function<bool()> &tryPass);

    BlockScheduler &scheduler_;
    CoreOrder order_;
    std::vector<Counts> flags_;
    std::vector<Stand> stands_;
    std::map<uint64_t, std::vector<uint32_t>> barriers_;  // arrivals of each core
    std::map<uint64_t, bool> marks_;
    std::map<uint64_t, std::vector<uint32_t>> turns_;  // that each core has ended
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CROSS_CORE_H
