// SPDX-License-Identifier: Apache-2.0
// Global memory as a fluid: the transfers that are under way share its bandwidth at every moment.
#ifndef SIMULATOR_TIMING_MEMORY_SHARE_H
#define SIMULATOR_TIMING_MEMORY_SHARE_H

#include <cstdint>
#include <queue>
#include <vector>

namespace Simulator {

// Which way a transfer goes. All transfers of one kind get the same rate.
enum class Route : uint8_t { DRAM_READ, DRAM_WRITE, L2_READ, L2_WRITE };
constexpr uint32_t ROUTE_NUM = 4;

// Bytes per nanosecond.
struct MemoryRates {
    double ofOne[ROUTE_NUM];  // what one core reaches at most
    double dram;              // all transfers with DRAM together
    double dramReads;         // of these, the reads together
    double l2;                // all transfers with L2 together
};

class MemoryShare {
public:
    explicit MemoryShare(const MemoryRates &rates) : limits_(rates) {}

    bool Empty() const { return activeNum_ == 0; }
    void Start(double now, Route route, double bytes, uint32_t transfer);
    // When the next transfer ends if no other starts before. There must be one.
    double NextEnd() const;
    // Ends it; returns its number.
    uint32_t End();

private:
    struct Transfer {
        double endsAt;  // in bytes served to each transfer of the route
        uint32_t number;
        bool operator>(const Transfer &other) const
        {
            return endsAt != other.endsAt ? endsAt > other.endsAt : number > other.number;
        }
    };
    using Earliest = std::priority_queue<Transfer, std::vector<Transfer>, std::greater<Transfer>>;

    void AdvanceTo(double now);
    void ShareOut();
    uint32_t NextRoute() const;
    double EndOf(uint32_t route) const;

    const MemoryRates limits_;
    Earliest active_[ROUTE_NUM];
    double served_[ROUTE_NUM] = {};
    double rate_[ROUTE_NUM] = {};
    double now_ = 0;
    uint32_t activeNum_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_MEMORY_SHARE_H
