// SPDX-License-Identifier: Apache-2.0
// z = x + y in half on dav-2201, with the switches of a published table of timings: TILE_ELEMS elements per copy,
// BUFFERS 1 or 2, BYPASS_L2 for the inputs, SPREAD_BANKS for results in a bank of their own. The sources of an addition
// lie TILE_ELEMS apart: no bank group serves both where that is an odd multiple of 256 bytes.
#include "kernel_operator.h"

constexpr uint32_t ROW_ELEMS = 8192;
constexpr uint32_t SLOT_BYTES = TILE_ELEMS * sizeof(half);
constexpr uint32_t BANK_BYTES = 0x10000;  // address bits 17:16

struct Tile {
    AscendC::LocalTensor<half> x;
    AscendC::LocalTensor<half> y;
    AscendC::LocalTensor<half> z;
};

__aicore__ inline Tile TileAt(uint32_t buffer)
{
    const uint32_t inputs = SPREAD_BANKS ? buffer * BANK_BYTES : buffer * 3 * SLOT_BYTES;
    const uint32_t result = SPREAD_BANKS ? 2 * BANK_BYTES + buffer * SLOT_BYTES : inputs + 2 * SLOT_BYTES;
    return {AscendC::LocalTensor<half>(AscendC::TPosition::VECCALC, inputs, TILE_ELEMS),
            AscendC::LocalTensor<half>(AscendC::TPosition::VECCALC, inputs + SLOT_BYTES, TILE_ELEMS),
            AscendC::LocalTensor<half>(AscendC::TPosition::VECCALC, result, TILE_ELEMS)};
}

// A matrix of `rows` rows, cut by rows; the first cores have one more where they do not divide evenly.
extern "C" __global__ __aicore__ void add_published(GM_ADDR x, GM_ADDR y, GM_ADDR z, uint32_t rows)
{
    const uint32_t core = AscendC::GetBlockIdx();
    const uint32_t longer = rows % AscendC::GetBlockNum();
    const uint32_t least = rows / AscendC::GetBlockNum();
    const uint32_t coreElems = (least + (core < longer ? 1 : 0)) * ROW_ELEMS;
    const uint64_t start = uint64_t{core * least + (core < longer ? core : longer)} * ROW_ELEMS;
    AscendC::GlobalTensor<half> xGm, yGm, zGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x) + start, coreElems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y) + start, coreElems);
    zGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(z) + start, coreElems);
    if (BYPASS_L2) {
        xGm.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
        yGm.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
    }
    const Tile tiles[2] = {TileAt(0), TileAt(BUFFERS - 1)};
    for (int32_t buffer = 0; buffer < BUFFERS; ++buffer) {
        AscendC::SetFlag<AscendC::HardEvent::V_MTE2>(buffer);
        AscendC::SetFlag<AscendC::HardEvent::MTE3_V>(buffer);
    }
    int32_t buffer = 0;
    for (uint32_t done = 0; done < coreElems; done += TILE_ELEMS) {
        const uint32_t count = coreElems - done < TILE_ELEMS ? coreElems - done : TILE_ELEMS;
        const Tile &tile = tiles[buffer];
        AscendC::WaitFlag<AscendC::HardEvent::V_MTE2>(buffer);
        AscendC::DataCopy(tile.x, xGm[done], count);
        AscendC::DataCopy(tile.y, yGm[done], count);
        AscendC::SetFlag<AscendC::HardEvent::MTE2_V>(buffer);
        AscendC::WaitFlag<AscendC::HardEvent::MTE2_V>(buffer);
        AscendC::WaitFlag<AscendC::HardEvent::MTE3_V>(buffer);
        AscendC::Add(tile.z, tile.x, tile.y, static_cast<int32_t>(count));
        AscendC::SetFlag<AscendC::HardEvent::V_MTE2>(buffer);
        AscendC::SetFlag<AscendC::HardEvent::V_MTE3>(buffer);
        AscendC::WaitFlag<AscendC::HardEvent::V_MTE3>(buffer);
        AscendC::DataCopy(zGm[done], tile.z, count);
        AscendC::SetFlag<AscendC::HardEvent::MTE3_V>(buffer);
        buffer = (buffer + 1) % BUFFERS;
    }
    for (buffer = 0; buffer < BUFFERS; ++buffer) {
        AscendC::WaitFlag<AscendC::HardEvent::V_MTE2>(buffer);
        AscendC::WaitFlag<AscendC::HardEvent::MTE3_V>(buffer);
    }
}
