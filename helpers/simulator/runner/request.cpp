// SPDX-License-Identifier: Apache-2.0
#include "request.h"

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

// name,role,file descriptor,bytes
TensorFile ParseTensor(const std::string &text)
{
    std::string fields[4];
    size_t field = 0;
    for (const char character : text) {
        if (character == ',' && field < 3) {
            ++field;
        } else {
            fields[field] += character;
        }
    }
    const Role role = Choice<Role>("--gm", fields[1], {{"in", Role::IN}, {"out", Role::OUT}, {"inout", Role::INOUT}});
    return {fields[0], role, static_cast<int>(Number("--gm", fields[2])), Number("--gm", fields[3])};
}

// gm:<index of a tensor> or value:<bytes in hex>
Request::Argument ParseArgument(const std::string &text)
{
    Request::Argument argument;
    if (text.rfind("gm:", 0) == 0) {
        argument.tensor = static_cast<int64_t>(Number("--arg", text.substr(3)));
        return argument;
    }
    const size_t start = std::strlen("value:");
    if (text.rfind("value:", 0) != 0 || (text.size() - start) % 2 != 0) {
        Refuse("--arg", text, "gm:<tensor> or value:<hex bytes>");
    }
    for (size_t i = start; i < text.size(); i += 2) {
        argument.value.push_back(static_cast<uint8_t>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
    }
    return argument;
}

void SetOption(Request &request, const std::string &option, const std::string &text)
{
    LaunchSettings &settings = request.settings;
    if (option == "--blocks") {
        settings.blockNum = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--npu-arch") {
        settings.npuArch = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--ub-bytes") {
        settings.ubBytes = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--level") {
        settings.checked = Choice<bool>(option, text, {{"fast", false}, {"checked", true}});
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
    } else if (option == "--threads") {
        request.threadNum = static_cast<uint32_t>(Number(option, text));
    } else if (option == "--memory-bytes") {
        request.memoryBytes = Number(option, text);
    } else if (option == "--file-bytes") {
        request.fileBytes = Number(option, text);
    } else if (option == "--finding-limit") {
        request.findingLimit = Number(option, text);
    } else if (option == "--report-fd") {
        request.reportDescriptor = static_cast<int>(Number(option, text));
    } else if (option == "--log-fd") {
        request.logDescriptor = static_cast<int>(Number(option, text));
    } else if (option == "--gm") {
        request.tensors.push_back(ParseTensor(text));
    } else if (option == "--arg") {
        request.arguments.push_back(ParseArgument(text));
    } else {
        Refuse(option, text, "the options of runner/request.cpp");
    }
}

}  // namespace

void ParseRequest(int argumentNum, char **arguments, Request &request)
{
    for (int i = 1; i < argumentNum; i += 2) {
        if (i + 1 >= argumentNum) {
            Refuse(arguments[i], "", "an option with a value");
        }
        SetOption(request, arguments[i], arguments[i + 1]);
    }
}

}  // namespace Simulator
