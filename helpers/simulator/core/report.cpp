// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace Simulator {

std::string JsonString(const std::string &value)
{
    std::string text = "\"";
    for (const char character : value) {
        const unsigned char byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            text += '\\';
            text += character;
        } else if (byte < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
            text += escaped;
        } else {
            text += character;
        }
    }
    return text + "\"";
}

void JsonLine::Key(const char *key)
{
    body_ += (body_.empty() ? "" : ", ") + JsonString(key) + ": ";
}

JsonLine &JsonLine::Add(const char *key, const std::string &value)
{
    return AddRaw(key, JsonString(value));
}

JsonLine &JsonLine::Add(const char *key, int64_t value)
{
    return AddRaw(key, std::to_string(value));
}

JsonLine &JsonLine::AddRaw(const char *key, const std::string &json)
{
    Key(key);
    body_ += json;
    return *this;
}

void FindingLog::Add(const Finding &finding, uint32_t core, const char *call, SourceLine where)
{
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (++addedNum_ > limit_) {
            return;
        }
    }
    Write(JsonLine()
              .Add("record", "finding")
              .Add("code", finding.code)
              .Add("severity", finding.severity == Severity::ERROR ? "error" : "warning")
              .Add("core", core)
              .Add("call", call)
              .Add("file", where.file)
              .Add("line", where.line)
              .Add("operand", finding.operand)
              .Add("operand_index", finding.operandIndex)
              .Add("other_call", finding.otherCall)
              .Add("other_file", finding.otherWhere.file)
              .Add("other_line", finding.otherWhere.line)
              .Add("message", finding.message)
              .Add("actual", finding.actual)
              .Add("expected", finding.expected)
              .Add("remedy", finding.remedy));
}

void FindingLog::Write(const JsonLine &line)
{
    const std::string text = line.Text();
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(fileDescriptor_, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;  // the parent sees the missing end record
        }
        done += static_cast<size_t>(written);
    }
}

}  // namespace Simulator
