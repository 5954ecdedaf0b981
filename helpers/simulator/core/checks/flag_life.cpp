// SPDX-License-Identifier: Apache-2.0
#include "flag_life.h"

#include <algorithm>
#include <cstring>

namespace Simulator {

namespace {

std::string PipeName(Pipe pipe)
{
    return PIPE_NAMES[static_cast<uint32_t>(pipe)];
}

// "MTE2_V id 0"
std::string FlagName(PipePair pair, uint32_t id)
{
    return PipeName(pair.source) + "_" + PipeName(pair.destination) + " id " + std::to_string(id);
}

std::string LineOf(SourceLine where)
{
    return "line " + std::to_string(where.line);
}

// "V waits at line 80 for flag MTE2_V id 0"
std::string WaitText(const Instruction &wait)
{
    return PipeName(wait.pipe) + " waits at " + LineOf(wait.where) + " for flag " +
           FlagName({wait.flagSource, wait.flagDestination}, wait.flagId);
}

// Flags that one line left set.
struct LeftFlags {
    SourceLine where;
    std::string names;
    uint32_t num;
};

}  // namespace

void CheckFlagLife(AiCore &core, const Instruction &instruction, bool byKernel)
{
    const PipePair pair{instruction.flagSource, instruction.flagDestination};
    PendingFlags::Flag &flag = core.Flags().Of(pair, instruction.flagId);
    if (instruction.flag == Instruction::Flag::WAIT) {
        if (flag.sets.empty()) {
            ++flag.early;
        } else {
            flag.sets.erase(flag.sets.begin());
        }
        return;
    }
    if (flag.early > 0) {
        --flag.early;
        return;
    }
    if (!flag.sets.empty()) {
        core.Report({"flag-set-twice", "flag " + FlagName(pair, instruction.flagId),
                     "the flag is set while it is set since " + LineOf(flag.sets.back()) +
                         ": a flag does not count, what the device does then is not defined",
                     "call WaitFlag between the two, or use another event id", 2, 1},
                    instruction.call, instruction.where);
    }
    flag.sets.push_back(instruction.where);
    flag.byKernel = byKernel;
}

void CheckFlagsLeft(AiCore &core)
{
    std::vector<LeftFlags> left;
    core.Flags().ForEach([&left](PipePair pair, uint32_t id, const PendingFlags::Flag &flag) {
        if (flag.sets.empty() || !flag.byKernel) {
            return;  // a queue's flags end with their buffers, whose life is checked
        }
        const SourceLine where = flag.sets.back();
        const auto same = std::find_if(left.begin(), left.end(), [&](const LeftFlags &other) {
            return other.where.line == where.line && std::strcmp(other.where.file, where.file) == 0;
        });
        if (same == left.end()) {
            left.push_back({where, FlagName(pair, id), 1});
        } else {
            same->names += ", " + FlagName(pair, id);
            ++same->num;
        }
    });
    for (const LeftFlags &flags : left) {
        core.Note({"flag-left-set", "flag " + flags.names,
                   std::to_string(flags.num) + (flags.num == 1 ? " flag" : " flags") +
                       " set here and never waited for: still set when the block ends, which may let a later wait pass",
                   "call WaitFlag once for each SetFlag, for the last round of a loop too", flags.num, 0},
                  "SetFlag", flags.where);
    }
}

// Where some flag is never set, the first wait for such a one is to blame; otherwise the pipes wait in a circle.
void CheckDeadlock(AiCore &core, const StandingWait (&waits)[PIPE_NUM])
{
    const auto sourceOf = [&waits](const StandingWait *standing) {
        return standing->setBehind ? &waits[static_cast<uint32_t>(standing->wait->flagSource)] : nullptr;
    };
    std::vector<const StandingWait *> rest;
    for (const StandingWait &standing : waits) {
        if (standing.wait != nullptr) {
            rest.push_back(&standing);
        }
    }
    std::sort(rest.begin(), rest.end(), [](const StandingWait *left, const StandingWait *right) {
        return left->wait->sequence < right->wait->sequence;
    });
    const auto never =
        std::find_if(rest.begin(), rest.end(), [](const auto *standing) { return !standing->setBehind; });
    const bool isCircle = never == rest.end();
    const StandingWait *root = isCircle ? rest.front() : *never;
    std::vector<const StandingWait *> chain{root};
    if (isCircle) {
        for (uint32_t step = 0; step < PIPE_NUM; ++step) {
            root = sourceOf(root);  // into the circle, whichever pipe leads there
        }
        chain = {root};
        for (const StandingWait *next = sourceOf(root); next != root; next = sourceOf(next)) {
            chain.push_back(next);
        }
        const auto earlier = [](const auto *left, const auto *right) {
            return left->wait->sequence < right->wait->sequence;
        };
        std::rotate(chain.begin(), std::min_element(chain.begin(), chain.end(), earlier), chain.end());
        root = chain.front();
    }
    const auto contains = [&chain](const StandingWait *standing) {
        return std::find(chain.begin(), chain.end(), standing) != chain.end();
    };
    for (size_t added = 1; added != 0;) {  // those that wait for one of the chain, in front of it
        added = 0;
        for (const StandingWait *standing : rest) {
            if (!contains(standing) && contains(sourceOf(standing))) {
                chain.insert(chain.begin(), standing);
                ++added;
            }
        }
    }
    std::string text;
    for (const StandingWait *standing : chain) {
        text += (text.empty() ? "" : "; ") + WaitText(*standing->wait);
    }
    const Instruction &wait = *root->wait;
    const std::string source = PipeName(wait.flagSource);
    text += isCircle
                ? ", which " + PipeName(chain.back()->wait->flagSource) + " would set behind its own wait: a circle"
                : ", which " + source + " never sets";
    core.Report({"flag-deadlock", "flag " + FlagName({wait.flagSource, wait.flagDestination}, wait.flagId), text,
                 isCircle ? "set each flag before the pipe that sets it waits for another"
                          : "set the flag in pipe " + source + ", once for each wait",
                 0, 1},
                wait.call, wait.where);
}

}  // namespace Simulator
