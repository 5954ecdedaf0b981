# SPDX-License-Identifier: Apache-2.0
"""Each kernel in tests/faults breaks one rule. Its finding is named in a comment on the line to blame."""

from pathlib import Path

import numpy as np
import pytest
from fault_kernels import FAULTS, FOLDER, Announced, announced, launch_fault

from helpers import Kernel, KernelFault
from helpers.findings import Finding, cores_text
from helpers.launch import CHECK_NAMES, SCHEDULES

NEVER_ENDS = {"timeout"}
# The finding a fault must give also at level "fast", where no instruction is checked: the queue machine and the
# child process have no other way to go on.
CAUGHT_WITHOUT_CHECKS = [
    "address_outside_ub",
    "assertion",
    "buffer_count",
    "buffer_length",
    "compare_mode",
    "copy_slice",
    "count_negative",
    "crash_null",
    "crash_read_past_page",
    "crash_stack_overflow",
    "dequant_scale",
    "event_ids",
    "exception",
    "exit",
    "flag_deadlock",
    "flag_deadlock_circle",
    "flag_id",
    "flag_id_reserved",
    "foreign_event",
    "foreign_pipe",
    "gather_count",
    "gather_pattern",
    "kernel_type",
    "merge_lists",
    "out_of_memory",
    "pool_capacity",
    "pool_count",
    "pool_not_initialised",
    "pool_overlap",
    "pool_placement",
    "pool_shared_length",
    "printf_format",
    "queue_after_reset",
    "queue_config",
    "queue_depth",
    "queue_double_free",
    "queue_empty",
    "queue_enque_twice",
    "queue_events_enqueued",
    "queue_foreign_tensor",
    "queue_free_enqueued",
    "queue_in_place_twice",
    "queue_leak",
    "queue_leak_at_reset",
    "queue_no_free_buffer",
    "queue_not_initialised",
    "queue_wrong_pipes",
    "reduce_order",
    "repeat_times",
    "select_mode",
    "shift_distance",
    "static_with_tpipe",
    "tag_unallocated",
    "tensor_address",
    "tensor_address_misaligned",
    "tensor_list",
    "tiling_key",
    "tiling_size",
    "timeout",
    "tpipe_after_static",
    "tpipe_destroyed",
    "tpipe_init_twice",
    "tpipe_missing",
    "tpipe_twice",
    "transpose_shape",
    "transpose_type",
    "trap",
    "ub_capacity",
    "ub_end",
    "work_buffer_empty",
    "work_view",
    "work_view_offset",
]
# Whose check, when switched off, lets the kernel run to its end.
CHECK_OF = {
    "atomic_type": "atomic-type",
    "copy_not_elements": "copy-length",
    "copy_not_32_bytes": "copy-length",
    "gm_misaligned": "alignment",
    "ub_misaligned": "alignment",
    "use_after_free": "buffer-state",
    "use_while_enqueued": "buffer-state",
    "gm_beyond_declared": "gm-bounds",
    "ub_offset_past_end": "ub-bounds",
    "cast_mode": "cast-mode",
    "dst_block_stride": "vector-shape",
    "mask_lanes": "vector-shape",
    "mask_no_lanes": "vector-shape",
    "compare_length": "compare-length",
    "offset_out_of_bounds": "ub-bounds",
    "reserved_ub": "reserved-ub",
    "race_raw_load_not_dequeued": "race",
    "ub_unwritten": "unwritten",
    "core_race_read": "core-race",
    "stale_line": "stale-line",
    "operand_overlap": "operand-overlap",
}

# What the kernel itself calls the operand to blame. "" where it has no name for it.
VARIABLES = {
    "address_outside_ub": "",
    "atomic_type": "yGm",
    "buffer_count": "outQueue",
    "copy_bytes_for_blocks": "",
    "core_race_overlap": "yGm",
    "dst_block_stride": "out",
    "event_ids": "",
    "exception": "",
    "gm_out_of_bounds": "xGm[32]",
    "gm_unwritten": "",
    "offset_misaligned": "in",
    "offset_out_of_bounds": "in",
    "pool_not_initialised": "second",
    "pool_placement": "outQueue",
    "pool_shared_length": "second",
    "queue_depth": "next",
    "queue_double_free": "in",
    "queue_empty": "inQueue",
    "queue_foreign_tensor": "outQueue",
    "queue_leak": "inQueue",
    "queue_leak_at_reset": "inQueue",
    "race_raw_gm_round_trip": "tile == 0 ? xGm : yGm",
    "race_raw_one_flag_two_loads": "in[32]",
    "race_raw_scalar_read": "out",
    "race_waw_stores_overlap": "yGm[32]",
    "scalar_index": "xGm",
    "tag_unallocated": "nothing",
    "tpipe_destroyed": "pipe",
    "ub_misaligned": "in[1]",
    "ub_out_of_bounds": "out",
    "ub_unwritten_scalar": "workBuffer.Get<float>()",
    "use_after_free": "in",
    "work_buffer_empty": "unused",
    "work_view_offset": "work",
}


def expected(fault: str) -> Announced:
    return announced(FOLDER / f"{fault}.cpp")


def findings_of(fault: str, **options) -> tuple[Finding, ...]:
    options.setdefault("timeout_seconds", 1.0 if fault in NEVER_ENDS else 60.0)
    return launch_fault(fault, **options)[1].findings


def test_the_kernel_that_all_others_break_is_right_and_clean():
    kernel = Kernel.from_source(FOLDER / "correct.cpp", "fault")
    x, y = np.arange(64, dtype=np.float32), np.zeros(64, np.float32)
    assert kernel.launch(x, y, roles=("in", "out")).findings == ()
    assert np.array_equal(y, x + 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_gives_its_finding_at_its_line_and_no_other(fault):
    found = findings_of(fault)
    assert [Announced(finding.code, finding.line, cores_text(finding.cores)) for finding in found] == [expected(fault)]
    assert found[0].remedy and found[0].message
    assert found[0].variable == VARIABLES.get(fault, found[0].variable)
    if found[0].line:
        assert Path(found[0].file).name == f"{fault}.cpp"


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - NEVER_ENDS))
@pytest.mark.parametrize("schedule", sorted(set(SCHEDULES) - {"on_wait"}))
def test_a_fault_is_found_under_every_schedule(fault, schedule):
    assert [finding.code for finding in findings_of(fault, schedule=schedule, seed=3)] == [expected(fault).code]


@pytest.mark.parametrize("fault", CAUGHT_WITHOUT_CHECKS)
def test_what_the_machine_cannot_survive_is_found_without_checks(fault):
    assert [finding.code for finding in findings_of(fault, level="fast")] == [expected(fault).code]


@pytest.mark.parametrize("fault", sorted(CHECK_OF))
def test_a_check_that_is_off_says_nothing(fault):
    found = findings_of(fault, checks_off=[CHECK_OF[fault]])
    assert expected(fault).code not in [finding.code for finding in found]


def test_every_check_has_a_fault_that_it_alone_finds():
    assert set(CHECK_NAMES) == set(CHECK_OF.values())


def test_the_names_of_variables_belong_to_faults():
    assert set(VARIABLES) <= set(FAULTS)


def test_both_families_find_the_same():
    for fault in (
        "gm_out_of_bounds",
        "ub_capacity",
        "queue_leak",
        "race_raw_load_not_dequeued",
        "race_waw_loads_overlap",
    ):
        assert [finding.code for finding in findings_of(fault, soc="Ascend310B4")] == [expected(fault).code]


def test_an_error_raises_with_the_findings_and_leaves_the_arrays_alone():
    kernel = Kernel.from_source(FOLDER / "gm_out_of_bounds.cpp", "fault")
    x, y = np.arange(64, dtype=np.float32), np.full(64, 5, np.float32)
    with pytest.raises(
        KernelFault, match=r"gm-out-of-bounds.*from byte 128 to byte 384 of x, which holds 64 elements"
    ) as caught:
        kernel.launch(x, y)
    assert [finding.code for finding in caught.value.findings] == ["gm-out-of-bounds"]
    assert np.array_equal(x, np.arange(64)) and np.all(y == 5)


def test_a_finding_names_both_numbers():
    (finding,) = findings_of("ub_out_of_bounds")
    assert (finding.actual, finding.expected) == (3 * 64 * 4, 256)
    (finding,) = findings_of("copy_not_32_bytes")
    assert (finding.actual, finding.expected) == (61 * 4, 56 * 4)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        ("3 * 64", "the count is 3 times the 64 elements that the tensor holds: pass the count of this tensor alone"),
        ("64 * sizeof(float)", "the count is 4 times the 64 elements that the tensor holds: it counts elements, not"),
        ("96", "use the element count of this tensor's own type"),
    ],
)
def test_a_count_that_is_a_multiple_of_the_tensor_says_of_what(count, text, tmp_path):
    path = tmp_path / "count.cpp"
    path.write_text((FOLDER / "ub_out_of_bounds.cpp").read_text(encoding="utf-8").replace("3 * 64", count))
    launched = Kernel.from_source(path, "fault").launch(
        np.zeros(64, np.float32), np.zeros(64, np.float32), raise_on_finding=False
    )
    (finding,) = launched.findings
    assert finding.code == "ub-out-of-bounds" and finding.remedy.startswith(text)


def test_the_same_finding_on_many_cores_is_one_finding_with_all_cores():
    kernel = Kernel.from_source(FOLDER / "queue_leak.cpp", "fault")
    x, y = np.zeros(64, np.float32), np.zeros(64, np.float32)
    (finding,) = kernel.launch(x, y, block_dim=40, raise_on_finding=False, checks_off=["core-race"]).findings
    assert finding.cores == tuple(range(40))
    assert "cores 0-39" in str(finding)
