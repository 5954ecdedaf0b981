# SPDX-License-Identifier: Apache-2.0
"""What a kernel prints: printf, DumpTensor, assertions with values. core/print.cpp, helpers/printed.py."""

import io

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.printed import OUTPUT_LIMIT_BYTES, read_printed

HEAD = """\
#include "kernel_operator.h"
#include <cassert>
using namespace AscendC;
extern "C" __global__ __aicore__ void prints(GM_ADDR x, uint32_t n)
{
    GlobalTensor<float> g;
    g.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 8);
"""


def launch(body, *, block_dim=1, soc="Ascend910B1", **options):
    x = np.arange(8, dtype=np.float32)
    return Kernel.from_source(f"{HEAD}    {body}\n}}\n", soc=soc).launch(x, 5, block_dim=block_dim, **options)


def printed(body):
    """What block 0 printed, without the mark of its block."""
    mark = "[AIV Block 0/1] "
    lines = launch(body).output.splitlines()
    assert all(line.startswith(mark) for line in lines)
    return "\n".join(line.removeprefix(mark) for line in lines)


# Expected by Python's format(), which rounds and pads as C's printf does.
CONVERSIONS = (
    ("%d", "-7", "-7"),
    ("%5i|", "int8_t(-8)", f"{-8:5d}|"),
    ("%ld", "int64_t(1) << 40", str(1 << 40)),
    ("%u", "uint8_t(200)", "200"),
    ("%llu", "~uint64_t(0)", str(2**64 - 1)),
    ("%x", "255", f"{255:x}"),
    ("%08X", "uint64_t(0xABCDEF)", f"{0xABCDEF:08X}"),
    ("%x", "int16_t(-1)", f"{2**16 - 1:x}"),
    ("%u", "-1", str(2**32 - 1)),
    ("%f", "half(0.1f)", f"{float(np.float16(0.1)):f}"),
    ("%.2f", "1.005", f"{1.005:.2f}"),
    ("%+8.3F", "float(n)", f"{5:+8.3F}"),
    ("%s", '"text"', "text"),
    ("%-6s|", '"left"', f"{'left':<6}|"),
    ("%c", "'c'", "c"),
    ("%d%%", "bool(n)", "1%"),
    ("%d", "RoundMode::CAST_CEIL", "3"),
    ("%d", "block_idx", "0"),
)


def test_conversions_print_as_in_c():
    body = "\n".join(f'printf("{format_}\\n", {value});' for format_, value, _ in CONVERSIONS)
    assert printed(body).split("\n") == [expected for _, _, expected in CONVERSIONS]


def test_every_spelling_of_printf_is_the_kernels():
    calls = ("printf", "::printf", "AscendC::printf", "PRINTF", "AscendC::PRINTF", "std::printf")
    assert printed("\n".join(f'{call}("%d ", n);' for call in calls)) == "5 " * len(calls)


def test_lines_stand_in_the_order_of_blocks_each_behind_its_mark():
    body = 'printf("a %d", GetBlockIdx()); printf(" b\\n"); printf("\\n"); printf("c");'
    outputs = {
        launch(body, block_dim=40, threads=threads, schedule=schedule, seed=seed).output
        for threads, schedule, seed in ((1, "eager", 0), (8, "on_wait", 1), (16, "random", 2))
    }
    lines = (f"[AIV Block {i}/40] {text}\n" for i in range(40) for text in (f"a {i} b", "", "c"))
    assert outputs == {"".join(lines)}


def test_what_was_printed_before_a_crash_is_kept():
    result = launch('printf("before\\n"); *reinterpret_cast<volatile int *>(8) = 1;', raise_on_finding=False)
    assert result.output == "[AIV Block 0/1] before\n"
    assert [finding.code for finding in result.findings] == ["crash"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('printf("%d", 1.5f)', "value 1 is a floating-point number, %d prints another type"),
        ('printf("%d %f", 1, 2)', "value 2 is an integer, %f prints another type"),
        ('printf("%s", 3)', "value 1 is an integer, %s prints another type"),
        ('printf("%d %u", 1)', "the format asks for more than the 1 values given: %u has none"),
        ('printf("%d", 1, 2)', "the format prints 1 values, 2 are given"),
        ('printf("%e", 1.0f)', "the format has %e, which a kernel cannot print"),
        ('printf("100%")', "the format has %, which a kernel cannot print"),
    ],
)
def test_a_format_that_does_not_fit_is_a_finding(call, message):
    with pytest.raises(KernelFault) as caught:
        launch(f"{call};")
    (finding,) = caught.value.findings
    assert (finding.code, finding.call) == ("printf-format", "printf") and message in finding.message


def test_one_block_that_prints_without_end_is_cut_and_the_others_are_whole():
    body = 'for (int i = 0; i < (GetBlockIdx() == 1 ? 100000 : 2); ++i) { printf("line %d\\n", i); }'
    lines = launch(body, block_dim=3).output.splitlines()
    assert lines[:2] == ["[AIV Block 0/3] line 0", "[AIV Block 0/3] line 1"]
    assert lines[-2:] == ["[AIV Block 2/3] line 0", "[AIV Block 2/3] line 1"]
    assert lines[-3] == "[AIV Block 1/3] [cut here: this block printed more than 65536 B]"
    text = sum(len(line.removeprefix("[AIV Block 1/3] ")) + 1 for line in lines[2:-4])
    assert 65536 - 20 < text <= 65536


def test_the_whole_output_is_cut_behind_its_limit():
    record = b"\x1e%d 65536\n" + b"x" * 65535 + b"\n"
    whole = read_printed(io.BytesIO(b"".join(record % block for block in range(15))), 15, 2201)
    assert whole.count("\n") == 15 and "cut here" not in whole
    cut = read_printed(io.BytesIO(b"".join(record % block for block in range(17))), 17, 2201)
    assert cut.endswith(f"[cut here: the kernel printed more than {OUTPUT_LIMIT_BYTES} B]\n")
    assert len(cut) < OUTPUT_LIMIT_BYTES + 100


def test_ascendc_dump_0_turns_printing_off():
    source = f'{HEAD}    printf("%d\\n", n); DumpTensor(g, 1, 2);\n}}\n'
    kernel = Kernel.from_source(source, defines={"ASCENDC_DUMP": 0})
    assert kernel.launch(np.zeros(8, np.float32), 5).output == ""


def test_printf_is_refused_where_the_family_lacks_it_and_dump_tensor_is_there():
    with pytest.raises(BuildError) as caught:
        launch('printf("x\\n");', soc="Ascend310B4")
    assert "printf is not on Atlas 200I/500 A2 (dav-3002): DumpTensor prints a tensor" in caught.value.explanation
    assert launch("DumpTensor(g, 3, 1);", soc="Ascend310B4").output == (
        "[Block 0/1] DumpTensor: desc=3, addr=x+0x0, data_type=float32, position=GM, dump_size=1\n"
        "[Block 0/1] [0.000000]\n"
    )


def test_dump_tensor_prints_the_values_of_both_memories_once_the_pipes_are_through():
    body = """
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 32);
    LocalTensor<float> t = buffer.Get<float>();
    DataCopy(t, g, 8);
    DumpTensor(t, 7, 3);
    DumpTensor(g[2], 8, 2);
    DumpAccChkPoint(t, 9, 4, 2);
    DumpTensor(t.ReinterpretCast<uint16_t>(), 10, 4);"""
    bits = np.arange(2, dtype=np.float32).view(np.uint16).tolist()
    assert printed(body) == (
        "DumpTensor: desc=7, addr=0x0, data_type=float32, position=UB, dump_size=3\n[0.000000, 1.000000, 2.000000]\n"
        "DumpTensor: desc=8, addr=x+0x8, data_type=float32, position=GM, dump_size=2\n[2.000000, 3.000000]\n"
        "DumpTensor: desc=9, addr=0x10, data_type=float32, position=UB, dump_size=2\n[4.000000, 5.000000]\n"
        f"DumpTensor: desc=10, addr=0x0, data_type=uint16, position=UB, dump_size=4\n{bits}"
    )


def test_dump_tensor_lays_values_out_by_a_shape():
    body = """uint32_t shape[] = {2, 2, 2};
    DumpTensor(g, 1, 7, ShapeInfo(3, shape));
    DumpTensor(g, 2, 3, ShapeInfo(1, shape));"""
    assert printed(body).split("\n", 1)[1] == (
        "[[[0.000000, 1.000000],\n[2.000000, 3.000000]],\n[[4.000000, 5.000000],\n[6.000000, -]]]\n"
        "DumpTensor: desc=2, addr=x+0x0, data_type=float32, position=GM, dump_size=3\n[0.000000, 1.000000]"
    )


def test_dump_tensor_beyond_the_tensor_is_a_finding():
    with pytest.raises(KernelFault) as caught:
        launch("DumpTensor(g, 1, 9);")
    assert [(finding.code, finding.call) for finding in caught.value.findings] == [("gm-out-of-bounds", "DumpTensor")]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("assert(n == 4)", "n == 4, which is false"),
        ('assert(n == 4, "n is %u, not %f\\n", n, 4.0f)', "n == 4, which is false (n is 5, not 4.000000)"),
        ('ascendc_assert(n == 4, "n is %d", n)', "which is false (n is 5)"),
        ('ASCENDC_ASSERT((n == 4), { KERNEL_LOG(KERNEL_ERROR, "n is %u", n); })', "(n == 4), which is false"),
    ],
)
def test_an_assertion_that_fails_is_a_finding_with_its_values(call, said):
    with pytest.raises(KernelFault) as caught:
        launch(f"{call.replace('== 4', '== 5')}; {call};")
    (finding,) = caught.value.findings
    assert finding.code == "assertion" and said in finding.message and finding.line == 8
