"""What an expression means.

`meaning(tree)` is the definition of the language: for each node, what its value is in a world. It gives a function
rather than a value, so that a tree is walked once and not at every look. Evaluated is from left to right, and of
`and`, `or`, `if` and chained comparisons only what decides. A NaN is a fault where it arises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

from sim.clock import days
from sim.language.functions import COMPARISONS, DEFINED, DISTRIBUTIONS, INFINITY, OPERATORS
from sim.language.tree import (
    All,
    Any,
    Apply,
    Argument,
    Compare,
    Constant,
    Count,
    Day,
    Draw,
    If,
    Name,
    Read,
    ReadDerived,
    ReadParameter,
    Since,
    Tree,
)  # fmt: skip


class World(Protocol):
    """What an expression can see of a run in progress."""

    values: list[float]  # quantities, by slot
    parameters: Sequence[float]
    derived: tuple[Callable[[World], float], ...]  # meanings of the derived quantities, by slot
    counts: list[int]  # firings so far, by trigger
    branch_counts: list[list[int]]  # the same by branch
    last_fired: list[int]  # tick of the last firing, by trigger; negative if it never fired
    now: int  # ticks

    def draw(self, site: int) -> float:
        """The uniform of this site that belongs to what is being evaluated."""
        ...


Meaning = Callable[["World"], float]


class Undefined(ArithmeticError):
    """An operation that has no number for an answer, such as 0 / 0."""


def meaning(tree: Tree, arguments: Sequence[Meaning] = ()) -> Meaning:
    """The function from a world to the value of this tree.

    Truths are 0.0 and 1.0, levels are whole floats, durations and dates are days. `arguments` are those of the
    function whose body this tree is.

    Raises
    ------
    Undefined
        By the function that is returned, where a NaN arises.
    """
    match tree:
        case Constant(value):
            return lambda world: value
        case Read(slot):
            return lambda world: world.values[slot]
        case ReadParameter(slot):
            return lambda world: world.parameters[slot]
        case ReadDerived(slot):
            return lambda world: world.derived[slot](world)
        case Count(trigger, branch):
            if branch < 0:
                return lambda world: float(world.counts[trigger])
            return lambda world: float(world.branch_counts[trigger][branch])
        case Since(trigger):
            return lambda world: _days_since(world.last_fired[trigger], world.now)
        case Day():
            return lambda world: days(world.now)
        case Draw(site):
            return lambda world: world.draw(site)
        case Argument(index):
            return arguments[index]
        case All(parts):
            terms = [meaning(part, arguments) for part in parts]
            return lambda world: 1.0 if all(term(world) for term in terms) else 0.0
        case Any(parts):
            terms = [meaning(part, arguments) for part in parts]
            return lambda world: 1.0 if any(term(world) for term in terms) else 0.0
        case If(test, yes, no):
            test_, yes_, no_ = (meaning(part, arguments) for part in (test, yes, no))
            return lambda world: yes_(world) if test_(world) else no_(world)
        case Compare(first, ((sign, second),)):
            holds, left, right = COMPARISONS[sign], meaning(first, arguments), meaning(second, arguments)
            return lambda world: 1.0 if holds(left(world), right(world)) else 0.0
        case Compare(first, rest):
            links = [(COMPARISONS[sign], meaning(operand, arguments)) for sign, operand in rest]
            return _chained(meaning(first, arguments), links)
        case Apply(name, parts) if name in OPERATORS:
            return _applied(name, OPERATORS[name].meaning, [meaning(part, arguments) for part in parts])
        case Apply(name, parts):
            return _called(body_of(name), [meaning(part, arguments) for part in parts])
        case _:
            raise TypeError(f"{tree} still has names in it")


def _days_since(last: int, now: int) -> float:
    return days(now - last) if last >= 0 else INFINITY


def _chained(first: Meaning, links: Sequence[tuple[Callable[[float, float], bool], Meaning]]) -> Meaning:
    """`a < b < c`: each operand once, from left to right, until a link fails."""

    def chained(world: World) -> float:
        left = first(world)
        for holds, operand in links:
            right = operand(world)
            if not holds(left, right):
                return 0.0
            left = right
        return 1.0

    return chained


def _applied(name: str, apply: Callable[..., float], parts: Sequence[Meaning]) -> Meaning:
    """An operator on its arguments, each evaluated once, from left to right.

    Two arguments have a form of their own only because a star costs a third of the time.
    """
    if len(parts) == 2:
        left, right = parts

        def binary(world: World) -> float:
            x, y = left(world), right(world)
            value = apply(x, y)
            if value != value:
                raise Undefined(_said(name, x, y))
            return value

        return binary

    def general(world: World) -> float:
        inputs = [part(world) for part in parts]
        value = apply(*inputs)
        if value != value:
            raise Undefined(_said(name, *inputs))
        return value

    return general


def _called(body: Tree, parts: Sequence[Meaning]) -> Meaning:
    """A function defined in the language: its arguments are evaluated first, each once, then its body sees them."""
    inputs: list[float] = [0.0] * len(parts)
    inner = meaning(body, [_input(inputs, index) for index in range(len(parts))])

    def called(world: World) -> float:
        inputs[:] = [part(world) for part in parts]
        return inner(world)

    return called


def _input(inputs: list[float], index: int) -> Meaning:
    return lambda world: inputs[index]


def _said(name: str, *inputs: float) -> str:
    numbers = [f"{x:g}" for x in inputs]
    if len(numbers) == 2 and not name.isalpha():
        return f"{numbers[0]} {name} {numbers[1]}"
    return f"{name}({', '.join(numbers)})"


@cache
def body_of(name: str) -> Tree:
    """The tree of a function that is defined in the language, its arguments as `Argument` nodes.

    `name` is a key of `functions.DEFINED`, or a sampler such as `lognormal(median, p90)`, whose last argument is the
    uniform.
    """
    from sim.language.parse import parse_definition

    if name in DEFINED:
        arguments, text = DEFINED[name]
    else:
        distribution, _, rest = name.partition("(")
        spelling = tuple(rest.removesuffix(")").split(", "))
        arguments, text = (*spelling, "u"), DISTRIBUTIONS[distribution].spellings[spelling]
    return _with_arguments(parse_definition(text), arguments)


def _with_arguments(tree: Tree, names: Sequence[str]) -> Tree:
    """The tree with each of these names replaced by the argument it stands for."""
    match tree:
        case Name(path):
            return Argument(names.index(path))
        case Apply(operator, parts):
            return Apply(operator, tuple(_with_arguments(part, names) for part in parts))
        case If(test, yes, no):
            return If(_with_arguments(test, names), _with_arguments(yes, names), _with_arguments(no, names))
        case Compare(first, rest):
            return Compare(
                _with_arguments(first, names), tuple((sign, _with_arguments(part, names)) for sign, part in rest)
            )
        case _:
            return tree
