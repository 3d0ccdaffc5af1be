"""What the record says: base rates that the vocabulary takes by default, each with its source.

The figures were computed for this project from the public data sets named in `SOURCES`. They count the events of 2014
in Ukraine, two disputes of 2,436; without them the figures differ in the third digit. A number that nobody
has measured has the source `author`: chosen for teaching, not estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCES: dict[str, str] = {
    "mid5": "Palmer et al. (2022), MID 5.0, Conflict Management and Peace Science 39(4), 470-482; incidents 1992-2014",
    "icb12": "Brecher and Wilkenfeld, International Crisis Behavior, version 12; 475 crises",
    "eusanct": "Weber and Schneider (2020), EUSANCT, Journal of Peace Research 59(1), 97-114",
    "author": "our judgement: chosen for teaching, not estimated",
}
"""The citation behind each source that a default may name."""


@dataclass(frozen=True, slots=True)
class Level:
    """How disputes go on whose highest level so far is this one.

    `up` and `ending` are hazards per day: of going higher, and of the dispute coming to its end. `higher` is the
    share that went higher before the end, of `disputes` disputes.
    """

    name: str
    up: float
    ending: float
    higher: float
    disputes: int


RECORD: dict[str, Level] = {
    level.name: level
    for level in (
        Level("threat", up=0.0224, ending=0.0335, higher=0.40, disputes=20),
        Level("display", up=0.0039, ending=0.0118, higher=0.25, disputes=339),
        Level("force", up=0.00006, ending=0.0048, higher=0.012, disputes=401),
    )
}
"""Escalation of militarized disputes. Source: MID 5.0 incidents 1992-2014, first passages by highest level so far."""

LEVELS = ("none", "threat", "display", "force", "war")
"""The hostility levels of the MID data, in order."""


def record_of(level: str) -> Level:
    """The record at a level; where it is silent (`none`, `war`) that of the nearest level it knows."""
    return RECORD[{"none": "threat", "war": "force"}.get(level, level)]


REPLY_CHANCE = 0.41
"""Share of disputes in which the other side replied, 1993-2014 (n = 659). Source: MID 5.0."""

REPLY_MIX: dict[str, dict[str, float]] = {
    "display": {"threat": 0.04, "display": 0.73, "force": 0.23},
    "force": {"threat": 0.05, "display": 0.38, "force": 0.58},
}
"""How the other side replied, when it did, to a display and to a use of force. Source: MID 5.0 incidents."""

REPLY_LAG = {"median": "6 days", "p90": "74 days"}
"""Days until the reply: quartiles 0, 6, 25, nine in ten within 74. Source: MID 5.0 incidents."""

PACE = {"median": "6 days", "p90": "20 days"}
"""Days that one rung takes. Median as the reply lag of MID 5.0; the spread is our judgement."""

ADOPTION_LAG = {"median": "9 days", "p90": "40 days"}
"""Days from a decision on sanctions to their being in force. Median: EUSANCT, United States; spread: our judgement."""

COMPROMISE = 0.0025
"""Hazard per day that a crisis under negotiation ends in a compromise: log(2) / 79 days (median duration) x .29
(compromise, given negotiation). Source: ICB 12."""
