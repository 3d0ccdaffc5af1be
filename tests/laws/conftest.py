"""How many examples a law gets: few in the ordinary suite, hundreds more in the soak."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A law that asks for `numbers` gets blocks of scenario numbers: one of them now, the others in the soak."""
    if "numbers" in metafunc.fixturenames:
        blocks = [
            range(100),
            *(pytest.param(range(at, at + 300), marks=pytest.mark.soak) for at in range(100, 1_300, 300)),
        ]
        metafunc.parametrize("numbers", blocks, ids=lambda block: f"{block.start}-{block.stop - 1}")
