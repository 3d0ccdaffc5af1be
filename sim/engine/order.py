"""The law of simultaneity, and who must be looked at after whom.

The next turn is always the agenda entry of earliest tick; among these the lowest place; of one trigger, its clock
before its firing. Both engines read the law here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.language.tree import Count, Read, ReadDerived, Tree, walk
from sim.program.ir import Metric, On, Program, Rate, Trigger, When

CLOCK, FIRING = 0, 1
"""The two entries that a trigger can have on the agenda."""

_FIRST_PRIORITY = 2  # SimPy keeps 0 and 1 for its own urgent and normal events


def priority(place: int, entry: int) -> int:
    """The order within one tick, as a SimPy event priority: by place, clock before firing."""
    return _FIRST_PRIORITY + 2 * place + entry


@dataclass(frozen=True, slots=True)
class Reads:
    """What a tree looks at that a firing can change: quantity slots, and triggers whose firings it counts."""

    slots: frozenset[int]
    counts: frozenset[int]

    def touches(self, slots: frozenset[int], trigger: int) -> bool:
        """Whether a firing of this trigger, which writes these slots, may change the tree's value."""
        return trigger in self.counts or not self.slots.isdisjoint(slots)


def reads_of(tree: Tree | None, program: Program) -> Reads:
    """What a tree looks at, through derived quantities too."""
    slots: set[int] = set()
    counts: set[int] = set()
    seen: set[int] = set()
    pending: list[Tree] = [] if tree is None else [tree]
    while pending:
        for node in walk(pending.pop()):
            match node:
                case Read(slot):
                    slots.add(slot)
                case Count(trigger):
                    counts.add(trigger)
                case ReadDerived(slot) if slot not in seen:
                    seen.add(slot)
                    pending.append(program.derived[slot].tree)
    return Reads(frozenset(slots), frozenset(counts))


def written_by(trigger: Trigger) -> frozenset[int]:
    """The slots that a firing of this trigger may write, in any branch."""
    return frozenset(effect.slot for branch in trigger.branches for effect in branch.effects)


def watched(trigger: Trigger) -> Tree | None:
    """The expression that is reconsidered when something happens: a `when` or a `rate`."""
    match trigger.cause:
        case When(condition=condition):
            return condition
        case Rate(hazard=hazard):
            return hazard
        case _:
            return None


def looked_at(metric: Metric) -> Tree | None:
    """The expression at which a metric looks after a firing; `final` and `count` are evaluated once, at the end."""
    return metric.tree if metric.how not in ("final", "count") else None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What must be looked at after a firing of one trigger, each in its own order."""

    followers: tuple[tuple[int, ...], ...]  # by branch: places of triggers that come `on` it, ascending
    watchers: tuple[int, ...]  # places of triggers whose `when` or `rate` may have changed, ascending
    metrics: tuple[int, ...]
    outcomes: tuple[int, ...]  # `when` outcomes, in file order


def consequences(program: Program) -> tuple[Consequences, ...]:
    """For each trigger, what its firing may move. The table is built by slot, so that it grows with what is read."""
    watch = [reads_of(watched(trigger), program) for trigger in program.triggers]
    metrics = [reads_of(looked_at(metric), program) for metric in program.metrics]
    outcomes = [reads_of(outcome.condition if outcome.how == "when" else None, program) for outcome in program.outcomes]
    tables = [_Readers(group) for group in (watch, metrics, outcomes)]
    followers: list[list[set[int]]] = [[set() for _ in trigger.branches] for trigger in program.triggers]
    for place, trigger in enumerate(program.triggers):
        if isinstance(trigger.cause, On):
            for leader, branch in trigger.cause.leaders:
                for number in range(len(followers[leader])) if branch < 0 else (branch,):
                    followers[leader][number].add(place)
    table = []
    for place, trigger in enumerate(program.triggers):
        slots = written_by(trigger)
        watchers, looked, ended = (readers.after(slots, place) for readers in tables)
        branches = tuple(tuple(sorted(branch)) for branch in followers[place])
        table.append(Consequences(branches, watchers, looked, ended))
    return tuple(table)


class _Readers:
    """Who reads which slot and who counts which trigger."""

    def __init__(self, group: Iterable[Reads]) -> None:
        self.by_slot: dict[int, list[int]] = {}
        self.by_count: dict[int, list[int]] = {}
        for number, reads in enumerate(group):
            for slot in reads.slots:
                self.by_slot.setdefault(slot, []).append(number)
            for trigger in reads.counts:
                self.by_count.setdefault(trigger, []).append(number)

    def after(self, slots: frozenset[int], trigger: int) -> tuple[int, ...]:
        """The readers that a firing of this trigger, which writes these slots, may touch, ascending."""
        touched = set(self.by_count.get(trigger, ()))
        for slot in slots:
            touched.update(self.by_slot.get(slot, ()))
        return tuple(sorted(touched))
