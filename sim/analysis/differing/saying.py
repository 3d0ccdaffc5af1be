"""What a trigger says, role by role, as text with names: so that two programs can be laid beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from sim.clock import days as days_of
from sim.clock import say_date, say_duration
from sim.language.tree import Count, Read, ReadDerived, ReadParameter, Since, Tree, walk
from sim.program.ir import Program, Trigger
from sim.program.wording import cause_text, expression_text

Clause = tuple[str, str]
"""(role, what stands there)."""


def clauses(program: Program, trigger: Trigger) -> Iterator[Clause]:
    """Each role of a trigger and its text, without those that are absent."""
    yield "cause", cause_text(program, trigger)
    hold = getattr(trigger.cause, "hold", None)
    trees: list[tuple[str, Tree | None]] = [("for", hold), ("after", trigger.after), ("if", trigger.condition)]
    trees += [("chance", trigger.chance), ("cooldown", trigger.cooldown)]
    if trigger.choice is not None:
        trees.append(("rationality", trigger.choice.rationality))
        for option in trigger.choice.options:
            trees += [(f"{option.name}, if", option.condition), (f"{option.name}, usual", option.usual)]
            trees.append((f"{option.name}, value", option.value))
    for branch in trigger.branches:
        for effect in branch.effects:
            trees.append((f"{branch.name}: {program.quantities[effect.slot].name}", effect.value))
    yield from ((role, expression_text(program, tree)) for role, tree in trees if tree is not None)
    if trigger.times is not None:
        yield "times", str(trigger.times)
    if trigger.until is not None:
        yield "until", say_date(program.start, trigger.until)
    if not trigger.enabled:
        yield "disabled", "it is switched off"


def frame(program: Program) -> Iterator[Clause]:
    """What a program says beside its triggers: when it begins, how long it lasts, how it ends."""
    yield "start", say_date(program.start, 0)
    yield "horizon", say_duration(days_of(program.horizon))
    for derived in program.derived:
        yield derived.name, expression_text(program, derived.tree)
    for outcome in program.outcomes:
        text = "" if outcome.condition is None else f" {expression_text(program, outcome.condition)}"
        yield f"outcome {outcome.name}", f"{outcome.how}{text}"


def names_read(program: Program, tree: Tree | None) -> tuple[tuple[str, str], ...]:
    """(sort, name) of all that an expression reads, through derived names too: quantity, parameter, count, since."""
    found: dict[tuple[str, str], None] = {}
    pending = [] if tree is None else [tree]
    while pending:
        for node in walk(pending.pop(0)):
            match node:
                case Read(slot):
                    found["quantity", program.quantities[slot].name] = None
                case ReadParameter(slot):
                    found["parameter", program.parameters[slot].name] = None
                case Count(trigger, branch):
                    name = program.triggers[trigger].name
                    end = f".{program.triggers[trigger].branches[branch].name}" if branch >= 0 else ""
                    found["count", name + end] = None
                case Since(trigger):
                    found["since", program.triggers[trigger].name] = None
                case ReadDerived(slot):
                    pending.append(program.derived[slot].tree)
    return tuple(found)
