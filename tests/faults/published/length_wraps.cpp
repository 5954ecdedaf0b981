// SPDX-License-Identifier: Apache-2.0
// The length of a published version: kept in 32 bits, it wraps around, and only the elements of the remainder are
// written. y = x + 1.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE = 4096;  // elements

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, uint64_t elems)
{
    const auto length = static_cast<uint32_t>(elems);
    GlobalTensor<half> xGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), elems);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, TILE * sizeof(half));
    pipe.InitBuffer(outQueue, 1, TILE * sizeof(half));
    for (uint32_t start = 0; start < length; start += TILE) {
        const uint32_t count = length - start < TILE ? length - start : TILE;
        const DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(half)), 0, 0, 0};
        LocalTensor<half> in = inQueue.AllocTensor<half>();
        DataCopyPad(in, xGm[start], tile, {false, 0, 0, static_cast<half>(0.0f)});
        inQueue.EnQue(in);
        in = inQueue.DeQue<half>();
        LocalTensor<half> out = outQueue.AllocTensor<half>();
        Adds(out, in, static_cast<half>(1.0f), count);
        outQueue.EnQue(out);
        inQueue.FreeTensor(in);
        out = outQueue.DeQue<half>();
        DataCopyPad(yGm[start], out, tile);  // finding at the end: gm-unwritten
        outQueue.FreeTensor(out);
    }
}
