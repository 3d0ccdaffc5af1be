"""Perception: reports are late and err as they say, beliefs learn, and choices are mistaken exactly when these are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.agents.expand import defaults_of, expand
from sim.engine.record import Engine, Runs
from sim.errors import Text
from sim.program.build import build_core
from sim.program.diagram import slots_read
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import HEADER, faults, moves, play, program, scenario, tell
from tests.statistics.claims import assert_mean, assert_share

WORLD = """
    actors: {russia: {resolve: 0.5}, us: {nerve: 0.5}}
    agents:
      army:
        posture: {actor: russia, against: us}
        rungs: {home: {troops: 1_000}, massed: {troops: 30_000}, attack: {troops: 90_000}}
        start: massed
        military: false
        pace: 1 hour
        triggers: {go: {at: 10 days, do: order army up}, back: {at: 60 days, do: order army to home}}
"""


def world(perception: str, more: str = "") -> str:
    """Russia's army, massed; it attacks on day 10 and goes home from day 60 on. The United States look at it."""
    return f"{WORLD}    perception: {{us: {{{perception}}}}}\n{more}"


def reports(runs: Runs, name: str, start: float = math.nan) -> list[tuple[float, float]]:
    """The (day, value) of every report on a quantity; one that changes nothing says again what is seen already."""
    program_, found = runs.program, []
    slot, trigger = program_.quantity(f"us.sees.{name}"), program_.trigger(f"us.sees.{name}.report")
    for events in runs.events:
        seen = start
        for row in events:
            changed = [new for where, _, new in row.changes if where == slot]
            seen = changed[0] if changed else seen
            if row.trigger == trigger:
                found.append((row.tick / 86_400e6, seen))
    return found


# ---------------------------------------------------------------------------------------------- when, and what


def test_a_report_without_error_is_the_truth_of_delay_ago(engine: Engine) -> None:
    """Looked at every 3 days from the start, and told 2 days later: the attack of day 10 is seen on day 14."""
    told = tell(engine, world("sees: {army.troops: {delay: 2 days, every: 3 days}}"))
    assert told.days("us.sees.army.troops.looks")[:5] == [0, 3, 6, 9, 12]
    assert told.days("us.sees.army.troops.report")[:5] == [2, 5, 8, 11, 14]
    assert moves(told, "us.sees.army.troops") == [(14, 90_000), (65, 1_000)]


def test_a_report_as_slow_as_the_looks_are_frequent_tells_of_the_look_before(engine: Engine) -> None:
    """Due at the tick of the next look it comes before it: with a delay and looks of 4 days, day 12 is told on 16."""
    told = tell(engine, world("sees: {army.troops: {delay: 4 days, every: 4 days}}"))
    assert moves(told, "us.sees.army.troops")[0] == (16, 90_000)


def test_with_an_estimate_one_looks_later(engine: Engine) -> None:
    """What is in hand at the start stays until the first look, after 7 days, has been told."""
    told = tell(
        engine, world("sees: {army.troops: {estimate: 40_000, delay: 2 days}, army: {estimate: home}}"), days=10
    )
    assert moves(told, "us.sees.army.troops")[0] == (9, 30_000)
    assert moves(told, "us.sees.army")[0] == (7, 1)


def test_a_delay_that_grows_beyond_the_next_look_is_cut_to_it(engine: Engine) -> None:
    """A delay of 9 days that only the run knows is 7 days where one looks every 7 days, and no look is lost."""
    slow = world("sees: {army.troops: {delay: lag * 1 day}}", "    quantities: {lag: 9}\n")
    told = tell(engine, slow)
    assert told.days("us.sees.army.troops.report")[:3] == [7, 14, 21]
    assert told.counted("us.sees.army.troops.report") == {"fired": 14}


def test_the_error_of_a_number_is_relative_and_normal(engine: Engine) -> None:
    """Reports on 30,000 troops with an error of 25 %: the mean is the truth, two thirds lie within one error of it."""
    still = world("sees: {army.troops: {error: 25 %, every: 1 day}}").replace("order army up", "order army to massed")
    found = [value for day, value in reports(play(engine, still, runs=400, days=55, events=True), "army.troops")]
    score = [(value / 30_000 - 1) / 0.25 for value in found]
    assert len(score) == 400 * 56
    assert_mean(np.clip(score, -4, 4), expected=0, between=(-4, 4), detects=0.3)
    assert_share([abs(one) <= 1 for one in score], expected=math.erf(1 / math.sqrt(2)), detects=0.06)
    assert_share([one > 0 for one in score], expected=0.5, detects=0.06)
    assert_share([abs(one) <= 2 for one in score], expected=math.erf(2 / math.sqrt(2)), detects=0.06)


def test_no_report_is_of_less_than_nothing(engine: Engine) -> None:
    """With an error of 100 % one report in six would be negative: it is nothing instead."""
    wild = world("sees: {army.troops: {error: 100 %, every: 1 day}}").replace("order army up", "order army to massed")
    found = [value for _, value in reports(play(engine, wild, runs=100, days=55, events=True), "army.troops")]
    assert min(found) == 0
    assert_share([value == 0 for value in found], expected=0.5 * math.erfc(1 / math.sqrt(2)), detects=0.08)


def test_monitors_shrink_the_error(engine: Engine) -> None:
    """An attribute in `error` is read at each report: with it at a fifth, deviations above 10 % become rare."""
    text = world(
        "sees: {army.troops: {error: 25 % * osce.blur, every: 1 day}}",
        "    quantities: {osce: {level: {small: {blur: 1}, full: {blur: 0.2}}, start: small}}\n"
        "    calendar: {monitors: {at: 25.5 days, do: osce = full}}\n",
    ).replace("order army up", "order army to massed")
    found = reports(play(engine, text, runs=200, days=50, events=True), "army.troops")
    far = [(day, abs(value / 30_000 - 1) > 0.1) for day, value in found]
    assert_share([one for day, one in far if day < 25], expected=math.erfc(0.4 / math.sqrt(2)), detects=0.08)
    assert_share([one for day, one in far if day > 26], expected=math.erfc(2 / math.sqrt(2)), detects=0.08)


def test_the_error_of_a_rung_is_the_chance_to_see_it_one_off(engine: Engine) -> None:
    """An army massed is seen massed in 80 of 100 reports, at home in 10 and attacking in 10."""
    text = world("sees: {army: {error: 20 %, every: 1 day}}").replace("order army up", "order army to massed")
    found = [value for _, value in reports(play(engine, text, runs=150, days=50, events=True), "army", start=1)]
    for rung, share in ((0, 0.1), (1, 0.8), (2, 0.1)):
        assert_share([value == rung for value in found], expected=share, detects=0.08)


def test_at_the_end_of_the_ladder_half_of_the_mistakes_see_it_right(engine: Engine) -> None:
    """There is nothing above an attack, so an error of 100 % sees it massed half the time and right the other half."""
    text = world("sees: {army: {error: 100 %, every: 1 day}}").replace("start: massed", "start: attack")
    found = [value for _, value in reports(play(engine, text, runs=150, days=50, events=True), "army", start=2)]
    assert set(found) == {1.0, 2.0}
    assert_share([value == 1 for value in found], expected=0.5, detects=0.08)


def test_a_truth_and_a_name_can_be_seen(engine: Engine) -> None:
    """A truth is taken for its opposite by chance, a name is seen late; an error of 100 % is always wrong."""
    text = """
    actors: {us: {}, russia: {office: {one_of: {old: {wants: 1}, new: {wants: 2}}, start: old}}}
    quantities: {talks: {flag: true, start: true}}
    perception: {us: {sees: {talks: {error: 100 %}, russia.office: {delay: 3 days, estimate: new}}}}
    triggers: {change: {at: 30 days, do: russia.office = new}}
    series: {every: 1 day, of: [us.sees.talks, us.sees.russia.office, us.sees.russia.office.wants]}
    """
    told = tell(engine, text, days=40)
    assert told.sampled("us.sees.talks") == [0.0] * 41
    assert moves(told, "us.sees.russia.office") == [(10, 0), (38, 1)]
    assert told.sampled("us.sees.russia.office.wants")[9:12] == [2, 1, 1]


# ---------------------------------------------------------------------------------------------- alarms


def test_false_alarms_and_missed_ones_are_counted(engine: Engine) -> None:
    """A report at or above the alarm while the truth is below is a false one, one below while it is not is missed."""
    text = world("sees: {army.troops: {error: 60 %, every: 1 day, alarm: 60_000}}",
                 "    metrics: {cried: {count: us.sees.army.troops.false_alarm}}\n")  # fmt: skip
    runs = play(engine, text, runs=100, events=True)
    found = reports(runs, "army.troops")
    peace = [value >= 60_000 for day, value in found if day <= 10]  # the order of day 10 arrives an hour later
    war = [value < 60_000 for day, value in found if 10 < day <= 60]
    home = [value >= 60_000 for day, value in found if day > 61]
    false, missed = (runs.program.trigger(f"us.sees.army.troops.{word}") for word in ("false_alarm", "missed"))
    fired = [row.trigger for events in runs.events for row in events]
    assert fired.count(false) == sum(peace) + sum(home) > 0
    assert fired.count(missed) == sum(war) > 0
    assert runs.metrics[:, 0].sum() == fired.count(false)
    assert_share(peace, expected=0.5 * math.erfc(1 / 0.6 / math.sqrt(2)), detects=0.2)


def test_a_rung_needs_no_alarm(engine: Engine) -> None:
    """A report of an attack while the army stands massed is a false alarm, one of less than there is a missed one."""
    text = world("sees: {army: {delay: 2 days, every: 4 days}}")
    told = tell(engine, text)
    assert told.days("us.sees.army.missed") == []  # the look of day 12 comes after the attack of day 10
    assert told.days("us.sees.army.false_alarm") == [62]  # looked at on day 60, an hour before the army went home


# ---------------------------------------------------------------------------------------------- choices


CHOICE = """    choices:
      answer:
        actor: us
        every: 5 days
        from: 2 days
        options: {wait: {if: army < attack}, act: {if: army == attack}}
"""


def test_a_choice_is_mistaken_exactly_when_the_report_is(engine: Engine) -> None:
    """In every decision of every run the option that is open is that of the rung that is seen, not of the true one."""
    text = world("sees: {army: {error: 30 %, delay: 1 day, every: 3 days}}", CHOICE)
    runs = play(engine, text, runs=60, events=True)
    seen, army = runs.program.quantity("us.sees.army"), runs.program.quantity("army")
    answer, mistaken = runs.program.trigger("answer"), 0
    for events in runs.events:
        state = {seen: 1.0, army: 1.0}
        for row in events:
            state |= {slot: new for slot, _, new in row.changes if slot in state}
            if row.trigger == answer:
                assert (row.branch == 1) == (state[seen] == 2)
                mistaken += (state[seen] == 2) != (state[army] == 2)
    assert mistaken > 50


def terms(engine: Engine, text: str, option: int = 1) -> tuple[float, ...]:
    """The terms of an option's value at the first decision."""
    return tell(engine, text, days=9).runs.decisions[0][0].terms[option]


def test_values_read_what_is_seen_and_believed_of_others_and_the_truth_of_oneself(engine: Engine) -> None:
    """A report, its rung's attribute, a belief, one's own nerve, and where an army is seen, not where it was sent."""
    told = "resolve: russia.resolve, nerve: nerve, order: army.ordered == massed"
    value = f"{{troops: army.troops, rung: army == attack, {told}}}"
    options = f"options: {{wait: {{}}, act: {{value: {value}, usual: army.troops}}}}"
    choice = f"    choices: {{answer: {{actor: us, every: 8 days, {options}}}}}\n"
    sees = world("sees: {army: {estimate: attack, every: 30 days}}, believes: {russia.resolve: 0.9}", choice)
    assert terms(engine, sees) == (90_000, 1, 0.9, 0.5, 0)
    report = sees.replace("sees: {", "sees: {army.troops: {estimate: 7_000, every: 30 days}, ")
    assert terms(engine, report) == (7_000, 1, 0.9, 0.5, 0)
    russian = sees.replace("actor: us, every", "actor: russia, every").replace("nerve: nerve", "nerve: us.nerve")
    assert terms(engine, russian) == (30_000, 0, 0.5, 0.5, 1)


def test_what_is_done_and_whether_it_can_be_done_is_as_it_is(engine: Engine) -> None:
    """Effects read the truth, and an army on its top rung is ordered no further, whatever its general believes."""
    text = """
    actors: {russia: {}, us: {orders: 0}}
    agents:
      army: {posture: {actor: russia}, rungs: {home: {n: 1}, out: {n: 2}}, start: out, military: false, pace: 1 hour}
    perception: {us: {sees: {army: {estimate: home, every: 90 days}}}}
    choices:
      push: {actor: us, every: 10 days, options: {stay: {}, up: {usual: 1000, do: [order army up, orders += army.n]}}}
      note: {actor: us, every: 10 days, options: {one: {do: orders += army.n}}}
    """
    told = tell(engine, text, days=10)
    assert told.rows == ["10 push.stay", "10 note"]
    assert moves(told, "us.orders") == [(10, 2)]


def test_risk_looks_at_the_world_and_not_at_reports(engine: Engine) -> None:
    """Of what an option would call, nothing depends on what its actor sees of the other side's army."""
    fleet = "agents:\n      fleet: {posture: {actor: us}, rungs: {port: {}, out: {}}, start: port, military: false}"
    more = """
    threats: {warning: {by: russia, to: us, when: fleet >= out and army >= attack, hurts: 0.8, believed: 50 %}}
    choices: {sail: {actor: us, every: 5 days, options: {stay: {}, go: {value: {risk: risk}, do: order fleet up}}}}
"""
    text = world("sees: {army: {estimate: attack, every: 90 days}}", more).replace("agents:", fleet)
    assert terms(engine, text) == (0,)


def test_where_nothing_is_said_of_perception_choices_read_the_truth(engine: Engine) -> None:
    """Without `perception` the expansion of a choice is what it was."""
    plain = WORLD + CHOICE
    assert "us.sees" not in core_text(expand(scenario(plain)))
    assert moves(tell(engine, plain), "army")[0][1] == 2


# ---------------------------------------------------------------------------------------------- beliefs

BELIEF = "us.believes.russia.resolve"


def test_a_costly_move_takes_a_belief_a_quarter_of_the_way(engine: Engine) -> None:
    """Up on day 10: from .5 to .625. Home in two steps from day 60 on: three quarters of it are left, twice."""
    told = tell(engine, world("believes: {russia.resolve: 0.5}"))
    assert [new for _, new in moves(told, BELIEF)] == [0.625, 0.625 - 0.625 / 4, 0.46875 - 0.46875 / 4]


def test_a_public_word_takes_a_belief_a_twentieth_of_the_way(engine: Engine) -> None:
    """A threat that is made goes a twentieth to 1, an offer a twentieth to 0; what stood at the start is in it."""
    told = tell(engine, world("believes: {russia.resolve: 0.4}", """
    threats:
      stood: {by: russia, to: us, when: army > attack, hurts: 0.3}
      said: {by: russia, to: us, when: army > attack, hurts: 0.3, start: unsaid}
    offers: {peace: {by: russia, to: us, when: army > attack, helps: 0.3, start: unsaid}}
    triggers: {one: {at: 3 days, do: make said}, two: {at: 5 days, do: make peace}}
"""), days=9)  # fmt: skip
    assert moves(told, BELIEF) == [(3, 0.4 + 0.6 / 20), (5, pytest.approx(0.43 - 0.43 / 20))]


def test_only_the_moves_of_that_actor_teach(engine: Engine) -> None:
    """One's own army tells nothing of the other's resolve."""
    posture = "{posture: {actor: us}, rungs: {port: {}, out: {}}, start: port, military: false, pace: 1 hour}"
    fleet = f"agents:\n      fleet: {posture}"
    text = world("believes: {russia.resolve: 0.5}", "    triggers: {sail: {at: 2 days, do: order fleet up}}\n")
    told = tell(engine, text.replace("agents:", fleet), days=9)
    assert told.days("fleet.moves") and moves(told, BELIEF) == []


def test_telling_moves_a_belief_a_twentieth_and_showing_all_of_it(engine: Engine) -> None:
    """`tell us russia.resolve = 0.1` is cheap talk; with `fully` it is what is shown. The teller's names stand bare."""
    told = tell(engine, world("believes: {russia.resolve: 0.5, army: massed}", """
    triggers:
      talk: {at: 1 day, do: tell us russia.resolve = 0.1}
      show: {at: 2 days, do: tell us russia.resolve = 0.2 + 0.1 fully}
      army: {at: 3 days, do: tell us army = attack fully}
    choices: {confide: {actor: russia, at: 4 days, options: {all: {do: tell us resolve = resolve fully}}}}
"""), days=9)  # fmt: skip
    assert moves(told, BELIEF) == [(1, 0.5 + (0.1 - 0.5) / 20), (2, 0.2 + 0.1), (4, 0.5)]
    assert moves(told, "us.believes.army") == [(3, 2)]


def test_a_belief_about_a_share_stays_a_share() -> None:
    """A belief about resolve is kept within the range of resolve, as reports are."""
    made = program(world("believes: {russia.resolve: 0.5}"))
    quantity = made.quantities[made.quantity(BELIEF)]
    assert (quantity.low, quantity.high) == (0, 1)


# ---------------------------------------------------------------------------------------------- of the file


EVERYTHING = world(
    "sees: {army: {error: 10 %, delay: 1 day, estimate: home}, army.troops: {error: 25 %, alarm: 5_000}},"
    " believes: {russia.resolve: 0.5, army: attack}", CHOICE,
)  # fmt: skip


def test_the_core_of_what_is_seen_and_believed_reads_back() -> None:
    """Reports, alarms, beliefs and choices that read them can be printed as a core, and are the same crisis."""
    core = expand(scenario(EVERYTHING))
    again = scenario_from_text(core_text(core))
    assert build_core(again) == build_core(core)
    assert core_text(expand(again)) == core_text(core)
    assert [name for name in (*core.quantities, *core.triggers) if name.place is None] == []


def test_what_is_taken_by_default_is_told() -> None:
    """A report that says nothing comes every 7 days, without error and delay, and says so."""
    text = world("sees: {army: {}}, believes: {russia.resolve: 0.5}")
    told = {default.path: default.value for default in defaults_of(scenario(text))}
    assert told["us.sees.army.every"] == "7 days"
    assert (told["us.sees.army.error"], told["us.sees.army.delay"]) == ("0", "0 days")
    assert f"{BELIEF}.learns" in told


def test_a_path_means_the_thing_and_not_what_is_thought_of_it(engine: Engine) -> None:
    """`russia.resolve` of a policy or a lever is Russia's own; the belief is called by its whole name."""
    text = HEADER + "horizon: 9 days\noutcomes: {end: {otherwise: true}}\n" + EVERYTHING.replace("\n    ", "\n")
    variants = (
        "variants: {tired: {russia.resolve: 0.2}, fooled: {us.believes.russia.resolve: 0.8, us.sees.army.error: 0}}"
    )
    tired = scenario_from_text(f"{text}\n{variants}", variant="tired")
    assert (tired.actors[Text("russia")].model_extra or {})["resolve"].start == "0.2"
    us = scenario_from_text(f"{text}\n{variants}", variant="fooled").perception[Text("us")]
    assert us.believes[Text("russia.resolve")].start == "0.8"
    assert us.sees[Text("army")].error == "0"


def test_nobody_mistakes_what_is_their_own() -> None:
    """To see or believe one's own army, quantity or tier is a fault."""
    for own in ("army", "army.troops", "russia.resolve"):
        text = f"{WORLD}    perception: {{russia: {{sees: {{{own}: {{error: 5 %}}}}}}}}\n"
        assert faults(text) == [
            f"perception.russia.sees.{own}: `{own}` is `russia`'s own, and what is one's own one knows"
        ]


WATCHED = """
    actors: {north: {resolve: 0.5}, south: {}}
    agents:
      army:
        posture: {actor: north, against: south}
        rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
        start: home
        pace: 1 day
        military: false
    triggers: {go: {at: 3 days, do: order army to massed}}
"""


def test_a_belief_learns_from_what_is_reported_once_it_is_reported(engine: Engine) -> None:
    """Who has reports on an army learns of its move when one tells of it, and once; who has none, at once."""
    seen = "    perception: {south: {sees: {army: {delay: 2 days, every: 7 days}}, believes: {north.resolve: 0.4}}}\n"
    blind = "    perception: {south: {believes: {north.resolve: 0.4}}}\n"
    learnt = [
        (day, pytest.approx(0.4 + 0.6 / 4)) for day in (9, 4)
    ]  # looked at on day 7, told on day 9; moved on day 4
    assert moves(tell(engine, WATCHED + seen), "south.believes.north.resolve") == learnt[:1]
    assert moves(tell(engine, WATCHED + blind), "south.believes.north.resolve") == learnt[1:]


def test_an_order_is_not_seen_where_an_army_is(engine: Engine) -> None:
    """A choice of who has reports reads where the army stands by them, not where it was ordered to go."""
    seen = "    perception: {south: {sees: {army: {delay: 2 days}}}}\n"
    options = "{flee: {if: army.ordered > home}, stay: {}}"
    look = f"    choices: {{look: {{actor: south, at: [5 days, 10 days], options: {options}}}}}\n"
    built = program(WATCHED + seen + look)
    chosen = next(trigger for trigger in built.triggers if trigger.name == "look").choice
    assert chosen is not None
    read = slots_read(built, [chosen.options[0].condition])
    assert {built.quantities[slot].name for slot in read} == {"south.sees.army"}
