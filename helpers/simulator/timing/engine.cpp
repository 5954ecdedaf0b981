// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

#include <algorithm>
#include <memory>
#include <queue>
#include <vector>

#include "core_timing.h"

namespace Simulator {

namespace {

class Engine : public Surroundings {
public:
    Engine(const Program &program, const Machine &machine, const Times &times)
        : program_(program), machine_(machine), memory_(machine.memory), crossFlags_(TIMED_FLAG_IDS + 1)
    {
        const uint64_t num = std::min<uint64_t>(machine.coreNum, program.blockNum);
        for (uint32_t core = 0; core < num; ++core) {
            cores_.push_back(std::make_unique<CoreTiming>(program, machine, times, *this, core));
        }
        transferBegin_.resize(cores_.size() * TIMED_PIPES);
    }

    std::string Run()
    {
        const double step = cores_.size() > 1 ? machine_.startSpanNs / static_cast<double>(cores_.size() - 1) : 0;
        for (uint32_t core = 0; core < cores_.size(); ++core) {
            cores_[core]->BeginBlock(nextBlock_++, step * core);
        }
        for (const auto &core : cores_) {
            core->Advance();
        }
        AdvanceAfterCrossFlags();
        while (!events_.empty() || !memory_.Empty()) {
            if (events_.empty() || (!memory_.Empty() && memory_.NextEnd() <= events_.top().time)) {
                EndTransfer();
            } else {
                const Event event = events_.top();
                events_.pop();
                Handle(event);
            }
            AdvanceAfterCrossFlags();
        }
        for (const auto &core : cores_) {
            if (core->InBlock()) {
                return "block " + std::to_string(core->Block()) + " waits for ever at instruction " +
                       std::to_string(core->StuckAt());
            }
        }
        return "";
    }

    void StartTransfer(double time, uint32_t core, uint32_t pipe) override
    {
        events_.push({time, Event::BEGIN, core * TIMED_PIPES + pipe});
    }
    void EndBlock(double time, uint32_t core) override { events_.push({time, Event::BLOCK_END, core}); }

    void SetCrossFlag(uint64_t block, uint32_t id, double time, uint64_t instruction) override
    {
        CrossFlag &flag = crossFlags_[id];
        flag.sets.resize(program_.blockNum);
        flag.waits.resize(program_.blockNum);
        const size_t round = flag.sets[block]++;
        if (round == flag.rounds.size()) {
            flag.rounds.push_back({0, time, instruction});
        }
        Round &state = flag.rounds[round];
        ++state.arrived;
        if (time > state.time) {
            state.time = time;
            state.instruction = instruction;
        }
        crossFlagPassed_ = crossFlagPassed_ || state.arrived == program_.blockNum;
    }
    Passed PassCrossFlag(uint64_t block, uint32_t id) override
    {
        CrossFlag &flag = crossFlags_[id];
        flag.waits.resize(program_.blockNum);
        const size_t round = flag.waits[block];
        if (round >= flag.rounds.size() || flag.rounds[round].arrived < program_.blockNum) {
            return {false, 0, 0};
        }
        ++flag.waits[block];
        return {true, flag.rounds[round].time, flag.rounds[round].instruction};
    }

private:
    struct Event {
        double time;
        enum What : uint32_t { END, BEGIN, BLOCK_END } what;
        uint32_t place;  // core, or core and pipe
        bool operator>(const Event &other) const
        {
            return time != other.time   ? time > other.time
                   : what != other.what ? what > other.what
                                        : place > other.place;
        }
    };
    struct Round {
        uint64_t arrived;
        double time;
        uint64_t instruction;
    };
    struct CrossFlag {
        std::vector<size_t> sets;  // of each block
        std::vector<size_t> waits;
        std::vector<Round> rounds;
    };

    const TimedKind &CopyAt(uint32_t place) const
    {
        return cores_[place / TIMED_PIPES]->ForemostCopy(place % TIMED_PIPES);
    }

    void Handle(const Event &event)
    {
        if (event.what == Event::BLOCK_END) {
            if (nextBlock_ < program_.blockNum) {
                cores_[event.place]->BeginBlock(nextBlock_++, event.time);
                cores_[event.place]->Advance();
            }
            return;
        }
        const TimedKind &copy = CopyAt(event.place);
        if (event.what == Event::BEGIN && copy.memoryBytes > 0) {
            transferBegin_[event.place] = event.time;
            memory_.Start(event.time, copy.route, copy.memoryBytes, event.place);
        } else if (event.what == Event::BEGIN) {
            events_.push({event.time + copy.pathNs, Event::END, event.place});
        } else {
            Deliver(event.place, event.time);
        }
    }

    // The shared memory is done with a copy; the core itself may need longer.
    void EndTransfer()
    {
        const double time = memory_.NextEnd();
        const uint32_t place = memory_.End();
        const double coreEnd = transferBegin_[place] + CopyAt(place).pathNs;
        if (coreEnd > time) {
            events_.push({coreEnd, Event::END, place});
        } else {
            Deliver(place, time);
        }
    }

    void Deliver(uint32_t place, double time)
    {
        CoreTiming &core = *cores_[place / TIMED_PIPES];
        core.EndTransfer(place % TIMED_PIPES, time);
        core.Advance();
    }

    void AdvanceAfterCrossFlags()
    {
        while (crossFlagPassed_) {
            crossFlagPassed_ = false;
            for (const auto &core : cores_) {
                core->Advance();
            }
        }
    }

    const Program &program_;
    const Machine &machine_;
    MemoryShare memory_;
    std::vector<std::unique_ptr<CoreTiming>> cores_;
    std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events_;
    std::vector<double> transferBegin_;
    std::vector<CrossFlag> crossFlags_;
    uint64_t nextBlock_ = 0;
    bool crossFlagPassed_ = false;
};

}  // namespace

std::string RunProgram(const Program &program, const Machine &machine, const Times &times)
{
    return Engine(program, machine, times).Run();
}

}  // namespace Simulator
