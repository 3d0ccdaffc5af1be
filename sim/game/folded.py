"""News in which what comes again and again is one line: how often it came, when, and what it said the last time.

Pages and the terminal fold by this one rule, and differ in how they put it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

News = Mapping[str, Any]

ROUTINE = ("report", "belief")
"""Kinds that come again and again, and are folded even where they came once."""

WEIGHTY = ("end", "threat", "move", "sanctions", "leak", "inject", "agreement")
"""Kinds of which each stands for itself, however often they come: they change how all stand."""


@dataclass(frozen=True, slots=True)
class Again:
    """What came several times, or comes as a matter of routine."""

    says: str
    times: int
    when: str  # `6 to 27 May 2014`; one day, if it was one
    ended: str  # where it was not the same each time: what the last one came to; else ""
    last: News

    @property
    def latest(self) -> str:
        """What the last one changed, as far as the seat may know; "" if nothing."""
        said = "; ".join(self.last.get("changes") or ())
        return said[:1].upper() + said[1:]


def folded(news: Sequence[News]) -> tuple[list[News], list[Again]]:
    """What came once, in its order; and what came again and again, a line each, routine last.

    Rounds of talks about one thing are the same, whatever came of each: it is told what came of the last.

    >>> plan, report = {"kind": "talks", "date": "day 1"}, {"kind": "report", "says": "A report", "date": "day 2"}
    >>> rounds = [{**plan, "says": f"A plan is on the table: Peace; East: {word}"} for word in ("Refuse", "Accept")]
    >>> once, again = folded([*rounds, report])
    >>> once, [(one.says, one.times, one.ended) for one in again]
    ([], [('A plan is on the table', 2, 'East: Accept'), ('A report', 1, '')])
    """
    threads: dict[str, list[News]] = {}
    for one in news:
        threads.setdefault(_thread(one), []).append(one)
    again = [_again(same) for same in threads.values() if _is_folded(same)]
    once = [one for one in news if not _is_folded(threads[_thread(one)])]
    return once, sorted(again, key=lambda one: one.last["kind"] in ROUTINE)


def _is_folded(same: Sequence[News]) -> bool:
    kind = same[0]["kind"]
    return kind in ROUTINE or (len(same) > 1 and kind not in WEIGHTY)


def _thread(one: News) -> str:
    """What is the same about news that repeats: all of it, or of talks what they are about."""
    says = str(one["says"])
    return says.partition("; ")[0].partition(": ")[0] if one["kind"] == "talks" and "; " in says else says


def _again(same: Sequence[News]) -> Again:
    first, last = same[0], same[-1]
    differs = len({one["says"] for one in same}) > 1
    says = _thread(last) if differs else str(last["says"])
    ended = str(last["says"]).partition("; ")[2] if differs else ""
    when = last["date"] if first["date"] == last["date"] else f"{_short(first['date'], last['date'])} to {last['date']}"
    return Again(says, len(same), when, ended, last)


def _short(first: str, last: str) -> str:
    """A date without what the date after it says anyway.

    >>> _short("6 May 2014", "27 May 2014"), _short("15 April 2014", "6 May 2014"), _short("day 3", "day 9")
    ('6', '15 April', 'day 3')
    """
    one, other = first.split(), last.split()
    while len(one) > 1 and len(one) == len(other) and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return " ".join(one) if one[-1] != "day" else first
