"""Which engine plays hangs on what is asked for, and on whether machine code can be made here."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from sim.engine.choose import FEW, LEAST_LLVM, choose, has_compiler
from sim.errors import UsageError


@pytest.fixture(autouse=True)
def _looked_at_anew() -> Iterator[None]:
    """What is there is looked at once in a process, so it is forgotten before and after."""
    has_compiler.cache_clear()
    yield
    has_compiler.cache_clear()


def without(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """From now on there is no llvmlite that can be used."""
    if why == "too old":
        monkeypatch.setattr("llvmlite.binding.llvm_version_info", (15, 0, 7))
    else:
        monkeypatch.setitem(sys.modules, "llvmlite.binding", None)  # importing it fails


def test_an_ensemble_is_machine_code_and_a_few_runs_are_the_model() -> None:
    """`auto` is what is taken if nothing is said."""
    assert choose().name == choose(runs=FEW + 1).name == "compiled"
    assert choose(runs=FEW).name == "simpy"


@pytest.mark.parametrize("why", ["not there", "too old"])
def test_without_llvmlite_the_model_plays_everything(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """An llvmlite that is missing, broken or too old is no reason not to play; who asks for it by name is told."""
    without(monkeypatch, why)
    assert choose().name == "simpy"
    with pytest.raises(UsageError, match=r"needs llvmlite: `pip install 'llvmlite>=0\.45'`"):
        choose("compiled")


def test_the_oldest_llvm_that_will_do_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As llvmlite 0.45 has it."""
    monkeypatch.setattr("llvmlite.binding.llvm_version_info", (*LEAST_LLVM, 1, 8))
    assert choose().name == "compiled"
