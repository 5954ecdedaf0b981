// SPDX-License-Identifier: Apache-2.0
#include "memory_share.h"

#include <algorithm>

namespace Simulator {

namespace {

constexpr uint32_t Index(Route route)
{
    return static_cast<uint32_t>(route);
}

// Two kinds of transfers share `total`, max-min fair: who asks for less than an equal share gets what it asks for.
void ShareBetween(double total, size_t leftNum, double &left, size_t rightNum, double &right)
{
    const double leftWants = left;
    const double rightWants = right;
    if (static_cast<double>(leftNum) * left + static_cast<double>(rightNum) * right <= total) {
        return;
    }
    const double equal = total / static_cast<double>(leftNum + rightNum);
    left = std::min(leftWants, equal);
    right = std::min(rightWants, equal);
    if (leftWants < equal) {
        right = std::min(rightWants, (total - static_cast<double>(leftNum) * left) / static_cast<double>(rightNum));
    } else if (rightWants < equal) {
        left = std::min(leftWants, (total - static_cast<double>(rightNum) * right) / static_cast<double>(leftNum));
    }
}

}  // namespace

void MemoryShare::Start(double now, Route route, double bytes, uint32_t transfer)
{
    AdvanceTo(now);
    active_[Index(route)].push({served_[Index(route)] + bytes, transfer});
    ++activeNum_;
    ShareOut();
}

double MemoryShare::NextEnd() const
{
    return EndOf(NextRoute());
}

uint32_t MemoryShare::End()
{
    const uint32_t route = NextRoute();
    AdvanceTo(EndOf(route));
    const Transfer transfer = active_[route].top();
    active_[route].pop();
    --activeNum_;
    served_[route] = active_[route].empty() ? 0 : transfer.endsAt;
    ShareOut();
    return transfer.number;
}

void MemoryShare::AdvanceTo(double now)
{
    for (uint32_t route = 0; route < ROUTE_NUM; ++route) {
        if (!active_[route].empty()) {
            served_[route] += rate_[route] * (now - now_);
        }
    }
    now_ = now;
}

void MemoryShare::ShareOut()
{
    size_t num[ROUTE_NUM];
    for (uint32_t route = 0; route < ROUTE_NUM; ++route) {
        num[route] = active_[route].size();
        rate_[route] = limits_.ofOne[route];
    }
    constexpr uint32_t READ = Index(Route::DRAM_READ);
    if (num[READ] > 0) {
        rate_[READ] = std::min(rate_[READ], limits_.dramReads / static_cast<double>(num[READ]));
    }
    ShareBetween(limits_.dram, num[READ], rate_[READ], num[Index(Route::DRAM_WRITE)], rate_[Index(Route::DRAM_WRITE)]);
    ShareBetween(limits_.l2, num[Index(Route::L2_READ)], rate_[Index(Route::L2_READ)], num[Index(Route::L2_WRITE)],
                 rate_[Index(Route::L2_WRITE)]);
}

uint32_t MemoryShare::NextRoute() const
{
    uint32_t next = ROUTE_NUM;
    for (uint32_t route = 0; route < ROUTE_NUM; ++route) {
        if (!active_[route].empty() && (next == ROUTE_NUM || EndOf(route) < EndOf(next))) {
            next = route;
        }
    }
    return next;
}

double MemoryShare::EndOf(uint32_t route) const
{
    return now_ + std::max(0.0, active_[route].top().endsAt - served_[route]) / rate_[route];
}

}  // namespace Simulator
