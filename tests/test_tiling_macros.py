# SPDX-License-Identifier: Apache-2.0
"""How a kernel reads its tiling."""

import ctypes
import struct

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.errors import ArgumentValueError
from helpers.tiling_structs import tiling_structs

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


HEADER = """\
#include "register/tilingdata_base.h"
#include "no_such_host_header.h"
#define ROWS 2
namespace optiling {
constexpr uint32_t COLUMNS = ROWS + 1;  // END_TILING_DATA_DEF in a comment
const std::string NAME = "of the host";
BEGIN_TILING_DATA_DEF(InnerTilingData)
TILING_DATA_FIELD_DEF(uint8_t, small);
TILING_DATA_FIELD_DEF(int64_t, big);
END_TILING_DATA_DEF;
REGISTER_TILING_DATA_CLASS(InnerTilingDataOp, InnerTilingData)

BEGIN_TILING_DATA_DEF(StepsTilingData)
TILING_DATA_FIELD_DEF(uint8_t, first);
TILING_DATA_FIELD_DEF(float, step);
TILING_DATA_FIELD_DEF_ARR(int16_t, COLUMNS, shifts);
TILING_DATA_FIELD_DEF_STRUCT(InnerTilingData, inner);
END_TILING_DATA_DEF;
REGISTER_TILING_DATA_CLASS(StepsV2, StepsTilingData)

BEGIN_TILING_DATA_DEF(OtherTilingData)
TILING_DATA_FIELD_DEF(uint32_t, other);
END_TILING_DATA_DEF;
REGISTER_TILING_DATA_CLASS(StepsV2Grad, OtherTilingData)

ge::graphStatus Tiling(gert::TilingContext *context);
}
"""
# Python's own idea of the layout: a ctypes structure is laid out as C does.


class Inner(ctypes.Structure):
    _fields_ = (("small", ctypes.c_uint8), ("big", ctypes.c_int64))


class Steps(ctypes.Structure):
    _fields_ = (
        ("first", ctypes.c_uint8),
        ("step", ctypes.c_float),
        ("shifts", ctypes.c_int16 * 3),
        ("inner", Inner),
    )


def steps_tiling():
    return Steps(3, 0.5, (ctypes.c_int16 * 3)(1, -2, 30), Inner(7, -(1 << 40)))


READS = """\
#include "kernel_operator.h"
#include "kernel_tiling/kernel_tiling.h"
__aicore__ inline void Keep(__gm__ double *y, const StepsTilingData *data)
{
    y[0] = data->first + data->step + data->shifts[0] + data->shifts[1] + data->shifts[2];
    y[1] = data->inner.small + data->inner.big;
}
extern "C" __global__ __aicore__ void steps_v2(GM_ADDR out, GM_ADDR workspace, GM_ADDR tiling)
{
    __gm__ double *y = reinterpret_cast<__gm__ double *>(out);
    READ
}
"""
TOTALS = [3 + 0.5 + 1 - 2 + 30, 7 - (1 << 40)]


@pytest.fixture
def header(tmp_path):
    path = tmp_path / "steps_v2_tiling.h"
    path.write_text(HEADER)
    return path


@pytest.mark.parametrize(
    "read",
    [
        "GET_TILING_DATA(data, tiling); Keep(y, &data);",
        "GET_TILING_DATA_WITH_STRUCT(StepsTilingData, data, tiling); Keep(y, &data);",
        "REGISTER_NONE_TILING; GET_TILING_DATA_PTR_WITH_STRUCT(StepsTilingData, data, tiling); Keep(y, data);",
        "GET_TILING_DATA_PTR_WITH_STRUCT(StepsTilingData, data, tiling); Keep(y, data);"
        "COPY_TILING_WITH_STRUCT(InnerTilingData, data->inner, inner);"
        "COPY_TILING_WITH_STRUCT(InnerTilingData, &data->inner, same);"
        "COPY_TILING_WITH_ARRAY(int16_t, 3, data->shifts, shifts);"
        "GET_TILING_DATA_MEMBER(StepsTilingData, first, first, tiling);"
        "GET_TILING_DATA_MEMBER(StepsTilingData, step, step, tiling);"
        "y[0] = first + step + (*shifts)[0] + (*shifts)[1] + (*shifts)[2]; y[1] = inner->small + same->big;",
    ],
)
def test_a_struct_of_the_host_side_is_read_in_every_way(header, read):
    kernel = Kernel.from_source(READS.replace("READ", read), prelude=tiling_structs(header))
    y = np.zeros(2)
    kernel.launch(y, tiling=steps_tiling(), workspace_bytes=0)
    assert y.tolist() == TOTALS


def test_host_code_fills_the_struct_in_by_its_calls(header):
    fill = """StepsTilingData data;
    int16_t shifts[] = {1, -2, 30};
    data.set_first(3); data.set_step(0.5f); data.set_shifts(shifts);
    data.inner.set_small(7); data.inner.set_big(-(int64_t(1) << 40));
    StepsTilingData sent;
    data.SaveToBuffer(&sent, sizeof(sent));
    Keep(y, &sent);
    y[1] += data.get_first() + data.GetDataSize();"""
    kernel = Kernel.from_source(READS.replace("READ", fill), prelude=tiling_structs(header))
    y = np.zeros(2)
    kernel.launch(y, tiling=b"", workspace_bytes=0)
    assert y.tolist() == [TOTALS[0], TOTALS[1] + 3 + ctypes.sizeof(Steps)]


def test_a_header_of_the_host_side_serves_as_it_is_where_it_includes_no_more(header):
    plain = "\n".join(line for line in HEADER.split("\n") if "no_such" not in line and "NAME" not in line)
    header.write_text(plain.replace("ge::graphStatus Tiling(gert::TilingContext *context);", ""))
    source = READS.replace("READ", "GET_TILING_DATA(data, tiling); Keep(y, &data);")
    kernel = Kernel.from_source(source, prelude='#include "steps_v2_tiling.h"', include=[header.parent])
    y = np.zeros(2)
    kernel.launch(y, tiling=steps_tiling(), workspace_bytes=0)
    assert y.tolist() == TOTALS


def test_without_a_registered_struct_the_build_says_what_is_missing(header):
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(SOURCE.replace("    REGISTER_TILING_DEFAULT(StepTilingData);\n", ""))
    lines = caught.value.explanation.splitlines()
    assert "GET_TILING_DATA needs its struct: write REGISTER_TILING_DEFAULT(struct) before it, or" in lines[0]
    assert sum("error:" in line for line in lines) == 1
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(READS.replace("READ", ""))
    assert "hint: StepsTilingData comes with the operator's host side: #include its header" in caught.value.explanation


def test_a_tiling_argument_that_is_too_short_is_a_finding(header):
    source = READS.replace("READ", "GET_TILING_DATA(data, tiling); Keep(y, &data);")
    kernel = Kernel.from_source(source, prelude=tiling_structs(header))
    size = ctypes.sizeof(Steps)
    with pytest.raises(KernelFault) as caught:
        kernel.launch(np.zeros(2), tiling=bytes(size - 1), workspace_bytes=0)
    (finding,) = caught.value.findings
    assert (finding.code, finding.actual, finding.expected) == ("tiling-size", size - 1, size)
    kernel.launch(np.zeros(2), tiling=bytes(size + 1), workspace_bytes=0)


def test_headers_without_tiling_structs_are_refused(tmp_path):
    with pytest.raises(ArgumentValueError, match="files that exist"):
        tiling_structs(tmp_path / "absent.h")
    (tmp_path / "empty.h").write_text("// BEGIN_TILING_DATA_DEF(X) END_TILING_DATA_DEF\n")
    with pytest.raises(ArgumentValueError, match="headers with BEGIN_TILING_DATA_DEF"):
        tiling_structs(tmp_path / "empty.h")


KEYS = """\
#include "kernel_operator.h"
extern "C" __global__ __aicore__ void keys(GM_ADDR y)
{
#if __NPU_ARCH__ == 2201
    KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_MIX_AIV_1_0);
    KERNEL_TASK_TYPE(4, KERNEL_TYPE_MIX_AIC_1_2);
#endif
    if (TILING_KEY_IS(1)) {
        *y = 10;
    } else if (TILING_KEY_IS(0x20UL)) {
        *y = 20;
    } else if (TILING_KEY_IS(10000000000000000001UL) || TILING_KEY_IS(4)) {
        *y = 30;
    }
}
"""


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_the_tiling_key_of_a_launch_chooses_the_branch(soc):
    kernel = Kernel.from_source(KEYS, soc=soc)
    for key, expected in ((1, 10), (32, 20), (10000000000000000001, 30)):
        y = np.zeros(1, np.uint8)
        kernel.launch(y, tiling_key=key)
        assert y[0] == expected
    with pytest.raises(KernelFault) as caught:
        kernel.launch(y, block_dim=2)
    (finding,) = caught.value.findings
    assert (finding.code, finding.actual) == ("tiling-key", 0)
    assert "the kernel asks for 1, 32, 10000000000000000001, 4" in finding.message


def test_a_key_of_the_matrix_unit_is_a_finding_where_it_is_launched():
    with pytest.raises(KernelFault) as caught:
        Kernel.from_source(KEYS).launch(np.zeros(1, np.uint8), tiling_key=4)
    assert [finding.code for finding in caught.value.findings] == ["kernel-type"]
    with pytest.raises(BuildError, match="KERNEL_TYPE_AIV_ONLY or KERNEL_TYPE_MIX_AIV_1_0"):
        Kernel.from_source(KEYS.replace("DEFAULT(KERNEL_TYPE_MIX_AIV_1_0)", "DEFAULT(KERNEL_TYPE_AIC_ONLY)"))


def test_a_build_may_fix_the_tiling_key():
    source = KEYS.replace("*y = 20;", "*y = 20;\n#if TILING_KEY_VAR == 32\n        *y = 21;\n#endif")
    kernel = Kernel.from_source(source, defines={"TILING_KEY_VAR": "0x20UL"})
    y = np.zeros(1, np.uint8)
    kernel.launch(y)
    assert y[0] == 21 and kernel.tiling_key == 32
    kernel.launch(y, tiling_key=32)
    with pytest.raises(ArgumentValueError, match="tiling_key=1: allowed are 32, which the build of keys fixed"):
        kernel.launch(y, tiling_key=1)


@pytest.mark.parametrize(("key", "error"), [(-1, ValueError), (2**64, ValueError), (1.0, TypeError), (True, TypeError)])
def test_what_is_no_tiling_key_is_refused(key, error):
    with pytest.raises(error, match="^tiling_key="):
        Kernel.from_source(KEYS).launch(np.zeros(1, np.uint8), tiling_key=key)


def test_lists_of_keys():
    source = KEYS.replace("TILING_KEY_IS(0x20UL)", "TILING_KEY_LIST(5, 0x20)")
    y = np.zeros(1, np.uint8)
    for key in (5, 32):
        y[0] = 0
        Kernel.from_source(source).launch(y, tiling_key=key)
        assert y[0] == 20
    with pytest.raises(BuildError, match="TILING_KEY_LIST is not on dav-3002: join TILING_KEY_IS"):
        Kernel.from_source(source, soc="Ascend310B4")


def test_the_lists_of_tiling_templates_have_nothing_to_do():
    source = """\
#include "ascendc/host_api/tiling/template_argument.h"
#include "kernel_operator.h"
ASCENDC_TPL_ARGS_DECL(Mark, ASCENDC_TPL_UINT_DECL(value, ASCENDC_TPL_8_BW, ASCENDC_TPL_UI_LIST, 1, 2));
ASCENDC_TPL_SEL(ASCENDC_TPL_ARGS_SEL(ASCENDC_TPL_UINT_SEL(value, ASCENDC_TPL_UI_LIST, 1, 2)));
template <uint32_t value>
__global__ __aicore__ void mark(GM_ADDR y)
{
    *y = value;
}
"""
    y = np.zeros(1, np.uint8)
    Kernel.from_source(source, "mark<2>").launch(y)
    assert y[0] == 2
