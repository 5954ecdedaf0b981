// SPDX-License-Identifier: Apache-2.0
// The records a run leaves behind: one JSON object per line, written as soon as known, so that a crash loses none.
#ifndef SIMULATOR_CORE_REPORT_H
#define SIMULATOR_CORE_REPORT_H

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "finding.h"

namespace Simulator {

// Builds one flat JSON object.
class JsonLine {
public:
    JsonLine &Add(const char *key, const std::string &value);
    JsonLine &Add(const char *key, int64_t value);
    JsonLine &AddRaw(const char *key, const std::string &json);
    std::string Text() const { return "{" + body_ + "}\n"; }

private:
    void Key(const char *key);
    std::string body_;
};

std::string JsonString(const std::string &value);

class FindingLog {
public:
    FindingLog(int fileDescriptor, uint64_t limit) : fileDescriptor_(fileDescriptor), limit_(limit) {}

    void Add(const Finding &finding, uint32_t core, const char *call, SourceLine where);
    void Write(const JsonLine &line);
    // An error has ended a block early.
    void NoteStop() { stopped_ = true; }
    bool HasStop() const { return stopped_; }
    uint64_t Dropped() const { return addedNum_ > limit_ ? addedNum_ - limit_ : 0; }

private:
    std::mutex mutex_;
    int fileDescriptor_;
    uint64_t limit_;
    uint64_t addedNum_ = 0;
    std::atomic<bool> stopped_{false};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_REPORT_H
