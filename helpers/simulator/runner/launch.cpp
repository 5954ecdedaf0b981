// SPDX-License-Identifier: Apache-2.0
#include "launch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>
#include <numeric>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "../core/checks/check.h"
#include "../core/checks/core_lines.h"
#include "../core/checks/core_race.h"
#include "../core/cross_core.h"
#include "../core/tiling.h"
#include "emergency.h"
#include "entry.h"
#include "launch_log.h"
#include "resource_limits.h"

namespace Simulator {

namespace {

constexpr uint64_t POISON_STEP_BYTES = 1 << 20;

std::vector<uint8_t> BytesOfAddress(uint64_t address)
{
    const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&address);
    return std::vector<uint8_t>(bytes, bytes + sizeof(address));
}

// One pointer per kernel argument, to the address of a tensor or to a value's bytes. A list of tensors is one more
// tensor, which this class keeps and adds to `areas`.
class ArgumentBytes {
public:
    ArgumentBytes(const Request &request, std::vector<GlobalTensorArea> &areas)
    {
        if (request.arguments.size() != KERNEL_ENTRY.argumentNum) {
            throw std::invalid_argument(std::string(KERNEL_ENTRY.name) + " takes " +
                                        std::to_string(KERNEL_ENTRY.argumentNum) + " arguments, " +
                                        std::to_string(request.arguments.size()) + " were given");
        }
        storage_.reserve(request.arguments.size());
        lists_.reserve(request.arguments.size());
        for (size_t i = 0; i < request.arguments.size(); ++i) {
            storage_.push_back(BytesOf(i, request.arguments[i], areas));
            pointers_.push_back(storage_.back().data());
        }
    }
    const void *const *Pointers() const { return pointers_.data(); }

private:
    std::vector<uint8_t> BytesOf(size_t index, const Request::Argument &argument, std::vector<GlobalTensorArea> &areas)
    {
        const ArgumentKind &kind = KERNEL_ENTRY.kinds[index];
        const std::string place = "argument " + std::to_string(index) + " of " + KERNEL_ENTRY.name;
        if (argument.tensor >= 0 || !argument.listed.empty()) {
            if (!kind.pointer) {
                throw std::invalid_argument(place + " is a value of " + std::to_string(kind.bytes) +
                                            " B, an array was given");
            }
            return BytesOfAddress(argument.listed.empty() ? areas.at(static_cast<size_t>(argument.tensor)).address
                                                          : AddressOfList(argument, areas));
        }
        if (argument.value.size() != kind.bytes) {
            throw std::invalid_argument(place + " takes " + std::to_string(kind.bytes) + " B" +
                                        (kind.pointer ? " (a GM address: give an array)" : "") + ", " +
                                        std::to_string(argument.value.size()) + " B were given");
        }
        return argument.value;
    }

    uint64_t AddressOfList(const Request::Argument &argument, std::vector<GlobalTensorArea> &areas)
    {
        std::vector<uint64_t> words((argument.value.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
        std::memcpy(words.data(), argument.value.data(), argument.value.size());
        for (const size_t tensor : argument.listed) {
            words.push_back(areas.at(tensor).address);
        }
        lists_.push_back(std::move(words));
        const uint64_t address = reinterpret_cast<uint64_t>(lists_.back().data());
        GlobalTensorArea area{};
        area.name = "list of tensors";
        area.role = Role::IN;
        area.hasMemory = true;
        area.address = address;
        area.bytes = lists_.back().size() * sizeof(uint64_t);
        areas.push_back(area);
        return address;
    }

    std::vector<std::vector<uint8_t>> storage_;
    std::vector<std::vector<uint64_t>> lists_;
    std::vector<const void *> pointers_;
};

// All blocks, in an order drawn by the seed: a kernel that depends on the order of its cores is wrong.
std::vector<uint32_t> BlockOrder(const LaunchSettings &settings)
{
    std::vector<uint32_t> order(settings.blockNum);
    std::iota(order.begin(), order.end(), 0u);
    if (settings.checked) {
        std::mt19937_64 random(settings.seed);
        for (size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[random() % i]);
        }
    }
    return order;
}

void RunKernel(AiCore &core, uint32_t block, const void *const *arguments)
{
    core.RunBlock(block, [&] {
        Finding finding{};
        finding.code = "exception";
        finding.operand = "kernel";
        finding.remedy = "an Ascend C kernel cannot throw: remove host library calls from it";
        try {
            KERNEL_ENTRY.call(arguments);
            CheckTilingKey();
            return;
        } catch (const StopBlock &) {
            throw;
        } catch (const std::bad_alloc &) {
            finding.code = "out-of-memory";
            finding.message = "the launch reached its memory limit";
            finding.remedy = "raise memory_limit_bytes, or use a smaller tensor";
        } catch (const std::exception &error) {
            finding.message = std::string("a C++ exception left the kernel: ") + error.what();
        } catch (...) {
            finding.message = "a C++ exception left the kernel";
        }
        core.Report(finding, core.LastCall(), core.LastLine());
    });
}

class Launch {
public:
    Launch(const Request &request, TensorMappings &mappings, ResourceLimits &limits)
        : request_(request),
          limits_(limits),
          threadNum_(std::max(1u, std::min(request.threadNum, request.settings.blockNum))),
          residentNum_(request.settings.coreNum == 0
                           ? request.settings.blockNum
                           : std::max(threadNum_, std::min(request.settings.blockNum, request.settings.coreNum))),
          findings_(request.reportDescriptor, request.findingLimit),
          scheduler_(BlockOrder(request.settings), {threadNum_, residentNum_}, findings_,
                     [this](uint32_t block) { StartThread(block); }),
          crossCore_(request.settings.blockNum, scheduler_),
          corePointers_(residentNum_, nullptr)
    {
        std::vector<GlobalTensorArea> areas;
        for (const TensorFile &file : request.tensors) {
            tensors_.emplace_back(file, mappings);
            tensors_.back().FillGuard();
            areas.push_back(tensors_.back().Area());
        }
        arguments_ = std::make_unique<ArgumentBytes>(request, areas);
        globalMemory_ = std::make_unique<GlobalMemory>(std::move(areas));
        for (uint32_t i = 0; i < threadNum_; ++i) {
            AddCore();
        }
        InstallHandlers(request.reportDescriptor, *globalMemory_, corePointers_);
    }
    Launch(const Launch &) = delete;
    Launch &operator=(const Launch &) = delete;
    ~Launch() { RemoveHandlers(); }

    void Run()
    {
        if (request_.settings.checked && request_.settings.executes) {
            PoisonOutputs();
        }
        const auto started = std::chrono::steady_clock::now();
        uint32_t block = 0;
        AiCore &core = *cores_[startedNum_++];
        if (scheduler_.Begin(block)) {
            RunBlocks(core, block);
        }
        scheduler_.WaitForAll();
        for (std::thread &thread : threads_) {
            thread.join();
        }
        const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - started;
        CheckMemory();
        WriteLogs(request_, cores_, findings_);
        findings_.Write(JsonLine()
                            .Add("record", "end")
                            .Add("findings_dropped", static_cast<int64_t>(findings_.Dropped()))
                            .Add("kernel_nanoseconds", static_cast<int64_t>(spent.count())));
    }

private:
    void AddCore()
    {
        cores_.push_back(std::make_unique<AiCore>(request_.settings, *globalMemory_, findings_, crossCore_));
        corePointers_[cores_.size() - 1] = cores_.back().get();
    }

    // Under the scheduler's lock.
    void StartThread(uint32_t block)
    {
        if (startedNum_ == cores_.size()) {
            limits_.MakeRoomForThread(request_.settings.ubBytes + request_.settings.logLimit * sizeof(LogRecord));
            AddCore();
        }
        AiCore *core = cores_[startedNum_].get();
        threads_.emplace_back([this, core, block] { RunBlocks(*core, block); });
        ++startedNum_;
    }

    // The block, and further ones as long as the scheduler has some for this thread.
    void RunBlocks(AiCore &core, uint32_t block)
    {
        UseHandlerStack();
        AiCore::Current() = &core;
        do {
            RunKernel(core, block, arguments_->Pointers());
        } while (scheduler_.NextBlock(block));
    }

    template <typename Work>
    void OnThreads(const Work &work)
    {
        std::vector<std::thread> threads;
        try {
            for (uint32_t i = 1; i < threadNum_; ++i) {
                threads.emplace_back(work, i);
            }
        } catch (const std::system_error &) {
            // No more threads to be had: those that run do all the work.
        }
        work(0);
        for (std::thread &thread : threads) {
            thread.join();
        }
    }

    // Before the blocks, so that a kernel that reads what it has not written computes NaN.
    void PoisonOutputs()
    {
        for (const GlobalTensorArea &area : globalMemory_->Areas()) {
            std::atomic<uint64_t> next{0};
            if (area.startsPoisoned) {
                OnThreads([&](uint32_t) {
                    for (uint64_t begin = next.fetch_add(POISON_STEP_BYTES); begin < area.bytes;
                         begin = next.fetch_add(POISON_STEP_BYTES)) {
                        Poison(area, begin, std::min(begin + POISON_STEP_BYTES, area.bytes));
                    }
                });
            }
        }
    }

    // For each tensor whether several cores write the same bytes of it in any order.
    std::vector<bool> CheckCores()
    {
        std::vector<bool> racing(globalMemory_->Areas().size(), false);
        const LineCodes codes{IsOn(CheckBetweenCores, request_.settings), IsOn(CheckStaleLine, request_.settings)};
        std::vector<std::vector<CoreClean>> cleans(request_.settings.blockNum);
        for (const auto &core : cores_) {
            for (const CoreClean &clean : core->GmAccesses().Cleans()) {
                cleans[clean.block].push_back(clean);
            }
        }
        for (size_t index = 0; index < racing.size(); ++index) {
            const GlobalTensorArea &area = globalMemory_->Areas()[index];
            std::vector<const CoreAccess *> accesses;
            for (const auto &core : cores_) {
                for (const CoreAccess &access : core->GmAccesses().Of(index)) {
                    accesses.push_back(&access);
                }
            }
            if (codes.sharedLine) {
                racing[index] = CheckCoreRaces(area, accesses, crossCore_.Order(), findings_);
            }
            CheckCoreLines(area, globalMemory_->DeviceAddress(area.address), accesses, cleans, crossCore_.Order(),
                           codes, findings_);
        }
        return racing;
    }

    void CheckMemory()
    {
        for (const auto &core : cores_) {
            for (size_t area = 0; area < tensors_.size(); ++area) {
                globalMemory_->AddWritten(area, core->Writes().Ranges(area));
            }
        }
        if (request_.settings.checked) {
            const std::vector<bool> racing = CheckCores();
            if (!findings_.HasStop()) {
                CheckCoverage(*globalMemory_, racing, findings_);
            }
            for (const MappedTensor &tensor : tensors_) {
                tensor.CheckGuard(findings_);
            }
        } else {
            globalMemory_->PoisonUnwritten();
        }
    }

    const Request &request_;
    ResourceLimits &limits_;
    const uint32_t threadNum_;
    const uint32_t residentNum_;
    FindingLog findings_;
    BlockScheduler scheduler_;
    CrossCore crossCore_;
    std::vector<MappedTensor> tensors_;
    std::unique_ptr<ArgumentBytes> arguments_;
    std::unique_ptr<GlobalMemory> globalMemory_;
    std::vector<std::unique_ptr<AiCore>> cores_;
    std::vector<AiCore *> corePointers_;  // as long as it may get: the signal handlers read it at any time
    std::vector<std::thread> threads_;
    size_t startedNum_ = 0;
};

}  // namespace

void Refuse(const Request &request, const std::string &reason)
{
    if (request.reportDescriptor != NO_FILE) {
        FindingLog(request.reportDescriptor, 1).Write(JsonLine().Add("record", "refused").Add("message", reason));
    }
}

void RunLaunch(const Request &request, TensorMappings &mappings)
{
    ResourceLimits limits(request, mappings.BytesBeside(request.tensors));
    try {
        Launch(request, mappings, limits).Run();
    } catch (const std::bad_alloc &) {
        Refuse(request, "the memory limit of " + std::to_string(request.memoryBytes) +
                            " B is too low for this launch: use fewer threads or smaller tensors");
    } catch (const std::exception &error) {
        Refuse(request, error.what());
    }
}

}  // namespace Simulator
