// SPDX-License-Identifier: Apache-2.0
#include "emergency.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace Simulator {

namespace {

constexpr size_t HANDLER_STACK_BYTES = 128 * 1024;
constexpr int EXIT_CRASH = 4;

int reportDescriptor = -1;
const GlobalMemory *memory = nullptr;
const std::vector<AiCore *> *allCores = nullptr;

// Neither allocation nor locks: the interrupted thread may hold either.
void WriteFinding(const char *code, const AiCore &core, const char *message, const char *remedy)
{
    char file[512];
    size_t length = 0;
    for (const char *c = core.LastLine().file; *c != '\0' && length + 1 < sizeof(file); ++c) {
        file[length++] = *c == '"' || *c == '\\' || static_cast<unsigned char>(*c) < 0x20 ? '?' : *c;
    }
    file[length] = '\0';
    char text[1536];
    const int size = std::snprintf(
        text, sizeof(text),
        "{\"record\": \"finding\", \"code\": \"%s\", \"severity\": \"error\", \"core\": %u, \"call\": \"%s\", "
        "\"file\": \"%s\", \"line\": %d, \"operand\": \"\", \"message\": \"%s\", \"actual\": 0, \"expected\": 0, "
        "\"remedy\": \"%s\"}\n",
        code, core.BlockIdx(), core.LastCall(), file, core.LastLine().line, message, remedy);
    if (size > 0 && write(reportDescriptor, text, static_cast<size_t>(size)) < 0) {
        _exit(EXIT_CRASH);  // the parent sees the missing end record
    }
}

const char *SignalName(int number)
{
    switch (number) {
        case SIGSEGV:
            return "invalid memory access (SIGSEGV)";
        case SIGBUS:
            return "invalid memory access (SIGBUS)";
        case SIGFPE:
            return "integer division by zero (SIGFPE)";
        case SIGILL:
            return "illegal instruction (SIGILL)";
        default:
            return "abort (SIGABRT)";
    }
}

void OnCrash(int number, siginfo_t *info, void *)
{
    const AiCore *core = AiCore::Current();
    if (core == nullptr || !core->InBlock()) {
        _exit(EXIT_CRASH);
    }
    char message[512];
    const uint64_t address = reinterpret_cast<uint64_t>(info->si_addr);
    int used = std::snprintf(message, sizeof(message), "the kernel's own code ended in: %s, after the call named here",
                             SignalName(number));
    if (number == SIGSEGV || number == SIGBUS) {
        const GlobalTensorArea &area = memory->Nearest(address);
        const int64_t offset = static_cast<int64_t>(address - area.address);
        constexpr int64_t NEAR = 1 << 20;
        if (offset > -NEAR && offset < static_cast<int64_t>(area.bytes) + NEAR) {
            std::snprintf(message + used, sizeof(message) - static_cast<size_t>(used),
                          "; it touched byte %lld of global tensor %s, which holds %llu B%s",
                          static_cast<long long>(offset), area.name.c_str(),
                          static_cast<unsigned long long>(area.bytes),
                          !area.hasMemory         ? " and has no memory at level model: use fast or checked"
                          : area.role == Role::IN ? " and is read only"
                                                  : "");
        }
    }
    WriteFinding("crash", *core, message, "check raw pointers, array indices and recursion near this line");
    _exit(EXIT_CRASH);
}

void OnTimeLimit(int, siginfo_t *, void *)
{
    for (const AiCore *core : *allCores) {
        if (core != nullptr && core->InBlock()) {
            WriteFinding("timeout", *core, "the block was still running when the time limit ended the launch",
                         "check the loop after this call; a larger tensor needs a larger timeout_seconds");
        }
    }
    _exit(EXIT_CRASH);
}

}  // namespace

void InstallHandlers(int descriptor, const GlobalMemory &globalMemory, const std::vector<AiCore *> &cores)
{
    reportDescriptor = descriptor;
    memory = &globalMemory;
    allCores = &cores;
    struct sigaction action;
    std::memset(&action, 0, sizeof(action));
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    action.sa_sigaction = OnCrash;
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
        sigaction(number, &action, nullptr);
    }
    action.sa_sigaction = OnTimeLimit;
    sigaction(SIGTERM, &action, nullptr);
}

void UseHandlerStack()
{
    thread_local std::unique_ptr<uint8_t[]> memoryOfStack(new uint8_t[HANDLER_STACK_BYTES]);
    stack_t stack;
    std::memset(&stack, 0, sizeof(stack));
    stack.ss_sp = memoryOfStack.get();
    stack.ss_size = HANDLER_STACK_BYTES;
    sigaltstack(&stack, nullptr);
}

void RemoveHandlers()
{
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM}) {
        signal(number, SIG_DFL);
    }
}

}  // namespace Simulator
