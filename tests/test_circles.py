"""Triggers told to set one another off do fail the run; those that wait, or stop, are not told so."""

import pytest

from sim.engine.choose import choose
from sim.engine.record import Recording
from sim.program.build import build_program
from sim.program.circles import circles_of
from sim.program.reach import reach_of
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.strategies import random_scenario

HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 30 days\noutcomes: {end: {otherwise: true}}\n"
WORLD = "quantities:\n  army: {level: [home, massed, attack], start: home}\n  n: 0\n"
RISE = "  rise: {every: 7 days, do: army += 1}\n"
DOWN, UP = "when: army >= massed, do: army = home", "when: army <= home, do: army = massed"


def circles(triggers):
    """The names of each circle, and whether the run that begins it fails."""
    program = build_program(scenario_from_text(HEAD + WORLD + "triggers:\n" + RISE + triggers))
    runs = choose("simpy").run(program, luck=Luck(1), runs=range(1), recording=Recording())
    found = [tuple(trigger.name for trigger in circle) for circle in circles_of(program, reach_of(program))]
    return found, int(runs.outcome[0]) < 0


def test_two_that_make_each_other_true_are_told_and_fail():
    """The pair of an army sent home and back is told, and its run fails."""
    assert circles(f"  a: {{{DOWN}}}\n  b: {{{UP}}}\n") == ([("a", "b")], True)


@pytest.mark.parametrize("wait", ["for: 1 day", "after: 1 day", "cooldown: 1 day", "times: 3", "if: n > 1"])
def test_those_that_wait_are_not_told(wait):
    """A delay, a cooldown, a count or a condition of its own ends the circle."""
    assert circles(f"  a: {{{DOWN}}}\n  b: {{{UP}, {wait}}}\n") == ([], False)


def test_what_stays_true_comes_once():
    """Two triggers that only confirm each other go in no circle: nothing turns true again."""
    agreeing = "  a: {when: army >= massed, do: army = attack}\n  b: {when: army >= attack, do: army = attack}\n"
    assert circles(agreeing) == ([], False)


def test_random_programs_that_play_on_are_not_told():
    """No random program whose runs all reach an end is said to go in a circle that it has entered."""
    for number in range(60):
        program = build_program(random_scenario(number))
        told = {trigger.name for circle in circles_of(program, reach_of(program)) for trigger in circle}
        if told:
            runs = choose("simpy").run(program, luck=Luck(number), runs=range(5), recording=Recording(events=True))
            for outcome, rows in zip(runs.outcome, runs.events, strict=True):
                assert outcome < 0 or not told & {program.triggers[row.trigger].name for row in rows}
