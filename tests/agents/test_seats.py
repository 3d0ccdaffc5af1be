"""Seats act on nothing, and what they name is there."""

from __future__ import annotations

from sim.agents.expand import expand
from sim.program.listing import core_text
from tests.agents.stage import faults, scenario

CRISIS = """
    actors: {russia: {resolve: 0.5}, us: {home: {}}}
    facts: {crimea: {says: Russia has annexed Crimea}}
    agents:
      army: {posture: {actor: russia}, rungs: {home: {level: threat}, out: {level: display}}, start: home}
      fleet: {posture: {actor: us}, rungs: {port: {level: threat}, out: {level: display}}, start: port}
    threats: {warning: {by: us, to: russia, when: army > home, hurts: 0.3, start: unsaid}}
    perception: {us: {believes: {russia.resolve: 0.5}}}
"""


def test_a_seat_changes_nothing() -> None:
    """The core of a scenario is the same with and without its seats."""
    seats = """    seats:
      russia: {aims: [peace, honour], red_lines: war, knows: [army, resolve, crimea], decides: what_next, says: us}
      us: {knows: [us.believes, home, warning], decides: [warning.answer, what_next]}
    """
    assert not faults(CRISIS + seats)
    assert core_text(expand(scenario(CRISIS + seats))) == core_text(expand(scenario(CRISIS)))


def test_an_ending_that_two_choices_share_means_ones_own() -> None:
    """Both armies have a `what_next`; each seat means that of its own actor, and who has none must say which."""
    assert not faults(CRISIS + "    seats: {russia: {decides: what_next}, us: {decides: what_next}}\n")
    third = CRISIS.replace("us: {home: {}}", "us: {home: {}}, eu: {}")
    (told,) = faults(third + "    seats: {eu: {decides: what_next}}\n")
    assert told == "seats.eu.decides: `what_next` may mean several choices"
    assert not faults(third + "    seats: {eu: {decides: army.what_next}}\n")
