// SPDX-License-Identifier: Apache-2.0
#include "memory_life.h"

#include <string>

namespace Simulator {

void CheckSinglePipe(AiCore &core, const AscendC::TPipe *pipe, SourceLine where)
{
    if (core.tpipe == pipe && core.Buffers().Main().bufferNum > 0) {
        core.Report({"tpipe-twice", "TPipe",
                     "Init of a TPipe that holds " + std::to_string(core.Buffers().Main().bufferNum) +
                         " buffers: they would be given out a second time",
                     "call Destroy before Init, or Reset instead of both", core.Buffers().Main().bufferNum, 0},
                    "TPipe::Init", where);
    }
    if (core.tpipe != nullptr && core.tpipe != pipe) {
        core.Report({"tpipe-twice", "TPipe",
                     "a second TPipe while the first one lives: both would give out the same UB and the same event ids",
                     "pass the first one on by pointer, or Destroy it before", 2, 1},
                    "TPipe", where);
    }
    if (core.staticTensors) {
        core.Report({"static-with-tpipe", "TPipe",
                     "a TPipe in a kernel whose tensors lie at addresses of its own choice: both would use the same UB",
                     "keep to one of the two: TPipe and queues, or LocalTensor(position, address, elements)", 1, 0},
                    "TPipe", where);
    }
}

void CheckPipeExists(AiCore &core, const AscendC::TPipe *pipe, const char *call, SourceLine where)
{
    if (pipe == nullptr || core.tpipe != pipe) {
        core.Report(
            {"tpipe-missing", "TPipe", "there are 0 such TPipe objects: none was constructed, or it is destroyed",
             "construct a TPipe at the start of the kernel; after Destroy call Init", 0, 1},
            call, where);
    }
}

void CheckNoPipe(AiCore &core, const char *call, SourceLine where)
{
    if (core.tpipe != nullptr) {
        core.Report(
            {"static-with-tpipe", call,
             "a tensor at an address of the kernel's own choice while a TPipe lives: both would use the same UB",
             "get the tensor from a TQue or TBuf, or do without TPipe", 1, 0},
            call, where);
    }
}

void CheckPool(AiCore &core, const BufferPool &pool, const char *position, uint32_t num, uint32_t bytes,
               SourceLine where)
{
    const BufferPool &main = core.Buffers().Main();
    const std::string owner = pool.id == main.id ? "TPipe" : "TBufPool";
    const std::string operand = std::string(position) + " buffers";
    if (pool.id < main.id) {
        core.Report({"pool-not-initialised", owner,
                     pool.id == 0 ? "the TBufPool has 0 bytes: InitBufPool was not called for it"
                                  : "the TBufPool has 0 bytes left: its TPipe was reset or destroyed since",
                     "call pipe.InitBufPool(pool, bytes)", 0, 1},
                    "InitBuffer", where);
    }
    const uint64_t total = uint64_t{pool.bufferNum} + num;
    if (total > pool.bufferLimit) {
        core.Report({"buffer-count", operand,
                     "the " + owner + " would hold " + std::to_string(total) + " buffers, the limit is " +
                         std::to_string(pool.bufferLimit),
                     "use fewer queues, or fewer buffers in each", static_cast<int64_t>(total), pool.bufferLimit},
                    "InitBuffer", where);
    }
    const uint32_t parts = num == 0 ? 1 : num;
    const uint64_t end = pool.nextBytes + uint64_t{parts} * bytes;
    if (end > pool.endBytes) {
        const uint32_t size = pool.endBytes - pool.beginBytes;
        const std::string place =
            pool.id == main.id ? "UB, which has " : "the TBufPool, which has (0 once Reset was called) ";
        core.Report({"ub-capacity", operand,
                     std::to_string(parts) + " x " + std::to_string(bytes) + " B after the " +
                         std::to_string(pool.nextBytes - pool.beginBytes) + " B in use need " +
                         std::to_string(end - pool.beginBytes) + " B of " + place + std::to_string(size) +
                         " B. The device does not check: addresses run past the end",
                     "make tiles shorter, or use fewer buffers", static_cast<int64_t>(end - pool.beginBytes), size},
                    "InitBuffer", where);
    }
}

void CheckInitPool(AiCore &core, uint32_t lenBytes, SourceLine where)
{
    if (lenBytes == 0) {
        core.Report({"buffer-length", "TBufPool", "a pool of 0 B: there is nothing to give out",
                     "give InitBufPool a length in bytes above 0", 0, 1},
                    "InitBufPool", where);
    }
}

void CheckSharedPool(AiCore &core, uint32_t lenBytes, const BufferPool &shared, SourceLine where)
{
    const uint32_t size = shared.endBytes - shared.beginBytes;
    if (lenBytes > size) {
        core.Report({"ub-capacity", "TBufPool",
                     "the pool asks for " + std::to_string(lenBytes) + " B of one that has " + std::to_string(size) +
                         " B, whose memory it shares",
                     "make the shared pool as long as the longest that uses its memory", lenBytes, size},
                    "InitBufPool", where);
    }
}

// CANN's CPU twin refuses a TBuf of 0 bytes, the device lets it pass.
void CheckInitWorkBuffer(AiCore &core, const char *position, uint32_t lenBytes, SourceLine where)
{
    if (lenBytes == 0) {
        core.Report({"buffer-length", std::string(position) + " TBuf", "a TBuf of 0 B: there is nothing to allocate",
                     "give InitBuffer a length in bytes above 0, or leave the TBuf out", 0, 1, Severity::WARNING},
                    "InitBuffer", where);
    }
}

void CheckWorkView(AiCore &core, const LocalView &whole, uint64_t offsetBytes, uint64_t bytes, uint32_t elementBytes,
                   SourceLine where)
{
    const bool misaligned = bytes % DATA_BLOCK_BYTES != 0 || offsetBytes % DATA_BLOCK_BYTES != 0;
    if (bytes == 0 || misaligned || offsetBytes + bytes > whole.bytes) {
        const std::string from = offsetBytes == 0 ? "" : " from byte " + std::to_string(offsetBytes) + " on";
        core.Report(
            {"work-view", "TBuf",
             "Get asks for " + std::to_string(bytes / elementBytes) + " elements (" + std::to_string(bytes) + " B)" +
                 from + ": it takes multiples of 32 B from 32 to the buffer's " + std::to_string(whole.bytes) + " B",
             "round the length up to 32 bytes, and give InitBuffer that many",
             static_cast<int64_t>(offsetBytes + bytes), whole.bytes},
            "TBuf::Get", where);
    }
}

void CheckTensorAddress(AiCore &core, uint32_t address, uint64_t bytes, const char *call, SourceLine where)
{
    const uint32_t ubBytes = core.Settings().ubBytes;
    const uint64_t end = address + bytes;
    if (address % DATA_BLOCK_BYTES != 0 || bytes == 0 || end > ubBytes) {
        core.Report({"tensor-address", call,
                     std::to_string(bytes) + " B at address " + std::to_string(address) +
                         ": a tensor starts at a multiple of 32, is longer than 0 and ends within the " +
                         std::to_string(ubBytes) + " B of UB",
                     "give the address in bytes, the length in elements", static_cast<int64_t>(end), ubBytes},
                    call, where);
    }
}

void CheckRestOfUb(AiCore &core, uint32_t beginBytes, SourceLine where)
{
    if (beginBytes >= core.Settings().ubBytes) {
        core.Report({"ub-capacity", "PopStackBuffer",
                     "queues and TBufs use all " + std::to_string(beginBytes) + " B of UB: 0 B are left",
                     "make tiles shorter", beginBytes, core.Settings().ubBytes},
                    "PopStackBuffer", where);
    }
}

}  // namespace Simulator
