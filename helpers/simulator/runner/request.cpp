// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <stdexcept>

#include "../core/checks/check.h"

namespace Simulator {

namespace {

[[noreturn]] void Refuse(const std::string &option, const std::string &value, const std::string &allowed)
{
    throw std::invalid_argument("option " + option + " has the value '" + value + "', allowed: " + allowed);
}

uint64_t Number(const std::string &option, const std::string &text)
{
    char *end = nullptr;
    const uint64_t value = std::strtoull(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || text[0] == '-') {
        Refuse(option, text, "a whole number of at least 0");
    }
    return value;
}

template <typename T>
struct Named {
    const char *name;
    T value;
};

template <typename T>
T Choice(const std::string &option, const std::string &text, std::initializer_list<Named<T>> choices)
{
    std::string names;
    for (const Named<T> &choice : choices) {
        if (text == choice.name) {
            return choice.value;
        }
        names += (names.empty() ? "" : ", ") + std::string(choice.name);
    }
    Refuse(option, text, names);
}

uint32_t CheckBit(const std::string &name)
{
    uint32_t bit = 1;
    std::string names;
    for (const Check &check : CHECKS) {
        if (name == check.name) {
            return bit;
        }
        names += (names.empty() ? "" : ", ") + std::string(check.name);
        bit <<= 1;
    }
    Refuse("--off", name, names);
}

int FileAt(const std::string &option, const std::string &text, const std::vector<int> &files)
{
    const uint64_t place = Number(option, text);
    if (place >= files.size()) {
        Refuse(option, text, "the places of the " + std::to_string(files.size()) + " files that came along");
    }
    return files[place];
}

struct TensorRole {
    Role role;
    bool startsPoisoned;
};

// name,role,place of the file or "none",bytes,block
TensorFile ParseTensor(const std::string &text, const std::vector<int> &files)
{
    std::string fields[5];
    size_t field = 0;
    for (const char character : text) {
        if (character == ',' && field < 4) {
            ++field;
        } else {
            fields[field] += character;
        }
    }
    const TensorRole role = Choice<TensorRole>("--gm", fields[1],
                                               {{"in", {Role::IN, false}},
                                                {"out", {Role::OUT, false}},
                                                {"poisoned-out", {Role::OUT, true}},
                                                {"inout", {Role::INOUT, false}}});
    const int file = fields[2] == "none" ? NO_FILE : FileAt("--gm", fields[2], files);
    return {fields[0], role.role, role.startsPoisoned, file, Number("--gm", fields[3]), Number("--gm", fields[4])};
}

// gm:<index of a tensor>, value:<bytes in hex> or list:<bytes in hex>:<index>,<index>,...
Request::Argument ParseArgument(const std::string &text)
{
    Request::Argument argument;
    const size_t kindEnd = std::min(text.find(':'), text.size());
    const std::string kind = text.substr(0, kindEnd);
    const size_t start = kindEnd + 1;
    if (kind == "gm") {
        argument.tensor = static_cast<int64_t>(Number("--arg", text.substr(start)));
        return argument;
    }
    const size_t end = kind == "list" ? text.find(':', start) : text.size();
    if ((kind != "value" && kind != "list") || end == std::string::npos || (end - start) % 2 != 0) {
        Refuse("--arg", text, "gm:<tensor>, value:<hex bytes> or list:<hex bytes>:<tensor>,<tensor>,...");
    }
    for (size_t i = start; i < end; i += 2) {
        argument.value.push_back(static_cast<uint8_t>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
    }
    for (size_t i = end; i < text.size(); i = std::min(text.find(',', i + 1), text.size())) {
        const size_t next = std::min(text.find(',', i + 1), text.size());
        argument.listed.push_back(Number("--arg", text.substr(i + 1, next - i - 1)));
    }
    return argument;
}

void SetLevel(LaunchSettings &settings, const std::string &text)
{
    struct Level {
        bool checked;
        bool executes;
    };
    const Level level =
        Choice<Level>("--level", text, {{"fast", {false, true}}, {"checked", {true, true}}, {"model", {true, false}}});
    settings.checked = level.checked;
    settings.executes = level.executes;
}

void SetOption(Request &request, const std::string &option, const std::string &text, const std::vector<int> &files)
{
    LaunchSettings &settings = request.settings;
    if (option == "--blocks") {
        settings.blockNum = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--npu-arch") {
        settings.npuArch = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--ub-bytes") {
        settings.ubBytes = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--cores") {
        settings.coreNum = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--level") {
        SetLevel(settings, text);
    } else if (option == "--strict-sync") {
        settings.strictSync = Number(option, text) != 0;
    } else if (option == "--off") {
        settings.checksOff |= CheckBit(text);
    } else if (option == "--schedule") {
        settings.schedule = Choice<Schedule>(
            option, text, {{"eager", Schedule::EAGER}, {"on_wait", Schedule::ON_WAIT}, {"random", Schedule::RANDOM}});
    } else if (option == "--seed") {
        settings.seed = Number(option, text);
    } else if (option == "--overflow") {
        settings.overflow =
            Choice<Overflow>(option, text, {{"infnan", Overflow::INFNAN}, {"saturate", Overflow::SATURATE}});
    } else if (option == "--flush-to-zero") {
        settings.flushToZero = Number(option, text) != 0;
    } else if (option == "--tiling-key") {
        settings.tilingKey = Number(option, text);
    } else if (option == "--log") {
        settings.logLimit = Number(option, text);
    } else if (option == "--timing") {
        settings.timingLimit = Number(option, text);
    } else if (option == "--threads") {
        request.threadNum = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--memory-bytes") {
        request.memoryBytes = Number(option, text);
    } else if (option == "--file-bytes") {
        request.fileBytes = Number(option, text);
    } else if (option == "--finding-limit") {
        request.findingLimit = Number(option, text);
    } else if (option == "--report-file") {
        request.reportDescriptor = FileAt(option, text, files);
    } else if (option == "--log-file") {
        request.logDescriptor = FileAt(option, text, files);
    } else if (option == "--output-file") {
        request.outputDescriptor = FileAt(option, text, files);
    } else if (option == "--timing-file") {
        request.timingDescriptor = FileAt(option, text, files);
    } else if (option == "--gm") {
        request.tensors.push_back(ParseTensor(text, files));
    } else if (option == "--arg") {
        request.arguments.push_back(ParseArgument(text));
    } else {
        Refuse(option, text, "the options of runner/request.cpp");
    }
}

}  // namespace

void ParseRequest(const std::vector<std::string> &words, const std::vector<int> &files, Request &request)
{
    for (size_t i = 0; i < words.size(); i += 2) {
        if (i + 1 >= words.size()) {
            Refuse(words[i], "", "an option with a value");
        }
        SetOption(request, words[i], words[i + 1], files);
    }
}

}  // namespace Simulator
