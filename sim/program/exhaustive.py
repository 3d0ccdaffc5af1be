"""Whether a set of outcomes can leave a run unnamed, decided by trying every case.

What the conditions turn on is few things: the levels of some ladders, some flags, and on which side of each other
two expressions stand. All combinations are tried; if there are too many, the answer is that a run may go unnamed,
and the file is asked for an `otherwise`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, product

from sim.language.functions import COMPARISONS
from sim.language.tree import All, Any, Apply, Compare, Constant, If, Read, Tree
from sim.language.words import TRUTH
from sim.program.ir import Outcome, Quantity

MOST_CASES = 20_000

Case = dict[object, float]


def leaves_unnamed(outcomes: Sequence[Outcome], quantities: Sequence[Quantity]) -> bool:
    """Whether some state at the horizon satisfies no outcome; one that satisfies a `when` cannot come so far."""
    if any(outcome.how == "otherwise" for outcome in outcomes):
        return False
    conditions = [outcome.condition for outcome in outcomes if outcome.condition is not None]
    domains: dict[object, tuple[float, ...]] = {}
    for condition in conditions:
        _gather(condition, quantities, domains)
    cases = 1
    for domain in domains.values():
        cases *= len(domain)
    if cases > MOST_CASES:
        return True
    for values in product(*domains.values()):
        case = dict(zip(domains, values, strict=True))
        if not any(_holds(condition, case) for condition in conditions):
            return True
    return False


def _gather(tree: Tree, quantities: Sequence[Quantity], domains: dict[object, tuple[float, ...]]) -> None:
    """Note what a condition turns on, and the values that it can take."""
    match tree:
        case All(parts) | Any(parts) | Apply("not", parts):
            for part in parts:
                _gather(part, quantities, domains)
        case If(test, yes, no):
            for part in (test, yes, no):
                _gather(part, quantities, domains)
        case Constant():
            pass
        case Compare(first, rest):
            operands = [first, *(operand for _, operand in rest)]
            for left, right in pairwise(operands):
                _gather_pair(left, right, quantities, domains)
        case _:
            domains[tree] = (0.0, 1.0)


def _gather_pair(
    left: Tree, right: Tree, quantities: Sequence[Quantity], domains: dict[object, tuple[float, ...]]
) -> None:
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Read) and isinstance(other, Constant):
            quantity = quantities[side.slot]
            if quantity.kind.names:
                domains[side] = tuple(float(index) for index in range(len(quantity.kind.names)))
            elif quantity.kind == TRUTH:
                domains[side] = (0.0, 1.0)
            else:
                # A number against constants: every constant met, and its neighbours on both sides, so that no gap
                # between two constants is missed.
                near = {math.nextafter(other.value, -math.inf), other.value, math.nextafter(other.value, math.inf)}
                domains[side] = tuple(sorted(near | set(domains.get(side, ()))))
            return
    domains.setdefault(_pair(left, right), (-1.0, 0.0, 1.0))


def _holds(tree: Tree, case: Case) -> bool:
    match tree:
        case All(parts):
            return all(_holds(part, case) for part in parts)
        case Any(parts):
            return any(_holds(part, case) for part in parts)
        case Apply("not", (part,)):
            return not _holds(part, case)
        case If(test, yes, no):
            return _holds(yes if _holds(test, case) else no, case)
        case Constant(value):
            return value != 0.0
        case Compare(first, rest):
            operands = [first, *(operand for _, operand in rest)]
            signs = [sign for sign, _ in rest]
            return all(
                _link(sign, left, right, case) for sign, left, right in zip(signs, operands, operands[1:], strict=False)
            )
        case _:
            return case[tree] != 0.0


def _link(sign: str, left: Tree, right: Tree, case: Case) -> bool:
    if left in case and isinstance(right, Constant):
        return COMPARISONS[sign](case[left], right.value)
    if right in case and isinstance(left, Constant):
        return COMPARISONS[sign](left.value, case[right])
    pair = _pair(left, right)
    side = case[pair] if pair == (left, right) else -case[pair]
    return COMPARISONS[sign](side, 0.0)


def _pair(left: Tree, right: Tree) -> tuple[Tree, Tree]:
    """Two operands in an order of their own, so that `a < b` and `b > a` turn on the same thing."""
    return (left, right) if repr(left) <= repr(right) else (right, left)


def is_covered(later: Tree, earlier: Sequence[Tree], quantities: Sequence[Quantity]) -> bool:
    """Whether wherever a condition holds, one of the earlier ones holds too; False if there are too many cases."""
    domains: dict[object, tuple[float, ...]] = {}
    for condition in (later, *earlier):
        _gather(condition, quantities, domains)
    if math.prod(len(domain) for domain in domains.values()) > MOST_CASES:
        return False
    for values in product(*domains.values()):
        case = dict(zip(domains, values, strict=True))
        if _holds(later, case) and not any(_holds(condition, case) for condition in earlier):
            return False
    return True
