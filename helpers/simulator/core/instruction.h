// SPDX-License-Identifier: Apache-2.0
// One instruction of an AI core: which pipe runs it, what bytes it touches, how to execute it.
#ifndef SIMULATOR_CORE_INSTRUCTION_H
#define SIMULATOR_CORE_INSTRUCTION_H

#include <cstdint>

#include <type_traits>

#include "data_type.h"
#include "element_loops.h"
#include "finding.h"

namespace Simulator {

class AiCore;

// In-order queues that run side by side. The scalar unit S issues to the others.
enum class Pipe : uint8_t { S, V, MTE2, MTE3 };
constexpr uint32_t PIPE_NUM = 4;

constexpr const char *PIPE_NAMES[PIPE_NUM] = {"S", "V", "MTE2", "MTE3"};

enum class Space : uint8_t { GM, UB };

constexpr uint64_t UNDECLARED = UINT64_MAX;  // a global tensor set up without a length
constexpr uint16_t NO_BUFFER = UINT16_MAX;
constexpr uint32_t DATA_BLOCK_BYTES = 32;  // smallest unit of UB transfers and vector operands

constexpr uint64_t RoundUpToBlock(uint64_t bytes)
{
    return (bytes + DATA_BLOCK_BYTES - 1) / DATA_BLOCK_BYTES * DATA_BLOCK_BYTES;
}

// Steps of a vector operand, in data blocks.
struct VectorStride {
    uint16_t block;   // start of a data block to start of the next
    uint16_t repeat;  // start of a repeat to start of the next
};

// A byte range of UB or GM, or `runs` equal ranges whose starts are `pitchBytes` apart.
struct Operand {
    const char *role;       // parameter name in the API: "dst", "src0", ...
    uint64_t address;       // UB: byte offset; GM: host address
    uint64_t viewBytes;     // what the tensor given by the kernel holds from `address` on
    uint64_t runBytes;      // bytes of one run
    uint64_t pitchBytes;    // start to start
    uint32_t runs;          // number of runs
    uint32_t elementBytes;  // for messages in elements
    uint32_t alignment;     // of the address, in bytes
    uint16_t buffer;        // UB: the buffer the tensor came from, or NO_BUFFER
    uint16_t generation;    // UB: which allocation of that buffer
    Space space;
    bool written;
    bool overwrites;  // GM, written: the same bytes may be written more than once (atomic stores, fills)
    bool atomic;      // GM, written: added to, or compared with, what is there; such stores may meet in any order
    bool bypassesL2;  // GM: the kernel asked for it

    bool byLanes;  // UB: one run, within which the instruction's geometry takes lanes under `stride`
    VectorStride stride;

    uint64_t SpanBytes() const { return runs == 0 ? 0 : (runs - 1) * pitchBytes + runBytes; }
};

constexpr uint32_t MAX_OPERANDS = 4;
constexpr uint32_t REPEAT_BYTES = 256;  // what the vector unit takes at a time: 8 data blocks
constexpr uint32_t REPEAT_BLOCKS = 8;
constexpr uint32_t MASK_WORDS = 2;  // a mask bit for each of up to 128 lanes

// Which elements a vector instruction takes. A repeat is 256 bytes of the wider type; its lanes are elements.
struct VectorGeometry {
    uint32_t repeats;           // 0: `elements` contiguous ones, no repeats
    uint32_t lanes;             // elements of one repeat
    uint64_t mask[MASK_WORDS];  // lane i takes part if bit i is set
    uint64_t lanesGiven;        // the mask argument where it was a number of lanes, else 0
    uint32_t lastLanes;         // counter mode: lanes of the last repeat, the others are whole; 0: the mask decides
    using Stride = VectorStride;
    Stride strides[MAX_OPERANDS];

    bool Takes(uint32_t repeat, uint32_t lane) const
    {
        if (lastLanes != 0) {
            return repeat + 1 < repeats || lane < lastLanes;
        }
        return (mask[lane / 64] >> (lane % 64) & 1) != 0;
    }
    // A bit for each of `num` lanes from `first` on that takes part: those of a data block, at most 32.
    uint32_t TakenBits(uint32_t repeat, uint32_t first, uint32_t num) const
    {
        const uint64_t all = (uint64_t{1} << num) - 1;
        if (lastLanes == 0) {
            return static_cast<uint32_t>(mask[first / 64] >> (first % 64) & all);
        }
        if (repeat + 1 < repeats || first + num <= lastLanes) {
            return static_cast<uint32_t>(all);
        }
        return first < lastLanes ? (uint32_t{1} << (lastLanes - first)) - 1 : 0;
    }
    // The lanes of a repeat up to the last that takes part.
    uint32_t LanesUsed(uint32_t repeat) const
    {
        if (lastLanes != 0) {
            return repeat + 1 < repeats ? lanes : lastLanes;
        }
        uint32_t used = lanes;
        while (used > 0 && !Takes(repeat, used - 1)) {
            --used;
        }
        return used;
    }
    // How many lanes take part, if they are the first of the repeat; else 0.
    uint32_t LeadingLanes(uint32_t repeat) const
    {
        if (lastLanes != 0) {
            return repeat + 1 < repeats ? lanes : lastLanes;
        }
        const uint64_t low = lanes >= 64 ? mask[0] : mask[0] & ((uint64_t{1} << lanes) - 1);
        const uint64_t high = lanes > 64 ? mask[1] : 0;
        const bool isLeading = (low & (low + 1)) == 0 && (high & (high + 1)) == 0 && (high == 0 || low == UINT64_MAX);
        return isLeading ? static_cast<uint32_t>(__builtin_popcountll(low) + __builtin_popcountll(high)) : 0;
    }
};

constexpr uint32_t PARAMETER_BYTES = 72;

struct Instruction {
    const char *call;  // name in the API: "DataCopyPad", "Sub", ...
    SourceLine where;
    uint32_t sequence;                               // position in the block's program order
    void (*execute)(const Instruction &, AiCore &);  // null for flags
    Operand operands[MAX_OPERANDS];
    uint8_t operandNum;
    Pipe pipe;
    DataType type;        // of the elements computed or moved; of the destination
    DataType sourceType;  // of the sources
    LoopFunction loop;    // elementwise vector instructions: what to do with elements side by side
    bool readsDst;        // the destination's old elements are a source as well
    bool movesBits;       // elements are copied, not computed: the numeric modes leave them alone
    bool cached;          // S: through the cache of the scalar unit
    bool refers;          // S: gives out a reference: whether it is read or written does not show
    bool synchronises;    // S: a call that lets cores wait for each other, and what it does to its workspace
    bool ordersItself;    // S: CANN's default build makes this access and those of other pipes wait for each other
    uint8_t mode;         // Cast: RoundMode
    uint8_t modesTaken;   // Cast: a bit for each RoundMode that its types have
    VectorGeometry geometry;
    uint32_t elements;    // vector instructions: how many elements
    uint64_t scalarBits;  // scalar operand
    // What else an instruction needs, as a plain struct of its own that `execute` knows.
    alignas(8) uint8_t parameters[PARAMETER_BYTES];
    // Flags: a SetFlag runs on its source pipe, a WaitFlag on its destination pipe; CROSS_CORE_SET tells other cores.
    // A BARRIER holds its pipe back until what it was given before has finished.
    enum class Flag : uint8_t { NONE, SET, WAIT, CROSS_CORE_SET, BARRIER } flag;
    Pipe flagSource;
    Pipe flagDestination;
    uint8_t flagId;

    template <typename Parameters>
    void SetParameters(const Parameters &value)
    {
        static_assert(std::is_trivially_copyable<Parameters>::value && sizeof(Parameters) <= PARAMETER_BYTES,
                      "parameters travel with the instruction as bytes");
        std::memcpy(parameters, &value, sizeof(value));
    }
    template <typename Parameters>
    Parameters ParametersAs() const
    {
        Parameters value;
        std::memcpy(&value, parameters, sizeof(value));
        return value;
    }
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_INSTRUCTION_H
