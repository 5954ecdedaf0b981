// SPDX-License-Identifier: Apache-2.0
#include "core_timing.h"

#include <algorithm>

namespace Simulator {

namespace {

constexpr uint32_t S = SCALAR_PIPE;
constexpr uint32_t SYNC_ALL_ID = TIMED_FLAG_IDS;  // a flag of its own, behind those of CrossCoreSetFlag

}  // namespace

void CoreTiming::BeginBlock(uint64_t block, double time)
{
    block_ = block;
    inBlock_ = true;
    setForSync_ = false;
    const uint64_t begin = block == 0 ? 0 : program_.blockEnds[block - 1];
    end_ = program_.blockEnds[block];
    times_.blockStartNs[block] = time;
    times_.coreOf[block] = core_;
    const Stamp start{time + machine_.initNs, NOTHING};
    scalar_.Begin(start);
    for (uint32_t pipe = 0; pipe < TIMED_PIPES; ++pipe) {
        pipes_[pipe] = PipeState();
        pipes_[pipe].next = begin;
        pipes_[pipe].free = pipes_[pipe].done = start;
        SkipToOwn(pipe);
        for (auto &ids : flags_[pipe]) {
            for (FlagState &flag : ids) {
                flag.set.clear();
            }
        }
    }
}

void CoreTiming::SkipToOwn(uint32_t pipe)
{
    uint64_t &next = pipes_[pipe].next;
    while (next < end_ && KindOf(next).pipe != pipe) {
        ++next;
    }
    if (next == end_) {
        scalar_.Leave(pipe);
    }
}

void CoreTiming::Advance()
{
    for (bool moved = inBlock_; moved;) {
        moved = false;
        for (uint32_t pipe = 0; pipe < TIMED_PIPES; ++pipe) {
            while (pipes_[pipe].next < end_ && Step(pipe)) {
                SkipToOwn(pipe);
                moved = true;
            }
        }
    }
    if (inBlock_) {
        EndIfDone();
    }
}

// Whether S has come to the instruction; from when on it may start, and what it waited for.
bool CoreTiming::MayStart(uint32_t pipe, uint64_t instruction, Stamp &start)
{
    const PipeState &state = pipes_[pipe];
    start = state.free;
    if (pipe == S) {
        return true;
    }
    if (pipes_[S].next < instruction || state.pending.size() >= PENDING_LIMIT) {
        return false;
    }
    start = Later(start, scalar_.Before(pipe, instruction));
    return true;
}

// For an instruction of S that lets pipes finish first.
bool CoreTiming::AwaitPipes(const TimedKind &kind, uint64_t instruction, Stamp &start) const
{
    for (uint32_t other = S + 1; other < TIMED_PIPES; ++other) {
        if ((kind.waitsFor >> other & 1) == 0) {
            continue;
        }
        if (pipes_[other].next < instruction || !pipes_[other].pending.empty()) {
            return false;
        }
        start = Later(start, pipes_[other].Finished());
    }
    return true;
}

bool CoreTiming::Step(uint32_t pipe)
{
    PipeState &state = pipes_[pipe];
    const uint64_t instruction = state.next;
    const TimedKind &kind = KindOf(instruction);
    Stamp start{};
    if (!MayStart(pipe, instruction, start)) {
        return false;
    }
    if (pipe == S && !AwaitPipes(kind, instruction, start)) {
        return false;
    }
    switch (kind.action) {
        case Action::WAIT:
            if (!PassFlag(instruction, kind, start)) {
                return false;
            }
            break;
        case Action::COPY:
            Issue(pipe, instruction, kind, start);
            break;
        case Action::SET:
        case Action::CROSS_SET:
            if (state.pending.empty()) {
                SetFlag(pipe, instruction, start);
            } else {
                state.pending.push_back({instruction, start.time});
            }
            break;
        case Action::BARRIER:
        case Action::COMPUTE:
            if (!state.pending.empty()) {
                return false;
            }
            Compute(pipe, instruction, kind, start);
            break;
        case Action::CROSS_WAIT:
        case Action::SYNC_ALL:
            if (!StepScalar(instruction, kind)) {
                return false;
            }
            break;
    }
    ++state.next;
    if (pipe == S) {
        scalar_.Add({state.free.time, static_cast<int64_t>(instruction)});
        scalar_.Trim();
    }
    return true;
}

bool CoreTiming::StepScalar(uint64_t instruction, const TimedKind &kind)
{
    Stamp start = pipes_[S].free;
    const bool syncs = kind.action == Action::SYNC_ALL;
    if (syncs && !setForSync_) {
        for (const PipeState &other : pipes_) {
            start.time = std::max(start.time, other.Finished().time);
        }
        pipes_[S].free.time = start.time;
        setForSync_ = true;
        surroundings_.SetCrossFlag(block_, SYNC_ALL_ID, start.time, instruction);
    }
    const Surroundings::Passed passed = surroundings_.PassCrossFlag(block_, syncs ? SYNC_ALL_ID : kind.flagId);
    if (!passed.passed) {
        return false;
    }
    setForSync_ = false;
    const double end = std::max(start.time, passed.time + machine_.handOffNs);
    Record(instruction, {start.time, static_cast<int64_t>(passed.instruction)}, end);
    pipes_[S].free = {end, static_cast<int64_t>(instruction)};
    return true;
}

bool CoreTiming::PassFlag(uint64_t instruction, const TimedKind &kind, Stamp start)
{
    FlagState &flag = flags_[kind.flagSource][kind.flagDestination][kind.flagId];
    if (flag.set.empty()) {
        return false;
    }
    const Stamp set = flag.set.front();
    flag.set.pop_front();
    const double seen = set.time + machine_.handOffNs;
    const bool waited = seen > start.time;
    const double end = (waited ? seen : start.time) + kind.busyNs;
    Record(instruction, {start.time, waited ? set.instruction : start.instruction}, end);
    pipes_[kind.pipe].free = {end, static_cast<int64_t>(instruction)};
    return true;
}

void CoreTiming::Issue(uint32_t pipe, uint64_t instruction, const TimedKind &kind, Stamp start)
{
    PipeState &state = pipes_[pipe];
    if (times_.dependency != nullptr) {
        times_.dependency[instruction] = start.instruction;
    }
    state.free = {start.time + kind.busyNs, static_cast<int64_t>(instruction)};
    state.pending.push_back({instruction, start.time});
    if (state.pending.size() == 1) {
        BeginForemost(pipe);
    }
}

void CoreTiming::BeginForemost(uint32_t pipe)
{
    const PipeState &state = pipes_[pipe];
    const Pending &copy = state.pending.front();
    const double first = copy.issued + KindOf(copy.instruction).latencyNs;
    surroundings_.StartTransfer(std::max(first, state.done.time), core_, pipe);
}

// A copy is shown from when its pipe works for it alone: copies before it may still have been under way at its issue.
void CoreTiming::EndTransfer(uint32_t pipe, double time)
{
    PipeState &state = pipes_[pipe];
    const Pending copy = state.pending.front();
    state.pending.pop_front();
    Stamp start{copy.issued, times_.dependency == nullptr ? NOTHING : times_.dependency[copy.instruction]};
    start = Later(start, state.done);
    Record(copy.instruction, start, time);
    AddBusy(pipe, time - start.time);
    state.done = {time, static_cast<int64_t>(copy.instruction)};
    while (!state.pending.empty() && !KindOf(state.pending.front().instruction).IsWork()) {
        const uint64_t set = state.pending.front().instruction;
        state.pending.pop_front();
        SetFlag(pipe, set, state.done);
    }
    if (!state.pending.empty()) {
        BeginForemost(pipe);
    }
}

void CoreTiming::Compute(uint32_t pipe, uint64_t instruction, const TimedKind &kind, Stamp start)
{
    PipeState &state = pipes_[pipe];
    start = Later(start, state.done);
    const double end = start.time + kind.busyNs;
    Record(instruction, start, end);
    state.free = {end, static_cast<int64_t>(instruction)};
    if (kind.IsWork()) {
        state.done = state.free;
        AddBusy(pipe, kind.busyNs);
    }
}

// Behind the copies before it; copies behind it need not wait for it.
void CoreTiming::SetFlag(uint32_t pipe, uint64_t instruction, Stamp start)
{
    PipeState &state = pipes_[pipe];
    const TimedKind &kind = KindOf(instruction);
    start = Later(start, state.done);
    const double end = start.time + kind.busyNs;
    Record(instruction, start, end);
    if (state.pending.empty() && end > state.free.time) {
        state.free = {end, static_cast<int64_t>(instruction)};
    }
    if (kind.action == Action::CROSS_SET) {
        surroundings_.SetCrossFlag(block_, kind.flagId, end, instruction);
    } else {
        flags_[kind.flagSource][kind.flagDestination][kind.flagId].set.push_back(
            {end, static_cast<int64_t>(instruction)});
    }
}

void CoreTiming::Record(uint64_t instruction, Stamp start, double end)
{
    if (times_.startNs != nullptr) {
        times_.startNs[instruction] = start.time;
        times_.endNs[instruction] = end;
        times_.dependency[instruction] = start.instruction;
    }
}

void CoreTiming::AddBusy(uint32_t pipe, double time)
{
    times_.busyNs[block_ * TIMED_PIPES + pipe] += time;
}

void CoreTiming::EndIfDone()
{
    double end = 0;
    for (const PipeState &state : pipes_) {
        if (state.next < end_ || !state.pending.empty()) {
            return;
        }
        end = std::max(end, state.Finished().time);
    }
    inBlock_ = false;
    times_.blockEndNs[block_] = end;
    surroundings_.EndBlock(end, core_);
}

uint64_t CoreTiming::StuckAt() const
{
    uint64_t first = end_;
    for (const PipeState &state : pipes_) {
        first = std::min(first, state.next);
    }
    return first;
}

}  // namespace Simulator
