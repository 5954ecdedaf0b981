// SPDX-License-Identifier: Apache-2.0
#include "print.h"

#include <unistd.h>

#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "ai_core.h"

namespace Simulator {

namespace {

using Kind = PrintValue::Kind;

constexpr const char *KIND_NAMES[] = {"an integer", "an integer", "a floating-point number", "a pointer", "a string"};

// What one block has printed so far. A block runs on one thread, from start to end.
struct Printed {
    uint32_t block = UINT32_MAX;
    uint64_t bytes = 0;
    bool inLine = false;
};

Printed &OfThisBlock()
{
    thread_local Printed printed;
    const uint32_t block = AiCore::Current()->BlockIdx();
    if (printed.block != block) {
        printed = Printed();
        printed.block = block;
    }
    return printed;
}

// One %...: flags, width and precision as written, then how long the value is, then its letter.
struct Conversion {
    std::string shape;
    char letter = '\0';
    const char *end = nullptr;
};

Conversion ReadConversion(const char *at)
{
    Conversion conversion;
    conversion.shape = "%";
    while (*at != '\0' && std::strchr("-+ #0123456789.", *at) != nullptr) {
        conversion.shape += *at++;
    }
    while (*at != '\0' && std::strchr("hlzjt", *at) != nullptr) {
        ++at;  // the size of a value is known from its type
    }
    conversion.letter = *at;
    conversion.end = *at == '\0' ? at : at + 1;
    return conversion;
}

template <typename Value>
std::string PrintedAs(const Conversion &conversion, const char *letter, Value value)
{
    const std::string format = conversion.shape + letter;
    const int size = std::snprintf(nullptr, 0, format.c_str(), value);
    std::string text(size > 0 ? static_cast<size_t>(size) + 1 : 1, '\0');
    std::snprintf(&text[0], text.size(), format.c_str(), value);
    text.pop_back();
    return text;
}

bool Fits(char letter, Kind kind)
{
    const bool integer = kind == Kind::SIGNED || kind == Kind::UNSIGNED;
    switch (letter) {
        case 'd':
        case 'i':
        case 'u':
        case 'x':
        case 'X':
        case 'c':
            return integer;
        case 'f':
        case 'F':
            return kind == Kind::FLOATING;
        case 's':
            return kind == Kind::STRING;
        default:
            return kind == Kind::POINTER || kind == Kind::STRING;
    }
}

std::string Filled(const Conversion &conversion, const PrintValue &value)
{
    const uint64_t bits = value.bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * value.bytes)) - 1;
    switch (conversion.letter) {
        case 'd':
        case 'i':
            return PrintedAs(conversion, PRId64, static_cast<int64_t>(value.integer));
        case 'u':
            return PrintedAs(conversion, PRIu64, value.integer & bits);
        case 'x':
            return PrintedAs(conversion, PRIx64, value.integer & bits);
        case 'X':
            return PrintedAs(conversion, PRIX64, value.integer & bits);
        case 'c':
            return PrintedAs(conversion, "c", static_cast<int>(value.integer & 0xFF));
        case 'f':
        case 'F':
            return PrintedAs(conversion, conversion.letter == 'f' ? "f" : "F", value.floating);
        case 's':
            return PrintedAs(conversion, "s", value.string == nullptr ? "(null)" : value.string);
        default:
            return PrintedAs(conversion, "p",
                             value.kind == Kind::STRING ? static_cast<const void *>(value.string)
                                                        : reinterpret_cast<const void *>(value.integer));
    }
}

void Refuse(const char *call, const std::string &message, SourceLine where)
{
    AiCore::Current()->Report(
        {"printf-format", "format", message, "give one value of the right type for each %d, %u, %x, %f, %s, %p or %c"},
        call, where);
}

}  // namespace

std::string Format(const char *call, const char *format, const std::vector<PrintValue> &values, SourceLine where)
{
    std::string text;
    size_t used = 0;
    for (const char *at = format; *at != '\0';) {
        if (*at != '%') {
            text += *at++;
            continue;
        }
        if (at[1] == '%') {
            text += '%';
            at += 2;
            continue;
        }
        const Conversion conversion = ReadConversion(at + 1);
        const std::string written(at, conversion.end);
        at = conversion.end;
        if (conversion.letter == '\0' || std::strchr("diuxXcfFsp", conversion.letter) == nullptr) {
            Refuse(call, "the format has " + written + ", which a kernel cannot print", where);
            return text;
        }
        if (used == values.size()) {
            Refuse(call,
                   "the format asks for more than the " + std::to_string(values.size()) + " values given: " + written +
                       " has none",
                   where);
            return text;
        }
        const PrintValue &value = values[used++];
        if (!Fits(conversion.letter, value.kind)) {
            Refuse(call,
                   "value " + std::to_string(used) + " is " + KIND_NAMES[static_cast<int>(value.kind)] + ", " +
                       written + " prints another type",
                   where);
            return text;
        }
        text += Filled(conversion, value);
    }
    if (used < values.size()) {
        Refuse(call,
               "the format prints " + std::to_string(used) + " values, " + std::to_string(values.size()) + " are given",
               where);
    }
    return text;
}

void Print(const std::string &text)
{
    Printed &printed = OfThisBlock();
    if (printed.bytes > BLOCK_PRINT_BYTES || text.empty()) {
        return;
    }
    printed.bytes += text.size();
    printed.inLine = text.back() != '\n';
    std::string piece = text;
    if (printed.bytes > BLOCK_PRINT_BYTES) {
        piece.resize(text.size() - (printed.bytes - BLOCK_PRINT_BYTES));
        piece += "\n[cut here: this block printed more than " + std::to_string(BLOCK_PRINT_BYTES) + " B]\n";
    }
    // One write for each piece: those of several threads do not mix.
    const std::string record =
        "\x1e" + std::to_string(printed.block) + " " + std::to_string(piece.size()) + "\n" + piece;
    if (write(STDOUT_FILENO, record.data(), record.size()) < 0) {
        printed.bytes = BLOCK_PRINT_BYTES + 1;  // the file is as long as it may be
    }
}

void PrintLines(const std::string &text)
{
    Print((OfThisBlock().inLine ? "\n" : "") + text + "\n");
}

}  // namespace Simulator
