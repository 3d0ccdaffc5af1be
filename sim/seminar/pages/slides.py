"""The debrief for a projector: a few slides, each so short that nobody has to scroll where nobody can.

A slide is made of the record of a debrief alone (`api.debrief`), so that the console and the wall name the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from sim.digits import decimals_of, fixed

ROOM = 18.5
"""How much a slide of lines holds: a line of text counts 1, and what parts two things a little more."""

HEADING = 1.5
"""What a heading takes where two kinds of things share a wall."""

WIDTH = 84
"""Characters in a line over the whole width."""

REGRETS = 6
"""So many of the largest regrets are shown; all of them stand on phones."""

CELLS = 12
"""Moments that a table of shares has room for."""

Record = Mapping[str, Any]
Slide = dict[str, Any]


def slides(found: Record | None) -> tuple[Slide, ...]:
    """The slides of a debrief, in the order in which a class looks at them; none while it is being played.

    Each has `name`, by which it is turned to, `title` and `kind`; what else it has depends on its kind.
    """
    if not found or found.get("error"):
        return ()
    listed = [
        {"name": "ending", "title": "Your history, among those it might have been", "kind": "ending"},
        *_fans(found), *_moments(found), *_regrets(found),
        *_secrets(found), *_agreements(found), *_history(found), *_forecasts(found), *_aims(found),
        *_parted("cautions", "What this does not say", found["cautions"], lambda one: ceil(len(one) / WIDTH) + 0.4),
    ]  # fmt: skip
    return tuple(listed)


def _parted(
    name: str, title: str, items: Sequence[Any], weight: Callable[[Any], float], *, kind: str = ""
) -> Iterator[Slide]:
    """Things by slides: as many on each as it has room for."""
    parts = fitting(items, weight)
    for number, part in enumerate(parts):
        of = f" ({number + 1} of {len(parts)})" if len(parts) > 1 else ""
        yield {"name": f"{name}-{number + 1}" if number else name, "title": f"{title}{of}", "kind": kind or name,
               "items": part}  # fmt: skip


def _shared(title: str, first: list[Slide], second: list[Slide], weight: float) -> list[Slide]:
    """Two slides as one, under a heading each, if there is room for both: a wall half empty is turned for nothing."""
    if len(first) != 1 or len(second) != 1 or weight + 2 * HEADING > ROOM:
        return [*first, *second]
    return [{"name": first[0]["name"], "title": title, "kind": "shared", "parts": [*first, *second]}]


def fitting(items: Sequence[Any], weight: Callable[[Any], float], room: float = ROOM) -> list[list[Any]]:
    """Things in their order, by parts of which none weighs more than there is room for, unless it is one thing alone.

    >>> fitting([1, 2, 3, 4, 9], float, room=5)
    [[1, 2], [3], [4], [9]]
    """
    parts: list[list[Any]] = []
    left = 0.0
    for one in items:
        if not parts or weight(one) > left:
            parts.append([])
            left = room
        parts[-1].append(one)
        left -= weight(one)
    return parts


def _fans(found: Record) -> Iterator[Slide]:
    if found["fans"][1:]:
        yield {"name": "fan", "title": "Your path over what might have been", "kind": "fan",
               "items": found["fans"][1:3], "more": len(found["fans"][3:])}  # fmt: skip


def _moments(found: Record) -> Iterator[Slide]:
    """Shares of outcomes before each turn and with its orders; of many turns the last."""
    stairs = found["stairs"][-CELLS:]
    if not stairs:
        return
    rows = []
    for at, outcome in enumerate(stairs[0]["outcomes"]):
        shares = [step["outcomes"][at] for step in stairs]
        rows.append({"says": outcome["says"], "name": outcome["name"],
                     "is_own": outcome["name"] == found["ended"]["outcome"],
                     "cells": [{**one, "moved": _moved(before, one)}
                               for before, one in zip([None, *shares], shares, strict=False)]})  # fmt: skip
    if any(one["share"] is None for row in rows for one in row["cells"]):  # of no future that is left
        return
    widest = max(max(one["high"] - one["share"], one["share"] - one["low"]) for row in rows for one in row["cells"])
    yield {"name": "moments", "title": "How it would have ended, turn by turn", "kind": "moments",
           "items": rows, "steps": stairs, "n": min(step["n"] for step in stairs), "widest": widest}  # fmt: skip


def _moved(before: Record | None, now: Record) -> str:
    """Whether a share went up or down by more than two intervals allow; "" where one cannot tell."""
    if (
        before is None
        or None in (before["low"], now["low"])
        or (before["low"] <= now["high"] and now["low"] <= before["high"])
    ):
        return ""
    return "up" if now["share"] > before["share"] else "down"


def _regrets(found: Record) -> Iterator[Slide]:
    """The decisions that cost most, the dearest first."""
    weighed = [move for turn in found["turns"] for move in turn["moves"] if move["regret"]]
    dear = sorted((move for move in weighed if is_dear(move)), key=lambda move: -move["regret"]["value"])
    if not weighed:
        return
    says = {(move["turn"], move["trigger"]): {one["name"]: one["says"] for one in move["options"]} for move in dear}
    items = [{**move, "better": says[move["turn"], move["trigger"]].get(move["regret"]["best"], "")} for move in dear]
    yield {"name": "regrets", "title": "The decisions that cost most", "kind": "regrets", "items": items[:REGRETS],
           "more": len(items[REGRETS:]), "weighed": len(weighed),
           "standing": sum(bool(move["regret"]["stands"]) for move in weighed),
           "most": max((move["regret"]["high"] for move in items), default=1.0)}  # fmt: skip


def is_dear(move: Record) -> bool:
    """Whether another option would have done better, and one can say by how much."""
    regret = move["regret"]
    return bool(regret and regret["value"] and regret["value"] > 0 and regret["low"] is not None)


def dearest(turns: Sequence[Record], seat: str) -> dict[str, str] | None:
    """The decision of a seat that cost most, or of all if there is no seat: where it stands on a page, and in short."""
    moves = [move for turn in turns for move in turn["moves"] if is_dear(move) and (not seat or move["seat"] == seat)]
    if not moves:
        return None
    most = max(moves, key=lambda move: float(move["regret"]["value"]))
    return {"id": decision_id(most), "turn": str(most["turn"] + 1), "says": most["says"],
            "points": points(most["regret"])}  # fmt: skip


def decision_id(move: Record) -> str:
    """The id of a decision on a page, the same on everybody's."""
    return f"m-{move['turn'] + 1}-{move['seat']}-{move['trigger'].replace('.', '-')}"


def points(regret: Record) -> str:
    """A regret in points of a hundred, no digit more than its interval allows.

    >>> points({"value": 0.0512, "low": 0.0411, "high": 0.0613})
    '5.1 points'
    """
    return f"{fixed(100 * regret['value'], places_of(regret))} points"


def points_within(regret: Record) -> str:
    """The interval of a regret.

    >>> points_within({"value": 0.0512, "low": 0.0411, "high": 0.0613})
    '(4.1 to 6.1)'
    """
    if regret["low"] == regret["high"]:
        return "(the same in each)"
    return f"({' to '.join(fixed(100 * regret[end], places_of(regret)) for end in ('low', 'high'))})"


def places_of(regret: Record) -> int:
    """How many decimals a regret deserves."""
    return decimals_of(50 * (regret["high"] - regret["low"])) if regret["high"] > regret["low"] else 1


def cost(regret: Record) -> str:
    """What a decision cost, for the line that is read before anything is unfolded.

    >>> cost({"value": 0.0, "low": None, "high": None}), cost({"value": 0.05, "low": 0.04, "high": 0.06})
    ('no other did better', 'another: 5.0 points more (4.0 to 6.0)')
    """
    if not regret["value"] or regret["value"] <= 0:
        return "no other did better"
    if regret["low"] is None:
        return "too few futures differ to say"
    return f"another: {points(regret)} more {points_within(regret)}"


def _secrets(found: Record) -> list[Slide]:
    """What not everybody knew, and what was threatened and promised."""
    hidden, given = found["secrets"], [one for one in found["threats"] if one["made"]]
    return _shared(
        "What was secret, and what words were given",
        list(_parted("secrets", "What was secret", hidden, _secret)),
        list(_parted("words", "Threats made and words given", given, _word)),
        sum(map(_secret, hidden)) + sum(map(_word, given)),
    )


def _secret(one: Record) -> float:
    return ceil((len(one["says"]) + 44) / WIDTH) + 1.2


def _word(one: Record) -> float:
    return ceil(len(one["says"]) / 44) + 1.8


def _agreements(found: Record) -> Iterator[Slide]:
    """What was signed, what is in it, and what became of each obligation."""
    yield from _parted("agreements", "What was signed, and what became of it", found.get("agreements") or [], _pact)


def _pact(one: Record) -> float:
    duties = sum(ceil((len(duty["says"]) + 40) / WIDTH) + 0.3 for duty in one["duties"])
    return float(HEADING + ceil((len(", ".join(one["contains"])) + 60) / WIDTH) + duties + 0.6)


def _history(found: Record) -> list[Slide]:
    """What really happened in the turns that were played, and what after them."""
    then = [one for turn in found["turns"] for one in turn["history"]]
    after = found.get("afterwards") or []
    return _shared(
        "What really happened, then and afterwards",
        list(_parted("history", "What really happened", then, _dated)),
        list(_parted("afterwards", "What really happened afterwards", after, _dated, kind="history")),
        sum(map(_dated, [*then, *after])),
    )


def _dated(one: Record) -> float:
    return ceil(len(one["says"]) / (WIDTH - 10)) + 0.2


def _forecasts(found: Record) -> Iterator[Slide]:
    told = found["forecasts"]
    if told and told.get("all") and told["all"]["n"]:
        yield {"name": "forecasts", "title": "What you foretold", "kind": "forecasts"}


def _aims(found: Record) -> Iterator[Slide]:
    seats = [seat for seat in found["seats"] if seat["aims"]]
    for number in range(0, len(seats), 4):
        yield {"name": f"aims-{number // 4 + 1}" if number else "aims", "title": "What became of the aims",
               "kind": "aims", "items": seats[number : number + 4]}  # fmt: skip
