"""When an aim is kept: a condition over outcomes and metrics, in words."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sim.clock import date_at, ticks
from sim.game.speech import Speech
from sim.language.tree import All, Any, Apply, Compare, Constant, Read, Tree
from sim.language.words import NUMBER
from sim.program.ir import Metric, Outcome, Quantity
from sim.program.wording import expression_text

_AT = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "exactly", "!=": "not"}
_DAYS = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "==": "exactly", "!=": "not"}
_WHEN = {"<": "before", "<=": "by", ">": "after", ">=": "not before", "==": "exactly at", "!=": "not exactly at"}
_HOLDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
          "!=": operator.ne}  # fmt: skip

_COUNT, _AMOUNT = (1.0, math.inf), (math.ulp(0.0), math.inf)
"""The least and the greatest but 0 of what comes in whole numbers, and of what does not."""


class Marks:
    """Conditions of aims in words, where nothing but the condition says what they ask."""

    def __init__(self, speech: Speech) -> None:
        self.speech, self.program = speech, speech.program
        names = [one.name for one in self.program.outcomes] + [one.name for one in self.program.metrics]
        read = tuple(Quantity(name, NUMBER, Constant(0.0, NUMBER)) for name in names)
        self.read = replace(self.program, quantities=read)  # what a condition of an aim reads by number

    def says(self, tree: Tree | None) -> str:
        """A condition in words: `no days with troops inside Ukraine, and over eight regions: below 0.15`."""
        match tree:
            case None:
                return ""
            case All(parts):
                return "; and ".join(map(self.says, parts))
            case Any(parts):
                return "; or ".join(map(self.says, parts))
            case Apply("not", (Read(slot),)) if slot < len(self.program.outcomes):
                return f"the end is not {self.of_outcome(self.program.outcomes[slot])}"
            case Apply("not", (inner,)):
                return f"not: {self.says(inner)}"
            case Read(slot) if slot < len(self.program.outcomes):
                return f"the end is {self.of_outcome(self.program.outcomes[slot])}"
            case Read(slot):
                return self.compared(self.metric(slot), ">", 0.0)
            case Compare(Read(slot), ((sign, Constant(value)),)) if slot >= len(self.program.outcomes):
                return self.compared(self.metric(slot), sign, value)
            case Compare(first, rest):
                return " and ".join(self.sides(first, rest))
            case Constant():
                return self.speech.amount(tree)
            case _:
                return expression_text(self.read, tree).replace("_", " ")

    def sides(self, first: Tree, rest: tuple[tuple[str, Tree], ...]) -> Iterator[str]:
        """A comparison of other things than a metric with a number."""
        left = first
        for sign, right in rest:
            yield f"{self.side(left)} is {_AT[sign]} {self.side(right)}"
            left = right

    def side(self, tree: Tree) -> str:
        """One side of a comparison."""
        if isinstance(tree, Read) and tree.slot >= len(self.program.outcomes):
            return self.named(self.metric(tree.slot))
        return bound(tree.value) if isinstance(tree, Constant) and not tree.kind.names else self.says(tree)

    def metric(self, slot: int) -> Metric:
        """The metric that such a condition reads by this number."""
        return self.program.metrics[slot - len(self.program.outcomes)]

    def of_outcome(self, outcome: Outcome) -> str:
        """How it ends."""
        return f"“{self.speech.plain(outcome.says) or self.speech.words(outcome.name)}”"

    def named(self, metric: Metric) -> str:
        """What a metric counts."""
        return self.speech.plain(metric.says) or self.speech.words(metric.name)

    def compared(self, metric: Metric, sign: str, value: float) -> str:
        """A metric and a number: days and times as such, a first day as a date, a share in percent; none is rounded."""
        named = self.named(metric)
        match metric.how:
            case "days":
                return _of_days(named, sign, value)
            case "count" | "max" if (is_flag := self.is_flag(metric)) or _is_sentence(named):
                some = _COUNT if metric.how == "count" else (1.0,) if is_flag else _AMOUNT
                if _asks_for_some(sign, value, some):
                    return named
                often = f"{_DAYS[sign]} {bound(value)} {'time' if value == 1 else 'times'}"
                return f"{named}: {'never' if _asks_for_none(sign, value, some) else often}"
            case "count":
                often = "at least 1" if _asks_for_some(sign, value, _COUNT) else f"{_DAYS[sign]} {bound(value)}"
                return f"{named}: {'none' if _asks_for_none(sign, value, _COUNT) else often}"
            case "first":
                on = named.removeprefix("day on which ")
                return f"{on}{' ' if on != named else ': '}{self.when(sign, value)}"
            case _:
                is_share = metric.unit.startswith("share")
                shown = f"{bound(100.0 * value)} %" if is_share else f"{bound(value)} {metric.unit}".strip()
                return f"{named}: {_AT[sign]} {shown}{self.scale(metric)}"

    def when(self, sign: str, value: float) -> str:
        """When something first comes that is compared with so many days after the start; what never comes is later."""
        or_never = ", or never" if _HOLDS[sign](math.inf, value) else ""
        return f"{_WHEN[sign]} {self.moment(value)}{or_never}"

    def moment(self, value: float) -> str:
        """So many days after the start: with the time of the day, a midnight as the beginning of its day."""
        found = date_at(self.program.start, ticks(value)) if value >= 0 else None
        if found is None:
            return f"day {bound(value)}"
        day, time = f"{found.day} {found:%B} {found.year}", found.time()
        if time == datetime.min.time():
            return f"the beginning of {day}"
        return f"{day}, {time.isoformat('auto' if time.second or time.microsecond else 'minutes')}"

    def scale(self, metric: Metric) -> str:
        """On what scale a metric without a unit is, where it records a quantity between 0 and 1."""
        tree = metric.tree
        quantity = self.program.quantities[tree.slot] if isinstance(tree, Read) else None
        is_bound = quantity is not None and (quantity.low, quantity.high) == (0.0, 1.0) and not metric.unit
        return ", on a scale from 0 to 1" if is_bound else ""

    def is_flag(self, metric: Metric) -> bool:
        """Whether a metric says no more than that something was ever so."""
        tree = metric.tree
        return isinstance(tree, Read) and self.program.quantities[tree.slot].kind.word == "truth"


def bound(value: float) -> str:
    """A number as a condition has it: not rounded, thousands set apart.

    >>> bound(12.5), bound(1236.0), bound(0.005), bound(100 * 0.57), bound(-0.0)
    ('12.5', '1,236', '0.005', '57', '0')
    """
    return f"{value + 0.0:,.10g}"


def _asks_for_none(sign: str, value: float, some: tuple[float, ...]) -> bool:
    """Whether a condition holds of 0 and of none of the others."""
    return _HOLDS[sign](0.0, value) and not any(_HOLDS[sign](one, value) for one in some)


def _asks_for_some(sign: str, value: float, some: tuple[float, ...]) -> bool:
    """Whether a condition holds of all but 0."""
    return not _HOLDS[sign](0.0, value) and all(_HOLDS[sign](one, value) for one in some)


def _of_days(named: str, sign: str, value: float) -> str:
    """So many days, of something that is called `days with troops inside Ukraine` or otherwise."""
    is_none, is_some = _asks_for_none(sign, value, _AMOUNT), _asks_for_some(sign, value, _AMOUNT)
    much, day = f"{_DAYS[sign]} {bound(value)}", "day" if value == 1 else "days"
    if named.startswith("days "):
        return f"no {named}" if is_none else f"any {named}" if is_some else f"{much} {day}{named.removeprefix('days')}"
    return f"{named}: {'never' if is_none else f'{much} {day}'}"


def _is_sentence(named: str) -> bool:
    """Whether what a metric counts is said as a sentence, something that came, and not as things that are counted."""
    return re.search(r"\b(was|were|has|have|is|are)\b", named) is not None and " that " not in named
