// SPDX-License-Identifier: Apache-2.0
// Applies an operation to elements that lie side by side. A call of the API takes the loop of its operation and types
// as a function, so that a kernel compiles just the loops it uses.
#ifndef SIMULATOR_CORE_ELEMENT_LOOPS_H
#define SIMULATOR_CORE_ELEMENT_LOOPS_H

#include <algorithm>
#include <cstring>

#include "conversion.h"
#include "element.h"
#include "numeric_modes.h"
#include "operations.h"

// Sources lie beside the destination or are the destination itself: no element depends on an earlier one.
#if defined(__clang__)
#define SIMULATOR_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SIMULATOR_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace Simulator {

struct LoopArguments {
    void *dst;
    const void *src0;
    const void *src1;
    const void *src2;
    uint64_t scalarBits;  // the scalar operand, in the sources' type
    uint32_t elements;
    const NumericModes *modes;  // for loops of several operations; the last result is left to the caller
};

using LoopFunction = void (*)(const LoopArguments &);

// Elements of a type as values, some at a time: halves are widened into a small array, others are read where they lie.
constexpr uint32_t CHUNK_ELEMENTS = 512;

template <typename T>
class Values {
public:
    using Value = typename Element<T>::Value;
    const Value *Read(const void *elements, uint32_t start, uint32_t count)
    {
        const auto *stored = static_cast<const typename Element<T>::Storage *>(elements) + start;
        if constexpr (std::is_same<T, half>::value) {
            WidenHalves(wide_, stored, count);
            return wide_;
        } else if constexpr (std::is_same<T, bfloat16_t>::value) {
            for (uint32_t i = 0; i < count; ++i) {
                wide_[i] = Element<T>::Read(stored[i]);
            }
            return wide_;
        } else {
            return stored;
        }
    }
    // Where results go before Write: the elements themselves if they need no rounding.
    Value *Target(void *elements, uint32_t start)
    {
        if constexpr (IS_STORED) {
            return static_cast<Value *>(elements) + start;
        } else {
            return wide_;
        }
    }
    void Write(void *elements, uint32_t start, uint32_t count) const
    {
        if constexpr (std::is_same<T, half>::value) {
            NarrowToHalves(static_cast<uint16_t *>(elements) + start, wide_, count);
        } else if constexpr (!IS_STORED) {
            auto *stored = static_cast<typename Element<T>::Storage *>(elements) + start;
            for (uint32_t i = 0; i < count; ++i) {
                stored[i] = Element<T>::Write(wide_[i]);
            }
        }
    }

private:
    static constexpr bool IS_STORED = std::is_same<Value, typename Element<T>::Storage>::value;
    Value wide_[IS_STORED ? 1 : CHUNK_ELEMENTS];
};

template <typename T>
typename Element<T>::Value ScalarOf(uint64_t bits)
{
    typename Element<T>::Storage storage;
    std::memcpy(&storage, &bits, sizeof(storage));
    return Element<T>::Read(storage);
}

// Calls body(start, count) chunk by chunk.
template <typename Body>
void InChunks(uint32_t elements, const Body &body)
{
    for (uint32_t start = 0; start < elements; start += CHUNK_ELEMENTS) {
        body(start, std::min(CHUNK_ELEMENTS, elements - start));
    }
}

// dst[i] = Operation(src0[i], src1[i])
template <typename T, typename Operation>
void BinaryLoop(const LoopArguments &arguments)
{
    Values<T> left, right, result;
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const auto *a = left.Read(arguments.src0, start, count);
        const auto *b = right.Read(arguments.src1, start, count);
        auto *dst = result.Target(arguments.dst, start);
        SIMULATOR_INDEPENDENT
        for (uint32_t i = 0; i < count; ++i) {
            dst[i] = Operation::Apply(a[i], b[i]);
        }
        result.Write(arguments.dst, start, count);
    });
}

// dst[i] = Operation(src0[i], scalar)
template <typename T, typename Operation>
void ScalarLoop(const LoopArguments &arguments)
{
    Values<T> source, result;
    const auto scalar = ScalarOf<T>(arguments.scalarBits);
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const auto *a = source.Read(arguments.src0, start, count);
        auto *dst = result.Target(arguments.dst, start);
        SIMULATOR_INDEPENDENT
        for (uint32_t i = 0; i < count; ++i) {
            dst[i] = Operation::Apply(a[i], scalar);
        }
        result.Write(arguments.dst, start, count);
    });
}

// dst[i] = Operation(src0[i])
template <typename T, typename Operation>
void UnaryLoop(const LoopArguments &arguments)
{
    Values<T> source, result;
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const auto *a = source.Read(arguments.src0, start, count);
        auto *dst = result.Target(arguments.dst, start);
        SIMULATOR_INDEPENDENT
        for (uint32_t i = 0; i < count; ++i) {
            dst[i] = Operation::Apply(a[i]);
        }
        result.Write(arguments.dst, start, count);
    });
}

// dst[i] = src0[i], bit for bit
template <typename T>
void CopyLoop(const LoopArguments &arguments)
{
    std::memmove(arguments.dst, arguments.src0, arguments.elements * sizeof(T));
}

// dst[i] = scalar, bit for bit
template <typename T>
void DuplicateLoop(const LoopArguments &arguments)
{
    using Storage = typename Element<T>::Storage;
    Storage value;
    std::memcpy(&value, &arguments.scalarBits, sizeof(value));
    std::fill_n(static_cast<Storage *>(arguments.dst), arguments.elements, value);
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ELEMENT_LOOPS_H
