"""Postures: how forces stand, move, climb by the record, and answer."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.agents import evidence
from sim.agents.expand import defaults_of, expand
from sim.engine.record import Engine, Recording
from sim.program.build import build_core
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.agents.stage import by_person, ended_as, faults, moves, play, program, scenario, tell
from tests.statistics.claims import SEED, assert_share

LADDER = """
    actors: {challenger: {}, defender: {}}
    agents:
      army:
        posture: {actor: challenger, against: defender}
        rungs: {home: {troops: 10}, massed: {troops: 40}, attack: {troops: 90}}
        start: home
        military: false
        pace: 5 days
"""


def test_an_ordered_army_moves_one_rung_at_a_time_at_its_pace(engine: Engine) -> None:
    """An order to attack from home takes two steps of five days each, through the rung between."""
    told = tell(engine, LADDER + "    triggers: {go: {at: 10 days, do: order army to attack}}\n")
    assert moves(told, "army") == [(15, 1), (20, 2)]


def test_a_countermand_stops_an_army_on_the_move(engine: Engine) -> None:
    """Ordered up on day 10 and down on day 12, an army that takes five days for a rung never leaves."""
    rules = "    triggers: {go: {at: 10 days, do: order army up}, stop: {at: 12 days, do: order army down}}\n"
    assert moves(tell(engine, LADDER + rules), "army") == []


def test_an_attribute_is_that_of_the_rung_on_which_the_army_stands(engine: Engine) -> None:
    """`army.troops` reads 10 at home and 40 massed."""
    rules = "    triggers: {go: {at: 10 days, do: order army up}}\n    series: {every: 20 days, of: [army.troops]}\n"
    assert tell(engine, LADDER + rules, days=20).sampled("army.troops") == [10.0, 40.0]


def test_a_peak_remembers_the_highest_rung(engine: Engine) -> None:
    """After going up and home again, `army.peak` still stands where the army stood."""
    rules = "    triggers: {go: {at: 10 days, do: order army up}, back: {at: 30 days, do: order army to home}}\n"
    told = tell(engine, LADDER + rules)
    assert (moves(told, "army")[-1][1], moves(told, "army.peak")[-1][1]) == (0.0, 1.0)


def test_without_military_an_army_moves_by_the_rules_of_the_file_alone() -> None:
    """`military: false` turns the record off: there is no choice and no hazard."""
    played = program(LADDER)
    assert [trigger.name for trigger in played.triggers] == ["army.moves"]
    assert not [quantity.name for quantity in played.derived if "record" in quantity.name]


# ---------------------------------------------------------------------------------------------- the record


def recorded(
    every: str, *, rungs: str = "{home: {level: none}, massed: {level: display}, attack: {level: force}}"
) -> str:
    """An army that moves within the hour, decides at these times, and to which all options are worth the same."""
    return f"""
    actors: {{challenger: {{}}, defender: {{}}}}
    agents:
      army:
        posture: {{actor: challenger, against: defender}}
        rungs: {rungs}
        start: massed
        pace: 1 hour
        choices:
          next:
            every: {every}
            options:
              hold: {{usual: record}}
              up: {{usual: record, do: order army up}}
              down: {{usual: record, do: order army down}}
    outcomes: {{attack: {{when: army.ordered >= attack}}, quiet: {{otherwise: true}}}}
    """


@pytest.mark.parametrize("every", [1, 5, 15, 30, 60])
def test_the_record_gives_the_same_chance_however_often_one_decides(engine: Engine, every: int) -> None:
    """The chance of having gone up first within 60 days is u / (u + e) * (1 - exp(-60 (u + e))), exactly."""
    played = program(recorded(f"{every} days"), days=60)
    occasions = range(60 // every)
    told = tell(engine, played, decisions=by_person(played, "army.next", "hold", occasions))
    decisions = told.runs.decisions[0]
    assert len(decisions) == len(occasions)
    still, up, down = 1.0, 0.0, 0.0
    for decision in decisions:
        hold_share, up_share, down_share = decision.shares
        up, down, still = up + still * up_share, down + still * down_share, still * hold_share
    row = evidence.RECORD["display"]
    both = row.up + row.ending
    assert up == pytest.approx(row.up / both * (1 - math.exp(-60 * both)), rel=1e-12)
    assert down == pytest.approx(row.ending / both * (1 - math.exp(-60 * both)), rel=1e-12)


def share_of_attacks(days: float) -> float:
    """P(attack) by a day when the army goes up and down by the record's hazards: a Markov chain of home and massed.

    Source: the backward equations of the chain with rates massed -> attack u, massed -> home e, home -> massed u, in
    closed form (Karlin and Taylor 1975, A First Course in Stochastic Processes, ch. 4).
    """
    row = evidence.RECORD["display"]  # the highest rung so far counts, so the army at home still has its hazards
    up, ending = row.up, row.ending
    trace, product = -(2 * up + ending), up * up
    root = math.sqrt(trace * trace - 4 * product)
    fast, slow = (trace - root) / 2, (trace + root) / 2
    # Survival from massed: S = a exp(slow t) + b exp(fast t), with S(0) = 1 and S'(0) = -up.
    b = (slow + up) / (slow - fast)
    return 1 - ((1 - b) * math.exp(slow * days) + b * math.exp(fast * days))


@pytest.mark.parametrize("every", [5, 14, 30])
def test_deciding_oftener_makes_war_no_likelier(engine: Engine, every: int) -> None:
    """The share of attacks within 210 days is that of the hazards, whether one decides every 5, 14 or 30 days."""
    runs = play(engine, recorded(f"{every} days"), days=210, runs=4_600)
    assert_share(ended_as(runs, "attack"), expected=share_of_attacks(210), detects=0.08)


def test_options_that_do_the_same_share_the_weight_of_the_record(engine: Engine) -> None:
    """Two ways to go up are together as likely as one."""
    one, two = (
        recorded("10 days"),
        recorded("10 days").replace("down:", "again: {usual: record, do: order army up}\n              down:"),
    )
    first = tell(engine, one, days=10).runs.decisions[0][0].shares
    second = tell(engine, two, days=10).runs.decisions[0][0].shares
    assert second[1] + second[2] == pytest.approx(first[1], rel=1e-12)
    assert second[0] == pytest.approx(first[0], rel=1e-12)


def test_a_closed_twin_leaves_its_weight_to_the_other(engine: Engine) -> None:
    """Of two ways to go up of which one is closed, the other is as likely as if it stood alone."""
    one = recorded("10 days")
    two = one.replace("down:", "again: {if: army == home, usual: record, do: order army up}\n              down:")
    first, second = (tell(engine, text, days=10).runs.decisions[0][0].shares for text in (one, two))
    assert second[2] == 0.0 and second[1] == pytest.approx(first[1], rel=1e-12)


def test_a_posture_that_is_ordered_by_a_choice_elsewhere_has_no_choice_of_its_own() -> None:
    """The default is for a file that does not say who decides."""
    text = """
    actors: {challenger: {}, defender: {}}
    agents:
      army:
        posture: {actor: challenger, against: defender}
        rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
        start: massed
    choices:
      council:
        {actor: challenger, every: 10 days, options: {hold: {usual: record}, up: {usual: record, do: order army up}}}
    """
    played = program(text)
    assert [trigger.name for trigger in played.triggers if trigger.choice is not None] == ["council"]


def test_an_order_already_given_and_an_order_off_the_ladder_are_not_open(engine: Engine) -> None:
    """On the top rung going up is closed; while the army moves up, going up is closed and going back is open."""
    text = recorded("1 day").replace("start: massed", "start: attack").replace("pace: 1 hour", "pace: 5 days")
    text = text.replace("{when: army.ordered >= attack}", "{when: army <= home}")
    played = program(text, days=4)
    told = tell(engine, played, decisions=by_person(played, "army.next", "down", [0]))
    open_options = [tuple(share > 0 for share in decision.shares) for decision in told.runs.decisions[0][:2]]
    assert open_options == [(True, False, True), (True, True, False)]


def test_the_record_goes_by_the_highest_rung_so_far() -> None:
    """An army that went home keeps the hazards of the rung it had climbed to."""
    core = scenario(recorded("10 days"))
    hazard = next(quantity for name, quantity in expand(core).quantities.items() if name == "army.record.up")
    assert hazard.is_ == "0.0224 if army.peak <= home else 0.0039 if army.peak <= massed else 0.00006"


def test_where_the_record_is_silent_the_file_is_told_so() -> None:
    """For `none` and `war` the nearest level stands in, and the list of defaults says which."""
    rungs = "{home: {level: none}, massed: {level: display}, attack: {level: war}}"
    said = {default.value for default in defaults_of(scenario(recorded("10 days", rungs=rungs)))}
    assert {"none as threat", "war as force"} <= said


def test_a_missing_level_is_told_where_the_record_is_asked_for() -> None:
    """The record cannot be looked up for a rung that says no level."""
    rungs = "{home: {level: none}, massed: {}, attack: {level: force}}"
    assert faults(recorded("10 days", rungs=rungs)) == [
        "agents.army.rungs.massed: the rung `massed` has no level, and the record of disputes goes by levels"
    ]


# ---------------------------------------------------------------------------------------------- two sides

FACING = """
    actors: {challenger: {}, defender: {}}
    agents:
      army:
        posture: {actor: challenger, against: defender}
        rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
        start: massed
        pace: 1 hour
        choices: {never: {at: 99_999 days, options: {hold: {usual: 1}}}}
      guard:
        posture: {actor: defender, against: challenger}
        rungs: {barracks: {level: none}, alert: {level: display}, fight: {level: force}}
        start: barracks
        pace: 1 hour
    triggers: {go: {at: 1 day, do: order army up}}
    outcomes: {answered: {when: guard.ordered > barracks}, silence: {otherwise: true}}
"""


def test_the_other_side_replies_as_often_and_as_hard_as_in_the_record(engine: Engine) -> None:
    """Four in ten uses of force are answered, and all but the threats among the answers move the guard."""
    mix = evidence.REPLY_MIX["force"]
    moving = 1 - mix["threat"] / sum(mix.values())
    runs = play(engine, FACING, days=20_000, runs=4_600)
    assert_share(ended_as(runs, "answered"), expected=evidence.REPLY_CHANCE * moving, detects=0.08)


def test_a_reply_finds_nothing_to_answer_when_the_army_has_gone_back(engine: Engine) -> None:
    """If the army has stepped back before the answer is ready, there is none."""
    back = FACING.replace("triggers: {go:", "triggers: {back: {at: 2 days, do: order army down}, go:")
    late = [tell(engine, back, days=20_000, run=run) for run in range(40)]
    assert all(not told.days("guard.replies_to_force") or told.days("guard.replies_to_force")[0] < 2.1 for told in late)


def test_two_sides_that_both_take_the_initiative_share_the_hazard() -> None:
    """The record counts a dispute once, whichever side climbs: each of two has half the hazard."""
    own = "choices: {next: {every: 10 days, options: {hold: {usual: record}, up: {usual: record, do: order ARMY up}}}}"
    text = FACING.replace(
        "choices: {never: {at: 99_999 days, options: {hold: {usual: 1}}}}", own.replace("ARMY", "army")
    )
    text = text.replace("start: barracks\n", f"start: barracks\n        {own.replace('ARMY', 'guard')}\n")
    quantities = {str(name): quantity.is_ for name, quantity in expand(scenario(text)).quantities.items()}
    assert quantities["army.record.up"].endswith(") / 2")
    assert quantities["guard.record.up"].endswith(") / 2")


def test_ten_lines_of_armies_behave_sensibly(engine: Engine) -> None:
    """Few attack in half a year and no general war comes of it; the other side answers some moves and starts none."""
    text = (Path(__file__).parent / "ten_lines" / "posture.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 3 + 10
    built = build_core(expand(scenario_from_text(text)))
    runs = engine.run(built, luck=Luck(SEED), runs=np.arange(400, dtype=np.uint32), recording=Recording(series=False))
    attacked = np.array(ended_as(runs, "attack"))
    answered, moved = runs.metrics.T
    assert 0.1 < attacked.mean() < 0.5
    assert not (answered > 0)[moved == 0].any() and 0.05 < (answered > 0).mean() < 0.6
