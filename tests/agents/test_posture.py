"""Postures: how forces stand, move, climb by the record, and answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from sim.agents import evidence
from sim.agents.expand import defaults_of, expand
from sim.engine.record import Engine, Recording
from sim.program.build import build_core
from sim.program.listing import core_text
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


def first_moves(engine: Engine, text: str, every: int) -> dict[str, float]:
    """The chance of each option of being the first within 60 days that is no `hold`, by the shares of each decision."""
    played = program(text, days=60)
    occasions = range(60 // every)
    told = tell(engine, played, decisions=by_person(played, "army.next", "hold", occasions))
    decisions = told.runs.decisions[0]
    assert len(decisions) == len(occasions)
    choice = played.triggers[played.trigger("army.next")].choice
    assert choice is not None
    names = [option.name for option in choice.options]
    still, chances = 1.0, dict.fromkeys(names, 0.0)
    for decision in decisions:
        shares = dict(zip(names, decision.shares, strict=True))
        assert sum(shares.values()) == pytest.approx(1.0, rel=1e-12)
        chances = {name: chances[name] + still * share for name, share in shares.items()}
        still *= sum(share for name, share in shares.items() if name.startswith("hold"))
    return chances


def exact(hazards: Mapping[str, float], days: float = 60) -> dict[str, float]:
    """The chance of each of competing hazards to strike first within some days."""
    both = sum(hazards.values())
    return {name: hazard / both * (1 - math.exp(-days * both)) for name, hazard in hazards.items()}


DISPLAY = evidence.RECORD["display"]


@pytest.mark.parametrize("every", [1, 5, 15, 30, 60])
def test_the_record_gives_the_same_chance_however_often_one_decides(engine: Engine, every: int) -> None:
    """The chance of having gone up first within 60 days is u / (u + e) * (1 - exp(-60 (u + e))), exactly."""
    moves_first = first_moves(engine, recorded(f"{every} days"), every)
    for name, chance in exact({"up": DISPLAY.up, "down": DISPLAY.ending}).items():
        assert moves_first[name] == pytest.approx(chance, rel=1e-12)


@pytest.mark.parametrize("every", [1, 5, 15, 30, 60])
@pytest.mark.parametrize(
    ("up", "down", "hold"), [(0.9, -0.2, 0.3), (-1.5, 0.4, 0.0), (0.0, 0.0, -0.8), (3.0, 2.5, 0.1)]
)
def test_worth_moves_the_hazards_themselves(
    engine: Engine, every: int, up: float, down: float, hold: float
) -> None:  # fmt: skip
    """Far from zero too an order is as likely however often one decides: each hazard times exp(3 * what is gained)."""
    text = valued(recorded(f"{every} days"), up=f"{up}", down=f"{down}", hold=f"{hold}")
    moves_first = first_moves(engine, text, every)
    moved = {"up": DISPLAY.up * math.exp(3 * (up - hold)), "down": DISPLAY.ending * math.exp(3 * (down - hold))}
    for name, chance in exact(moved).items():
        assert moves_first[name] == pytest.approx(chance, rel=1e-12)


def valued(text: str, **values: str) -> str:
    """The same choice with something to be gained by its options."""
    for option, value in values.items():
        text = text.replace(f"{option}: {{usual: record", f"{option}: {{usual: record, value: '{value}'")
    return text


def several(every: int, *, more: float = 0.0) -> str:
    """Two ways up and a closed third, two ways to hold and a closed third; each is worth something else."""
    closed = "if: army == home, usual: record, value: log(0 - day)"
    others = f"""again: {{usual: record, value: {more - 0.6}, do: order army to attack}}
              never: {{{closed}, do: order army up}}
              hold_too: {{if: true if army == massed else false, usual: record, value: {more + 0.7}}}
              hold_never: {{{closed}}}
              down:"""
    text = valued(recorded(f"{every} days"), up=f"{more + 0.8}", down=f"{more - 0.3}", hold=f"{more + 0.2}")
    return text.replace("down:", others)


@pytest.mark.parametrize("every", [1, 5, 15, 30, 60])
def test_several_ways_have_each_a_part_of_the_hazard_and_a_worth_of_their_own(engine: Engine, every: int) -> None:
    """Each of two ways up has half of u, moved by its own value; two ways to hold count by the mean of exp(3 * value).

    What is closed is not evaluated: its value has no number.
    """
    moves_first = first_moves(engine, several(every), every)
    holding = (math.exp(3 * 0.2) + math.exp(3 * 0.7)) / 2
    moved = {
        "up": DISPLAY.up / 2 * math.exp(3 * 0.8) / holding,
        "again": DISPLAY.up / 2 * math.exp(3 * -0.6) / holding,
        "down": DISPLAY.ending * math.exp(3 * -0.3) / holding,
    }
    for name, chance in exact(moved).items():
        assert moves_first[name] == pytest.approx(chance, rel=1e-12)


@pytest.mark.parametrize(
    ("up", "hold", "expected"),
    [("90_000", "0", (0, 1, 0)), ("-90_000", "0", None), ("0", "90_000", (1, 0, 0)), ("90_000", "90_000", None)],
)
def test_a_worth_out_of_all_measure_gives_certainty_and_no_infinity(
    engine: Engine, up: str, hold: str, expected: tuple[float, ...] | None
) -> None:
    """Where exp of a value would be infinite, the shares are still numbers: what is worth most is taken."""
    told = tell(engine, valued(recorded("30 days"), up=up, hold=hold), days=30)
    (decision,) = told.runs.decisions[0]
    if expected is None:  # up is worth far less than all else, or down is: one hazard is at work
        one = exact({"up": DISPLAY.up} if hold == up else {"down": DISPLAY.ending}, days=30)
        expected = (1 - sum(one.values()), one.get("up", 0.0), one.get("down", 0.0))
    assert decision.shares == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_what_all_options_are_worth_alike_moves_nothing(engine: Engine) -> None:
    """With 90,000 more for each option, the shares of several ways up and to hold stay as they were."""
    plain, more = (tell(engine, several(30, more=more), days=30).runs.decisions[0][0].shares for more in (0.0, 9e4))
    assert more == pytest.approx(plain, rel=1e-9)


def test_where_a_value_is_drawn_values_move_the_odds_of_a_decision(engine: Engine) -> None:
    """A hazard cannot know what will be drawn: the weights of the record stand, and values multiply them."""
    text = valued(recorded("30 days"), up="0.4 + 0 * draw normal(0, 1)", hold="-0.3")
    (decision,) = tell(engine, text, days=30).runs.decisions[0]
    at_zero = exact({"up": DISPLAY.up, "down": DISPLAY.ending}, days=30)
    weights = (1 - sum(at_zero.values())) * math.exp(-0.9), at_zero["up"] * math.exp(1.2), at_zero["down"]
    assert decision.shares == pytest.approx([weight / sum(weights) for weight in weights], rel=1e-12)


def test_several_ways_may_have_long_conditions(engine: Engine) -> None:
    """What is made of three ways up is not too long where each of their conditions is: the three share u."""
    long = " and ".join(["army.ordered == massed"] * 30)
    ways = "".join(f"way_{one}: {{if: {long}, usual: record, do: order army up}}\n              " for one in (1, 2, 3))
    text = recorded("30 days").replace("up: {usual: record, do: order army up}", ways.strip())
    first = first_moves(engine, text, 30)
    shared = exact({"up": DISPLAY.up, "down": DISPLAY.ending})
    assert [first[f"way_{one}"] for one in (1, 2, 3)] == pytest.approx([shared["up"] / 3] * 3, rel=1e-12)


def test_a_rationality_of_its_own_moves_the_hazards(engine: Engine) -> None:
    """With `rationality: 7` a value of 0.2 makes the hazard exp(1.4) times as large; with 0 values say nothing."""
    for rationality in (7, 0):
        text = valued(recorded("20 days"), up="0.2").replace(
            "every:", f"rationality: {rationality}\n            every:"
        )
        moved = exact({"up": DISPLAY.up * math.exp(0.2 * rationality), "down": DISPLAY.ending})
        assert first_moves(engine, text, 20)["up"] == pytest.approx(moved["up"], rel=1e-12)


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
def test_deciding_oftener_makes_war_no_likelier(fast_engine: Engine, every: int) -> None:
    """The share of attacks within 210 days is that of the hazards, whether one decides every 5, 14 or 30 days."""
    runs = play(fast_engine, recorded(f"{every} days"), days=210, runs=4_600)
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


def test_an_order_in_the_choice_of_another_actor_leaves_a_posture_its_usual_choice() -> None:
    """That south may order the army of north down takes nothing from what north decides about it."""
    text = """
    actors: {north: {}, south: {}}
    agents:
      army:
        posture: {actor: north, against: south}
        rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
        start: massed
    choices:
      escort: {actor: south, every: 10 days, options: {none: {}, down: {do: order army down}}}
    """
    choosing = {trigger.name for trigger in program(text).triggers if trigger.choice is not None}
    assert choosing == {"army.what_next", "escort"}


def test_an_order_already_given_and_an_order_off_the_ladder_are_not_open(engine: Engine) -> None:
    """On the top rung going up is closed; while the army moves up, going up is closed and going back is open."""
    text = recorded("1 day").replace("start: massed", "start: attack").replace("pace: 1 hour", "pace: 5 days")
    text = text.replace("{when: army.ordered >= attack}", "{when: army <= home}")
    played = program(text, days=4)
    told = tell(engine, played, decisions=by_person(played, "army.next", "down", [0]))
    open_options = [tuple(share > 0 for share in decision.shares) for decision in told.runs.decisions[0][:2]]
    assert open_options == [(True, False, True), (True, True, False)]


def test_the_printed_core_of_several_ways_reads_back_to_the_same_program() -> None:
    """What a choice of several ways is made of can be printed, read and built again."""
    core = expand(scenario(several(30)))
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)


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


def test_the_other_side_replies_as_often_and_as_hard_as_in_the_record(fast_engine: Engine) -> None:
    """Four in ten uses of force are answered, and all but the threats among the answers move the guard."""
    mix = evidence.REPLY_MIX["force"]
    moving = 1 - mix["threat"] / sum(mix.values())
    runs = play(fast_engine, FACING, days=20_000, runs=4_600)
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
