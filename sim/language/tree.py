"""The tree of an expression, before and after names are resolved.

The parser makes `Name`, `Sample` and `Lookup` nodes; `kinds.resolve` replaces them by reads of slots, so that beyond
the program builder there are no names. Every node knows the offset `at` of its text; trees that differ only there
are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from sim.language.words import Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a duration in days, a date in days since the start, a truth (0 or 1) or a level (its index)."""

    value: float
    kind: Kind
    text: str = field(default="", compare=False)  # as it was written, for printing
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date as it was written; it becomes a constant once the start of the scenario is known."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path, not resolved yet."""

    path: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function of `sim.language.functions`, its arguments evaluated from left to right."""

    operator: str
    arguments: tuple[Tree, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """`a and b and c`: evaluated from left to right, only as far as it is undecided."""

    parts: tuple[Tree, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Any:
    """`a or b or c`: evaluated from left to right, only as far as it is undecided."""

    parts: tuple[Tree, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """`yes if test else no`: only the side that is needed is evaluated."""

    test: Tree
    yes: Tree
    no: Tree
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: each operand once, from left to right, only as far as it is undecided."""

    first: Tree
    rest: tuple[tuple[str, Tree], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw from a distribution, its arguments by name; not resolved yet."""

    distribution: str
    arguments: tuple[tuple[str, Tree], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """`count(t)` or `since(t)` of a trigger, or of one of its branches; not resolved yet."""

    what: str
    path: str
    at: int = field(default=0, compare=False)


# What resolving leaves behind: reads of slots.


@dataclass(frozen=True, slots=True)
class Read:
    """The quantity in this slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class ReadParameter:
    """The parameter in this slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class ReadDerived:
    """The derived quantity (`is:`) in this slot: its tree, evaluated afresh."""

    slot: int


@dataclass(frozen=True, slots=True)
class Count:
    """How often a trigger has fired; in one branch if `branch` is not negative."""

    trigger: int
    branch: int = -1


@dataclass(frozen=True, slots=True)
class Since:
    """Days since a trigger last fired; infinite if it never has."""

    trigger: int


@dataclass(frozen=True, slots=True)
class Day:
    """Days since the start."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One uniform of this site, in (0, 1)."""

    site: int


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function that is defined in the language itself."""

    index: int


Tree = Union[
    Constant, Date, Name, Apply, All, Any, If, Compare, Sample, Lookup,
    Read, ReadParameter, ReadDerived, Count, Since, Day, Draw, Argument,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assignment:
    """One effect as written: `target = value`; `army += 1` has become `army = army + 1`."""

    target: str
    value: Tree
    at: int = field(default=0, compare=False)


def children(tree: Tree) -> tuple[Tree, ...]:
    """The parts of a node, in reading order."""
    match tree:
        case Apply(_, arguments):
            return arguments
        case All(parts) | Any(parts):
            return parts
        case If(test, yes, no):
            return (yes, test, no)
        case Compare(first, rest):
            return (first, *(operand for _, operand in rest))
        case Sample(_, arguments):
            return tuple(value for _, value in arguments)
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """The node and all below it, in reading order."""
    yield tree
    for child in children(tree):
        yield from walk(child)
