// SPDX-License-Identifier: Apache-2.0
// Copies of long runs between global memory and UB, which lives in this processor's caches. All move the same bytes as
// std::memcpy; they differ in what they do to the caches. SIMULATOR_PLAIN_COPIES chooses the portable way, for a test.
#ifndef SIMULATOR_CORE_BULK_COPY_H
#define SIMULATOR_CORE_BULK_COPY_H

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && !defined(SIMULATOR_PLAIN_COPIES)
#define SIMULATOR_X86_COPIES
#include <emmintrin.h>
#endif

namespace Simulator {

constexpr uint64_t CACHE_LINE_BYTES = 64;
constexpr uint64_t BULK_BYTES = 4096;  // shorter runs are copied plainly

// A step of a long copy. The string instruction of x86-64 takes whole lines at a time, and was the fastest measured.
inline void CopyStep(uint8_t *target, const uint8_t *source, uint64_t bytes)
{
#ifdef SIMULATOR_X86_COPIES
    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(bytes) : : "memory");
#else
    std::memcpy(target, source, bytes);
#endif
}

// While the run is copied, the one behind it is fetched: a core streams through its part of a tensor, and with nothing
// fetched the memory would idle while the vector unit computes. A prefetch past the end of a tensor does no harm.
inline void CopyFetchingAhead(uint8_t *target, const uint8_t *source, uint64_t bytes)
{
    constexpr uint64_t STEP_BYTES = 4 * CACHE_LINE_BYTES;
    if (bytes < BULK_BYTES) {
        std::memcpy(target, source, bytes);
        return;
    }
    for (uint64_t done = 0; done < bytes; done += STEP_BYTES) {
        const uint64_t step = std::min(STEP_BYTES, bytes - done);
        for (uint64_t line = 0; line < step; line += CACHE_LINE_BYTES) {
            __builtin_prefetch(source + done + line + bytes, 0, 2);
        }
        CopyStep(target + done, source + done, step);
    }
}

// Past the caches where the processor can: a plain store would first read every line that it overwrites.
inline void CopyPastCaches(uint8_t *target, const uint8_t *source, uint64_t bytes)
{
#ifdef SIMULATOR_X86_COPIES
    if (bytes >= BULK_BYTES) {
        constexpr uint64_t STORE_BYTES = sizeof(__m128i);
        const uint64_t misaligned = reinterpret_cast<uint64_t>(target) % CACHE_LINE_BYTES;
        const uint64_t head = misaligned == 0 ? 0 : CACHE_LINE_BYTES - misaligned;
        std::memcpy(target, source, head);
        uint64_t done = head;
        for (; done + CACHE_LINE_BYTES <= bytes; done += CACHE_LINE_BYTES) {
            for (uint64_t part = done; part < done + CACHE_LINE_BYTES; part += STORE_BYTES) {
                _mm_stream_si128(reinterpret_cast<__m128i *>(target + part),
                                 _mm_loadu_si128(reinterpret_cast<const __m128i *>(source + part)));
            }
        }
        _mm_sfence();  // such stores may otherwise be seen after later ones
        std::memcpy(target + done, source + done, bytes - done);
        return;
    }
#endif
    std::memcpy(target, source, bytes);
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BULK_COPY_H
