# SPDX-License-Identifier: Apache-2.0
"""Findings: how they read, how equal ones of many cores are joined, and that their order does not depend on luck."""

import dataclasses
import json
import pickle
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Kernel, KernelFault
from helpers.cann_names import CODES
from helpers.findings import Finding, collect, cores_text
from helpers.launch import CHECK_NAMES

HELPERS = Path(__file__).parent.parent / "helpers"
FAULTS = Path(__file__).parent / "faults"


def record(**changes) -> dict[str, object]:
    """A record as the child process writes it."""
    usual = {
        "record": "finding",
        "code": "gm-out-of-bounds",
        "severity": "error",
        "core": 0,
        "call": "DataCopyPad",
        "file": "/somewhere/kernel.cpp",
        "line": 12,
        "operand": "src (global tensor x)",
        "message": "reads 96 elements of 64",
        "actual": 384,
        "expected": 256,
        "remedy": "copy less",
        "operand_index": 1,
        "other_call": "",
        "other_file": "",
        "other_line": 0,
    }
    return {**usual, **changes}


@pytest.mark.parametrize(
    ("cores", "text"),
    [
        ((3,), "core 3"),
        ((0, 1, 2), "cores 0-2"),
        ((7, 0, 1), "cores 0-1, 7"),
        ((4, 2), "cores 2, 4"),
        (range(40), "cores 0-39"),
    ],
)
def test_cores_read_as_ranges(cores, text):
    assert cores_text(cores) == text


def test_a_finding_reads_as_place_operand_numbers_and_remedy():
    (finding,) = collect([record()])
    assert str(finding) == (
        "error gm-out-of-bounds: core 0, DataCopyPad at kernel.cpp:12, src (global tensor x): "
        "reads 96 elements of 64. Remedy: copy less."
    )


def test_a_finding_without_a_line_or_operand_names_neither():
    (finding,) = collect([record(line=0, file="", operand="", call="kernel")])
    assert str(finding).startswith("error gm-out-of-bounds: core 0, kernel: reads")


@pytest.mark.parametrize("field", ["severity", "code", "call", "file", "line"])
def test_findings_of_another_rule_or_place_stay_apart(field):
    other = {"severity": "warning", "line": 13}.get(field, "other")
    assert len(collect([record(), record(core=1)])) == 1
    assert len(collect([record(), record(core=1, **{field: other})])) == 2


def test_the_joined_finding_speaks_of_the_first_core():
    (finding,) = collect([record(core=5, message="five", actual=5), record(core=2, message="two", actual=2)])
    assert (finding.cores, finding.message, finding.actual) == ((2, 5), "two", 2)


def test_two_outputs_or_two_parameters_are_two_findings():
    at_the_end = {"code": "gm-unwritten", "call": "end of kernel", "file": "", "line": 0, "operand_index": -1}
    found = collect([record(**at_the_end, operand=f"global tensor {name}") for name in "zyz"])
    assert [finding.operand for finding in found] == ["global tensor y", "global tensor z"]
    fields = [record(operand_index=-1, operand=field) for field in ("blockCount", "blockLen")]
    assert len(collect(fields)) == 2


def test_buffers_of_one_queue_are_one_finding():
    buffers = [record(core=i, operand=f"VECIN buffer {i} (UB 0x{256 * i:x}, 256 B)") for i in range(2)]
    (finding,) = collect(buffers)
    assert (finding.cores, finding.operand) == ((0, 1), "VECIN buffer 0 (UB 0x0, 256 B)")


def test_errors_come_before_warnings_then_by_core_then_by_line():
    records = [
        record(severity="warning", core=0, line=1),
        record(core=1, line=9),
        record(core=0, line=30),
        record(core=0, line=4),
    ]
    for seed in range(6):
        random.Random(seed).shuffle(records)
        found = collect(records)
        assert [(finding.severity, finding.cores, finding.line) for finding in found] == [
            ("error", (0,), 4),
            ("error", (0,), 30),
            ("error", (1,), 9),
            ("warning", (0,), 1),
        ]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_never_matters(random_order):
    records = [
        record(core=core, code=code, line=line, operand_index=index, message=f"{core} {code}", actual=core)
        for core in (0, 3, 4)
        for code in ("race-raw", "race-war")
        for line in (5, 7)
        for index in (0, 1)
    ]
    first = collect(records)
    random_order.shuffle(records)
    assert collect(records) == first
    assert len(first) == 8 and all(finding.cores == (0, 3, 4) and finding.actual == 0 for finding in first)


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 9), max_size=12), st.randoms(use_true_random=False))
def test_ties_are_settled_by_whatever_differs(choices, random_order):
    names = ("severity", "core", "line", "operand", "operand_index", "other_line", "actual", "expected", "remedy")
    values = [("error", "warning"), (0, 1), (4, 5), ("dst", "src"), (0, 1), (7, 8), (1, 2), (3, 4), ("one", "two")]
    records = [
        record(**{name: pair[i] for name, pair, i in zip(names, values, choice, strict=True)}) for choice in choices
    ]
    first = collect(records)
    random_order.shuffle(records)
    assert collect(records) == first


def test_what_a_dying_child_leaves_out_is_nothing():
    short = {key: value for key, value in record().items() if not key.startswith(("other_", "operand_"))}
    (finding,) = collect([short])
    assert (finding.other_call, finding.other_line, finding.variable) == ("", 0, "")


def test_the_line_and_the_variable_come_from_the_source(tmp_path):
    source = tmp_path / "kernel.cpp"
    source.write_text("void k()\n{\n    DataCopyPad(tile, rows[core],\n                size, none);\n}\n")
    (finding,) = collect([record(file=str(source), line=3)])
    assert (finding.source, finding.variable) == ("DataCopyPad(tile, rows[core],", "rows[core]")
    assert "src (global tensor x) = rows[core]: reads" in str(finding)
    (finding,) = collect([record(file=str(source), line=99)])
    assert (finding.source, finding.variable) == ("", "")


def test_what_was_dropped_is_said():
    assert str(collect([record()], 12)).endswith("12 more were found, beyond what is kept")
    assert str(collect([])) == "no findings"


def test_findings_survive_json_without_the_folders_of_this_machine():
    (finding,) = collect([record(other_file="/somewhere/other.h", other_line=3, other_call="Add")])
    text = json.dumps(finding.as_record())
    again = Finding.from_record(json.loads(text))
    assert "/somewhere" not in text
    assert again == dataclasses.replace(finding, file="kernel.cpp", other_file="other.h")
    assert list(json.loads(text)) == list(Finding.__dataclass_fields__)


def test_every_code_has_its_row_of_other_names_and_no_row_is_idle():
    announced = {
        code
        for path in FAULTS.rglob("*.cpp")
        for code in re.findall(r"// finding(?: at the end)?: ([\w-]+)", path.read_text(encoding="utf-8"))
    }
    assert announced <= CODES
    words = "\n".join(path.read_text(encoding="utf-8") for path in HELPERS.rglob("*") if path.suffix in (".cpp", ".h"))
    # What the simulator reports: any word with hyphens that is no other name, and what stands first in a finding.
    reported = set(re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', words)) - set(CHECK_NAMES) - {"poisoned-out"}
    reported |= set(re.findall(r'(?:Report|Note)\(\s*\{"([^"]+)"', words))
    reported |= set(re.findall(r'(?:code|CODE)\w* = "([^"]+)"', words))
    assert CODES - {"crash", "exit", "timeout"} <= reported | set(CHECK_NAMES)  # the patterns miss none
    assert reported <= CODES
    words += (HELPERS / "launch.py").read_text(encoding="utf-8")
    assert [code for code in sorted(CODES) if f'"{code}"' not in words] == []


def test_a_card_holds_all_there_is_and_escapes_it():
    (finding,) = collect([record(message="a < b && <script>", operand="src", operand_index=-1)])
    html = finding._repr_html_()
    for text in ("gm-out-of-bounds", "core 0", "kernel.cpp:12", "a &lt; b &amp;&amp; &lt;script&gt;", "ErrorRead3"):
        assert text in html
    assert "<script" not in html and "/somewhere" not in html
    assert "no findings" in collect([])._repr_html_()
    assert "7 more" in collect([record()], 7)._repr_html_()


def test_a_fault_survives_pickling_with_its_findings():
    fault = pickle.loads(pickle.dumps(KernelFault("what", collect([record()], 3))))
    assert (str(fault), fault.findings, fault.findings.dropped) == ("what", collect([record()]), 3)


def test_a_finding_cannot_be_changed():
    (finding,) = collect([record()])
    assert isinstance(finding, Finding)
    with pytest.raises(AttributeError):
        finding.code = "fine"


MANY = """\
// SPDX-License-Identifier: Apache-2.0
// Core i reads i elements more than it declared (a warning, several times), and every fifth core past the tensor.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void many(GM_ADDR x)
{
    const uint32_t core = GetBlockIdx();
    GlobalTensor<float> xGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 8);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 4096);
    const LocalTensor<float> local = buffer.Get<float>();
    const DataCopyPadExtParams<float> none;
    for (uint32_t i = 1; i <= 3; ++i) {
        DataCopyPad(local, xGm, DataCopyExtParams{1, static_cast<uint32_t>((8 + i * core) * sizeof(float)), 0, 0, 0},
                    none);
        PipeBarrier<PIPE_MTE2>();
    }
    if (core % 5 == 0) {
        DataCopyPad(local, xGm[1000 + core], DataCopyExtParams{1, 512, 0, 0, 0}, none);
        PipeBarrier<PIPE_MTE2>();
    }
    if (core % 2 == 0) {
        DataCopyPad(local, xGm[1024 - core], DataCopyExtParams{1, 160, 0, 0, 0}, none);
    }
}
"""


def test_findings_do_not_depend_on_threads_or_on_the_order_of_cores():
    kernel = Kernel.from_source(MANY, "many")
    x = np.zeros(1024, np.float32)

    def findings(**options) -> tuple[Finding, ...]:
        return kernel.launch(x, block_dim=40, raise_on_finding=False, **options).findings

    first = findings(threads=1)
    assert [(finding.code, finding.cores) for finding in first] == [
        ("gm-out-of-bounds", tuple(range(0, 40, 5))),
        ("gm-out-of-bounds", tuple(core for core in range(0, 40, 2) if core % 5)),
        ("gm-beyond-declared", tuple(range(1, 40))),
    ]
    for options in ({"threads": 2}, {"threads": 7}, {"threads": 1, "seed": 9}, {"schedule": "random", "seed": 4}):
        assert findings(**options) == first
