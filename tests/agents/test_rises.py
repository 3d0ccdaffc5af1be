"""`army rises` anywhere in the file: further than where it stood at the start."""

from __future__ import annotations

from sim.agents.expand import expand
from sim.engine.record import Engine
from sim.program.build import build_core
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import moves, program, scenario, tell

ARMY = """
    actors: {north: {}}
    quantities: {noise: 0}
    agents:
      army:
        posture: {actor: north}
        rungs: {home: {}, massed: {}, attack: {}}
        start: massed
        military: false
        pace: 1 hour
        triggers: {alarm: {when: army rises, do: noise += 1}}
    triggers:
      back: {at: 5 days, do: order army down}
      there: {at: 10 days, do: order army up}
      on: {at: 20 days, do: order army up}
      withdrawn: {when: army falls}
      told: {at: 30 days, if: army rises, do: noise = 10 if army falls else 20}
      hushed: {at: 7 days, if: army rises}
    metrics: {further: {days: army rises}, first: {first: army rises}}
    outcomes: {risen: {at_end: army rises}, held: {otherwise: true}}
"""


def test_further_is_measured_from_the_start(engine: Engine) -> None:
    """A return to where the army stood is no rise; a rung above it is, in triggers, effects, metrics and outcomes."""
    told = tell(engine, ARMY)
    assert told.days("withdrawn") == [5 + 1 / 24]
    assert told.days("army.alarm") == [20 + 1 / 24]
    assert told.counted("hushed") == {"refused": 1}
    assert moves(told, "noise") == [(20 + 1 / 24, 1), (30, 20)]
    assert told.metric("further") == 80 - 1 / 24 and told.metric("first") == 20 + 1 / 24
    assert told.runs.program.outcome_names[told.runs.outcome[0]] == "risen"


def test_where_it_stood_is_written_once_and_only_if_somebody_asks() -> None:
    """One hidden quantity serves all who ask; a file that asks nothing has none."""
    names = [quantity.name for quantity in program(ARMY).quantities]
    assert names.count("army._stood") == 1
    silent = ARMY.replace("army rises", "army > massed").replace("army falls", "army < massed")
    assert "army._stood" not in [quantity.name for quantity in program(silent).quantities]


def test_a_number_and_what_is_derived_may_rise_too(engine: Engine) -> None:
    """A number rises above its start value; so does what follows from others."""
    text = """
    quantities: {oil: 100, revenue: {is: 2 * oil}}
    triggers: {dearer: {at: 3 days, do: oil += 1}, seen: {when: oil rises and revenue rises}}
    """
    assert tell(engine, text).days("seen") == [3]


def test_a_quantity_of_that_name_goes_before(engine: Engine) -> None:
    """Who calls a quantity `army.rises` is understood so."""
    text = """
    quantities: {army: 1, army.rises: {flag: true, start: true}}
    triggers: {seen: {when: army.rises}}
    """
    assert tell(engine, text).days("seen") == [0]


def test_what_is_printed_reads_back_the_same() -> None:
    """The printed core is the same program."""
    core = expand(scenario(ARMY))
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)
