"""Small scenarios of a few agents, written in place, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent

import numpy as np

from sim.agents.expand import expand, expansion_of
from sim.engine.record import Engine, Recording, Runs
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.read import scenario_from_text
from sim.scenario.schema import Scenario
from sim.streams import Luck
from tests.rulings.core import Told
from tests.statistics.claims import SEED

HEADER = "scenario: small\nstart: 2030-01-01\n"
CALM = "outcomes: {end: {otherwise: true}}\n"


def scenario(text: str, *, days: int = 100) -> Scenario:
    """A scenario from the YAML of its agents; header and outcomes are filled in where they are missing."""
    written = dedent(text)
    end = "" if "outcomes:" in written else CALM
    return scenario_from_text(f"{HEADER}horizon: {days} days\n{written}\n{end}")


def program(text: str, *, days: int = 100) -> Program:
    """The program of a small scenario."""
    return build_core(expand(scenario(text, days=days)))


def faults(text: str) -> list[str]:
    """What the expansion finds wrong, as the user reads it."""
    return [f"{fault.path}: {fault.says}" for fault in expansion_of(scenario(text)).faults]


def tell(
    engine: Engine,
    text: str | Program,
    *,
    days: int = 100,
    run: int = 0,
    seed: int = 1,
    decisions: Mapping[tuple[int, int], int] | None = None,
) -> Told:
    """One run, recorded in full."""
    played = program(text, days=days) if isinstance(text, str) else text
    return Told(engine.run(played, luck=Luck(seed), runs=[run], recording=Recording(events=True), decisions=decisions))


def play(engine: Engine, text: str | Program, *, runs: int, days: int = 100, events: bool = False) -> Runs:
    """Many runs of the fixed seed."""
    played = program(text, days=days) if isinstance(text, str) else text
    recording = Recording(events=events, series=False)
    return engine.run(played, luck=Luck(SEED), runs=np.arange(runs, dtype=np.uint32), recording=recording)


def ended_as(runs: Runs, outcome: str) -> list[bool]:
    """Of each run, whether it ended so."""
    return [bool(number == runs.program.outcome_names.index(outcome)) for number in runs.outcome]


def moves(told: Told, quantity: str) -> list[tuple[float, float]]:
    """The (day, new value) of each change of a quantity."""
    slot = told.program.quantity(quantity)
    return [(row.tick / 86_400e6, new) for row in told.events for changed, _, new in row.changes if changed == slot]


def by_person(played: Program, choice: str, option: str, occasions: Sequence[int]) -> dict[tuple[int, int], int]:
    """Decisions of a person who takes the same option on each of these occasions."""
    place = played.trigger(choice)
    chosen = played.triggers[place].choice
    assert chosen is not None
    number = [each.name for each in chosen.options].index(option)
    return {(place, occasion): number for occasion in occasions}
