// SPDX-License-Identifier: Apache-2.0
#include "pipes.h"

#include "ai_core.h"
#include "checks/flag_life.h"

namespace Simulator {

namespace {

constexpr uint32_t Index(Pipe pipe)
{
    return static_cast<uint32_t>(pipe);
}

bool MayOvertake(const Instruction &instruction)
{
    return instruction.flag == Instruction::Flag::NONE;
}

}  // namespace

void Pipes::Reset(Schedule schedule, uint64_t seed)
{
    schedule_ = schedule;
    random_.seed(seed);
    laziness_ = 2 + random_() % LAZIEST;
    for (uint32_t pipe = 0; pipe < PIPE_NUM; ++pipe) {
        queues_[pipe].Clear();
        advancing_[pipe] = false;
        for (auto &ids : flags_[pipe]) {
            for (Flag &flag : ids) {
                flag = Flag();
            }
        }
    }
}

void Pipes::Push(const Instruction &instruction)
{
    InstructionQueue &queue = queues_[Index(instruction.pipe)];
    const bool isScalar = instruction.pipe == Pipe::S;
    if (isScalar && IsHeldBack(instruction) && !AdvanceUntilSet(instruction)) {
        ReportDeadlock(&instruction);
    }
    if (isScalar || (schedule_ == Schedule::EAGER && queue.Empty() && !IsHeldBack(instruction))) {
        Run(instruction);
        if (schedule_ == Schedule::EAGER && instruction.flag == Instruction::Flag::SET) {
            RunWhatCanRun();
        }
        return;
    }
    queue.Push(instruction);
    if (instruction.flag == Instruction::Flag::SET) {
        ++FlagOf(instruction).queuedSets;
    }
    if (schedule_ == Schedule::RANDOM) {
        while (random_() % laziness_ == 0 && StepRandomPipe()) {
        }
    }
    while (queue.Size() >= QUEUE_DEPTH) {
        Advance(instruction.pipe);
    }
}

void Pipes::DrainAll()
{
    if (schedule_ == Schedule::RANDOM) {
        while (StepRandomPipe()) {
        }
    }
    // Stores first: each pulls only the compute and the loads that its flags ask for, so the rest stays late.
    for (const Pipe pipe : {Pipe::MTE3, Pipe::V, Pipe::MTE2}) {
        while (!queues_[Index(pipe)].Empty()) {
            Advance(pipe);
        }
    }
}

void Pipes::RunUpTo(Pipe pipe, uint32_t sequenceEnd)
{
    const auto before = [sequenceEnd](const Instruction &queued) { return queued.sequence < sequenceEnd; };
    while (queues_[Index(pipe)].Any(before)) {
        Advance(pipe);
    }
}

void Pipes::RunCrossCoreSets()
{
    for (uint32_t pipe = 0; pipe < PIPE_NUM; ++pipe) {
        const auto sets = [](const Instruction &queued) { return queued.flag == Instruction::Flag::CROSS_CORE_SET; };
        while (queues_[pipe].Any(sets) && TryAdvance(static_cast<Pipe>(pipe))) {
        }
    }
}

void Pipes::RunWhatCanRun()
{
    for (bool moved = true; moved;) {
        moved = false;
        for (const Pipe pipe : {Pipe::MTE3, Pipe::V, Pipe::MTE2}) {
            while (!queues_[Index(pipe)].Empty() && !Blocked(pipe)) {
                Advance(pipe);
                moved = true;
            }
        }
    }
}

Pipes::Flag &Pipes::FlagOf(const Instruction &instruction)
{
    return flags_[Index(instruction.flagSource)][Index(instruction.flagDestination)][instruction.flagId];
}

bool Pipes::IsSet(const Instruction &wait) const
{
    return flags_[Index(wait.flagSource)][Index(wait.flagDestination)][wait.flagId].set > 0;
}

bool Pipes::IsHeldBack(const Instruction &instruction) const
{
    return instruction.flag == Instruction::Flag::WAIT && !IsSet(instruction);
}

bool Pipes::Blocked(Pipe pipe) const
{
    return IsHeldBack(queues_[Index(pipe)].Front());
}

void Pipes::Run(const Instruction &instruction)
{
    if (instruction.flag == Instruction::Flag::SET) {
        ++FlagOf(instruction).set;
    } else if (instruction.flag == Instruction::Flag::WAIT) {
        --FlagOf(instruction).set;
    } else if (instruction.flag == Instruction::Flag::CROSS_CORE_SET) {
        core_.SetCrossCoreFlag(instruction.flagId, instruction.ParametersAs<CoreRelease>(), instruction.call,
                               instruction.where);
    }
    core_.Execute(instruction);
}

void Pipes::Advance(Pipe pipe)
{
    if (!TryAdvance(pipe)) {
        ReportDeadlock(nullptr);
    }
}

// False: the pipe stands at a wait, and nothing that is issued can end it.
bool Pipes::TryAdvance(Pipe pipe)
{
    InstructionQueue &queue = queues_[Index(pipe)];
    if (Blocked(pipe)) {
        advancing_[Index(pipe)] = true;
        const bool isSet = AdvanceUntilSet(queue.Front());
        advancing_[Index(pipe)] = false;
        if (!isSet) {
            return false;
        }
    }
    const size_t place = NextPlace(pipe);
    if (queue.At(place).flag == Instruction::Flag::SET) {
        --FlagOf(queue.At(place)).queuedSets;
    }
    Run(queue.At(place));
    queue.Remove(place);
    return true;
}

// Which instruction of a pipe finishes next. Copies overlap each other, and so do vector instructions where no build
// puts barriers between them: under ON_WAIT the latest that may overtake comes first, which shows a missing barrier at
// once. This holds for atomic stores too, whose sums then differ in the last bits (page on atomic operations).
size_t Pipes::NextPlace(Pipe pipe)
{
    if (schedule_ == Schedule::EAGER || (pipe == Pipe::V && core_.Settings().VectorFinishesInOrder())) {
        return 0;
    }
    const InstructionQueue &queue = queues_[Index(pipe)];
    size_t num = 0;
    while (num < queue.Size() && num < UNDER_WAY && MayOvertake(queue.At(num))) {
        ++num;
    }
    if (num <= 1) {
        return 0;
    }
    return schedule_ == Schedule::RANDOM ? random_() % num : num - 1;
}

// Whether the source pipe still holds an instruction that sets the flag.
bool Pipes::WillBeSet(const Instruction &wait) const
{
    return flags_[Index(wait.flagSource)][Index(wait.flagDestination)][wait.flagId].queuedSets > 0;
}

bool Pipes::AdvanceUntilSet(const Instruction &wait)
{
    while (!IsSet(wait)) {
        if (advancing_[Index(wait.flagSource)] || !WillBeSet(wait) || !TryAdvance(wait.flagSource)) {
            return false;
        }
    }
    return true;
}

// Executes the oldest instruction of one pipe that can proceed, drawn by the seed; false if none can.
bool Pipes::StepRandomPipe()
{
    Pipe ready[PIPE_NUM];
    uint32_t readyNum = 0;
    for (const Pipe pipe : {Pipe::V, Pipe::MTE2, Pipe::MTE3}) {
        if (!queues_[Index(pipe)].Empty() && !Blocked(pipe)) {
            ready[readyNum++] = pipe;
        }
    }
    if (readyNum == 0) {
        return false;
    }
    Advance(ready[random_() % readyNum]);
    return true;
}

// Where all pipes stand then does not depend on the schedule: each at a wait, or at the end of what it was given.
void Pipes::ReportDeadlock(const Instruction *scalarWait)
{
    RunWhatCanRun();
    StandingWait waits[PIPE_NUM] = {{scalarWait, false}};
    for (const Pipe pipe : {Pipe::V, Pipe::MTE2, Pipe::MTE3}) {
        waits[Index(pipe)].wait = queues_[Index(pipe)].Empty() ? nullptr : &queues_[Index(pipe)].Front();
    }
    for (StandingWait &standing : waits) {
        standing.setBehind = standing.wait != nullptr && WillBeSet(*standing.wait);
    }
    CheckDeadlock(core_, waits);
}

}  // namespace Simulator
