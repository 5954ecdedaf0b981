// SPDX-License-Identifier: Apache-2.0
// Every core loads the whole of a matrix of half, ROWS x COLUMNS, past L2, by pieces of TILE_ROWS x TILE_COLUMNS, and
// stores nothing. ROTATED: each core begins with rows of its own; else all load the same piece at the same time.
#include "kernel_operator.h"

extern "C" __global__ __aicore__ void copy_whole_published(GM_ADDR x)
{
    constexpr uint32_t PIECES = ROWS / TILE_ROWS;
    AscendC::GlobalTensor<half> xGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), uint64_t{ROWS} * COLUMNS);
    xGm.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
    const AscendC::LocalTensor<half> piece(AscendC::TPosition::VECIN, 0, TILE_ROWS * TILE_COLUMNS);
    const AscendC::DataCopyPadExtParams<half> noPadding{false, 0, 0, static_cast<half>(0)};
    const AscendC::DataCopyExtParams shape{TILE_ROWS, TILE_COLUMNS * sizeof(half),
                                           (COLUMNS - TILE_COLUMNS) * sizeof(half), 0, 0};
    for (uint32_t i = 0; i < PIECES; ++i) {
        const uint32_t row = (ROTATED ? (i + AscendC::GetBlockIdx()) % PIECES : i) * TILE_ROWS;
        for (uint32_t column = 0; column < COLUMNS; column += TILE_COLUMNS) {
            AscendC::DataCopyPad(piece, xGm[uint64_t{row} * COLUMNS + column], shape, noPadding);
        }
    }
}
