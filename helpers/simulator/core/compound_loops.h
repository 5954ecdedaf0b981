// SPDX-License-Identifier: Apache-2.0
// Loops of calls that stand for several operations. Each operation rounds and obeys the numeric modes as if it were an
// instruction of its own: the pages of CANN's basic API on compound computation say that these are no more exact than
// single ones where source and destination have one type. With half sources and a float destination the product of two
// halves is exact in float, and the sum rounds once.
#ifndef SIMULATOR_CORE_COMPOUND_LOOPS_H
#define SIMULATOR_CORE_COMPOUND_LOOPS_H

#include "cast_loops.h"
#include "element_loops.h"

namespace Simulator {

template <typename T>
using Stored = typename Element<T>::Storage;

// The arguments that concern `count` elements from `start` on.
template <typename Dst, typename Src>
LoopArguments PartOf(const LoopArguments &all, uint32_t start, uint32_t count)
{
    const auto source = [start](const void *elements) -> const void * {
        return elements == nullptr ? nullptr : static_cast<const Stored<Src> *>(elements) + start;
    };
    return {static_cast<Stored<Dst> *>(all.dst) + start,
            source(all.src0),
            source(all.src1),
            source(all.src2),
            all.scalarBits,
            count,
            all.modes};
}

// One operation of several: dst = Loop(src0, src1), finished with the numeric modes.
template <typename T>
void Step(LoopFunction loop, void *dst, const void *src0, const void *src1, const LoopArguments &part)
{
    loop({dst, src0, src1, nullptr, part.scalarBits, part.elements, part.modes});
    part.modes->OnResults(dst, part.elements, DataTypeOf<T>());
}

// dst += src0 * src1
template <typename Dst, typename Src>
void MulAddDstLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const LoopArguments part = PartOf<Dst, Src>(arguments, start, count);
        if constexpr (std::is_same<Dst, Src>::value) {
            Stored<Src> product[CHUNK_ELEMENTS];
            Step<Src>(BinaryLoop<Src, MulOperation>, product, part.src0, part.src1, part);
            Step<Dst>(BinaryLoop<Dst, AddOperation>, part.dst, product, part.dst, part);
        } else {
            Values<Src> left, right;
            const float *a = left.Read(part.src0, 0, count);
            const float *b = right.Read(part.src1, 0, count);
            float *dst = static_cast<float *>(part.dst);
            for (uint32_t i = 0; i < count; ++i) {
                dst[i] += a[i] * b[i];
            }
        }
    });
}

// dst += src0 * scalar
template <typename Dst, typename Src>
void AxpyLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        Stored<Src> factors[CHUNK_ELEMENTS];
        DuplicateLoop<Src>({factors, nullptr, nullptr, nullptr, arguments.scalarBits, count, arguments.modes});
        LoopArguments part = PartOf<Dst, Src>(arguments, start, count);
        part.src1 = factors;
        MulAddDstLoop<Dst, Src>(part);
    });
}

// dst = src0 * dst + src1
template <typename T>
void FusedMulAddLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const LoopArguments part = PartOf<T, T>(arguments, start, count);
        Stored<T> product[CHUNK_ELEMENTS];
        Step<T>(BinaryLoop<T, MulOperation>, product, part.src0, part.dst, part);
        Step<T>(BinaryLoop<T, AddOperation>, part.dst, product, part.src1, part);
    });
}

// dst = Relu(First(...)), where First is a loop above or a single operation.
template <typename T, LoopFunction First>
void ThenReluLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const LoopArguments part = PartOf<T, T>(arguments, start, count);
        Step<T>(First, part.dst, part.src0, part.src1, part);
        Step<T>(UnaryLoop<T, ReluOperation>, part.dst, part.dst, nullptr, part);
    });
}

// dst = Cast(First(src0, src1)), to nearest even.
template <typename Dst, typename Src, LoopFunction First>
void ThenCastLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const LoopArguments part = PartOf<Dst, Src>(arguments, start, count);
        Stored<Src> wide[CHUNK_ELEMENTS];
        Step<Src>(First, wide, part.src0, part.src1, part);
        Step<Dst>(CastLoop<Dst, Src, CAST_RINT>, part.dst, wide, nullptr, part);
    });
}

// The scalar of the next two is the scale set by SetDeqScale, a half: dst = src0 * scale, rounded once. The product is
// exact in double; on its way to half through float it is rounded to odd, which keeps the second rounding honest.
inline uint16_t ScaleToHalf(int32_t value, float scale)
{
    const double product = static_cast<double>(value) * static_cast<double>(scale);
    const float nearest = static_cast<float>(product);
    const double given = nearest;
    const uint32_t bits = BitsOfFloat(nearest);
    const bool isInexact = given != product;
    const bool isBeyond = std::fabs(given) > std::fabs(product);
    const uint32_t towardsZero = bits - (isInexact && isBeyond ? 1u : 0u);
    return FloatToHalfBits(__builtin_bit_cast(float, towardsZero | (isInexact ? 1u : 0u)));
}

inline void DequantLoop(const LoopArguments &arguments)
{
    const auto *src = static_cast<const int32_t *>(arguments.src0);
    auto *dst = static_cast<uint16_t *>(arguments.dst);
    const float scale = ScalarOf<half>(arguments.scalarBits);
    for (uint32_t i = 0; i < arguments.elements; ++i) {
        dst[i] = ScaleToHalf(src[i], scale);
    }
}

// dst = Relu(Dequant(src0 + src1))
inline void AddDeqReluLoop(const LoopArguments &arguments)
{
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        const LoopArguments part = PartOf<half, int32_t>(arguments, start, count);
        int32_t sum[CHUNK_ELEMENTS];
        Step<int32_t>(BinaryLoop<int32_t, AddOperation>, sum, part.src0, part.src1, part);
        Step<half>(DequantLoop, part.dst, sum, nullptr, part);
        Step<half>(UnaryLoop<half, ReluOperation>, part.dst, part.dst, nullptr, part);
    });
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COMPOUND_LOOPS_H
