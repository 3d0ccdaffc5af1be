"""Members of a body vote: each with its own chance, alike by a Gaussian copula, by the rule that the file says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from sim.agents.expand import defaults_of, expand
from sim.analysis.narrative import tell as told_as_diary
from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.errors import Text
from sim.program.build import build_core, build_program
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.agents.stage import ended_as, faults, moves, play, program, scenario, tell
from tests.statistics.claims import SEED, assert_share

BODY = """
    actors: {target: {}, eu: {members: {MEMBERS}, agree_alike: ALIKE}}
    agents:
      measures:
        sanctions: {senders: eu, target: target}
        tiers: {none: {}, listings: {bite: 1}, sectoral: {bite: 2}}
        start: none
        adopt: {eu: {after: 3 days, vote: [RULE]}}
    triggers: {decide: {at: 5 days, do: raise measures to sectoral}}
    outcomes: {agreed: {at_end: measures.eu >= sectoral}, not_agreed: {otherwise: true}}
"""


TEN_LINES = Path(__file__).parent / "ten_lines"


def body(members: str, *, rule: str = "all members", alike: str = "0.5", renew: str = "") -> str:
    text = BODY.replace("MEMBERS", members).replace("ALIKE", alike).replace("RULE", rule)
    return text.replace("]}}", f"], renew: {renew}}}}}") if renew else text


def all_agree(*willing: float, alike: float) -> float:
    """The chance that all say yes, by the integral over the factor they share.

    Given z, each agrees with Phi((Phi^-1(willing) - sqrt(r) z) / sqrt(1 - r)): Vasicek (1987), Probability of Loss on
    Loan Portfolio. Phi is integrated from its density too, so that nothing of the simulator is in the answer.
    """
    grid = np.linspace(-10, 10, 200_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    phi = np.cumsum(density) * (grid[1] - grid[0])
    together = density
    for chance in willing:
        limit = np.interp(chance, phi, grid)
        together = together * np.interp((limit - np.sqrt(alike) * grid) / np.sqrt(1 - alike), grid, phi)
    return float(np.sum(together) * (grid[1] - grid[0]))


@pytest.mark.parametrize(("alike", "near"), [("0.5", 0.43), ("0", 0.052)])
def test_unanimity_of_28_is_what_a_gaussian_copula_gives(fast_engine: Engine, alike: str, near: float) -> None:
    """Each willing at 90 %: 43 % when the votes are correlated by one half, 5 % when each votes for itself."""
    expected = all_agree(*[0.9] * 28, alike=float(alike))
    assert expected == pytest.approx(near, abs=0.005)
    members = "a: {willing: 90 %}, b: {willing: 90 %}, others: {count: 26, willing: 90 %}"
    runs = play(fast_engine, body(members, alike=alike), runs=3_000, days=20)
    assert_share(ended_as(runs, "agreed"), expected=expected, detects=0.1)


def test_each_member_agrees_with_its_own_chance_however_alike_they_vote(fast_engine: Engine) -> None:
    """One who is always willing, one who never is, one in three: the third decides by itself."""
    members = "yes: {willing: 1}, no: {willing: 0}, third: {exposure: 70 %}"
    runs = play(fast_engine, body(members.replace("yes", "firm"), rule="2 of 3"), runs=3_000, days=20)
    assert_share(ended_as(runs, "agreed"), expected=0.3, detects=0.1)


def test_votes_that_are_wholly_alike_are_one_vote(fast_engine: Engine) -> None:
    """At a correlation of 1, twenty members agree as often as one."""
    runs = play(fast_engine, body("all: {count: 20, willing: 60 %}", alike="1"), runs=3_000, days=20)
    assert_share(ended_as(runs, "agreed"), expected=0.6, detects=0.1)


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ("all members", False),
        ("3 of 5", True),
        ("4 of 5", False),
        ("60 % of members", True),
        ("61 % of members", False),
        ("majority of members", True),
        ("65 % of population", False),
        ("40 % of population", True),
        ("majority of population", False),
        ("3 of 5, no veto", False),
        ("60 % of members, 40 % of population", True),
        ("60 % of members, 65 % of population", False),
    ],
)
def test_a_rule_counts_what_it_says(engine: Engine, rule: str, passes: bool) -> None:
    """Three of five agree, who have 40 of 100 people; one of the two others has a veto."""
    small = "{willing: 1, population: 20}, b: {willing: 1, population: 20}, c: {willing: 1}"
    large = "d: {willing: 0, population: 30, veto: true}, e: {willing: 0, population: 30}"
    told = tell(engine, body(f"a: {small}, {large}", rule=rule))
    assert (moves(told, "measures.eu") == [(8, 2)]) == passes
    assert bool(told.counted("measures.eu.blocked")) == (not passes)


def test_a_raise_that_is_voted_down_is_off(engine: Engine) -> None:
    """What was decided falls back to what is in force, and may be tried again."""
    text = body("a: {willing: 0}, b: {}").replace("{at: 5 days,", "{at: [5 days, 20 days],")
    told = tell(engine, text)
    assert moves(told, "measures.eu.agreed") == [(5, 2), (8, 0), (20, 2), (23, 0)]
    assert moves(told, "measures.eu") == []


def test_to_lower_needs_no_vote(engine: Engine) -> None:
    """Even a body in which nobody agrees to anything takes its measures back."""
    text = (
        body("a: {willing: 0}")
        .replace("start: none", "start: sectoral")
        .replace("raise measures to sectoral", "lower measures")
    )
    assert moves(tell(engine, text), "measures.eu") == [(8, 1)]


def test_who_has_left_counts_no_more(engine: Engine) -> None:
    """The one who is against leaves, on a date or when a condition comes true: then all the others are all members."""
    leaving = ("leaves: 2030-01-04", "leaves: day_of_exit")
    for leaves in leaving:
        text = body(f"a: {{willing: 0, {leaves}}}, b: {{willing: 1}}, c: {{count: 2, willing: 1}}")
        text += "    quantities: {day_of_exit: {flag: true, start: false}}\n"
        text = text.replace("triggers: {", "triggers: {exit: {at: 4 days, do: day_of_exit = true}, ")
        told = tell(engine, text)
        assert moves(told, "measures.eu") == [(8, 2)]
        assert told.counted("eu.a.leaves")


def test_attributes_of_members_can_be_read_and_willingness_moved(engine: Engine) -> None:
    """`willing` starts at one minus the exposure; what moves it moves the vote."""
    text = (
        body("a: {exposure: 1, gas: 40}, b: {willing: 1}")
        + "    series: {every: 1 day, of: [eu.a.willing, eu.a.gas, eu.size]}\n"
    )
    told = tell(engine, text)
    assert (told.sampled("eu.a.willing")[0], told.sampled("eu.a.gas")[0], told.sampled("eu.size")[0]) == (0, 40, 2)
    assert moves(told, "measures.eu") == []
    moved = text.replace("triggers: {", "triggers: {shock: {at: 2 days, do: eu.a.willing = 1}, ")
    assert moves(tell(engine, moved), "measures.eu") == [(8, 2)]


def test_what_is_in_force_must_be_renewed(engine: Engine) -> None:
    """Every 30 days since it came into force there is a vote; when one fails, the measures fall to the first tier."""
    text = body("a: {willing: 1}, b: {willing: 1}", renew="30 days")
    text = text.replace("triggers: {", "triggers: {sour: {at: 50 days, do: eu.b.willing = 0}, ")
    told = tell(engine, text, days=200, run=2)
    votes = [row for row in told.rows if "measures.eu.renewal" in row]
    assert [float(row.split(" ")[0]) for row in votes[:1]] == [38]
    assert told.counted("measures.eu.lapsed")
    (_, raised), (lapsed, tier) = moves(told, "measures.eu")
    assert (raised, tier) == (2, 0) and (lapsed - 8) % 30 == 0 and lapsed > 50
    assert moves(told, "measures.eu.agreed")[-1] == (lapsed, 0)


def test_a_raise_begins_the_time_until_renewal_anew(engine: Engine) -> None:
    """In force from the start and raised on day 8, measures that are renewed every 30 days are voted on on day 38."""
    text = body("a: {willing: 1}", renew="30 days").replace("start: none", "start: listings")
    told = tell(engine, text, days=60)
    assert [row.split(" ")[0] for row in told.rows if "measures.eu.renewal" in row] == ["38"]


def test_who_agreed_before_objects_a_quarter_as_often(fast_engine: Engine) -> None:
    """Willing at 60 %, and agreeing before: nine in ten go on. A member that was against before is as it was."""
    text = body("a: {willing: 60 %}", renew="30 days").replace("start: none", "start: sectoral")
    runs = play(fast_engine, text, runs=3_000, days=31)
    assert_share(ended_as(runs, "agreed"), expected=0.9, detects=0.1)


def test_who_was_against_before_is_as_it_was(fast_engine: Engine) -> None:
    """Named or not, a member that said no to what is in force says yes to its renewal with its chance, 20 %."""
    text = body("a: {willing: 20 %}, others: {count: 1, willing: 20 %}, b: {}", rule="1 of 3", renew="30 days")
    no = "no: {at: 1 day, do: [measures.eu.vote.a = false, measures.eu.vote.others = 0]}"
    text = text.replace("start: none", "start: sectoral").replace("triggers: {", f"triggers: {{{no}, ")
    text += "    metrics: {named: {final: measures.eu.vote.a}, unnamed: {final: measures.eu.vote.others}}\n"
    runs = play(fast_engine, text, runs=3_000, days=31)
    for column in (0, 1):
        assert_share(runs.metrics[:, column], expected=0.2, detects=0.1)


def test_the_diary_tells_who_stood_in_the_way() -> None:
    """The line of a vote says how many agreed, and names who did not."""
    members = "germany: {willing: 1}, greece: {willing: 0}, cyprus: {willing: 0}, others: {count: 3, willing: 1}"
    runs = choose().run(program(body(members)), luck=Luck(1), runs=[0], recording=Recording(events=True))
    lines = [line for line in told_as_diary(runs) if line.what.startswith("`eu` votes")]
    assert [line.what for line in lines] == [
        "`eu` votes on `measures`: 4 of 6 say yes, 3 of 3 `others`; against: greece, cyprus"
    ]
    assert lines[0].changes == ()


def test_what_is_not_said_of_members_is_told_with_its_source() -> None:
    """Chances to agree, their correlation, and the loyalty of a renewal are defaults that `sim show` prints."""
    text = body("a: {exposure: 0.4}, b: {}", renew="90 days").replace(", agree_alike: 0.5", "")
    taken = {default.path: (default.value, default.source) for default in defaults_of(scenario(text))}
    assert taken["eu.agree_alike"] == ("0.5", "author")
    assert taken["measures.eu.renewal"][1] == "author"
    said = [
        (default.value, default.says) for default in defaults_of(scenario(text)) if default.path == "eu.members.willing"
    ]
    assert [(value, says[-1]) for value, says in said] == [("1 - exposure", "a"), ("50 %", "b")]


def test_a_sender_that_says_nothing_of_votes_decides_as_one(engine: Engine) -> None:
    """Members alone change no history: the vote is what needs them."""
    text = body("a: {willing: 0}").replace(", vote: [all members]", "")
    assert moves(tell(engine, text), "measures.eu") == [(8, 2)]


def test_a_vote_of_nobody_is_told() -> None:
    """A rule for a body without members names the remedy."""
    assert any("`eu` has no members who could vote" in fault for fault in faults(body("")))


def test_ten_lines_of_members_behave_sensibly(fast_engine: Engine) -> None:
    """With nothing said but who has what to lose, 28 agree as the copula says, and the most exposed is against most.

    That is more often than each for itself would, and less often than the most exposed alone.
    """
    text = (TEN_LINES / "members.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 13
    built = build_program(scenario_from_text(text))
    runs = fast_engine.run(
        built, luck=Luck(SEED), runs=np.arange(3_000, dtype=np.uint32), recording=Recording(events=True)
    )
    chances = (0.8, 0.9, *[0.95] * 26)
    expected = all_agree(*chances, alike=0.5)
    assert np.prod(chances) < expected < min(chances)
    assert_share(ended_as(runs, "united"), expected=expected, detects=0.1)
    against = Counter(
        built.quantities[slot].name.rpartition(".")[2]
        for rows in runs.events for row in rows for slot, old, new in row.changes
        if built.quantities[slot].name in ("measures.eu.vote.germany", "measures.eu.vote.uk") and new < old
    )  # fmt: skip
    assert against["germany"] > against["uk"] > 0


def test_votes_can_be_printed_in_the_core_and_read_back() -> None:
    """Ballots, renewals, leavings and what an option needs are said with quantities and triggers alone."""
    members = "a: {exposure: 0.4, veto: true}, b: {leaves: 2030-02-01, gas: 3}, others: {count: 26, willing: 90 %}"
    text = body(members, rule="65 % of members, majority of gas, no veto", renew="30 days")
    text = text.replace("listings: {bite: 1}", "listings: {bite: 1, sectors: {energy: 30 %, finance: 70 %}}")
    text += (
        "    choices: {act: {actor: eu, every: 9 days, options: {go: {needs: [vote of no veto, consent of target]}}}}\n"
    )
    core = expand(scenario(text))
    printed = core_text(core)
    assert build_core(scenario_from_text(printed)) == build_core(core)
    assert core_text(expand(scenario_from_text(printed))) == printed


def test_a_policy_may_move_a_member_or_change_the_rule() -> None:
    """A member is found by the body's name and its own; `vote` may be set like any other key."""
    text = "scenario: small\nstart: 2030-01-01\nhorizon: 9 days\n" + dedent(body("a: {willing: 0.2}, b: {}"))
    changed = [("eu.a.willing", "0.9"), ("measures.adopt.eu.vote", "1 of 2")]
    core = expand(scenario_from_text(text, overrides=changed))
    assert core.quantities[Text("eu.a.willing")].start == "0.9"
    assert ">= 1 " in str(core.triggers[Text("measures.eu.vote")].do[-1])
