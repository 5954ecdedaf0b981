// SPDX-License-Identifier: Apache-2.0
#include "block_scheduler.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace Simulator {

BlockScheduler::BlockScheduler(std::vector<uint32_t> order, Limits limits, const FindingLog &findings,
                               std::function<void(uint32_t block)> startThread)
    : order_(std::move(order)),
      positionOf_(order_.size()),
      limits_(limits),
      findings_(findings),
      startThread_(std::move(startThread))
{
    for (uint32_t position = 0; position < order_.size(); ++position) {
        positionOf_[order_[position]] = position;
    }
}

bool BlockScheduler::Begin(uint32_t &block)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (order_.empty()) {
        return false;
    }
    block = order_[next_++];
    ++running_;
    ++resident_;
    RunWhatMayRun();
    return true;
}

bool BlockScheduler::NextBlock(uint32_t &block)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    if (next_ < order_.size()) {
        block = order_[next_++];
        return true;
    }
    --running_;
    --resident_;
    Dispatch();
    if (resident_ == 0) {
        ended_.notify_all();
    }
    return false;
}

void BlockScheduler::WaitForAll()
{
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return resident_ == 0; });
}

BlockScheduler::Outcome BlockScheduler::WaitUntil(uint32_t block, std::function<bool()> tryPass)
{
    std::unique_lock<std::mutex> lock(mutex_);
    if (tryPass()) {
        Dispatch();  // passing may be what another one waits for
        return Outcome::PASSED;
    }
    Waiter waiter;
    waiter.tryPass = std::move(tryPass);
    waiter.position = positionOf_[block];
    const auto later = [](const Waiter *left, const Waiter *right) { return left->position < right->position; };
    waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), &waiter, later), &waiter);
    Park(lock, waiter);
    return waiter.outcome;
}

void BlockScheduler::Change(const std::function<void()> &change)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    change();
    Dispatch();
}

void BlockScheduler::Yield(uint32_t block)
{
    std::unique_lock<std::mutex> lock(mutex_);
    if (ready_.empty() && !MayStart()) {
        return;
    }
    Waiter waiter;
    waiter.position = positionOf_[block];
    ready_.push_back(&waiter);
    Park(lock, waiter);
}

void BlockScheduler::Park(std::unique_lock<std::mutex> &lock, Waiter &waiter)
{
    --running_;
    Dispatch();
    waiter.wake.wait(lock, [&waiter] { return waiter.mayRun; });
}

// Lets run what may run now. Where nothing can run any more, all waits end.
void BlockScheduler::Dispatch()
{
    PassWaiters();
    RunWhatMayRun();
    if (running_ > 0 || waiting_.empty()) {
        return;
    }
    const Outcome outcome = next_ < order_.size() && noThreads_ ? Outcome::NO_THREADS
                            : findings_.HasStop()               ? Outcome::AFTER_ERROR
                                                                : Outcome::NEVER;
    for (Waiter *waiter : waiting_) {
        waiter->outcome = outcome;
        ready_.push_back(waiter);
    }
    waiting_.clear();
    RunWhatMayRun();
}

void BlockScheduler::PassWaiters()
{
    for (bool passed = true; passed;) {
        passed = false;
        for (size_t i = 0; i < waiting_.size();) {
            if (waiting_[i]->tryPass()) {
                ready_.push_back(waiting_[i]);
                waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
                passed = true;
            } else {
                ++i;
            }
        }
    }
}

void BlockScheduler::RunWhatMayRun()
{
    while (running_ < limits_.running) {
        if (MayStart()) {
            try {
                startThread_(order_[next_]);
                ++next_;
                ++resident_;
                ++running_;
            } catch (const std::exception &) {
                noThreads_ = true;  // those that run take all blocks
            }
        } else if (!ready_.empty()) {
            Waiter *waiter = ready_.front();
            ready_.pop_front();
            waiter->mayRun = true;
            ++running_;
            waiter->wake.notify_one();
        } else {
            return;
        }
    }
}

}  // namespace Simulator
