"""When an aim is kept: a condition over outcomes and metrics, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.clock import ticks
from sim.counted import counted
from sim.game.amounts import figure, with_unit
from sim.game.speech import Speech, day_in_words
from sim.language.tree import All, Any, Apply, Compare, Constant, Read, Tree
from sim.program.ir import Metric, Outcome

_AT = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "exactly", "!=": "not"}
_DAYS = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "==": "exactly", "!=": "not"}


class Marks:
    """Conditions of aims in words, where nothing but the condition says what they ask."""

    def __init__(self, speech: Speech) -> None:
        self.speech, self.program = speech, speech.program

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
            case _:
                return self.speech.amount(tree)

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
        return figure(tree.value) if isinstance(tree, Constant) else self.says(tree)

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
        """A metric and a number: days and times as such, a first day as a date, a share in percent."""
        named = self.named(metric)
        is_none = (sign, value) in (("==", 0), ("<", 1), ("<=", 0))
        match metric.how:
            case "days" if named.startswith("days "):
                some = "any" if (sign, value) == (">", 0) else f"{_DAYS[sign]} {figure(value)}"
                return f"no {named}" if is_none else f"{some} {named}"
            case "days":
                return f"{named}: " + ("never" if is_none else f"{_DAYS[sign]} {counted(int(value), 'day')}")
            case "count" | "max" if self.is_flag(metric) or _is_sentence(named):
                at_all = (sign, value) in ((">", 0), (">=", 1), ("==", 1))
                often = "never" if is_none else f"{_DAYS[sign]} {figure(value)} times"
                return named if at_all else f"{named}: {often}"
            case "count":
                at_all = (sign, value) in ((">", 0), (">=", 1))
                return f"{named}: {'none' if is_none else 'at least 1' if at_all else f'{_DAYS[sign]} {figure(value)}'}"
            case "first":
                date = day_in_words(self.program, ticks(value))
                by = f"by {date}" if sign in ("<", "<=") else f"after {date}, or never"
                on = named.removeprefix("day on which ")
                return f"{on} {by}" if on != named else f"{named}: {by}"
            case _:
                shown = with_unit(value, metric.unit, is_share=metric.unit.startswith("share"))
                return f"{named}: {_AT[sign]} {shown}{self.scale(metric)}"

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


def _is_sentence(named: str) -> bool:
    """Whether what a metric counts is said as a sentence, something that came, and not as things that are counted."""
    return re.search(r"\b(was|were|has|have|is|are)\b", named) is not None and " that " not in named
