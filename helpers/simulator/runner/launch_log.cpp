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
void Rename(AiCore &core, const NameTable &names)
{
    if (core.Settings().logLimit == 0) {
        return;
    }
    std::vector<uint16_t> calls;
    for (const CallTotals &totals : core.Log().Totals()) {
        calls.push_back(names.IndexOf(totals.call));
    }
    std::vector<uint16_t> files;
    for (const char *file : core.Log().Files()) {
        files.push_back(names.IndexOf(file));
    }
    for (LogRecord &record : core.Log().Records()) {
        record.call = calls[record.call];
        record.file = files[record.file];
    }
    for (TimingKind &kind : core.Timing().Kinds()) {
        kind.call = calls[kind.call];
        kind.file = files[kind.file];
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

template <typename Record>
void WriteRecords(int descriptor, const Record *begin, size_t num)
{
    const char *bytes = reinterpret_cast<const char *>(begin);
    size_t left = num * sizeof(Record);
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

struct BlockStream {
    TimingLog *log;
    TimingLog::Block block;
};

// The blocks in order, each as a stream of numbers of kinds; then the kinds, numbered as the streams come to them; then
// where the copies of each block start.
void WriteTiming(int descriptor, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings)
{
    std::vector<BlockStream> streams;
    uint64_t dropped = 0;
    for (const auto &core : cores) {
        for (const TimingLog::Block &block : core->Timing().Blocks()) {
            streams.push_back({&core->Timing(), block});
        }
        dropped += core->Timing().Dropped();
    }
    std::sort(streams.begin(), streams.end(),
              [](const BlockStream &left, const BlockStream &right) { return left.block.block < right.block.block; });
    TimingLog all;
    std::map<const TimingLog *, std::vector<uint32_t>> renumbered;
    std::vector<uint32_t> numbers;
    std::string blocks;
    std::string lengths;
    for (const BlockStream &stream : streams) {
        std::vector<uint32_t> &known = renumbered[stream.log];
        known.resize(stream.log->Kinds().size(), UINT32_MAX);
        numbers.clear();
        for (uint64_t place = stream.block.begin; place < stream.block.end; ++place) {
            const uint32_t kind = stream.log->Stream()[place];
            if (known[kind] == UINT32_MAX) {
                known[kind] = all.NumberOf(stream.log->Kinds()[kind]);
            }
            numbers.push_back(known[kind]);
        }
        WriteRecords(descriptor, numbers.data(), numbers.size());
        const std::string comma = blocks.empty() ? "" : ", ";
        blocks += comma + std::to_string(stream.block.block);
        lengths += comma + std::to_string(stream.block.end - stream.block.begin);
    }
    WriteRecords(descriptor, all.Kinds().data(), all.Kinds().size());
    for (const BlockStream &stream : streams) {
        const uint64_t begin = stream.block.copiesBegin;
        WriteRecords(descriptor, stream.log->CopyStarts().data() + begin, stream.block.copiesEnd - begin);
    }
    findings.Write(JsonLine()
                       .Add("record", "timing")
                       .Add("kinds", static_cast<int64_t>(all.Kinds().size()))
                       .AddRaw("blocks", "[" + blocks + "]")
                       .AddRaw("lengths", "[" + lengths + "]")
                       .Add("dropped", static_cast<int64_t>(dropped)));
}

}  // namespace

void WriteLogs(const Request &request, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings)
{
    const NameTable names(cores);
    for (const auto &core : cores) {
        Rename(*core, names);
    }
    for (const BlockRecords &block : RecordsByBlock(cores)) {
        WriteRecords(request.logDescriptor, block.begin, static_cast<size_t>(block.end - block.begin));
    }
    if (request.timingDescriptor != NO_FILE) {
        WriteTiming(request.timingDescriptor, cores, findings);
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
