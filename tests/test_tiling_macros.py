# SPDX-License-Identifier: Apache-2.0
"""How a kernel reads its tiling."""

import struct

import numpy as np
import pytest

from helpers import BuildError, Kernel

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

struct StepTilingData {
    uint32_t first;
    float step;
};

extern "C" __global__ __aicore__ void steps(GM_ADDR y, GM_ADDR workspace, GM_ADDR tiling)
{
    REGISTER_TILING_DEFAULT(StepTilingData);
    GET_TILING_DATA(data, tiling);
    AscendC::GlobalTensor<float> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 4);
    for (uint32_t i = data.first; i < 4; ++i) {
        yGm.SetValue(i, i * data.step);
    }
}
"""


def test_get_tiling_data_reads_the_registered_struct():
    y = np.full(4, -1, np.float32)
    Kernel.from_source(SOURCE, "steps").launch(y, tiling=struct.pack("If", 1, 0.5), workspace_bytes=0)
    assert np.array_equal(y, np.array([-1, 0.5, 1, 1.5], np.float32))


def test_a_struct_that_is_no_plain_data_does_not_compile():
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(SOURCE.replace("float step;", "float step;\n    virtual void Print();"), "steps")
    assert "tiling data must be a plain struct" in caught.value.compiler_output
