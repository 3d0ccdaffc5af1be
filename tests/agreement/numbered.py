"""The numbered programs, each played once by both engines and kept: many tests ask for the same ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sim.engine import compiled
from sim.engine.record import Engine, Runs
from sim.program.ir import Program
from tests.agreement.same import COMPILED, REFERENCE, Circumstances, difference, level, limits
from tests.agreement.wild import wild_case

FEW_TURNS = {"at_one_tick": 300, "in_a_run": 5_000}
"""Limits at which a run that goes on and on is cut short, so that thousands of programs take minutes."""

MOST = 250
"""So many numbered programs must agree, reach every feature, and find every planted defect; each costs 70 ms."""

ENGINES: dict[str, Engine] = {"simpy": REFERENCE, "compiled": COMPILED}
case = cache(wild_case)


def play(engine: str, program: Program, how: Circumstances) -> Runs:
    """What one engine makes of a program."""
    return ENGINES[engine].run(
        program, luck=how.own or how.luck, runs=how.runs, recording=how.recording, decisions=dict(how.decisions)
    )


@cache
def played(number: int, engine: str) -> Runs:
    """What one engine makes of the program of this number, in quick code."""
    with level("quick"), limits(**FEW_TURNS):
        return play(engine, *case(number))


def first_apart(numbers: Iterable[int], mutated: str) -> tuple[int, str] | None:
    """The first number whose program the engine that is named plays another way than the right one did, and how.

    The right one is asked beforehand, while nothing is planted: see `ready`.
    """
    right = "compiled" if mutated == "simpy" else "simpy"
    for number in numbers:
        expected = played(number, right)
        try:
            told = difference(expected, play(mutated, *case(number)))
        except Exception as error:  # a defect may tear an engine apart altogether
            told = f"{type(error).__name__}: {error}"
        if told:
            return number, told
    return None


def ready(numbers: Iterable[int]) -> None:
    """Both engines have played these programs, as they are."""
    for number in numbers:
        for engine in ENGINES:
            played(number, engine)
        if number % 50 == 0:
            compiled.forget()
