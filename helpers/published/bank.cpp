// SPDX-License-Identifier: Apache-2.0
// TIMES additions of 4096 floats at three addresses of UB: what a published table of bank conflicts times. The blocks
// and the repeats of the first source are LEFT_BLOCK and LEFT_REPEAT data blocks apart.
#include "kernel_operator.h"

extern "C" __global__ __aicore__ void bank_published(uint32_t x, uint32_t y, uint32_t z)
{
    constexpr uint32_t ELEMS = 4096;
    constexpr uint32_t LANES = 64;
    constexpr uint32_t LEFT_BLOCKS = (ELEMS / LANES - 1) * LEFT_REPEAT + 7 * LEFT_BLOCK + 1;
    const AscendC::LocalTensor<float> left(AscendC::TPosition::VECCALC, x, LEFT_BLOCKS * 8);
    const AscendC::LocalTensor<float> right(AscendC::TPosition::VECCALC, y, ELEMS);
    const AscendC::LocalTensor<float> sum(AscendC::TPosition::VECCALC, z, ELEMS);
    const AscendC::BinaryRepeatParams strides(1, LEFT_BLOCK, 1, 8, LEFT_REPEAT, 8);
    for (uint32_t i = 0; i < TIMES; ++i) {
        AscendC::Add(sum, left, right, LANES, static_cast<uint8_t>(ELEMS / LANES), strides);
    }
}
