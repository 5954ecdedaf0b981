# SPDX-License-Identifier: Apache-2.0
"""Options of the test suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--exhaustive` proves over every input what the suite otherwise shows on the inputs that decide."""
    parser.addoption("--exhaustive", action="store_true", help="also run the tests over all 2^32 floats (minutes)")


@pytest.fixture
def exhaustive(request: pytest.FixtureRequest) -> None:
    """Skips the test unless `--exhaustive` was given."""
    if not request.config.getoption("--exhaustive"):
        pytest.skip("runs over all 2^32 floats: give --exhaustive")
