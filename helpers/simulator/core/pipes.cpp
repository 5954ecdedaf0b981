// SPDX-License-Identifier: Apache-2.0
#include "pipes.h"

#include <string>

#include "ai_core.h"

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
            for (uint32_t &flag : ids) {
                flag = 0;
            }
        }
    }
}

void Pipes::Push(const Instruction &instruction)
{
    if (instruction.pipe == Pipe::S || schedule_ == Schedule::EAGER) {
        if (instruction.flag == Instruction::Flag::WAIT) {
            AdvanceUntilSet(instruction);
        }
        Run(instruction);
        return;
    }
    queues_[Index(instruction.pipe)].Push(instruction);
    if (schedule_ == Schedule::RANDOM) {
        while (random_() % laziness_ == 0 && StepRandomPipe()) {
        }
    }
    while (queues_[Index(instruction.pipe)].Size() >= QUEUE_DEPTH) {
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
        while (queues_[pipe].Any(sets)) {
            Advance(static_cast<Pipe>(pipe));
        }
    }
}

uint32_t &Pipes::FlagOf(const Instruction &instruction)
{
    return flags_[Index(instruction.flagSource)][Index(instruction.flagDestination)][instruction.flagId];
}

bool Pipes::IsSet(const Instruction &wait) const
{
    return flags_[Index(wait.flagSource)][Index(wait.flagDestination)][wait.flagId] > 0;
}

bool Pipes::Blocked(Pipe pipe) const
{
    const Instruction &front = queues_[Index(pipe)].Front();
    return front.flag == Instruction::Flag::WAIT && !IsSet(front);
}

void Pipes::Run(const Instruction &instruction)
{
    if (instruction.flag == Instruction::Flag::SET) {
        ++FlagOf(instruction);
    } else if (instruction.flag == Instruction::Flag::WAIT) {
        --FlagOf(instruction);
    } else if (instruction.flag == Instruction::Flag::CROSS_CORE_SET) {
        core_.SetCrossCoreFlag(instruction.flagId, instruction.ParametersAs<CoreRelease>(), instruction.call,
                               instruction.where);
    }
    core_.Execute(instruction);
}

void Pipes::Advance(Pipe pipe)
{
    InstructionQueue &queue = queues_[Index(pipe)];
    if (Blocked(pipe)) {
        advancing_[Index(pipe)] = true;
        AdvanceUntilSet(queue.Front());
        advancing_[Index(pipe)] = false;
    }
    const size_t place = NextPlace(pipe);
    Run(queue.At(place));
    queue.Remove(place);
}

// Which instruction of a pipe finishes next. Copies overlap each other, and so do vector instructions where no build
// puts barriers between them: under ON_WAIT the latest that may overtake comes first, which shows a missing barrier at
// once. This holds for atomic stores too, whose sums then differ in the last bits (page on atomic operations).
size_t Pipes::NextPlace(Pipe pipe)
{
    if (pipe == Pipe::V && core_.Settings().VectorFinishesInOrder()) {
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
    return queues_[Index(wait.flagSource)].Any([&](const Instruction &queued) {
        return queued.flag == Instruction::Flag::SET && queued.flagDestination == wait.flagDestination &&
               queued.flagId == wait.flagId;
    });
}

void Pipes::AdvanceUntilSet(const Instruction &wait)
{
    while (!IsSet(wait)) {
        const uint32_t source = Index(wait.flagSource);
        if (advancing_[source] || !WillBeSet(wait)) {
            ReportDeadlock(wait);
        }
        Advance(wait.flagSource);
    }
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

void Pipes::ReportDeadlock(const Instruction &wait)
{
    const std::string source = PIPE_NAMES[Index(wait.flagSource)];
    const std::string destination = PIPE_NAMES[Index(wait.flagDestination)];
    Finding finding{};
    finding.code = "flag-deadlock";
    finding.operand = "flag " + source + "_" + destination + " id " + std::to_string(wait.flagId);
    finding.message = "pipe " + destination + " waits for a flag that pipe " + source + " will not set";
    finding.remedy = "set the flag before the wait, once for each wait";
    finding.actual = 0;
    finding.expected = 1;
    core_.Report(finding, wait.call, wait.where);
}

}  // namespace Simulator
