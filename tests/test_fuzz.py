# SPDX-License-Identifier: Apache-2.0
"""Random programs against NumPy: in every order right and without a finding, or, when broken, no wrong result without
one. `--fuzz-programs N` says how many."""

import random

import numpy as np
import pytest
from fuzz.generator import program
from fuzz.judge import Launch, failures_of_broken, failures_of_correct, smallest
from fuzz.mutation import MUTATIONS, mutated
from fuzz.oracle import initial_y
from fuzz.program import Action, Program
from fuzz.source_text import source_of

from helpers import Kernel

PARTS = range(4)
SYNCHRONISATION = {"flag dropped", "barrier dropped", "queue passed by", "wait too late"}


def broken(seed: int) -> tuple[str, Program] | None:
    return mutated(program(seed), random.Random(-1 - seed))


@pytest.mark.parametrize("part", PARTS)
def test_a_correct_program_is_right_and_clean_in_every_order(part, fuzz_programs):
    for seed in range(part, fuzz_programs, len(PARTS)):
        made = program(seed)
        if failure := next(failures_of_correct(made, seed), None):
            least = smallest(made, lambda smaller, seed=seed: any(failures_of_correct(smaller, seed)))
            pytest.fail(f"seed {seed}: {failure}\n{least}")


@pytest.mark.parametrize("part", PARTS)
def test_a_broken_program_gives_no_wrong_result_without_a_finding(part, fuzz_programs):
    for seed in range(part, fuzz_programs, len(PARTS)):
        if changed := broken(seed):
            name, made = changed
            if failure := next(failures_of_broken(made, seed), None):
                least = smallest(made, lambda smaller, seed=seed: any(failures_of_broken(smaller, seed)))
                pytest.fail(f"seed {seed}, {name}: {failure}\n{least}")


def test_without_the_check_of_races_broken_programs_are_wrong_and_nothing_says_so():
    """What the tests above would miss if the check were missing: they can fail."""
    unnoticed = set()
    for seed in range(400):
        changed = broken(seed)
        if changed and changed[0] in SYNCHRONISATION and any(failures_of_broken(changed[1], seed, checks_off=["race"])):
            unnoticed.add(changed[0])
    assert unnoticed >= {"flag dropped", "barrier dropped"}


def test_the_generator_draws_every_action_and_every_mutation():
    programs = [program(seed) for seed in range(200)]
    assert {step.action for made in programs for core in made.cores for step in core.steps} == set(Action)
    assert {changed[0] for changed in map(broken, range(400)) if changed} == set(MUTATIONS)


def compiled(made: Program, with_queues: bool) -> Launch:
    kernel = Kernel.from_source(source_of(made, with_queues), "straight", made.soc)

    def launch(_: Program, **options: object) -> tuple[np.ndarray, tuple]:
        x, y = np.frombuffer(made.x, np.uint8).copy(), initial_y(made)
        result = kernel.launch(
            x,
            y,
            block_dim=len(made.cores),
            roles=("in", "inout"),
            strict_sync=made.strict_sync,
            raise_on_finding=False,
            **options,
        )
        return y, result.findings

    return launch


@pytest.mark.parametrize("with_queues", [True, False], ids=["queues", "flags"])
def test_a_program_as_source_text_is_right_and_clean_too(with_queues, fuzz_programs):
    for seed in range(max(2, fuzz_programs // 250)):
        made = program(seed)
        if failure := next(failures_of_correct(made, seed, compiled(made, with_queues)), None):
            pytest.fail(f"seed {seed}: {failure}\n{source_of(made, with_queues)}")
