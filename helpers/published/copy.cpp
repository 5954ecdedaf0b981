// SPDX-License-Identifier: Apache-2.0
// Loads a matrix of half, ROWS x COLUMNS with the rows of each core together, by pieces of TILE_ROWS x TILE_COLUMNS,
// and stores nothing: the switches of published rows of timings. SLICES parts of the columns, each loaded PASSES times.
#include "kernel_operator.h"

constexpr uint32_t SLICE_COLUMNS = COLUMNS / SLICES;

extern "C" __global__ __aicore__ void copy_published(GM_ADDR x)
{
    const uint32_t rows = ROWS / AscendC::GetBlockNum();
    AscendC::GlobalTensor<half> xGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), uint64_t{ROWS} * COLUMNS);
    const AscendC::LocalTensor<half> piece(AscendC::TPosition::VECIN, 0, TILE_ROWS * TILE_COLUMNS);
    const AscendC::DataCopyPadExtParams<half> noPadding{false, 0, 0, static_cast<half>(0)};
    for (uint32_t slice = 0; slice < SLICES; ++slice) {
        const uint32_t end = slice + 1 < SLICES ? (slice + 1) * SLICE_COLUMNS : COLUMNS;
        for (uint32_t pass = 0; pass < PASSES; ++pass) {
            for (uint32_t row = rows * AscendC::GetBlockIdx(); row < rows * (AscendC::GetBlockIdx() + 1);
                 row += TILE_ROWS) {
                for (uint32_t column = slice * SLICE_COLUMNS; column < end; column += TILE_COLUMNS) {
                    const uint32_t width = end - column < TILE_COLUMNS ? end - column : TILE_COLUMNS;
                    const AscendC::DataCopyExtParams shape{TILE_ROWS, static_cast<uint32_t>(width * sizeof(half)),
                                                           static_cast<uint32_t>((COLUMNS - width) * sizeof(half)), 0,
                                                           0};
                    AscendC::DataCopyPad(piece, xGm[uint64_t{row} * COLUMNS + column], shape, noPadding);
                }
            }
        }
    }
}
