// SPDX-License-Identifier: Apache-2.0
// Which blocks of a launch run at a time, and which wait for others. A block that waits keeps its thread and its core
// and lets another one run: first those that have not started, then those whose wait is over, in the order in which
// they started. With one thread this order is the same in every launch with the same seed.
#ifndef SIMULATOR_CORE_BLOCK_SCHEDULER_H
#define SIMULATOR_CORE_BLOCK_SCHEDULER_H

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "report.h"

namespace Simulator {

class BlockScheduler {
public:
    struct Limits {
        uint32_t running;   // blocks at a time
        uint32_t resident;  // blocks that have started and not ended: as many as there are cores
    };

    // `startThread` runs the block on a thread of its own, which asks for more with NextBlock; it throws if there is no
    // thread to be had.
    BlockScheduler(std::vector<uint32_t> order, Limits limits, const FindingLog &findings,
                   std::function<void(uint32_t block)> startThread);

    // The calling thread takes a block, and further threads start as the limits allow. False: there are no blocks.
    bool Begin(uint32_t &block);
    // The calling thread's block has ended. False: the thread is not needed any more.
    bool NextBlock(uint32_t &block);
    void WaitForAll();

    // How a wait ended. NEVER: no block is left that could end it. AFTER_ERROR: the same, and a block has ended early
    // by an error that is reported already. NO_THREADS: blocks are left, but no thread to run them.
    enum class Outcome { PASSED, NEVER, AFTER_ERROR, NO_THREADS };
    // Returns once tryPass() has returned true. It is called under the scheduler's lock, also by other threads.
    Outcome WaitUntil(uint32_t block, std::function<bool()> tryPass);
    // Changes what waits depend on, under the same lock.
    void Change(const std::function<void()> &change);
    // Lets other blocks run: for a block that polls.
    void Yield(uint32_t block);

private:
    struct Waiter {
        std::function<bool()> tryPass;
        uint32_t position;  // in the order of starts
        Outcome outcome = Outcome::PASSED;
        bool mayRun = false;
        std::condition_variable wake;
    };

    void Dispatch();
    void PassWaiters();
    void RunWhatMayRun();
    bool MayStart() const { return next_ < order_.size() && resident_ < limits_.resident && !noThreads_; }
    void Park(std::unique_lock<std::mutex> &lock, Waiter &waiter);

    std::mutex mutex_;
    std::condition_variable ended_;
    const std::vector<uint32_t> order_;
    std::vector<uint32_t> positionOf_;  // by block
    const Limits limits_;
    const FindingLog &findings_;
    const std::function<void(uint32_t)> startThread_;
    std::vector<Waiter *> waiting_;  // sorted by position
    std::deque<Waiter *> ready_;
    size_t next_ = 0;
    uint32_t running_ = 0;
    uint32_t resident_ = 0;
    bool noThreads_ = false;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BLOCK_SCHEDULER_H
