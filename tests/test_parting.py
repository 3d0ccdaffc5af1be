"""Where two runs part, and why: known causes are named, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from sim.analysis.differing.parting import Parting, part
from sim.analysis.differing.witness import Called, witnessed
from sim.engine.choose import choose
from sim.engine.record import Recording
from sim.program.build import build_core
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck
from tests.agreement.same import difference
from tests.agreement.wild import wild_case
from tests.rulings.core import program
from tests.strategies import random_scenario

CRISIS = """
quantities: {{army: {{level: [home, massed], start: home}}, belief: {{start: {belief}}}, cost: {{start: 0}}}}
parameters: {{pace: {{uniform: {{low: 0.1, high: 0.3}}}}}}
triggers:
  books: {{every: 2 days, do: cost += {cost}}}
  push: {{every: 3 days, choose: {{hold: {{}}, go: {{value: 1 - belief, do: army = massed}}}}}}
  talk: {{every: 5 days, chance: "{chance}", do: belief += 0.1}}
  strike: {{rate: pace * {hazard}, if: "{allowed}", times: 1, do: cost += 5}}
  answer: {{when: army >= massed, after: "{delay}", do: cost += 1}}
outcomes: {{costly: {{at_end: cost > {dear}}}, cheap: {{otherwise: "true"}}}}
"""
PLAIN = {
    "belief": "0.2", "cost": "1", "chance": "0.5", "hazard": "1", "allowed": "true", "delay": "1 day", "dear": "9",
}  # fmt: skip


def crisis(**changed: str) -> Program:
    return program(CRISIS.format(**(PLAIN | changed)))


def called(
    played: Program, *, run: int = 0, luck: Luck = Luck(1), decisions: Mapping[tuple[int, int], int] | None = None
) -> Called:
    drawn = draw_parameters(played, luck.seed, np.array([run]))[0].tolist()
    return Called(played, run, luck, tuple(drawn), decisions or {})


def parting(run: int = 0, **changed: str) -> Parting:
    return part(called(crisis(), run=run), called(crisis(**changed), run=run))


def first_of(trigger: str, **changed: str) -> Parting:
    """The first run in which the parting is at this trigger."""
    found = (parting(run, **changed) for run in range(200))
    return next(one for one in found if one.says and f"`{trigger}`" in one.says[0])


def test_a_run_does_not_part_from_itself() -> None:
    """The same call twice is one history to the end, and nothing differs."""
    one = parting()
    assert one.never and not one.differences and one.common == len(one.left.rows) > 0
    assert one.headline.startswith("These runs never part: all ")


def test_a_choice_is_explained_by_what_it_weighed_and_where_that_began() -> None:
    """Options, their shares, the value, the draw they share, and the quantity that the file starts otherwise."""
    one = first_of("push", belief="0.9")
    assert one.says[0] in {
        "`push` chose `go` in the left and `hold` in the right",
        "`push` chose `hold` in the left and `go` in the right",
    }
    assert "% against" in one.says[1] and "its value 0.8 against 0.1" in one.says[1] and "(u 0." in one.says[1]
    assert (
        one.says[2] == "`belief` was 0.2 against 0.9, from the start (the program says otherwise: `0.2` against `0.9`)"
    )
    assert [(each.sort, each.name, each.texts) for each in one.differences if each.sort == "start"] == [
        ("start", "belief", ("0.2", "0.9"))
    ]


def test_one_draw_on_different_sides_of_different_chances() -> None:
    """The draw is the same, the chances are not, and one side misses."""
    one = first_of("talk", chance="0.2")
    assert one.says[0] == "`talk` was left to chance: in the left it comes, in the right it was missed"
    assert one.says[1].startswith("one draw fell on different sides of different chances (u 0.")
    assert "chance 0.5 against 0.2" in one.says[1]
    u = one.left.turn_of(one.left.rows[one.common]).u
    assert 0.2 <= u < 0.5
    assert one.says[2] == "the program says otherwise: `0.5` against `0.2`"


def test_a_rate_that_differs_is_named_with_its_day() -> None:
    """The hazard, from the day on which it differs."""
    one = first_of("strike", hazard="3")
    assert one.says[0] == "`strike` comes in the right, and not in the left"
    assert one.says[1].startswith("its rate a day is 0.")
    assert one.says[2] == "the program says otherwise: `pace * 1` against `pace * 3`"


def test_another_luck_is_called_so() -> None:
    """Two runs of one study have other draws, and where those are clocks that is the reason."""
    one = part(called(crisis(), run=0), called(crisis(), run=1))
    assert ("luck", "run", ("0", "1")) in [(each.sort, each.name, each.texts) for each in one.differences]
    assert any("another luck" in sentence or "drawn with another luck" in sentence for sentence in one.says)


def test_luck_that_changes_on_the_way_parts_no_run_before() -> None:
    """A branch and its past are one history up to the turn of the switch, and the reason is the luck."""
    plain = called(crisis())
    past = witnessed(plain)
    row = past.rows[4]
    one = part(plain, called(crisis(), luck=Luck(1, ((row.turn, 77),))))
    assert one.tick is not None and one.tick >= row.tick and one.common >= 5
    assert any("luck was changed" in sentence for sentence in one.says)


def test_a_refusal_is_a_parting() -> None:
    """Where the other side had its turn and its `if` did not hold."""
    one = first_of("strike", allowed="army >= massed")
    assert one.says[0] == "`strike` comes in the left; in the right it was refused, as its `if` did not hold"


def test_a_delay_is_told_with_both_lengths() -> None:
    """Set off in both, due at another time in one."""
    one = first_of("answer", delay="2 days")
    assert one.says[:2] == (
        f"`answer` was set off in both; it is due in the left, in the right only on {one.when[:8]}"
        f"{int(one.when[8:10]) + 1:02d}" + (" 00:00" if ":" in one.when else ""),
        "its delay is 1 day against 2 days",
    )


def test_a_trigger_that_is_switched_off_is_the_reason() -> None:
    """Another program: the trigger is there and disabled."""
    plain = crisis()
    one = part(called(plain), called(plain.without(("books",))))
    assert one.says == ("`books` comes in the left; in the right it is switched off",)
    assert ("program", "books, disabled") in [(each.sort, each.name) for each in one.differences]


def test_a_decision_that_was_dictated_is_the_reason() -> None:
    """Who chose is said before any value is."""
    plain = crisis()
    place = plain.trigger("push")
    for option in (0, 1):
        one = part(called(plain), called(plain, decisions={(place, 0): option}))
        if not one.never:
            assert one.says[1] == "in the right the option was dictated"
            assert one.common < 3
            return
    raise AssertionError("neither option parts the runs")


def test_a_difference_that_nobody_feels_is_told_apart() -> None:
    """Costs that differ part no run; the first firing that took them elsewhere is named, and the outcome."""
    one = part(called(crisis(dear="99")), called(crisis(dear="99", cost="2")))
    assert one.never
    (state,) = [each for each in one.differences if each.sort == "state"]
    assert (state.name, state.texts, state.day) == ("cost, by `books`", ("1", "2"), 2.0)


def test_runs_that_end_otherwise_part_at_their_end() -> None:
    """No firing differs; the outcome's condition does."""
    one = part(called(crisis(dear="-1")), called(crisis(dear="99")))
    assert one.common == len(one.left.rows) == len(one.right.rows)
    assert one.says[0].startswith("no firing differs before one of them ends") and "`costly`" in one.says[0]
    assert one.says[1].startswith("the program says otherwise: `cost > ")


def test_a_witness_changes_nothing() -> None:
    """Programs of every sort, also those that fail, are the engine's history to the bit under a witness."""
    for number in range(60):
        played, how = wild_case(number)
        runs = choose("simpy").run(
            played, luck=how.luck, runs=how.runs[:1], recording=Recording(events=True), decisions=how.decisions
        )
        seen = witnessed(called(played, run=how.runs[0], luck=how.luck, decisions=how.decisions))
        assert not (told := difference(runs, seen.runs)), f"program {number}: {told}"


def test_any_two_runs_part_with_a_reason() -> None:
    """Random programs, a trigger switched off, another run or luck that changes: a sentence each time, none empty."""
    reasons = 0
    for number in range(60):
        plain = build_core(random_scenario(number))
        name = plain.triggers[number % len(plain.triggers)].name
        others = (called(plain.without((name,))), called(plain, run=1), called(plain, luck=Luck(1, ((3, 9),))))
        for other in others:
            one = part(called(plain), other)
            assert one.never or (one.says and all(one.says)), f"program {number}"
            rows = one.left.rows[: one.common], one.right.rows[: one.common]
            assert [row.tick for row in rows[0]] == [row.tick for row in rows[1]]
            reasons += not one.never
            assert one.records()
    assert reasons > 60


@pytest.mark.parametrize("width", [60, 80])
def test_the_page_stays_within_its_width(width: int) -> None:
    """Both diaries side by side, whatever the names."""
    from sim.cli import diff, paper

    one = part(called(crisis(), run=0), called(crisis(), run=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "width", lambda: width)
        lines = diff.parting_lines(one, lambda role, text: text)
    assert max(map(len, lines)) <= width
    assert any(" | " in line for line in lines)
