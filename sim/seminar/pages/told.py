"""News for where there is little room: what moved most first on a wall, turn by turn and without repeats on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import Any

from sim import api

News = Mapping[str, Any]

ROOM, WIDTH, LINES = 15, 42, 3
"""Lines of news that the wall has room for, characters in one, and the most that one piece takes there."""

WEIGHTS = {"end": 9, "threat": 8, "move": 7, "sanctions": 7, "inject": 6, "leak": 6, "talks": 4, "event": 3,
           "decision": 2}  # fmt: skip
"""What changed postures, threats, measures and talks goes before what was merely decided, which stands on the cards.
Reports and beliefs come last. Source: chosen for teaching."""


def weightiest(news: Sequence[News], room: int = ROOM) -> dict[str, Any]:
    """The news that weigh most, as many as there is room for, in their own order; and how many are `left`.

    What is routine is counted alone, where there is anything else.

    >>> move, report = {"kind": "move", "says": "The army marches"}, {"kind": "report", "says": "A report"}
    >>> weightiest([report, move, report], room=2)["left"], weightiest([report, move], room=1)["told"][0]["kind"]
    (2, 'move')
    """
    taken: set[int] = set()
    worth = [at for at, one in enumerate(news) if one["kind"] not in api.ROUTINE] or list(range(len(news)))
    for at in sorted(worth, key=lambda at: (-_weight(news[at]), at)):
        lines = min(LINES, ceil((len(in_short(news[at])) + 14) / WIDTH))
        if lines > room:
            break
        taken.add(at)
        room -= lines
    return {
        "told": [{**one, "says": in_short(one)} for at, one in enumerate(news) if at in taken],
        "left": len(news) - len(taken),
    }


def in_short(one: News) -> str:
    """What is said; of talks that went to and fro, how they began and how they ended.

    >>> in_short({"kind": "talks", "says": "A plan is put on the table: Withdrawal; East: Accept; West: Refuse"})
    'A plan is put on the table …; West: Refuse'
    """
    first, *more = str(one["says"]).split("; ")
    return f"{first.partition(': ')[0]} …; {more[-1]}" if one["kind"] == "talks" and len(more) > 1 else str(one["says"])


def _weight(one: News) -> int:
    """What it weighs; an event that moves something from one name to another counts as a move."""
    if one["kind"] == "event" and any(_is_step(change) for change in one.get("changes") or ()):
        return WEIGHTS["move"]
    return WEIGHTS.get(str(one["kind"]), 0)


def _is_step(change: str) -> bool:
    """Whether a change is from one word to another, as of a ladder, and not of a number.

    >>> _is_step("office of Ukraine interim → reformer"), _is_step("listed 1 → 2")
    (True, False)
    """
    new = change.partition("→")[2].strip()
    return bool(new) and not new[0].isdigit() and new[0] not in "-+."


def by_turn(news: Sequence[News]) -> list[dict[str, Any]]:
    """News by turns, the newest turn first: `number`, `count`, and `lines`, in which what repeats is one line."""
    turns = [(turn, list(some)) for turn, some in groupby(news, key=lambda one: int(one.get("turn", 0)))]
    return [{"number": turn + 1, "count": len(some), "lines": list(_folded(some))} for turn, some in reversed(turns)]


def _folded(news: Sequence[News]) -> Iterator[dict[str, Any]]:
    """What came once as it is, the newest first; then what came again and again, one line each, counted."""
    once, again = api.folded(news)
    yield from ({**one} for one in reversed(once))
    for one in again:
        times = f" ({one.times} times)" if one.times > 1 else ""
        ended = f"; the last time: {one.ended}" if one.ended else ""
        yield {**one.last, "date": one.when, "says": f"{one.says}{times}{ended}", "because": one.latest}
