// SPDX-License-Identifier: Apache-2.0
// A kernel of several blocks that ends, or does not end, in the way that it is told. y[block] = 1 where one gets
// through.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "kernel_operator.h"

using namespace AscendC;

enum Way {
    NULL_POINTER,
    DIVIDE_BY_ZERO,
    ILLEGAL_INSTRUCTION,
    ABORT,
    KILL,
    TERMINATE,
    STOP,
    STACK_OVERFLOW,
    EXIT,
    EXIT_AS_IF_DONE,
    EXCEPTION,
    EXCEPTION_IN_THREAD,
    OUT_OF_MEMORY,
    OUT_OF_FILES,
    OUT_OF_THREADS,
    FORK_AND_EXIT,
    FORK_AND_SPIN,
    FORK_AND_RETURN,
    FORK_INTO_NEW_SESSION,
    CLOSE_FILES,
    CLOSE_FILES_AND_SPIN,
    WRITE_AND_EXIT,
    WRITE_WITHOUT_END,
    SPIN,
    SPIN_IN_ONE_BLOCK,
    SPIN_DEAF_TO_SIGNALS,
    SLEEP,
    EXEC,
    EXIT_WHILE_OTHERS_WAIT,
    CRASH_WHILE_OTHERS_WAIT,
    SPIN_WHILE_OTHERS_WAIT,
    RETURN_WHILE_OTHERS_WAIT,
    END_THREAD
};

__aicore__ inline void Spin()
{
    for (volatile uint32_t spin = 0;; spin = spin + 1) {
    }
}

__aicore__ inline uint32_t Recurse(volatile uint32_t *from)
{
    volatile uint32_t room[1024];
    room[0] = from == nullptr ? 0 : *from + 1;
    return Recurse(room) + room[0];
}

__aicore__ inline void CloseFiles()
{
    for (int file = 0; file < 1024; ++file) {
        close(file);
    }
}

__aicore__ inline void Die(uint32_t way)
{
    switch (way) {
        case NULL_POINTER:
        case CRASH_WHILE_OTHERS_WAIT:
            *static_cast<volatile int32_t *>(nullptr) = 1;
            break;
        case DIVIDE_BY_ZERO:
            raise(SIGFPE);
            break;
        case ILLEGAL_INSTRUCTION:
            raise(SIGILL);
            break;
        case ABORT:
            std::abort();
        case KILL:
            raise(SIGKILL);
            break;
        case TERMINATE:
            kill(getpid(), SIGTERM);
            Spin();
            break;
        case STOP:
            kill(getpid(), SIGSTOP);
            Spin();
            break;
        case STACK_OVERFLOW:
            Recurse(nullptr);
            break;
        case EXIT:
            std::_Exit(7);
        case EXIT_AS_IF_DONE:
        case EXIT_WHILE_OTHERS_WAIT:
            _exit(0);
        case EXCEPTION:
            throw std::runtime_error("thrown by the kernel");
        case EXCEPTION_IN_THREAD:
            std::thread([] { throw 1; }).join();
            break;
        case OUT_OF_MEMORY:
            for (;;) {
                volatile uint8_t *room = new uint8_t[1 << 28];
                room[0] = 1;
            }
        case OUT_OF_FILES:
            while (dup(STDOUT_FILENO) >= 0) {
            }
            std::_Exit(8);
        case OUT_OF_THREADS:
            for (;;) {
                std::thread([] { Spin(); }).detach();
            }
        case FORK_AND_EXIT:
            if (fork() == 0) {
                Spin();
            }
            std::_Exit(9);
        case FORK_AND_SPIN:
            (void)!fork();
            Spin();
            break;
        case FORK_AND_RETURN:
            if (fork() == 0) {
                Spin();
            }
            break;
        case FORK_INTO_NEW_SESSION:
            if (fork() == 0) {
                setsid();
                Spin();
            }
            std::_Exit(12);
        case CLOSE_FILES:
            CloseFiles();
            std::_Exit(10);
        case CLOSE_FILES_AND_SPIN:
            CloseFiles();
            Spin();
            break;
        case WRITE_AND_EXIT:
        case WRITE_WITHOUT_END:
            for (uint32_t i = 0; i < 1000 || way == WRITE_WITHOUT_END; ++i) {
                static const char TEXT[4096] = {'x'};
                (void)!write(STDOUT_FILENO, TEXT, sizeof(TEXT));
            }
            std::_Exit(11);
        case SPIN_DEAF_TO_SIGNALS: {
            signal(SIGTERM, SIG_IGN);
            Spin();
            break;
        }
        case SLEEP:
            for (;;) {
                pause();
            }
        case EXEC:
            execl("/bin/sleep", "sleep", "1000", static_cast<char *>(nullptr));
            break;
        case END_THREAD:
            pthread_exit(nullptr);
        default:
            Spin();
    }
}

extern "C" __global__ __aicore__ void deadly(GM_ADDR y, GM_ADDR workspace, uint32_t way)
{
    (void)workspace;
    const bool othersWait = way >= EXIT_WHILE_OTHERS_WAIT && way <= RETURN_WHILE_OTHERS_WAIT;
    const bool oneDies = othersWait || way == SPIN_IN_ONE_BLOCK;
    if (way == RETURN_WHILE_OTHERS_WAIT && GetBlockIdx() == 1) {
        return;
    }
    if (GetBlockIdx() == 1 || !oneDies) {
        Die(way);
    }
    if (othersWait) {
        SyncAll();
    }
    GlobalTensor<int32_t> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(y) + 16 * GetBlockIdx(), 1);
    yGm.SetValue(0, 1);
}
