"""A Program as the reference engine reads it: the meaning of each expression beside the trigger it belongs to."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from dataclasses import dataclass
from math import inf, nan

from sim.clock import days
from sim.engine.order import Consequences, consequences, watched
from sim.language.evaluate import Meaning, Undefined, World, meaning
from sim.language.tree import Constant, Tree
from sim.language.words import TRUTH
from sim.program.ir import Choice, Every, Metric, On, Program, Rate, Trigger, When


def meaning_of(tree: Tree | None) -> Meaning | None:
    """The meaning of a tree that may be absent."""
    return None if tree is None else meaning(tree)


@dataclass(frozen=True, slots=True)
class OptionPart:
    """The meanings of one option."""

    name: str
    condition: Meaning | None
    usual: Meaning
    value: Meaning
    terms: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class ChoicePart:
    """The meanings of one choice."""

    options: tuple[OptionPart, ...]
    rationality: Meaning

    @classmethod
    def of(cls, choice: Choice) -> ChoicePart:
        """The meanings of a choice of the Program."""
        options = tuple(
            OptionPart(
                option.name, meaning_of(option.condition), meaning(option.usual), meaning(option.value),
                tuple(meaning(term) for _, term in option.terms),
            )
            for option in choice.options
        )  # fmt: skip
        return cls(options, meaning(choice.rationality))


NOTHING = Constant(0.0, TRUTH)


def has_clock(trigger: Trigger) -> bool:
    """Whether something of a trigger runs down: a clock, or a hold."""
    cause = trigger.cause
    return not (isinstance(cause, On) or (isinstance(cause, When) and cause.hold is None))


def has_firing(trigger: Trigger) -> bool:
    """Whether a firing can be under way between two turns; without a delay, a clock's cause fires in its own turn."""
    return not has_clock(trigger) or trigger.after is not None


class Part:
    """The meanings of one trigger, and what kind of life it leads."""

    def __init__(self, trigger: Trigger, program: Program) -> None:
        cause = trigger.cause
        self.name = trigger.name
        self.is_rate = isinstance(cause, Rate)
        self.is_watched = isinstance(cause, Rate | When)
        self.watched = meaning(watched(trigger) or NOTHING)
        self.hold = meaning_of(cause.hold) if isinstance(cause, When) else None
        self.interval = meaning(cause.interval) if isinstance(cause, Every) else None
        self.has_clock = has_clock(trigger)
        self.after = meaning_of(trigger.after)
        self.has_firing = has_firing(trigger)
        self.condition = meaning_of(trigger.condition)
        self.chance = meaning_of(trigger.chance)
        self.choice = None if trigger.choice is None else ChoicePart.of(trigger.choice)
        self.cooldown = meaning_of(trigger.cooldown)
        self.effects = tuple(
            tuple((effect.slot, meaning(effect.value)) for effect in branch.effects) for branch in trigger.branches
        )
        sites = dict(trigger.sites)
        self.clock_site, self.chance_site, self.choice_site = (
            sites.get(role, -1) for role in ("clock", "chance", "choice")
        )


class MetricState:
    """What a metric remembers during one run."""

    __slots__ = ("result", "since", "total", "value")

    def __init__(self, result: float) -> None:
        self.result = result
        self.value = nan
        self.since = 0
        self.total: float = 0


class MetricPart:
    """How one metric looks: at the start and after each firing, and at the end."""

    def __init__(self, metric: Metric) -> None:
        self.name, self.how, self.counted = metric.name, metric.how, metric.counted
        self.read = meaning_of(metric.tree)

    def begin(self) -> MetricState:
        """Nothing seen yet."""
        return MetricState({"max": -inf, "min": inf, "first": inf}.get(self.how, 0.0))

    def look(self, state: MetricState, world: World) -> None:
        """The world has changed, or begun."""
        if self.read is None or self.how == "final":
            return
        value = self.read(world)
        match self.how:
            case "max":
                state.result = value if value > state.result else state.result
            case "min":
                state.result = value if value < state.result else state.result
            case "first":
                if value and state.result == inf:
                    state.result = days(world.now)
            case _:
                if value != state.value:
                    self.add(state, world.now)
                    state.value = value

    def add(self, state: MetricState, now: int) -> None:
        """The value that stood until now is counted in: whole ticks for `days`, value times days for the others."""
        if self.how == "days":
            state.total += (now - state.since) if state.value == 1.0 else 0
        elif state.value == state.value:
            before, passed = state.total, days(now - state.since)
            state.total += state.value * passed
            if state.total != state.total:  # an infinite value that stood for no time, or two of opposite signs
                raise Undefined(f"{before:g} + {state.value:g} * {passed:g} days")
        state.since = now

    def end(self, state: MetricState, world: World) -> None:
        """The run is over."""
        if self.how in ("days", "integral", "mean"):
            self.add(state, world.now)
        match self.how:
            case "days":
                state.result = days(int(state.total))
            case "integral":
                state.result = float(state.total)
            case "mean":
                state.result = state.total / days(world.now) if world.now else state.value
            case "final":
                assert self.read is not None
                state.result = self.read(world)
            case "count":
                state.result = float(sum(
                    world.counts[place] if branch < 0 else world.branch_counts[place][branch]
                    for place, branch in self.counted
                ))  # fmt: skip


class Score:
    """The whole Program, ready to be played any number of times."""

    def __init__(self, program: Program, table: tuple[Consequences, ...]) -> None:
        self.program = program
        self.consequences = table
        self.digests = program.digests
        self.starts = tuple(meaning(quantity.start) for quantity in program.quantities)
        self.derived = tuple(meaning(derived.tree) for derived in program.derived)
        self.parts = tuple(Part(trigger, program) for trigger in program.triggers)
        self.metrics = tuple(MetricPart(metric) for metric in program.metrics)
        self.outcomes = tuple(
            meaning(outcome.condition) if outcome.condition is not None else (lambda world: 1.0)
            for outcome in program.outcomes
        )
        series = program.series
        self.columns = () if series is None else tuple(meaning(column) for column in series.columns)
        self.moments = () if series is None else series.moments(program.horizon)

    def up_to(self, program: Program) -> Score:
        """The same of a copy of its program that ends sooner."""
        found = copy.copy(self)
        found.program = program
        found.moments = () if program.series is None else program.series.moments(program.horizon)
        return found


MOST_SCORES = 8
"""So many are kept, those that were asked for last: single runs of one program are played over and over."""


class _Kept(threading.local):
    """The scores of one thread, by the identity of the program, which a score holds.

    They are played by no other, for the meaning of a call has one place for its arguments.
    """

    def __init__(self) -> None:
        self.scores: OrderedDict[int, Score] = OrderedDict()


_kept = _Kept()


def score_of(program: Program) -> Score:
    """The score of a program for this thread, made once for it and for all that are played `up_to` a tick of it."""
    if program.origin is not None and not program.disabled:
        return score_of(program.origin).up_to(program)
    scores, key = _kept.scores, id(program)
    found = scores.pop(key) if key in scores else Score(program, consequences(program))
    scores[key] = found
    if len(scores) > MOST_SCORES:
        scores.popitem(last=False)
    return found
