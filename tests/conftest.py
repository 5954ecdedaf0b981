# SPDX-License-Identifier: Apache-2.0
"""Options of the test suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--exhaustive` proves over every input what the suite otherwise shows on the inputs that decide."""
    parser.addoption(
        "--exhaustive", action="store_true", help="all 2^32 floats, 10000 programs, 1000 seeds, plans (an hour)"
    )
    parser.addoption("--fuzz-programs", type=int, metavar="N", help="random programs (300; exhaustively 10000)")
    parser.addoption("--schedule-seeds", type=int, metavar="N", help="random orders (10; exhaustively 1000)")


@pytest.fixture
def exhaustive(request: pytest.FixtureRequest) -> None:
    """Skips the test unless `--exhaustive` was given."""
    if not request.config.getoption("--exhaustive"):
        pytest.skip("takes minutes: give --exhaustive")


@pytest.fixture
def fuzz_programs(request: pytest.FixtureRequest) -> int:
    """How many random programs to run."""
    given = request.config.getoption("--fuzz-programs")
    return given or (10_000 if request.config.getoption("--exhaustive") else 300)


@pytest.fixture
def schedule_seeds(request: pytest.FixtureRequest) -> int:
    """How many random orders of the pipes to run."""
    given = request.config.getoption("--schedule-seeds")
    return given or (1_000 if request.config.getoption("--exhaustive") else 10)
