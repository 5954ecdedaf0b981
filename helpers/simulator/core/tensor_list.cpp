// SPDX-License-Identifier: Apache-2.0
#include "tensor_list.h"

#include <string>

#include "ai_core.h"

namespace Simulator {

namespace {

constexpr uint64_t WORD_BYTES = sizeof(uint64_t);
constexpr uint64_t LOWER_HALF = 0xffffffff;

void Require(bool holds, const std::string &message, int64_t actual, int64_t expected, const char *call,
             SourceLine where)
{
    if (!holds) {
        AiCore::Current()->Report(
            {"tensor-list", "list of tensors", message,
             "give the launch a list of arrays for this argument, and ask for those it has", actual, expected},
            call, where);
    }
}

}  // namespace

TensorListView ReadTensorList(const void *list, uint32_t expectedBytes, uint32_t expectedNum, SourceLine where)
{
    const char *call = "ListTensorDesc";
    Require(list != nullptr, "the list is at address 0", 0, 1, call, where);
    const GlobalMemory &memory = AiCore::Current()->Gm();
    const GlobalTensorArea &area = memory.Nearest(reinterpret_cast<uint64_t>(list));
    const uint64_t *words = static_cast<const uint64_t *>(list);
    Require(area.address == reinterpret_cast<uint64_t>(list) && area.bytes >= 3 * WORD_BYTES && area.hasMemory,
            "what is there is " + area.name + " of " + std::to_string(area.bytes) + " B, which is no list", 0, 1, call,
            where);
    TensorListView view;
    const uint64_t addressesAt = words[0];
    view.dim = static_cast<uint32_t>(words[1] & LOWER_HALF);
    const uint64_t descriptionBytes = (view.dim == 0 ? 2 : 1 + uint64_t{view.dim}) * WORD_BYTES;
    Require(addressesAt % WORD_BYTES == 0 && addressesAt < area.bytes &&
                (addressesAt - WORD_BYTES) % descriptionBytes == 0 && (view.dim != 0 || addressesAt == 3 * WORD_BYTES),
            "its addresses start at byte " + std::to_string(addressesAt) + " of " + std::to_string(area.bytes) +
                ", behind descriptions of " + std::to_string(descriptionBytes) + " B each: this is no list",
            static_cast<int64_t>(addressesAt), static_cast<int64_t>(area.bytes), call, where);
    view.size = static_cast<uint32_t>(view.dim == 0 ? words[1] >> 32 : (addressesAt - WORD_BYTES) / descriptionBytes);
    const uint64_t bytes = addressesAt + view.size * WORD_BYTES;
    Require(bytes <= area.bytes,
            "it has " + std::to_string(view.size) + " tensors, which take " + std::to_string(bytes) + " of its " +
                std::to_string(area.bytes) + " B: this is no list",
            static_cast<int64_t>(bytes), static_cast<int64_t>(area.bytes), call, where);
    Require(expectedNum == 0 || expectedNum == view.size,
            "the kernel expects " + std::to_string(expectedNum) + " tensors, the list has " + std::to_string(view.size),
            view.size, expectedNum, call, where);
    Require(expectedBytes == 0 || expectedBytes == bytes,
            "the kernel expects " + std::to_string(expectedBytes) + " B, the list has " + std::to_string(bytes) + " B",
            static_cast<int64_t>(bytes), expectedBytes, call, where);
    view.shapes = words + 1;
    view.addresses = words + addressesAt / WORD_BYTES;
    return view;
}

uint64_t AddressInList(const TensorListView &list, uint32_t index, SourceLine where)
{
    Require(index < list.size, "tensor " + std::to_string(index) + " of a list of " + std::to_string(list.size), index,
            list.size, "GetDataPtr", where);
    return list.addresses[index];
}

void CopyTensorShape(const TensorListView &list, uint32_t index, uint64_t *shape, SourceLine where)
{
    Require(index < list.size && list.dim != 0 && shape != nullptr,
            "the shape of tensor " + std::to_string(index) + " of a list of " + std::to_string(list.size) + " with " +
                std::to_string(list.dim) + " dimensions each" + (shape == nullptr ? ", before SetShapeAddr" : ""),
            index, list.size, "GetDesc", where);
    const uint64_t *from = list.shapes + index * (1 + uint64_t{list.dim}) + 1;
    for (uint32_t i = 0; i < list.dim; ++i) {
        shape[i] = from[i];
    }
}

}  // namespace Simulator
