"""The expansion: vocabulary in, core out, and nothing of the user's file lost on the way."""

from __future__ import annotations

import pytest

from sim.agents.draft import Phase
from sim.agents.evidence import SOURCES
from sim.agents.expand import defaults_of, expand, expansion_of
from sim.engine.record import Engine
from sim.errors import ScenarioError
from sim.program.build import build_core, build_program
from sim.program.listing import core_text
from sim.scenario.read import read_scenario, scenario_from_text, shipped_scenarios
from sim.scenario.schema import Scenario
from tests.agents.stage import faults, program, scenario, tell

VOCABULARY = ("actors", "agents", "threats", "offers", "choices", "calendar", "facts", "policies", "variants", "levers")
SHIPPED = [path.stem for path in shipped_scenarios()]


@pytest.fixture(params=SHIPPED)
def shipped(request: pytest.FixtureRequest) -> Scenario:
    """Every shipped scenario, one after another."""
    return read_scenario(request.param)


def test_nothing_of_the_vocabulary_is_left(shipped: Scenario) -> None:
    """An expanded scenario has quantities, triggers, outcomes and metrics, and no section of the vocabulary."""
    core = expand(shipped)
    assert not any(getattr(core, section) for section in VOCABULARY)
    assert core.quantities and core.triggers and core.outcomes


def test_the_printed_core_reads_back_to_the_same_program(shipped: Scenario) -> None:
    """`sim show --core` prints a scenario that is the same crisis."""
    core = expand(shipped)
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)


def test_a_core_expands_into_itself(shipped: Scenario) -> None:
    """What is written in the core alone is left as it stands."""
    once = core_text(expand(shipped))
    assert core_text(expand(scenario_from_text(once))) == once


def test_every_default_has_a_source_that_can_be_cited(shipped: Scenario) -> None:
    """A number taken by default names where it comes from, and the expanded scenario cites it."""
    expansion = expansion_of(shipped)
    for default in expansion.defaults:
        assert default.source in SOURCES and default.value and default.says, default
        assert default.source in expansion.scenario.sources


def test_every_trigger_and_quantity_points_into_the_file(shipped: Scenario) -> None:
    """Whatever the expansion makes has the place of the block that asked for it."""
    core = expand(shipped)
    nowhere = [name for name in (*core.quantities, *core.triggers) if name.place is None]
    assert nowhere == []


# ---------------------------------------------------------------------------------------------- places of faults


def test_a_fault_in_an_expression_of_an_agent_points_at_the_line_that_holds_it() -> None:
    """The misspelt name is told at its own line, not at the agent's."""
    text = """
    agents:
      army:
        posture: {actor: challenger}
        rungs: {home: {}, attack: {}}
        start: home
        military: false
        triggers:
          go:
            when: resolv > 0.5
            do: order army up
    actors: {challenger: {resolve: 0.5}}
    """
    with pytest.raises(ScenarioError) as raised:
        build_program(scenario(text))
    (fault,) = raised.value.faults
    assert fault.place is not None and "resolv > 0.5" in fault.place.text


@pytest.mark.parametrize(
    ("do", "says"),
    [
        ("order armies up", "unknown posture `armies`"),
        ("order army to attak", "unknown rung `attak`"),
        ("order army", "`order army` is no order"),
        ("march on", "`march` is no verb"),
        ("make promise", "unknown threat or offer `promise`"),
        ("open talks", "unknown track `talks`"),
        ("end with peace", "unknown outcome `peace`"),
    ],
)
def test_a_verb_that_is_not_understood_is_told(do: str, says: str) -> None:
    """What, and how to mend it, with a suggestion where one is near."""
    text = f"""
    actors: {{challenger: {{}}}}
    agents:
      army: {{posture: {{actor: challenger}}, rungs: {{home: {{}}, attack: {{}}}}, start: home, military: false}}
    triggers: {{go: {{at: 5 days, do: {do}}}}}
    """
    assert any(fault.endswith(says) for fault in faults(text)), faults(text)


# ---------------------------------------------------------------------------------------------- names


def test_inside_an_agent_its_own_names_and_those_of_its_actor_stand_bare(engine: Engine) -> None:
    """`resolve` is the actor's, `level` the agent's own; levels of a ladder stay what they are."""
    text = """
    actors: {challenger: {resolve: 0.7}}
    agents:
      mood:
        actor: challenger
        quantities: {level: {start: 0.1}, attack: {start: 5}}
        triggers: {rise: {at: 5 days, if: army == attack, do: level += resolve}}
      army: {posture: {actor: challenger}, rungs: {home: {}, attack: {}}, start: attack, military: false}
    series: {every: 10 days, of: [mood.level]}
    """
    assert tell(engine, text, days=10).sampled("mood.level")[1] == pytest.approx(0.8)


def test_own_names_go_before_those_of_the_actor() -> None:
    """An agent that has a `resolve` of its own means that one."""
    text = """
    actors: {challenger: {resolve: 0.7}}
    agents:
      mood: {actor: challenger, quantities: {resolve: {start: 0.1}}, triggers: {rise: {at: 5 days, do: resolve += 0.1}}}
    """
    (trigger,) = expand(scenario(text)).triggers.values()
    assert trigger.do == ("mood.resolve = mood.resolve + 0.1",)


# ---------------------------------------------------------------------------------------------- places of triggers


def test_triggers_stand_in_the_order_of_their_phases() -> None:
    """Books, calendar, rules, moves, commitments, talks, choices, held outcomes: the order within one moment."""
    names = [trigger.name for trigger in build_program(read_scenario("ukraine-2014")).triggers]
    order = [
        "western_measures.accounts", "election", "border_army.shots", "border_army.moves",
        "raft_of_new_measures.called", "paris_track.round", "border_army.push_further", "outcome.settlement.held",
    ]  # fmt: skip
    assert [name for name in names if name in order] == order
    assert len(Phase) == len(order) + 1  # behind all stand injects, which only a seminar throws in


def test_who_decides_knows_what_has_happened_that_day(engine: Engine) -> None:
    """A move that arrives, and the threat it calls, come before a choice of the same moment."""
    text = """
    actors: {challenger: {}, defender: {}}
    agents:
      army: {posture: {actor: challenger}, rungs: {home: {}, attack: {}}, start: home, military: false, pace: 5 days}
    threats: {tripwire: {by: defender, to: challenger, when: army >= attack, hurts: 0.5, kept: 100 %}}
    choices: {next: {actor: challenger, every: 15 days, options: {wait: {usual: 1}}}}
    triggers: {go: {at: 10 days, do: order army up}}
    """
    assert tell(engine, text, days=20).rows == [
        "10 go", "15 army.moves", "15 tripwire.called", "15 tripwire.answer.kept", "15 next",
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------------- other words


def test_an_outcome_that_must_hold_ends_the_run_when_it_has_held(engine: Engine) -> None:
    """True from day 10 to 20 is not 15 days; true from day 40 on ends the run on day 55."""
    text = """
    quantities: {calm: {flag: true}}
    triggers: {on: {at: [10 days, 40 days], do: calm = true}, off: {at: 20 days, do: calm = false}}
    outcomes: {settled: {when: calm, for: 15 days}, open: {otherwise: true}}
    """
    told = tell(engine, text)
    assert (told.outcome, told.ended) == ("settled", 55.0)


def test_the_verb_end_ends_the_run_with_that_outcome(engine: Engine) -> None:
    """`end with talks` makes `talks` true at once."""
    text = """
    triggers: {stop: {at: 30 days, do: end with talks}}
    outcomes: {talks: {when: day_of_reckoning}, open: {otherwise: true}}
    quantities: {day_of_reckoning: {flag: true}}
    """
    told = tell(engine, text)
    assert (told.outcome, told.ended) == ("talks", 30.0)


def test_a_quantity_changes_and_fades_a_little_every_day(engine: Engine) -> None:
    """2 a year are 2 after a year; a half-life of 60 days halves in 60 days."""
    text = """
    quantities: {economy: {start: 100, change: -2 per year}, rally: {start: 8, fades: 60 days}}
    series: {every: 60 days, of: [economy, rally]}
    """
    told = tell(engine, text, days=360)
    assert told.sampled("economy")[6] == pytest.approx(100 - 2 * 360 / 365.25)
    assert told.sampled("rally")[1] == pytest.approx(4.0)


def test_a_choice_with_several_causes_is_one_choice(engine: Engine) -> None:
    """Asked every ten days and on a date besides, it decides at each, and once where they meet."""
    text = "choices: {next: {every: 10 days, at: [15 days, 20 days], options: {wait: {usual: 1}}}}\n"
    assert tell(engine, text, days=30).days("next") == [10, 15, 20, 30]


def test_a_choice_that_says_no_time_is_made_every_fortnight_and_when_the_other_side_moves(engine: Engine) -> None:
    """14 and 28 days, and the moment at which the opposing army arrives."""
    text = """
    actors: {challenger: {}, defender: {}}
    agents:
      army:
        {posture: {actor: challenger, against: defender}, rungs: {home: {}, attack: {}}, start: home, military: false,
         pace: 5 days}
    choices: {next: {actor: defender, options: {wait: {usual: 1}}}}
    triggers: {go: {at: 15 days, do: order army up}}
    """
    assert tell(engine, text, days=30).days("next") == [14, 20, 28]
    assert [default.path for default in defaults_of(scenario(text))] == ["rationality", "next.every"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("posture: {actor: rusia}", "agents.army.posture: unknown actor `rusia`"),
        ("posture: {actor: us, against: rusia}", "agents.army.posture: unknown actor `rusia`"),
    ],
)
def test_an_actor_that_nobody_is_called_is_told(wrong: str, says: str) -> None:
    """A misspelt actor would otherwise act for nobody, in silence."""
    text = f"""
    actors: {{us: {{}}, russia: {{}}}}
    agents: {{army: {{{wrong}, rungs: {{home: {{}}, attack: {{}}}}, start: home, military: false}}}}
    """
    assert says in faults(text)


def test_a_misspelt_actor_is_told_wherever_actors_are_named() -> None:
    """In sanctions, talks, issues, agreements, threats, choices and triggers."""
    text = """
    actors: {us: {}, russia: {}}
    agents:
      measures: {sanctions: {senders: [us, eu1], target: eu2}, tiers: {none: {}, some: {}}, start: none}
      track:
        diplomacy: {parties: [us, eu3]}
        issues: {peace: {eu4: 0.1}}
        proposals: {plan: peace}
        agreement: {leave: {by: eu5, do: raise measures}}
    threats: {tripwire: {by: eu6, to: eu7, when: day_one, hurts: 0.1, kept: {eu8: 10 %}}}
    quantities: {day_one: {flag: true}}
    choices: {next: {actor: eu9, every: 5 days, options: {wait: {usual: 1}}}}
    triggers: {rise: {actor: eu10, at: 5 days, do: day_one = true}}
    """
    told = " ".join(faults(text))
    assert [number for number in range(1, 11) if f"`eu{number}`" not in told] == []


def test_two_blocks_of_one_name_are_told() -> None:
    """An agent's trigger and one of the file's that come to the same name clash."""
    text = """
    agents: {mood: {quantities: {x: {start: 0}}, triggers: {rise: {at: 5 days, do: x += 1}}}}
    triggers: {mood.rise: {at: 6 days, do: mood.x += 1}}
    """
    assert [fault for fault in faults(text) if "two triggers are called `mood.rise`" in fault]
    assert program("quantities: {x: {start: 0}}")
