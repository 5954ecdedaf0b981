// SPDX-License-Identifier: Apache-2.0
#include "launch_log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <unordered_map>

namespace Simulator {

namespace {

constexpr size_t WRITE_RECORDS = 4096;  // records written at a time

// Numbers for names, in the order of their first use. Equal names may lie at several addresses.
class NameTable {
public:
    uint16_t IndexOf(const char *name)
    {
        const auto known = byAddress_.find(name);
        if (known != byAddress_.end()) {
            return known->second;
        }
        const auto inserted = byText_.emplace(name, static_cast<uint16_t>(byText_.size()));
        if (inserted.second) {
            json_ += (json_.empty() ? "" : ", ") + JsonString(name);
        }
        byAddress_.emplace(name, inserted.first->second);
        return inserted.first->second;
    }
    std::string Json() const { return "[" + json_ + "]"; }

private:
    std::unordered_map<const char *, uint16_t> byAddress_;
    std::map<std::string, uint16_t> byText_;
    std::string json_;
};

// The instructions of one block, which one thread ran without a break.
struct BlockEntries {
    const EventLog::Entry *begin;
    const EventLog::Entry *end;
};

std::vector<BlockEntries> EntriesByBlock(const std::vector<std::unique_ptr<AiCore>> &cores)
{
    std::vector<BlockEntries> blocks;
    for (const auto &core : cores) {
        const std::vector<EventLog::Entry> &entries = core->Log().Entries();
        const EventLog::Entry *const end = entries.data() + entries.size();
        for (const EventLog::Entry *entry = entries.data(); entry != end;) {
            const EventLog::Entry *const begin = entry;
            while (entry != end && entry->record.core == begin->record.core) {
                ++entry;
            }
            blocks.push_back({begin, entry});
        }
    }
    std::sort(blocks.begin(), blocks.end(), [](const BlockEntries &left, const BlockEntries &right) {
        return left.begin->record.core < right.begin->record.core;
    });
    return blocks;
}

void WriteAll(int descriptor, const std::vector<LogRecord> &records)
{
    const char *bytes = reinterpret_cast<const char *>(records.data());
    size_t left = records.size() * sizeof(LogRecord);
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

void WriteRecords(int descriptor, const std::vector<BlockEntries> &blocks, NameTable &names)
{
    std::vector<LogRecord> records;
    records.reserve(WRITE_RECORDS);
    for (const BlockEntries &block : blocks) {
        for (const EventLog::Entry *entry = block.begin; entry != block.end; ++entry) {
            records.push_back(entry->record);
            records.back().call = names.IndexOf(entry->call);
            records.back().file = names.IndexOf(entry->file);
            if (records.size() == WRITE_RECORDS) {
                WriteAll(descriptor, records);
                records.clear();
            }
        }
    }
    WriteAll(descriptor, records);
}

}  // namespace

void WriteLog(int logDescriptor, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings)
{
    NameTable names;
    WriteRecords(logDescriptor, EntriesByBlock(cores), names);
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
    findings.Write(JsonLine()
                       .Add("record", "log")
                       .AddRaw("names", names.Json())
                       .Add("dropped", static_cast<int64_t>(dropped)));
}

}  // namespace Simulator
