"""How the world stands for one seat: ladders, measures, talks, words given, who faces whom, the seat's own numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.game.news import News


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder and the path on it so far; `is_report`: as this seat's reports have it."""

    name: str
    title: str
    kind: str  # posture, sanctions or ladder
    actor: str
    rungs: tuple[str, ...]
    rung: int
    steps: tuple[tuple[float, int], ...]  # (day, rung)
    is_ordered: bool
    is_report: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """What one sender has in force against a target, as a whole (`sector` "") or in one sector."""

    regime: str
    sender: str
    target: str
    sector: str
    tier: int
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talks:
    """A track."""

    name: str
    title: str
    parties: tuple[str, ...]
    is_open: bool
    rounds: int
    agenda: tuple[str, ...]
    demanded: tuple[str, ...]
    proposals: tuple[tuple[str, str, str], ...]  # (name, what it says, how it stands)
    is_signed: bool
    is_breached: bool
    done: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Word:
    """A card for a threat or an offer: made by whom, to whom, believed by whom, called, kept."""

    name: str
    kind: str  # threat or offer
    by: str
    to: str
    voice: str
    says: str
    terms: str
    made: str  # the day, "" if from the start
    stands: bool
    believed: tuple[tuple[str, float], ...]  # (who, chance), where the seat may know it
    called: str | None
    kept: str | None
    until: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What runs between two actors: army, sanctions or talks."""

    kind: str
    by: str
    to: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that the seat may know. `kind`: own, report, belief or told; `text`: as people read it."""

    name: str
    says: str
    value: float | str
    unit: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class World:
    """How the world stands for one seat."""

    date: str
    start: str
    day: float
    outcome: str
    actors: tuple[tuple[str, str], ...]  # (name, title)
    ladders: tuple[Ladder, ...]
    measures: tuple[Measure, ...]
    tracks: tuple[Talks, ...]
    words: tuple[Word, ...]
    links: tuple[Link, ...]
    numbers: tuple[Figure, ...]
    timeline: tuple[News, ...]

    def record(self) -> dict[str, Any]:
        """As plain data."""
        talks = [{**asdict(one), "proposals": [dict(zip(("name", "says", "state"), each, strict=True))
                                               for each in one.proposals]} for one in self.tracks]  # fmt: skip
        words = [{**asdict(one), "believed": [{"by": who, "share": share} for who, share in one.believed]}
                 for one in self.words]  # fmt: skip
        found = {
            "date": self.date, "start": self.start, "day": self.day, "days": self.day, "outcome": self.outcome,
            "actors": [{"name": name, "title": title} for name, title in self.actors],
            "ladders": [asdict(one) for one in self.ladders], "matrix": [asdict(one) for one in self.measures],
            "tracks": talks, "commitments": words, "links": [asdict(one) for one in self.links],
            "numbers": [asdict(one) for one in self.numbers], "timeline": [one.record() for one in self.timeline],
        }  # fmt: skip
        listed: dict[str, Any] = _listed(found)
        return listed


def _listed(value: Any) -> Any:
    """The same with lists for tuples, as JSON has it."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
