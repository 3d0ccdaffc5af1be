"""How many examples a law gets, and how they are compiled: few in the ordinary suite, hundreds more in the soak."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agreement.same import level


@pytest.fixture(scope="module", autouse=True)
def _quick_code() -> Iterator[None]:
    """Thousands of programs are played once each, so that optimising them would take longer than playing."""
    with level("quick"):
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A law that asks for `numbers` gets blocks of scenario numbers: one of them now, the others in the soak."""
    if "numbers" in metafunc.fixturenames:
        blocks = [
            range(100),
            *(pytest.param(range(at, at + 300), marks=pytest.mark.soak) for at in range(100, 1_300, 300)),
        ]
        metafunc.parametrize("numbers", blocks, ids=lambda block: f"{block.start}-{block.stop - 1}")
