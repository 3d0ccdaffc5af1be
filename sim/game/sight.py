"""What a seat may know of a course: the rules, and of what is hidden only what has come out to it.

A view is made of what a `Sight` lets through and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sim.engine.record import EventRow
from sim.game.course import Course
from sim.game.rules import Rule, Rules
from sim.game.table import Game
from sim.language.tree import Count, Day, Draw, Read, ReadDerived, ReadParameter, Since, Tree, walk
from sim.program.ir import On


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A firing as a seat sees it: what it was, if the seat may know that, and what of its changes it may know."""

    row: EventRow
    is_known: bool  # what fired, and so who did what
    changes: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Sight:
    """What one seat may know of one history: the rules, and what has come out to it, with the tick at which it did."""

    rules: Rules
    out: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, game: Game, course: Course | None, seat: str | None) -> Sight:
        """What a seat may know of a course; `seat` "" is what everybody may know, None is everything."""
        rows = course.runs.events[0] if course is not None and course.runs is not None else ()
        return cls.after(Rules.of(game, seat), rows)

    @classmethod
    def after(cls, rules: Rules, rows: Sequence[EventRow]) -> Sight:
        """What may be known after these firings."""
        out: dict[str, int] = {}
        if rules.reveals:
            for row in rows:
                for slot, _, new in row.changes:
                    if new and slot in rules.reveals:
                        out.setdefault(rules.reveals[slot], row.tick)
        return cls(rules, out)

    @property
    def seat(self) -> str | None:
        """Whose sight it is."""
        return self.rules.seat

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden from it."""
        return self.rules.seat is None

    def _holds(self, rule: Rule) -> bool:
        return rule if isinstance(rule, bool) else all(one in self.out for one in rule)

    def knows(self, slot: int) -> bool:
        """Whether it may know the value of a quantity."""
        return self._holds(self.rules.slots[slot])

    def knows_derived(self, place: int) -> bool:
        """Whether it may know the value of a derived quantity: it is told, or can work it out."""
        if place in self.rules.reported:
            return False
        return self._holds(self.rules.derived[place]) or self.can_tell(self.rules.program.derived[place].tree)

    def knows_firing(self, trigger: int, branch: int) -> bool:
        """Whether it may know that a trigger fired in this branch."""
        return self._holds(self.rules.firings[trigger][branch])

    def can_tell(self, tree: Tree) -> bool:
        """Whether the seat knows all that an expression is made of."""
        return all(self._knows_part(node) for node in walk(tree))

    def _knows_part(self, node: Tree) -> bool:
        match node:
            case Read(slot):
                return self.knows(slot)
            case ReadDerived(slot):
                return self.knows_derived(slot)
            case ReadParameter(slot):
                return slot in self.rules.parameters
            case Count(trigger, branch):
                branches = range(len(self.rules.firings[trigger])) if branch < 0 else (branch,)
                return all(self.knows_firing(trigger, one) for one in branches)
            case Since(trigger):
                return all(self.knows_firing(trigger, one) for one in range(len(self.rules.firings[trigger])))
            case Draw():
                return False
            case Day():
                return True
            case _:
                return True

    def seen(self, rows: Sequence[EventRow]) -> Iterator[Glimpse]:
        """The firings as the seat sees them, in their order; those of which it sees nothing are left out.

        What follows on a firing that is hidden is as hidden; what it changes for all to see is seen, without its cause.
        """
        covered: set[int] = set()
        for row in rows:
            rule = self.rules.firings[row.trigger][row.branch]
            follows = isinstance(self.rules.program.triggers[row.trigger].cause, On) and row.cause in covered
            is_known = not follows and self._holds(rule)
            if follows or (not is_known and rule is not False):
                covered.add(row.seq)
            changes = tuple(change for change in row.changes if self.knows(change[0]))
            if is_known or changes:
                yield Glimpse(row, is_known, changes)
