"""Outcomes that the build lets through name every run: looked for among random conditions and random states."""

from __future__ import annotations

import random

import pytest

from sim.errors import ScenarioError
from sim.language.evaluate import Undefined, meaning
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Scenario
from tests.language.worlds import Still
from tests.rulings.core import HEADER, program
from tests.strategies import LEVELS, Vocabulary, Writer, with_texts

QUANTITIES = {
    "x0": {"start": "0"},
    "x1": {"start": "0"},
    "flag0": {"flag": "true"},
    "ladder0": {"level": list(LEVELS), "start": "low"},
}


def conditions(number: int) -> list[str]:
    """Two or three conditions, more often than not complementary."""
    writer = Writer(random.Random(number).randrange, Vocabulary(["x0", "x1"], ["flag0"], ["ladder0"]))
    first, second = writer.truth(2), writer.truth(1)
    return writer.one(
        [first, f"not ({first})"],
        [f"({first}) and ({second})", f"({first}) and not ({second})", f"not ({first})"],
        [first, second, f"not ({first}) and not ({second})"],
        [first, second],
        [f"not ({first})", second],
    )


def states(number: int) -> list[list[float]]:
    """Many states, on and between the constants that conditions are made of."""
    chance = random.Random(number)
    values = [-2.0, -0.5, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 1e9]
    return [
        [chance.choice(values), chance.choice(values), float(chance.random() < 0.5), float(chance.randrange(3))]
        for _ in range(60)
    ]


def passing(outcomes: dict[str, dict[str, str]]) -> Program | None:
    """The program with these outcomes, or None if they are told to leave a run unnamed."""
    try:
        return build_core(
            Scenario.model_validate(with_texts(HEADER | {"quantities": QUANTITIES, "outcomes": outcomes}))
        )
    except ScenarioError as error:
        if any("can leave a run without a name" not in fault.says for fault in error.faults):
            raise
        return None


def test_outcomes_that_pass_the_build_name_every_run() -> None:
    """No state at the horizon is left without an outcome; and complementary conditions do pass."""
    passed = 0
    for number in range(400):
        texts = conditions(number)
        built = passing({f"o{at}": {"at_end": text} for at, text in enumerate(texts)})
        if built is None:
            continue
        passed += 1
        meanings = [meaning(outcome.condition) for outcome in built.outcomes if outcome.condition is not None]
        for values in states(number):
            try:
                named = any(holds(Still(values=values)) for holds in meanings)
            except Undefined:
                continue  # a fault of the run, which says so itself
            assert named, (texts, values)
    assert passed > 150


@pytest.mark.parametrize(
    "outcomes",
    [
        "{a: {at_end: x > y}, b: {at_end: x <= y}}",
        "{a: {at_end: x > y}, b: {at_end: y >= x}}",
        "{a: {at_end: army >= attack}, b: {at_end: army < massed}, c: {at_end: army == massed}}",
        "{a: {when: army >= attack}, b: {at_end: army < attack}}",
        "{a: {at_end: flag}, b: {at_end: not flag and x > 0}, c: {at_end: not flag and x <= 0}}",
        "{a: {at_end: 0 <= x < 5}, b: {at_end: x < 0 or x >= 5}}",
    ],
)
def test_complementary_conditions_are_seen_to_be_so(outcomes: str) -> None:
    """Also through a ladder, a flag, a range, and two quantities written either way round."""
    quantities = (
        "{x: {start: 0}, y: {start: 0}, flag: {flag: true}, army: {level: [home, massed, attack], start: home}}"
    )
    assert program(f"quantities: {quantities}\noutcomes: {outcomes}").outcomes
