// SPDX-License-Identifier: Apache-2.0
// The child process that runs one launch: maps the tensors, runs the blocks on threads, reports, ends.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "../core/checks/check.h"
#include "../core/tiling.h"
#include "emergency.h"
#include "entry.h"
#include "mapped_tensor.h"
#include "request.h"

namespace Simulator {

namespace {

constexpr int EXIT_CLEAN = 0;
constexpr int EXIT_FINDINGS = 1;
constexpr int EXIT_USAGE = 2;

void Limit(int resource, uint64_t bytes)
{
    const struct rlimit limit = {static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
    setrlimit(resource, &limit);
}

void LimitResources(const Request &request)
{
    if (request.memoryBytes > 0) {
        Limit(RLIMIT_AS, request.memoryBytes);
    }
    if (request.fileBytes > 0) {
        signal(SIGXFSZ, SIG_IGN);  // a kernel that prints without end then prints into the void
        Limit(RLIMIT_FSIZE, request.fileBytes);
    }
    Limit(RLIMIT_CORE, 0);
}

// One pointer per kernel argument, to the address of a tensor or to a value's bytes.
class ArgumentBytes {
public:
    ArgumentBytes(const Request &request, const std::vector<GlobalTensorArea> &areas)
    {
        if (request.arguments.size() != KERNEL_ENTRY.argumentNum) {
            throw std::invalid_argument(std::string(KERNEL_ENTRY.name) + " takes " +
                                        std::to_string(KERNEL_ENTRY.argumentNum) + " arguments, " +
                                        std::to_string(request.arguments.size()) + " were given");
        }
        storage_.reserve(request.arguments.size());
        for (size_t i = 0; i < request.arguments.size(); ++i) {
            storage_.push_back(BytesOf(i, request.arguments[i], areas));
            pointers_.push_back(storage_.back().data());
        }
    }
    const void *const *Pointers() const { return pointers_.data(); }

private:
    static std::vector<uint8_t> BytesOf(size_t index, const Request::Argument &argument,
                                        const std::vector<GlobalTensorArea> &areas)
    {
        const ArgumentKind &kind = KERNEL_ENTRY.kinds[index];
        const std::string place = "argument " + std::to_string(index) + " of " + KERNEL_ENTRY.name;
        if (argument.tensor >= 0) {
            if (!kind.pointer) {
                throw std::invalid_argument(place + " is a value of " + std::to_string(kind.bytes) +
                                            " B, an array was given");
            }
            const uint64_t address = areas.at(static_cast<size_t>(argument.tensor)).address;
            const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&address);
            return std::vector<uint8_t>(bytes, bytes + sizeof(address));
        }
        if (argument.value.size() != kind.bytes) {
            throw std::invalid_argument(place + " takes " + std::to_string(kind.bytes) + " B" +
                                        (kind.pointer ? " (a GM address: give an array)" : "") + ", " +
                                        std::to_string(argument.value.size()) + " B were given");
        }
        return argument.value;
    }

    std::vector<std::vector<uint8_t>> storage_;
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

void WriteLog(const Request &request, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings)
{
    std::map<std::string, uint16_t> indices;
    std::string names;
    const auto indexOf = [&](const char *name) {
        const auto inserted = indices.emplace(name, static_cast<uint16_t>(indices.size()));
        if (inserted.second) {
            names += (names.empty() ? "" : ", ") + JsonString(name);
        }
        return inserted.first->second;
    };
    std::map<std::string, CallTotals> totals;
    uint64_t dropped = 0;
    FILE *file = fdopen(request.logDescriptor, "wb");
    for (const auto &core : cores) {
        for (EventLog::Entry entry : core->Log().Entries()) {
            entry.record.call = indexOf(entry.call);
            entry.record.file = indexOf(entry.file);
            if (file != nullptr) {
                std::fwrite(&entry.record, sizeof(entry.record), 1, file);
            }
        }
        for (const CallTotals &part : core->Log().Totals()) {
            CallTotals &sum = totals[part.call];
            sum.instructions += part.instructions;
            sum.elements += part.elements;
            sum.bytesFromGm += part.bytesFromGm;
            sum.bytesToGm += part.bytesToGm;
        }
        dropped += core->Log().Dropped();
    }
    if (file != nullptr) {
        std::fflush(file);
    }
    for (const auto &total : totals) {
        findings.Write(JsonLine()
                           .Add("record", "totals")
                           .Add("call", total.first)
                           .Add("instructions", static_cast<int64_t>(total.second.instructions))
                           .Add("elements", static_cast<int64_t>(total.second.elements))
                           .Add("bytes_from_gm", static_cast<int64_t>(total.second.bytesFromGm))
                           .Add("bytes_to_gm", static_cast<int64_t>(total.second.bytesToGm)));
    }
    findings.Write(JsonLine()
                       .Add("record", "log")
                       .AddRaw("names", "[" + names + "]")
                       .Add("dropped", static_cast<int64_t>(dropped)));
}

int Launch(const Request &request)
{
    std::vector<MappedTensor> tensors;
    std::vector<GlobalTensorArea> areas;
    for (const TensorFile &file : request.tensors) {
        tensors.emplace_back(file);
        tensors.back().FillGuard();
        areas.push_back(tensors.back().Area());
    }
    const ArgumentBytes arguments(request, areas);
    GlobalMemory globalMemory(areas);
    FindingLog findings(request.reportDescriptor, request.findingLimit);

    const uint32_t threadNum = std::max(1u, std::min(request.threadNum, request.settings.blockNum));
    std::vector<std::unique_ptr<AiCore>> cores;
    std::vector<AiCore *> corePointers;
    for (uint32_t i = 0; i < threadNum; ++i) {
        cores.push_back(std::make_unique<AiCore>(request.settings, globalMemory, findings));
        corePointers.push_back(cores.back().get());
    }
    InstallHandlers(request.reportDescriptor, globalMemory, corePointers);

    const std::vector<uint32_t> order = BlockOrder(request.settings);
    std::atomic<size_t> next{0};
    const auto started = std::chrono::steady_clock::now();
    const auto work = [&](uint32_t thread) {
        UseHandlerStack();
        AiCore::Current() = cores[thread].get();
        for (size_t i = next++; i < order.size(); i = next++) {
            RunKernel(*cores[thread], order[i], arguments.Pointers());
        }
    };
    std::vector<std::thread> threads;
    try {
        for (uint32_t i = 1; i < threadNum; ++i) {
            threads.emplace_back(work, i);
        }
    } catch (const std::system_error &) {
        // No more threads to be had: those that run take all blocks.
    }
    work(0);
    for (std::thread &thread : threads) {
        thread.join();
    }
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - started;

    if (request.settings.checked) {
        for (const auto &core : cores) {
            for (size_t area = 0; area < areas.size(); ++area) {
                globalMemory.AddWritten(area, core->Writes().Ranges(area));
            }
        }
        if (!findings.HasError()) {
            CheckCoverage(globalMemory, findings);
        }
        for (const MappedTensor &tensor : tensors) {
            tensor.CheckGuard(findings);
        }
    }
    WriteLog(request, cores, findings);
    findings.Write(JsonLine()
                       .Add("record", "end")
                       .Add("findings_dropped", static_cast<int64_t>(findings.Dropped()))
                       .Add("kernel_nanoseconds", static_cast<int64_t>(spent.count())));
    return findings.HasError() ? EXIT_FINDINGS : EXIT_CLEAN;
}

int Refuse(const Request &request, const std::string &reason)
{
    if (request.reportDescriptor >= 0) {
        FindingLog(request.reportDescriptor, 1).Write(JsonLine().Add("record", "refused").Add("message", reason));
    }
    std::fprintf(stderr, "%s\n", reason.c_str());
    return EXIT_USAGE;
}

// What the kernel takes, as a JSON list: asked for once when the kernel is built.
int Describe()
{
    for (uint32_t i = 0; i < KERNEL_ENTRY.argumentNum; ++i) {
        const ArgumentKind &kind = KERNEL_ENTRY.kinds[i];
        std::printf("%s{\"kind\": \"%s\", \"bytes\": %u}", i == 0 ? "[" : ", ", kind.name, kind.bytes);
    }
    std::printf("%s]\n", KERNEL_ENTRY.argumentNum == 0 ? "[" : "");
    return EXIT_CLEAN;
}

int Main(int argumentNum, char **arguments)
{
    if (argumentNum == 2 && std::strcmp(arguments[1], "--describe") == 0) {
        return Describe();
    }
    Request request;
    try {
        ParseRequest(argumentNum, arguments, request);
        LimitResources(request);
        ExitWithParent();
        return Launch(request);
    } catch (const std::bad_alloc &) {
        return Refuse(request, "the memory limit of " + std::to_string(request.memoryBytes) +
                                   " B is too low for this launch: use fewer threads or smaller tensors");
    } catch (const std::exception &error) {
        return Refuse(request, error.what());
    }
}

}  // namespace

}  // namespace Simulator

int main(int argumentNum, char **arguments)
{
    const int code = Simulator::Main(argumentNum, arguments);
    std::fflush(nullptr);
    _exit(code);  // the thread that watches the parent is still in read()
}
