"""Who is taken for gone, and that nothing is decided by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sim import api
from sim.seminar.presence import AWAY, left, moment_of, without
from tests.game.stage import seated


@dataclass
class Fake:
    """Whose pages are open, and when they were seen last."""

    people: Counter[str] = field(default_factory=Counter)
    seen: dict[str, float] = field(default_factory=dict)
    has_screen: bool = False


def later(session: api.Session, seconds: float) -> float:
    """A moment so long after the last word."""
    return moment_of(session.log.events[-1]) + seconds


def test_before_the_first_turn_whoever_is_away_for_long_has_left(tmp_path: Path) -> None:
    """Who has a page open has not, nor has who was seen since; and a server that has just begun knows no better."""
    session = seated(tmp_path)
    now = later(session, 10_000)
    assert left(session, Fake(), since=now - AWAY - 1, now=now) == {"e", "w"}
    assert left(session, Fake(), since=now - AWAY + 1, now=now) == set()
    assert left(session, Fake(Counter({"e": 1})), since=0, now=now) == {"w"}
    assert left(session, Fake(seen={"w": now - 10}), since=0, now=now) == {"e"}


def test_in_a_turn_whoever_was_there_or_said_anything_has_not_left(tmp_path: Path) -> None:
    """Not even who was last there hours ago; in the next turn who was only there in this one has."""
    session = seated(tmp_path)
    session.join("f", seat="east")
    session.advance("decide")
    began, now = later(session, 0), later(session, 10_000)
    session.vote("e", "march", "go", turn=0)
    assert left(session, Fake(), since=began - 1, now=now) == {"f", "w"}
    assert left(session, Fake(seen={"f": began}), since=began - 1, now=now) == {"w"}
    assert left(session, Fake(), since=began - 1, now=began + AWAY / 2) == set(), "not for long yet"
    session.foretell("w", 0.5, turn=0)
    assert left(session, Fake(), since=began - 1, now=now) == {"f"}
    session.advance("reveal")
    assert left(session, Fake(), since=began - 1, now=now) == {"f"}, "the turn is not over before the next begins"
    session.advance("decide")
    assert left(session, Fake(seen={"f": began}), since=began - 1, now=later(session, 10_000)) == {"e", "f", "w"}


def test_who_has_left_is_counted_and_not_named(tmp_path: Path) -> None:
    """The host's own list still holds them, marked and last, so that they can be taken out."""
    session = seated(tmp_path)
    gone = session.members("east")[0].handle
    shown = without(api.view(session, "host"), frozenset({gone}))
    assert all(gone not in seat["members"] for seat in shown["seats"])
    assert [(seat["actor"], seat["left"]) for seat in shown["seats"]] == [("east", 1), ("west", 0)]
    assert [one["handle"] for one in shown["people"] if one["has_left"]] == [gone] == [shown["people"][-1]["handle"]]
