// SPDX-License-Identifier: Apache-2.0
// The child process: launches one kernel whenever the parent asks, until the parent closes the socket.
#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <pthread.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "channel.h"
#include "entry.h"
#include "launch.h"

namespace Simulator {

namespace {

constexpr int EXIT_CLEAN = 0;
constexpr int EXIT_USAGE = 2;
constexpr int EXIT_ORPHAN = 5;
constexpr int EXIT_IDLE = 6;  // helpers/worker.py knows it

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

// Logs of megabytes come and go with each launch: their memory is kept for the next, where the C library would have it
// returned, and cleared page by page when it comes back.
void KeepFreedMemory()
{
#ifdef __GLIBC__
    constexpr int KEPT_BYTES = 1 << 25;
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

// Sends what is printed to `descriptor`, or nowhere.
void RedirectOutput(int descriptor)
{
    std::fflush(nullptr);
    const int target = descriptor == NO_FILE ? open("/dev/null", O_WRONLY) : descriptor;
    dup2(target, STDOUT_FILENO);
    dup2(target, STDERR_FILENO);
    if (descriptor == NO_FILE) {
        close(target);
    }
}

// A process that a kernel forks ends with it, also where it has left the group that the parent ends.
void EndForkedProcesses()
{
#ifdef __linux__
    static const pid_t worker = getpid();
    pthread_atfork(nullptr, nullptr, [] {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != worker) {
            _exit(EXIT_ORPHAN);
        }
    });
#endif
}

void Serve(const Message &message, TensorMappings &mappings)
{
    Request request;
    try {
        ParseRequest(message.words, message.files, request);
    } catch (const std::exception &error) {
        Refuse(request, error.what());
        return;
    }
    RedirectOutput(request.outputDescriptor);
    RunLaunch(request, mappings);
    RedirectOutput(NO_FILE);
}

// The launch has threads of its own, so that this one can watch the parent and no thread outlives a launch.
int RunLaunches(int idleSeconds)
{
    signal(SIGXFSZ, SIG_IGN);  // a kernel that prints without end then prints into the void
    signal(SIGPIPE, SIG_IGN);
    const struct rlimit noCore = {0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    EndForkedProcesses();
    KeepFreedMemory();
    Channel channel;
    TensorMappings mappings;
    for (;;) {
        Message message;
        const Channel::Received received = channel.Receive(message, idleSeconds);
        if (received != Channel::Received::MESSAGE) {
            return received == Channel::Received::IDLE ? EXIT_IDLE : EXIT_CLEAN;
        }
        if (message.words.size() == 2 && message.words[0] == "--forget") {
            mappings.Forget(std::stoull(message.words[1]));
            continue;
        }
        int done[2];
        if (pipe(done) != 0) {
            throw std::runtime_error("no pipe to be had");
        }
        std::thread launch([&] {
            Serve(message, mappings);
            while (write(done[1], "", 1) < 0 && errno == EINTR) {
            }
            close(done[1]);  // alone it would not do: a process that the kernel forked holds the pipe open
        });
        if (!channel.StaysOpenUntil(done[0])) {
            _exit(EXIT_ORPHAN);  // no orphan outlives its notebook
        }
        launch.join();
        close(done[0]);
        channel.ReplyDone();
    }
}

int Main(int argumentNum, char **arguments)
{
    if (argumentNum != 2) {
        std::fprintf(stderr, "give --describe, or the seconds to wait for a launch\n");
        return EXIT_USAGE;
    }
    if (std::strcmp(arguments[1], "--describe") == 0) {
        return Describe();
    }
    try {
        return RunLaunches(std::stoi(arguments[1]));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_USAGE;
    }
}

}  // namespace

}  // namespace Simulator

int main(int argumentNum, char **arguments)
{
    return Simulator::Main(argumentNum, arguments);
}
