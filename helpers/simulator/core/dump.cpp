// SPDX-License-Identifier: Apache-2.0
#include "dump.h"

#include <cstdio>

#include "ai_core.h"

namespace Simulator {

namespace {

std::string Hex(uint64_t value)
{
    char text[24];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

// Rows of the last axis stand on lines of their own.
std::string Nested(const std::vector<std::string> &values, const std::vector<uint32_t> &shape, size_t axis,
                   size_t &next)
{
    std::string text = "[";
    const bool isRow = axis + 1 >= shape.size();
    for (uint32_t i = 0; i < shape[axis]; ++i) {
        if (isRow) {
            text += (i == 0 ? "" : ", ") + (next < values.size() ? values[next] : std::string("-"));
            ++next;
        } else {
            text += (i == 0 ? "" : ",\n") + Nested(values, shape, axis + 1, next);
        }
    }
    return text + "]";
}

}  // namespace

std::string AddressText(const LocalOperand &tensor)
{
    return Hex(tensor.view.address);
}

std::string AddressText(const GlobalOperand &tensor)
{
    const GlobalTensorArea &area = AiCore::Current()->Gm().Nearest(tensor.address);
    return area.name + "+" + Hex(tensor.address - area.address);
}

std::string Arranged(const std::vector<std::string> &values, const std::vector<uint32_t> &shape)
{
    const std::vector<uint32_t> whole = {static_cast<uint32_t>(values.size())};
    size_t next = 0;
    return Nested(values, shape.empty() ? whole : shape, 0, next);
}

}  // namespace Simulator
