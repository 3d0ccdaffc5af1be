"""News that repeat are folded by one rule, for pages and for the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from sim import api


def told(says: str, *, day: int, kind: str = "event", **more: Any) -> dict[str, Any]:
    """A piece of news."""
    return {"says": says, "date": f"{day} May 2031", "kind": kind, "turn": 0, **more}


def test_a_report_says_how_often_it_came_and_what_the_last_one_said() -> None:
    """Reports are folded even if there is one; what came once stands as it is, in its order."""
    news = [told("A report", day=1, kind="report", changes=["troops 4 → 5"]), told("Crowds", day=2),
            told("A report", day=8, kind="report", changes=["troops 5 → 6"]), told("A meeting", day=9)]  # fmt: skip
    once, (again,) = api.folded(news)
    assert [one["says"] for one in once] == ["Crowds", "A meeting"]
    assert (again.says, again.times, again.when, again.latest) == ("A report", 2, "1 to 8 May 2031", "Troops 5 → 6")
    assert api.folded(news[:1])[1][0].times == 1


@pytest.mark.parametrize("kind", ["move", "threat", "sanctions", "leak", "end"])
def test_what_changes_how_all_stand_is_never_folded(kind: str) -> None:
    """A ladder that is climbed twice is told twice."""
    news = [told("One rung up", day=day, kind=kind) for day in (1, 2, 3)]
    assert api.folded(news) == (news, [])


def test_rounds_about_one_plan_are_one_line_and_say_how_the_last_ended() -> None:
    """Whatever came of each; of rounds that ended alike all is said."""
    rounds = [told(f"The plan is on the table: Peace; East: {word}", day=day, kind="talks")
              for day, word in enumerate(("Refuse", "Refuse", "Accept"), 1)]  # fmt: skip
    (again,) = api.folded(rounds)[1]
    assert (again.says, again.times, again.ended) == ("The plan is on the table", 3, "East: Accept")
    (again,) = api.folded(rounds[:2])[1]
    assert (again.says, again.ended) == ("The plan is on the table: Peace; East: Refuse", "")


def test_nothing_is_lost_by_folding() -> None:
    """Each piece of news is told by itself, or counted in a line."""
    kinds = {"A": "event", "B": "report", "C": "talks", "D": "move"}
    news = [told(says, day=day, kind=kinds[says]) for day, says in enumerate("ABACCD", 1)]
    once, again = api.folded(news)
    assert len(once) + sum(one.times for one in again) == len(news)
