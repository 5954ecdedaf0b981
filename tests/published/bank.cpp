// SPDX-License-Identifier: Apache-2.0
// TIMES additions of 4096 floats at three addresses of UB: what a published table of bank conflicts times.
#include "kernel_operator.h"

extern "C" __global__ __aicore__ void bank_published(uint32_t x, uint32_t y, uint32_t z)
{
    constexpr uint32_t ELEMS = 4096;
    const AscendC::LocalTensor<float> left(AscendC::TPosition::VECCALC, x, ELEMS);
    const AscendC::LocalTensor<float> right(AscendC::TPosition::VECCALC, y, ELEMS);
    const AscendC::LocalTensor<float> sum(AscendC::TPosition::VECCALC, z, ELEMS);
    for (uint32_t i = 0; i < TIMES; ++i) {
        AscendC::Add(sum, left, right, static_cast<int32_t>(ELEMS));
    }
}
