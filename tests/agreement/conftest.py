"""How hard LLVM works at machine code, and no cache on the disk: random programs are played once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agreement.same import LEVELS, level


@pytest.fixture(params=LEVELS)
def at_level(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every level at which machine code is made, one after another."""
    with level(request.param):
        yield request.param


@pytest.fixture
def quickly() -> Iterator[None]:
    """Machine code is made at the level that takes the least time."""
    with level("quick"):
        yield
