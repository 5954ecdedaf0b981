# SPDX-License-Identifier: Apache-2.0
"""Copies, atomic stores, fills and cache control that a family lacks stop the build with the alternative."""

import pytest

from helpers import BuildError, Kernel

HEAD = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void entry(GM_ADDR x)
{{
    GlobalTensor<{type}> gm;
    LocalTensor<{type}> ub;
    uint64_t mask[2] = {{1, 1}};
    __gm__ int32_t *address = reinterpret_cast<__gm__ int32_t *>(x);
    (void)mask;
    (void)address;
    {statement};
}}
"""
REFUSED = [
    ("DataCopy(ub, ub, 32)", "half", "Ascend310B4", "use Copy with a mask"),
    ("DataCopy(ub, ub, DataCopyParams{1, 1, 0, 0})", "half", "Ascend310B4", "use Copy with a mask"),
    ("DataCopy(gm, gm, 32)", "half", "Ascend910B1", "copy to UB and from there"),
    ("DataCopyPad(gm, ub, DataCopyExtParams{1, 8, 0, 0, 0})", "int64_t", "Ascend310B4", "copy them as uint32_t"),
    ("SetPadValue(half(1))", "half", "Ascend310B4", "set isPad and paddingValue"),
    ("SliceInfo s[1]; DataCopy(ub, gm, s, s)", "half", "Ascend310B4", "use DataCopy with DataCopyParams for each row"),
    ("SliceInfo s[1]; DataCopy(ub, gm, s, s)", "int64_t", "Ascend910B1", "elements of 8, 16 and 32 bits"),
    ("Copy(ub, ub, mask, 1, CopyRepeatParams{1, 1, 8, 8})", "uint8_t", "Ascend910B1", "Copy takes half, bfloat16_t"),
    ("Copy(ub, ub, 32)", "half", "Ascend910B1", "Copy by count is on neither family"),
    ("Fill(gm, 32, half(1))", "half", "Ascend310B4", "use Duplicate and DataCopyPad"),
    ("InitOutput<uint8_t>(gm, 32, 1)", "uint8_t", "Ascend910B1", "InitOutput take half, float"),
    (
        "SetAtomicAdd<int8_t>()",
        "float",
        "Ascend310B4",
        "atomic stores take half, float, int16_t, int32_t, and on dav-2201",
    ),
    (
        "SetAtomicAdd<uint32_t>()",
        "float",
        "Ascend910B1",
        "atomic stores take half, float, int16_t, int32_t, and on dav-2201",
    ),
    ("SetAtomicMax<float>()", "float", "Ascend310B4", "reduce with Max in UB"),
    ("SetAtomicMin<float>()", "float", "Ascend310B4", "reduce with Min in UB"),
    ("AtomicAdd(address, 1)", "float", "Ascend910B1", "AtomicAdd on an address is on Ascend 950 only"),
    ("AtomicCas(address, 1, 2)", "float", "Ascend910B1", "AtomicCas on an address is on Ascend 950 only"),
    ("ICachePreLoad(2)", "float", "Ascend310B4", "ICachePreLoad is not on dav-3002: leave it out"),
    ("ReadGmByPassDCache(address)", "float", "Ascend310B4", "use GetValue and SetValue"),
    ("WriteGmByPassDCache(reinterpret_cast<__gm__ float *>(x), 1.0f)", "float", "Ascend910B1", "take integers"),
    (
        "DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_ATOMIC>(gm)",
        "float",
        "Ascend910B1",
        "CACHELINE_ATOMIC is on neither family",
    ),
]


@pytest.mark.parametrize(("statement", "dtype", "soc", "message"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(statement, dtype, soc, message):
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(HEAD.format(statement=statement, type=dtype), "entry", soc)
    assert message in caught.value.compiler_output
