# SPDX-License-Identifier: Apache-2.0
"""Our own kernel with one mistake each: the checks name it, or the comparison rejects its numbers."""

from pathlib import Path

import pytest
from kernel_variants import FOUR_TILES, VARIANTS, Variant, inputs_of, launch_variant

from helpers import compare
from helpers.findings import cores_text
from helpers.launch import SCHEDULES

FOUND = sorted(name for name, variant in VARIANTS.items() if variant.code)
WRONG = sorted(set(VARIANTS) - set(FOUND))
RACES = sorted(name for name in FOUND if VARIANTS[name].code.startswith("race-"))
SEEDS = range(60)
# The check without which the mistake runs on, to wrong numbers.
CHECK_OF = {
    "DataCopy in place of DataCopyPad on the way in": "copy-length",
    "DataCopy in place of DataCopyPad on the way out": "copy-length",
    "buffers are measured in elements": "ub-bounds",
    "the next tile is copied in": "gm-bounds",
}


def passes(variant: Variant, **options: object) -> bool:
    y, _, _ = launch_variant(variant, **options)
    return compare(y, *inputs_of(variant)).passed


def test_the_copy_that_some_variants_start_from_is_right_and_clean():
    four_tiles = Variant(FOUR_TILES)
    for schedule in SCHEDULES:
        _, result, _ = launch_variant(four_tiles, schedule=schedule, seed=3)
        assert result.findings == () and passes(four_tiles, schedule=schedule, seed=3)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", FOUND)
def test_a_mistake_gives_its_finding_at_its_line_and_no_other(name, schedule):
    variant = VARIANTS[name]
    _, result, lines = launch_variant(variant, schedule=schedule, seed=3)
    blamed = [number for number, line in enumerate(lines, start=1) if variant.line and variant.line in line] or [0]
    assert [(finding.code, [finding.line], cores_text(finding.cores)) for finding in result.findings] == [
        (variant.code, blamed, variant.cores)
    ]
    if variant.line:
        assert Path(result.findings[0].file).name == "mse_loss_grad_v1.h"


@pytest.mark.parametrize("name", WRONG)
def test_wrong_numbers_break_no_rule_and_are_rejected(name):
    _, result, _ = launch_variant(VARIANTS[name])
    assert result.findings == ()
    assert not passes(VARIANTS[name])


@pytest.mark.parametrize("name", sorted(CHECK_OF))
def test_without_the_check_the_numbers_are_wrong(name):
    assert not passes(VARIANTS[name], checks_off=[CHECK_OF[name]])


@pytest.mark.parametrize("name", RACES)
def test_a_race_is_right_in_program_order_and_wrong_in_another(name):
    assert passes(VARIANTS[name], schedule="eager")
    orders = [{"schedule": "on_wait"}, *({"schedule": "random", "seed": seed} for seed in SEEDS)]
    assert not all(passes(VARIANTS[name], **order) for order in orders)
