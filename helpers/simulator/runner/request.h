// SPDX-License-Identifier: Apache-2.0
// The command line of the runner: what to launch, on what, how.
#ifndef SIMULATOR_RUNNER_REQUEST_H
#define SIMULATOR_RUNNER_REQUEST_H

#include <string>
#include <vector>

#include "../core/ai_core.h"

namespace Simulator {

struct TensorFile {
    std::string name;
    Role role;
    int fileDescriptor;
    uint64_t bytes;
};

struct Request {
    LaunchSettings settings;
    uint32_t threadNum = 1;
    uint64_t memoryBytes = 0;  // address space of the whole process; 0: no limit
    uint64_t fileBytes = 0;    // the longest file it may write, printed output included; 0: no limit
    uint64_t findingLimit = 64;
    int reportDescriptor = -1;
    int logDescriptor = -1;
    std::vector<TensorFile> tensors;
    // Each argument of the kernel: the index of a tensor, or the bytes of a value.
    struct Argument {
        int64_t tensor = -1;
        std::vector<uint8_t> value;
    };
    std::vector<Argument> arguments;
};

// Throws std::invalid_argument that names the option and its value; `request` then holds the options before it.
void ParseRequest(int argumentNum, char **arguments, Request &request);

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_REQUEST_H
