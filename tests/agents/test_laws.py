"""Laws of the vocabulary, over orders and scenarios that nobody chose."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.choose import choose
from sim.engine.record import Engine
from tests.agents.stage import moves, program, tell
from tests.rulings.core import Told

RUNGS = ("calm", "alert", "massed", "raid", "war")
ORDERS = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from(("up", "down", *(f"to {rung}" for rung in RUNGS)))), max_size=8
)


def ordered(orders: list[tuple[int, str]], pace: str) -> str:
    """An army under these orders."""
    rules = ", ".join(f"o{number}: {{at: {day} days, do: order army {where}}}"
                      for number, (day, where) in enumerate(orders))  # fmt: skip
    rungs = ", ".join(f"{rung}: {{}}" for rung in RUNGS)
    return f"""
    actors: {{challenger: {{}}}}
    agents:
      army:
        {{posture: {{actor: challenger}}, rungs: {{{rungs}}}, start: massed, military: false, pace: {pace}}}
    triggers: {{{rules}}}
    """


@given(ORDERS, st.sampled_from(("1 day", "6 days", "{lognormal: {median: 6 days, p90: 20 days}}")), st.integers(0, 50))
@settings(max_examples=60)
def test_no_army_skips_a_rung(orders: list[tuple[int, str]], pace: str, run: int) -> None:
    """Whatever is ordered and however fast it moves, every move is to a neighbouring rung."""
    told = tell(choose(), ordered(orders, pace), run=run)
    stood = [2.0, *(rung for _, rung in moves(told, "army"))]
    assert all(abs(now - before) == 1 for before, now in pairwise(stood))


@given(ORDERS)
@settings(max_examples=40)
def test_an_army_ends_where_it_was_last_ordered(orders: list[tuple[int, str]]) -> None:
    """With time enough after the last order, it stands where `army.ordered` says."""
    told = tell(choose(), ordered(orders, "1 day"))
    (army, target) = ([2.0, *(rung for _, rung in moves(told, name))][-1] for name in ("army", "army.ordered"))
    assert army == target


def rows_of(told: Told, agent: str) -> list[str]:
    """What an agent's triggers did, and when."""
    return [row for row in told.rows if row.split(" ")[1].startswith(f"{agent}.")]


def test_an_agent_that_nobody_listens_to_changes_no_history_of_the_others(engine: Engine, house: Path) -> None:
    """The first lesson with talks beside it: the army does the same, run for run, to the microsecond."""
    lesson = (house / "scenarios" / "first-lesson.yaml").read_text(encoding="utf-8")
    body = lesson[lesson.index("actors:") :]
    talks = "agents:\n  aside: {diplomacy: {parties: [challenger, defender]}, rounds: {every: 3 days}}\n"
    alone, beside = (program(text, days=180) for text in (body, body.replace("agents:\n", talks)))
    for run in range(60):
        left, right = (tell(engine, played, run=run) for played in (alone, beside))
        assert right.counted("aside.round") and rows_of(left, "army") == rows_of(right, "army")
        assert (left.outcome, left.ended) == (right.outcome, right.ended)
