"""What a program can come to, whatever the luck: the values each level and flag can take, and which triggers can fire.

Each expression is followed over the set of values it may have; what is not a level, a flag or a constant may be
anything. So what is said to be out of reach is out of reach; what is not said to be may still never happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from sim.language.functions import COMPARISONS, OPERATORS
from sim.language.tree import All, Any, Apply, Compare, Constant, If, Read, ReadDerived, Tree, walk
from sim.language.words import TRUTH
from sim.program import ir

Values = frozenset[float] | None
"""The values something may have; None for any."""

MOST_VALUES = 200
MOST_CASES = 100
BOTH: Values = frozenset({0.0, 1.0})
FALSE: Values = frozenset({0.0})


@dataclass(slots=True)
class Reach:
    """The values of each quantity that is a level or a flag, and the triggers that can fire."""

    program: ir.Program
    values: list[Values]
    fires: set[int] = field(default_factory=set)
    derived: dict[int, Values] = field(default_factory=dict)  # of derived quantities, until a value is added

    def may_hold(self, tree: Tree | None) -> bool:
        """Whether a condition can ever be true."""
        return tree is None or together(tree, self) != FALSE


def reach_of(program: ir.Program) -> Reach:
    """What can come about in a program, as the smallest set that its start and its triggers lead to."""
    reach = Reach(program, [None] * len(program.quantities))
    for slot, quantity in enumerate(program.quantities):
        if quantity.kind.names or quantity.kind == TRUTH:
            found = possible(quantity.start, reach)
            reach.values[slot] = _all(quantity) if found is None else found & _all(quantity)
            reach.derived.clear()
    grown = True
    while grown:
        grown = False
        for place, trigger in enumerate(program.triggers):
            if place not in reach.fires and trigger.enabled and _can_fire(trigger, reach):
                reach.fires.add(place)
                grown = True
            if place in reach.fires:
                for branch in trigger.branches:
                    for effect in branch.effects:
                        grown = _assign(effect, reach) or grown
    return reach


def _all(quantity: ir.Quantity) -> frozenset[float]:
    return frozenset(float(index) for index in range(len(quantity.kind.names) or 2))


def _assign(effect: ir.Effect, reach: Reach) -> bool:
    """Let an effect happen; whether that brings a value that was out of reach."""
    before = reach.values[effect.slot]
    if before is None:
        return False
    everything = _all(reach.program.quantities[effect.slot])
    found = together(effect.value, reach)
    new = everything if found is None else frozenset(max(0.0, min(one, max(everything))) for one in found) & everything
    reach.values[effect.slot] = before | new
    if new <= before:
        return False
    reach.derived.clear()
    return True


def _can_fire(trigger: ir.Trigger, reach: Reach) -> bool:
    match trigger.cause:
        case ir.On(leaders):
            comes = any(leader in reach.fires for leader, _ in leaders)
        case ir.When(condition):
            comes = reach.may_hold(condition)
        case ir.Rate(hazard):
            comes = reach.may_hold(hazard)
        case ir.At(moments):
            comes = any(moment <= reach.program.horizon for moment in moments)
        case ir.Every(_, first):
            comes = first is None or first <= reach.program.horizon
    if not comes or not reach.may_hold(trigger.condition):
        return False
    return reach.may_hold(trigger.chance) or trigger.has_otherwise


def together(tree: Tree, reach: Reach) -> Values:
    """The values an expression may have, its levels and flags taken case by case while there are few cases.

    That an army moves up only where it was ordered up is seen in this way: `army + 1 if ordered > army else army - 1`.
    """
    slots = _slots(tree, reach.program)
    domains = [reach.values[slot] for slot in slots]
    cases = 1
    for domain in domains:
        cases *= len(domain) if domain is not None else MOST_CASES + 1
    if not slots or cases > MOST_CASES:
        return possible(tree, reach)
    found: frozenset[float] = frozenset()
    for case in product(*(domain for domain in domains if domain is not None)):
        values = list(reach.values)
        for slot, value in zip(slots, case, strict=True):
            values[slot] = frozenset({value})
        result = possible(tree, Reach(reach.program, values))
        if result is None:
            return None
        found |= result
    return found


def _slots(tree: Tree, program: ir.Program) -> list[int]:
    """The quantities that an expression reads, through derived ones as well."""
    found: dict[int, None] = {}
    derived: set[int] = set()
    waiting = [tree]
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Read):
                found[node.slot] = None
            elif isinstance(node, ReadDerived) and node.slot not in derived:
                derived.add(node.slot)
                waiting.append(program.derived[node.slot].tree)
    return list(found)


def possible(tree: Tree, reach: Reach) -> Values:
    """The values an expression may have, given those of the quantities; None for any."""
    match tree:
        case Constant(value):
            return frozenset({value})
        case Read(slot):
            return reach.values[slot]
        case ReadDerived(slot):
            if slot not in reach.derived:
                reach.derived[slot] = possible(reach.program.derived[slot].tree, reach)
            return reach.derived[slot]
        case If(test, yes, no):
            return _chosen(test, yes, no, reach)
        case All(parts):
            return _joined([possible(part, reach) for part in parts], decides=0.0)
        case Any(parts):
            return _joined([possible(part, reach) for part in parts], decides=1.0)
        case Compare(first, ((sign, second),)):
            left, right = possible(first, reach), possible(second, reach)
            if left is None or right is None:
                return BOTH
            return frozenset(float(COMPARISONS[sign](a, b)) for a, b in product(left, right))
        case Compare():
            return BOTH
        case Apply(name, parts) if name in OPERATORS:
            return _applied(name, [possible(part, reach) for part in parts])
        case _:
            return None


def _chosen(test: Tree, yes: Tree, no: Tree, reach: Reach) -> Values:
    tested = possible(test, reach)
    found: frozenset[float] = frozenset()
    for side, truth in ((yes, 1.0), (no, 0.0)):
        if tested is None or truth in tested:
            values = possible(side, reach)
            if values is None:
                return None
            found |= values
    return found


def _joined(parts: list[Values], *, decides: float) -> Values:
    """`and` (decided by 0) and `or` (decided by 1) of truths."""
    decided, other = frozenset({decides}), frozenset({1.0 - decides})
    truths = [BOTH if part is None else part for part in parts]
    if any(part == decided for part in truths):
        return decided
    if all(part == other for part in truths):
        return other
    return BOTH


def _applied(name: str, parts: list[Values]) -> Values:
    size = 1
    for part in parts:
        if part is None:
            return BOTH if name == "not" else None
        size *= len(part)
    if size > MOST_VALUES:
        return None
    known = [sorted(part) for part in parts if part is not None]
    found = frozenset(OPERATORS[name].meaning(*inputs) for inputs in product(*known))
    return found if len(found) <= MOST_VALUES else None
