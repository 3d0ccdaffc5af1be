"""Warnings are right: what is said never to happen never happens, and a clean scenario is not scolded."""

import pytest

from sim.engine.choose import choose
from sim.engine.record import Recording
from sim.program.build import build_program
from sim.program.lint import lint
from sim.program.reach import reach_of
from sim.scenario.read import scenario_from_text
from sim.scenario.starter import starter_text
from sim.streams import Luck
from tests.strategies import random_scenario

HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 100 days\n"


def warnings(text):
    """What lint says of a text."""
    scenario = scenario_from_text(text)
    return [fault.says for fault in lint(scenario, build_program(scenario))]


@pytest.mark.parametrize("number", range(80))
def test_what_is_out_of_reach_is_never_reached(number):
    """No run fires a trigger, or brings a level or flag to a value, that was said to be out of reach."""
    program = build_program(random_scenario(number))
    reach = reach_of(program)
    runs = choose("simpy").run(program, luck=Luck(number), runs=range(5), recording=Recording(events=True))
    for rows in runs.events:
        for row in rows:
            assert row.trigger in reach.fires, program.triggers[row.trigger].name
            for slot, old, new in row.changes:
                values = reach.values[slot]
                assert values is None or {old, new} <= values, program.quantities[slot].name


def test_something_is_out_of_reach_in_random_programs():
    """The test above could fail: some random programs have triggers that cannot fire."""
    programs = [build_program(random_scenario(number)) for number in range(80)]
    assert any(len(reach_of(program).fires) < len(program.triggers) for program in programs)


def test_a_clean_scenario_is_not_scolded():
    """What `sim new` writes gives no warning but for numbers that lack a source."""
    scenario = scenario_from_text(starter_text("mine"))
    found = [fault.says for fault in lint(scenario, build_program(scenario))]
    assert all("source" in says for says in found), found


def test_a_ladder_is_followed_case_by_case():
    """An army that is only ever ordered down does not come to stand higher, though its step goes both ways."""
    text = HEAD + (
        "quantities:\n"
        "  army: {level: [home, massed, attack], start: massed}\n"
        "  ordered: {start: army}\n"
        "triggers:\n"
        "  back: {every: 7 days, do: ordered = home}\n"
        "  moves: {when: ordered != army, for: 3 days, again: true, do: army += 1 if ordered > army else -1}\n"
        "outcomes: {end: {otherwise: true}}\n"
    )
    if_ordered_up = text.replace("ordered = home", "ordered = attack")
    assert "nothing can bring `army` to `attack`" in warnings(text)
    assert "nothing can bring `army` to `attack`" not in warnings(if_ordered_up)


def test_a_rung_out_of_reach_names_the_choice_that_took_the_place_of_the_usual_one():
    """Where an order in another choice of its actor leaves a posture without its usual choice, the warning says so."""
    text = """
scenario: small
start: 2030-01-01
horizon: 100 days
actors: {north: {}, south: {}}
agents:
  army:
    posture: {actor: north, against: south}
    rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
    start: massed
choices:
  council: {actor: north, options: {hold: {}, down: {do: order army down}}}
outcomes: {attack: {when: army >= attack}, calm: {otherwise: true}}
"""
    scenario = scenario_from_text(text)
    said = [str(fault) for fault in lint(scenario, build_program(scenario))]
    assert any("the choice `council` orders `army`, so the usual one" in each for each in said)


def test_options_that_others_tell_apart_are_not_alike():
    """Two options without effects differ when a trigger follows one of them."""
    text = HEAD + (
        "quantities: {x: 0}\n"
        "triggers:\n  c: {every: 7 days, choose: {wait: {}, talk: {}}}\n"
        "outcomes: {end: {when: x > 3}, rest: {otherwise: true}}\n"
    )
    assert "the options `wait` and `talk` of `c` do the same" in warnings(text)
    told_apart = text.replace("outcomes:", "  d: {on: c.talk, do: x += 1}\noutcomes:")
    assert "the options `wait` and `talk` of `c` do the same" not in warnings(told_apart)


def test_lint_follows_long_chains_in_good_time():
    """Forty quantities, each twice the one before, are a trillion readings of the first; lint takes them one by one."""
    chain = "".join(f"  q{n}: {{is: q{n - 1} + q{n - 1}}}\n" for n in range(1, 40))
    text = HEAD + f"quantities:\n  q0: 1\n{chain}outcomes: {{end: {{when: q39 > 3}}, rest: {{otherwise: true}}}}\n"
    assert warnings(text) == []
