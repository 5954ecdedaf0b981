// SPDX-License-Identifier: Apache-2.0
#include "ai_core.h"

#include <cstring>

#include "checks/check.h"
#include "checks/flag_life.h"
#include "cross_core.h"

namespace Simulator {

namespace {

constexpr size_t UB_ALIGNMENT = 4096;
constexpr uint8_t ALL_PIPES = (1u << PIPE_NUM) - 1;
// Each core of a launch draws its own random schedule; any odd constant with well mixed bits separates them.
constexpr uint64_t CORE_SEED_STEP = 0x9E3779B97F4A7C15u;

uint8_t *Align(uint8_t *pointer)
{
    const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    return reinterpret_cast<uint8_t *>((address + UB_ALIGNMENT - 1) / UB_ALIGNMENT * UB_ALIGNMENT);
}

}  // namespace

AiCore *&AiCore::Current()
{
    thread_local AiCore *current = nullptr;
    return current;
}

AiCore::AiCore(const LaunchSettings &settings, GlobalMemory &globalMemory, FindingLog &findings, CrossCore &crossCore)
    : settings_(settings),
      globalMemory_(globalMemory),
      findings_(findings),
      crossCore_(crossCore),
      storage_(settings.ubBytes + UB_ALIGNMENT),
      ub_(Align(storage_.data())),
      pipes_(*this),
      accesses_(globalMemory),
      coreAccesses_(globalMemory.Areas().size()),
      writes_(globalMemory.Areas().size())
{
}

void AiCore::BeginBlock(uint32_t blockIdx)
{
    blockIdx_ = blockIdx;
    lastCall_ = "start of kernel";
    lastLine_ = {"", 0};
    inBlock_ = true;
    issuedNum_ = 0;
    releasedNum_ = 0;
    executedNum_ = 0;
    pipesAwaited_ = 0;
    if (settings_.timingLimit > 0) {
        timing_.BeginBlock(blockIdx);
    }
    sameReads_ = 0;
    readWord_ = 0;
    nextWord_ = 0;
    lines_.Reset();
    vectorMask = VectorMask();
    dequantScale = DequantScaleRegister();
    std::memset(&registers, POISON_BYTE, sizeof(registers));
    std::memset(&padRegister, POISON_BYTE, sizeof(padRegister));
    atomicMode = AtomicMode();
    if (settings_.checked) {
        std::memset(ub_, POISON_BYTE, settings_.ubBytes);
    }
    pipes_.Reset(settings_.schedule, settings_.seed + CORE_SEED_STEP * (blockIdx + 1));
    accesses_.Reset(settings_.checked ? settings_.ubBytes : 0);
    order_.Reset(settings_.VectorFinishesInOrder());
    tpipe = nullptr;
    staticTensors = false;
    buffers_.Reset(settings_.ubBytes);
    events_.Reset();
    flags_.Reset();
}

void AiCore::EndBlock()
{
    pipes_.DrainAll();
    CheckFlagsLeft(*this);
    crossCore_.EndBlock(blockIdx_, lastLine_);
}

void AiCore::Issue(Instruction &instruction)
{
    lastCall_ = instruction.call;
    lastLine_ = instruction.where;
    if (readWord_ != 0) {  // the value has been taken by now
        crossCore_.Order().ReadWord(readWord_, blockIdx_);
        readWord_ = 0;
    }
    instruction.sequence = issuedNum_++;
    if (settings_.checked) {
        order_.Issue(instruction);
    }
    if (instruction.flag == Instruction::Flag::CROSS_CORE_SET) {
        instruction.SetParameters(Release(instruction.pipe));
    }
    if (settings_.checked && instruction.flag == Instruction::Flag::NONE) {
        RunChecks(instruction, *this);
        if (!settings_.executes) {
            CheckModelAccess(instruction, *this);
        }
    }
    CheckUbEnd(instruction, *this);
    if (settings_.checked) {
        accesses_.Add(instruction);
        const uint32_t epoch = crossCore_.Order().EpochOf(blockIdx_);
        const uint32_t loadedEpoch = lines_.Note(instruction, globalMemory_, epoch);
        if (settings_.blockNum > 1) {
            coreAccesses_.Add(instruction, {blockIdx_, epoch, releasedNum_, loadedEpoch}, globalMemory_);
        }
    }
    if (settings_.timingLimit > 0) {
        LogTiming(instruction);
    }
    pipes_.Push(instruction);
}

void AiCore::WaitFor(Pipe pipe, uint32_t sequenceEnd)
{
    pipesAwaited_ |= static_cast<uint8_t>(1u << static_cast<uint32_t>(pipe));
    order_.Learn(Pipe::S, pipe, sequenceEnd - 1);
    pipes_.RunUpTo(pipe, sequenceEnd);
}

void AiCore::DrainPipes()
{
    pipesAwaited_ = ALL_PIPES;
    pipes_.DrainAll();
    order_.JoinAll();
}

void AiCore::Execute(const Instruction &instruction)
{
    if (instruction.execute != nullptr && settings_.executes) {
        instruction.execute(instruction, *this);
    }
    const uint16_t call = log_.IndexOfTotals(instruction.call);
    Count(instruction, log_.TotalsAt(call));
    if (settings_.logLimit > 0) {
        Log(instruction, call);
    }
}

void AiCore::Count(const Instruction &instruction, CallTotals &totals)
{
    totals.instructions += 1;
    totals.elements += instruction.elements;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space == Space::UB) {
            continue;
        }
        (operand.written ? totals.bytesToGm : totals.bytesFromGm) += operand.runs * operand.runBytes;
        if (!operand.written) {
            continue;
        }
        const GlobalTensorArea &area = globalMemory_.Nearest(operand.address);
        if (area.Tracked(settings_.checked)) {
            for (uint32_t run = 0; run < operand.runs; ++run) {
                const uint64_t begin = operand.address - area.address + run * operand.pitchBytes;
                writes_.Add(globalMemory_.IndexOf(area), begin, begin + operand.runBytes, blockIdx_,
                            operand.overwrites);
            }
        }
    }
}

void AiCore::Log(const Instruction &instruction, uint16_t call)
{
    LogRecord record{};
    record.call = call;
    record.file = log_.IndexOfFile(instruction.where.file);
    record.gmTensor = UINT8_MAX;
    uint32_t ubOperand = 0;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space == Space::UB) {
            record.ubAddress[ubOperand] = static_cast<uint32_t>(operand.address);
            record.ubBytes[ubOperand++] = static_cast<uint32_t>(operand.SpanBytes());
            continue;
        }
        const GlobalTensorArea &area = globalMemory_.Nearest(operand.address);
        record.gmTensor = static_cast<uint8_t>(globalMemory_.IndexOf(area));
        record.gmOffsetBytes = operand.address - area.address;
        record.gmBytes = operand.runs * operand.runBytes;
    }
    record.core = blockIdx_;
    record.sequence = instruction.sequence;
    record.order = executedNum_++;
    record.elements = instruction.elements;
    record.line = static_cast<uint32_t>(instruction.where.line);
    record.pipe = static_cast<uint8_t>(instruction.pipe);
    record.flag = static_cast<uint8_t>(instruction.flag);
    record.flagSource = static_cast<uint8_t>(instruction.flagSource);
    record.flagDestination = static_cast<uint8_t>(instruction.flagDestination);
    record.flagId = instruction.flagId;
    log_.Append(record, settings_.logLimit);
}

// In program order. A wait of S that belongs to no instruction of S becomes one.
void AiCore::LogTiming(const Instruction &instruction)
{
    TimingKind kind = TimingKindOf(instruction, globalMemory_, bankConflicts_);
    kind.call = log_.IndexOfTotals(instruction.call);
    kind.file = log_.IndexOfFile(instruction.where.file);
    kind.waitsFor = pipesAwaited_;
    if (pipesAwaited_ != 0 && instruction.pipe != Pipe::S) {
        TimingKind wait{};
        wait.call = log_.IndexOfTotals("PipeBarrier");
        wait.file = kind.file;
        wait.line = kind.line;
        wait.pipe = static_cast<uint8_t>(Pipe::S);
        wait.flag = static_cast<uint8_t>(Instruction::Flag::BARRIER);
        wait.gmTensor = UINT8_MAX;
        wait.waitsFor = pipesAwaited_;
        timing_.Append(wait, 0, settings_.timingLimit);
        kind.waitsFor = 0;
    }
    pipesAwaited_ = 0;
    uint64_t copyStart = 0;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        if (instruction.operands[i].space == Space::GM) {
            copyStart = globalMemory_.DeviceAddress(instruction.operands[i].address);
        }
    }
    timing_.Append(kind, copyStart, settings_.timingLimit);
}

CoreRelease AiCore::Release(Pipe pipe)
{
    ++releasedNum_;
    return {blockIdx_, crossCore_.Order().EpochOf(blockIdx_), order_.ReleasedBy(pipe)};
}

void AiCore::SetCrossCoreFlag(uint32_t id, const CoreRelease &release, const char *call, SourceLine where)
{
    const uint32_t pending = crossCore_.SetFlag(id, release);
    if (pending > MAX_CROSS_CORE_COUNT) {
        Report({"cross-core-count", "flag " + std::to_string(id),
                "the flag is set " + std::to_string(pending) + " times without a wait, its counter holds " +
                    std::to_string(MAX_CROSS_CORE_COUNT),
                "call CrossCoreWaitFlag once for each CrossCoreSetFlag", pending, MAX_CROSS_CORE_COUNT},
               call, where);
    }
}

void AiCore::NoteWord(uint64_t address, uint32_t bytes, bool written)
{
    if (!settings_.checked || settings_.blockNum == 1) {
        return;
    }
    CoreOrder &order = crossCore_.Order();
    if (written) {
        // Words in a row that nothing comes between are one place to learn from, so that their accesses are joined.
        releasedNum_ += address == nextWord_ && issuedNum_ == nextWordSequence_ + 1 ? 0 : 1;
        nextWord_ = address + bytes;
        nextWordSequence_ = issuedNum_;
        order.WriteWord(address, {blockIdx_, order.EpochOf(blockIdx_), order_.ReleasedBy(Pipe::S)});
    } else {
        readWord_ = address;
    }
}

void AiCore::CleanLines(uint64_t address, uint32_t sequence)
{
    const bool all = address == CoreClean::ALL_LINES;
    const uint64_t deviceAddress = all ? address : globalMemory_.DeviceAddress(address);
    if ((all ? lines_.CleanAll() : lines_.CleanLine(deviceAddress)) && settings_.blockNum > 1) {
        ++releasedNum_;
        coreAccesses_.AddClean({blockIdx_, sequence, deviceAddress});
    }
}

void AiCore::NoteRead(uint64_t address)
{
    constexpr uint32_t POLLS = 256;
    sameReads_ = address == lastRead_ ? sameReads_ + 1 : 0;
    lastRead_ = address;
    if (sameReads_ >= POLLS) {
        sameReads_ = 0;
        pipes_.RunWhatCanRun();
        crossCore_.Scheduler().Yield(blockIdx_);
    }
}

void AiCore::Report(const Finding &finding, const char *call, SourceLine where)
{
    Note(finding, call, where);
    if (finding.severity == Severity::ERROR) {
        findings_.NoteStop();
        throw StopBlock();
    }
}

void AiCore::Report(const Finding &finding, const Instruction &instruction, const Operand &operand)
{
    Note(finding, instruction, operand);
    if (finding.severity == Severity::ERROR) {
        findings_.NoteStop();
        throw StopBlock();
    }
}

void AiCore::Note(Finding finding, const Instruction &instruction, const Operand &operand)
{
    finding.operandIndex = static_cast<int32_t>(&operand - instruction.operands);
    Note(finding, instruction.call, instruction.where);
}

void AiCore::Note(const Finding &finding, const char *call, SourceLine where)
{
    findings_.Add(finding, blockIdx_, call, where);
}

}  // namespace Simulator
