// SPDX-License-Identifier: Apache-2.0
// One launch as the parent words it: on what, how.
#ifndef SIMULATOR_RUNNER_REQUEST_H
#define SIMULATOR_RUNNER_REQUEST_H

#include <string>
#include <vector>

#include "../core/ai_core.h"

namespace Simulator {

constexpr int NO_FILE = -1;

struct TensorFile {
    std::string name;
    Role role;
    bool startsPoisoned;  // what the kernel does not write of it must read as poison afterwards
    int fileDescriptor;   // NO_FILE: addresses without memory, for level "model"
    uint64_t bytes;
    uint64_t block;  // the parent's number for the memory: equal numbers are the same pages

    bool HasMemory() const { return fileDescriptor != NO_FILE; }
};

struct Request {
    LaunchSettings settings;
    uint32_t threadNum = 1;
    uint64_t memoryBytes = 0;  // address space of the whole process; 0: no limit
    uint64_t fileBytes = 0;    // the longest file it may write, printed output included; 0: no limit
    uint64_t findingLimit = 64;
    int reportDescriptor = NO_FILE;
    int logDescriptor = NO_FILE;
    int outputDescriptor = NO_FILE;  // what the kernel prints
    int timingDescriptor = NO_FILE;
    std::vector<TensorFile> tensors;
    // Each argument of the kernel: the index of a tensor, the bytes of a value, or a list of tensors: bytes in global
    // memory that end with their addresses.
    struct Argument {
        int64_t tensor = -1;
        std::vector<uint8_t> value;
        std::vector<size_t> listed;
    };
    std::vector<Argument> arguments;
};

// `words` are options, each followed by its value; a file is named by its place in `files`.
// Throws std::invalid_argument that names the option and its value; `request` then holds the options before it.
void ParseRequest(const std::vector<std::string> &words, const std::vector<int> &files, Request &request);

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_REQUEST_H
