// SPDX-License-Identifier: Apache-2.0
#include "tiling.h"

#include <algorithm>
#include <string>
#include <vector>

#include "ai_core.h"

namespace Simulator {

namespace {

// The keys that the current block has asked about in vain, and where it asked last.
struct AskedKeys {
    std::vector<uint64_t> keys;
    SourceLine where{"", 0};
    bool matched = false;
};

AskedKeys &Asked()
{
    thread_local AskedKeys asked;
    return asked;
}

}  // namespace

const void *FindTiling(const void *argument, size_t bytes, const char *structName, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint64_t address = reinterpret_cast<uint64_t>(argument);
    uint64_t held = 0;
    if (!core.Gm().Areas().empty()) {
        const GlobalTensorArea &area = core.Gm().Nearest(address);
        held = address >= area.address && address < area.address + area.bytes ? area.address + area.bytes - address : 0;
    }
    if (held < bytes) {
        core.Report({"tiling-size", "tiling",
                     "the tiling argument holds " + std::to_string(held) + " B, " + structName + " has " +
                         std::to_string(bytes) + " B",
                     "give tiling= the bytes of this struct, with its padding; tiling follows workspace_bytes",
                     static_cast<int64_t>(held), static_cast<int64_t>(bytes)},
                    "GET_TILING_DATA", where);
    }
    return argument;
}

uint64_t TilingKey()
{
    return AiCore::Current()->Settings().tilingKey;
}

bool IsTilingKey(uint64_t key, SourceLine where)
{
    const bool matches = key == TilingKey();
    AskedKeys &asked = Asked();
    asked.where = where;
    asked.matched = asked.matched || matches;
    if (std::find(asked.keys.begin(), asked.keys.end(), key) == asked.keys.end()) {
        asked.keys.push_back(key);
    }
    return matches;
}

void CheckTilingKey()
{
    const AskedKeys asked = Asked();
    Asked() = AskedKeys();
    if (asked.keys.empty() || asked.matched) {
        return;
    }
    std::string names;
    for (const uint64_t key : asked.keys) {
        names += (names.empty() ? "" : ", ") + std::to_string(key);
    }
    const int64_t given = static_cast<int64_t>(TilingKey());
    AiCore::Current()->Note({"tiling-key", "tiling_key",
                             "no TILING_KEY_IS names the tiling key " + std::to_string(given) +
                                 " of this launch; the kernel asks for " + names,
                             "launch with tiling_key= one of them", given, static_cast<int64_t>(asked.keys.front())},
                            "TILING_KEY_IS", asked.where);
}

void ReportKernelType(const char *type, SourceLine where)
{
    AiCore::Current()->Report({"kernel-type", "tiling_key",
                               std::string("this tiling key runs as ") + type +
                                   ", with cores of the matrix unit, which this simulator does not have",
                               "launch a tiling key of vector cores: KERNEL_TYPE_AIV_ONLY, KERNEL_TYPE_MIX_AIV_1_0",
                               static_cast<int64_t>(TilingKey()), 0},
                              "KERNEL_TASK_TYPE", where);
    throw StopBlock();
}

}  // namespace Simulator
