"""`path`: a quantity whose course is given from outside, as straight lines between dated values.

oil: {path: {2014-06: 108, 2015-01: 47}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.ranges import plain_value
from sim.agents.wording import bracketed, number
from sim.clock import days_between, parse_date
from sim.errors import Text
from sim.language.words import DURATION
from sim.scenario import schema

MOST_IN_ONE = 20
"""So many lines go into one expression; a longer path is written in several."""

Point = tuple[float, Text]  # days since the start, value


def course(draft: Draft, name: Text, quantity: schema.Quantity, speaker: Speaker) -> Text | None:
    """The value at the start of a quantity that follows a path, with the daily trigger that moves it; None if wrong."""
    path = quantity.path or {}
    others = [word for word in ("start", "is_", "change", "fades", "level", "one_of", "flag")
              if getattr(quantity, word) is not None]  # fmt: skip
    if others:
        at, says = next(iter(path.values()), name), f"`path` and `{others[0].rstrip('_')}` exclude each other"
        draft.fault(at, f"quantities.{name}.path", says,
                    "a path says where it stands at every moment, a number; take one of them away")  # fmt: skip
    points = _points(draft, name, path)
    if not points:
        return None
    said = [(at, Text(draft.says(value, speaker), value.place)) for at, value in points]
    place = next((value.place for _, value in said if plain_value(value) is None), said[0][1].place)
    if len(said) > 1 and said[-1][0] > 0:
        parts = [said[at : at + MOST_IN_ONE + 1] for at in range(0, len(said) - 1, MOST_IN_ONE)]
        steps = [f"{name} = {_lines(parts[0])}"]
        steps += [f"{name} = ({_lines(part)}) if day > {number(part[0][0])} else {name}" for part in parts[1:]]
        draft.trigger(Phase.BOOKS, f"{name}.path", name.place, every="1 day",
                      do=[Text(step, place) for step in steps])  # fmt: skip
    return Text(_at_the_start(said), place)


def _points(draft: Draft, name: Text, path: Mapping[Text, Text]) -> list[Point]:
    """The points in days since the start; none if a moment cannot be understood, which is told."""
    points: list[Point] = []
    for moment, value in path.items():
        at = _day(draft, moment)
        if at is None:
            draft.fault(
                moment,
                f"quantities.{name}.path",
                f"`{moment}` is no moment",
                "write a date, as in `2014-06` or `2014-06-15`",
            )
            return []
        if points and at <= points[-1][0]:
            draft.fault(moment, f"quantities.{name}.path", f"`{moment}` does not come after the moment before it",
                        "write the moments in order, each once")  # fmt: skip
            return []
        points.append((at, value))
    if not points:
        draft.fault(
            name,
            f"quantities.{name}.path",
            "there is nothing in this path",
            "write `path: {2014-06: 108, 2015-01: 47}`",
        )
    return points


def _day(draft: Draft, moment: Text) -> float | None:
    """Days from the start to a date, or a time after the start; None if it is neither."""
    try:
        return days_between(parse_date(draft.scenario.start), parse_date(moment))
    except ValueError:
        found = plain_value(moment)
        return found[0] if found is not None and found[1] == DURATION else None


def _lines(points: Sequence[Point]) -> str:
    """The value on the given day: level before the first point, straight to each further one, level after the last."""
    terms = [bracketed(points[0][1])]
    for (begin, low), (end, high) in pairwise(points):
        if low != high:
            passed = f"day - {number(begin)}" if begin >= 0 else f"day + {number(-begin)}"
            terms.append(f"({bracketed(high)} - {bracketed(low)}) * clamp(({passed}) / {number(end - begin)}, 0, 1)")
    return " + ".join(terms)


def _at_the_start(points: Sequence[Point]) -> str:
    before = [point for point in points if point[0] <= 0]
    after = [point for point in points if point[0] > 0]
    if not before or not after:
        return str((before[-1] if before else after[0])[1])
    (begin, low), (end, high) = before[-1], after[0]
    share = number(-begin / (end - begin))
    return str(low) if begin == 0 else f"{bracketed(low)} + ({bracketed(high)} - {bracketed(low)}) * {share}"
