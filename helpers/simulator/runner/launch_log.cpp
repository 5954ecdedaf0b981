// SPDX-License-Identifier: Apache-2.0
#include "launch_log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>

namespace Simulator {

namespace {

// Numbers for all names in alphabetical order: whichever thread came to a name first makes no difference.
class NameTable {
public:
    explicit NameTable(const std::vector<std::unique_ptr<AiCore>> &cores)
    {
        for (const auto &core : cores) {
            if (core->Settings().logLimit > 0) {
                for (const CallTotals &totals : core->Log().Totals()) {
                    indices_.emplace(totals.call, 0);
                }
            }
            for (const char *file : core->Log().Files()) {
                indices_.emplace(file, 0);
            }
        }
        uint16_t next = 0;
        for (auto &index : indices_) {
            index.second = next++;
            json_ += (json_.empty() ? "" : ", ") + JsonString(index.first);
        }
    }
    uint16_t IndexOf(const char *name) const { return indices_.at(name); }
    std::string Json() const { return "[" + json_ + "]"; }

private:
    std::map<std::string, uint16_t> indices_;
    std::string json_;
};

// From the numbers of names that one core gave out to those of the table.
void Rename(EventLog &log, const NameTable &names)
{
    if (log.Records().empty()) {
        return;
    }
    std::vector<uint16_t> calls;
    for (const CallTotals &totals : log.Totals()) {
        calls.push_back(names.IndexOf(totals.call));
    }
    std::vector<uint16_t> files;
    for (const char *file : log.Files()) {
        files.push_back(names.IndexOf(file));
    }
    for (LogRecord &record : log.Records()) {
        record.call = calls[record.call];
        record.file = files[record.file];
    }
}

// The instructions of one block, which one thread ran without a break.
struct BlockRecords {
    const LogRecord *begin;
    const LogRecord *end;
};

std::vector<BlockRecords> RecordsByBlock(const std::vector<std::unique_ptr<AiCore>> &cores)
{
    std::vector<BlockRecords> blocks;
    for (const auto &core : cores) {
        const std::vector<LogRecord> &records = core->Log().Records();
        const LogRecord *const end = records.data() + records.size();
        for (const LogRecord *record = records.data(); record != end;) {
            const LogRecord *const begin = record;
            while (record != end && record->core == begin->core) {
                ++record;
            }
            blocks.push_back({begin, record});
        }
    }
    std::sort(blocks.begin(), blocks.end(),
              [](const BlockRecords &left, const BlockRecords &right) { return left.begin->core < right.begin->core; });
    return blocks;
}

void WriteRecords(int descriptor, const BlockRecords &block)
{
    const char *bytes = reinterpret_cast<const char *>(block.begin);
    size_t left = static_cast<size_t>(block.end - block.begin) * sizeof(LogRecord);
    while (left > 0) {
        const ssize_t written = ::write(descriptor, bytes, left);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;  // the parent sees fewer records than the totals count
        }
        bytes += written;
        left -= static_cast<size_t>(written);
    }
}

}  // namespace

void WriteLog(int logDescriptor, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings)
{
    const NameTable names(cores);
    for (const auto &core : cores) {
        Rename(core->Log(), names);
    }
    for (const BlockRecords &block : RecordsByBlock(cores)) {
        WriteRecords(logDescriptor, block);
    }
    std::map<std::string, CallTotals> totals;
    uint64_t dropped = 0;
    for (const auto &core : cores) {
        for (const CallTotals &part : core->Log().Totals()) {
            CallTotals &sum = totals[part.call];
            sum.instructions += part.instructions;
            sum.elements += part.elements;
            sum.bytesFromGm += part.bytesFromGm;
            sum.bytesToGm += part.bytesToGm;
        }
        dropped += core->Log().Dropped();
    }
    for (const auto &total : totals) {
        findings.Write(JsonLine()
                           .Add("record", "totals")
                           .Add("call", total.first)
                           .Add("instructions", static_cast<int64_t>(total.second.instructions))
                           .Add("elements", static_cast<int64_t>(total.second.elements))
                           .Add("bytes_from_gm", static_cast<int64_t>(total.second.bytesFromGm))
                           .Add("bytes_to_gm", static_cast<int64_t>(total.second.bytesToGm)));
    }
    findings.Write(
        JsonLine().Add("record", "log").AddRaw("names", names.Json()).Add("dropped", static_cast<int64_t>(dropped)));
}

}  // namespace Simulator
