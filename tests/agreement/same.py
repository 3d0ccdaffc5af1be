"""Runs of one program by two engines, compared in all that they hand back; a failure shows where they part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from sim.engine import compiled, reference
from sim.engine.choose import choose
from sim.engine.compiled import CompiledEngine
from sim.engine.native import course, machine
from sim.engine.record import Ending, Recording, Runs
from sim.engine.reference import ReferenceEngine
from sim.program.ir import Program
from sim.streams import Luck
from tests.laws.compare import first_difference

REFERENCE = ReferenceEngine()
COMPILED = CompiledEngine()
FLAT = ("runs", "outcome", "ending", "ended", "turns", "counters", "parameters", "metrics", "series")
"""The fields of `Runs` that are arrays, in the order in which a difference is easiest to understand."""


def same(left: Runs, right: Runs) -> None:
    """Both engines say the same in every field of every run; else an `AssertionError` that tells the difference."""
    told = difference(left, right)
    assert not told, told


def difference(left: Runs, right: Runs) -> str:
    """What two engines say differently; nothing, when all is well."""
    events = _of_events(left, right)
    if events:
        return events
    for what in ("decisions", "failures"):
        if told := _first_of(what, getattr(left, what), getattr(right, what)):
            return told
    for name in FLAT:
        one, other = getattr(left, name), getattr(right, name)
        if (one.dtype, one.shape) != (other.dtype, other.shape):
            return f"{name}: {one.dtype} {one.shape} and {other.dtype} {other.shape}"
        apart = np.argwhere(~_equal(one, other, void=left.ending == Ending.FAULT))
        if len(apart):
            at = tuple(int(place) for place in apart[0])
            return f"{_title(left, at[0])}, {name}{list(at[1:])}: {one[at]!r} and {other[at]!r}"
    return "" if left.horizon == right.horizon else f"horizon: {left.horizon} and {right.horizon}"


def _equal(left: NDArray[np.generic], right: NDArray[np.generic], *, void: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where two arrays have the same bits; in runs that are void, any NaN is a NaN."""
    if left.dtype != np.float64:
        return np.asarray(left == right)
    equal = np.ascontiguousarray(left).view(np.int64) == np.ascontiguousarray(right).view(np.int64)
    nowhere = void.reshape(-1, *[1] * (left.ndim - 1)) & np.isnan(left) & np.isnan(right)
    return np.asarray(equal | nowhere)


def _of_events(left: Runs, right: Runs) -> str:
    """The first event row that differs, with what led to it, from both."""
    if len(left.events) != len(right.events):
        return f"rows of {len(left.events)} runs and of {len(right.events)}"
    for index, (one, other) in enumerate(zip(left.events, right.events, strict=True)):
        if repr(one) != repr(other):  # 0 and -0 are equal, and have not the same bits
            return f"{_title(left, index)}\n" + (
                first_difference(left.program, one, other) or _first_of("rows", one, other)
            )
    return ""


def _first_of(what: str, left: Sequence[object], right: Sequence[object]) -> str:
    for number in range(max(len(left), len(right))):
        one = repr(left[number]) if number < len(left) else "nothing"
        other = repr(right[number]) if number < len(right) else "nothing"
        if one != other:
            return f"{what}, number {number}:\nleft:  {one}\nright: {other}"
    return ""


def _title(runs: Runs, index: int) -> str:
    return f"run {int(runs.runs[index])}, which ended by {Ending(int(runs.ending[index])).name}"


@contextmanager
def limits(*, at_one_tick: int, in_a_run: int) -> Iterator[None]:
    """Both engines find a run that goes on and on sooner, so that a test of thousands of them ends."""
    with ExitStack() as patches:
        for module in (reference, course):
            patches.enter_context(patch.object(module, "TURNS_AT_ONE_TICK", at_one_tick))
            patches.enter_context(patch.object(module, "TURNS_IN_A_RUN", in_a_run))
        yield


LEVELS = {"quick": machine.QUICK, "optimised": machine.OPTIMISED}
"""How well machine code is made; the histories are the same."""


@contextmanager
def level(name: str) -> Iterator[None]:
    """Machine code is made at this level, and none is kept from before or for later."""
    compiled.forget()
    with patch.object(COMPILED, "level", LEVELS[name]), patch.object(compiled, "cache_folder", lambda kind: None):
        yield
    compiled.forget()


@dataclass(frozen=True)
class Circumstances:
    """How a program is played: all that an engine is told besides the program."""

    luck: Luck
    runs: tuple[int, ...] = (0, 1, 2)
    decisions: Mapping[tuple[int, int], int] = field(default_factory=dict)
    recording: Recording = field(default=Recording(events=True))
    own: tuple[Luck, ...] = ()  # the luck of each run, where each has its own


def both(program: Program, how: Circumstances) -> tuple[Runs, Runs]:
    """The same runs by the SimPy engine and by the compiled one."""
    left, right = (
        engine.run(
            program, luck=how.own or how.luck, runs=how.runs, recording=how.recording, decisions=dict(how.decisions)
        )
        for engine in (REFERENCE, COMPILED)
    )
    return left, right


def agree(program: Program, how: Circumstances) -> Runs:
    """Both engines give the same; what they gave."""
    left, right = both(program, how)
    same(left, right)
    return left


assert {choose(name).name for name in ("simpy", "compiled")} == {REFERENCE.name, COMPILED.name}
