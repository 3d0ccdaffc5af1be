"""A program in words: expressions with their names back, values as people say them, the whole as a list.

Beyond the builder there are slots and no names; a reader asks in names.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.language.parse import unparse
from sim.language.tree import (
    All,
    Any,
    Apply,
    Compare,
    Constant,
    Count,
    Day,
    Draw,
    If,
    Lookup,
    Name,
    Read,
    ReadDerived,
    ReadParameter,
    Sample,
    Since,
    Tree,
)
from sim.language.words import DURATION
from sim.program.ir import At, Every, On, Program, Rate, Trigger, When


def expression_text(program: Program, tree: Tree) -> str:
    """The text of a resolved tree, with the names that its slots have in the program."""
    return unparse(_named(program, tree))


def _named(program: Program, tree: Tree) -> Tree:
    """The tree with each slot replaced by the name that it has."""
    match tree:
        case Read(slot):
            return Name(program.quantities[slot].name)
        case ReadParameter(slot):
            return Name(program.parameters[slot].name)
        case ReadDerived(slot):
            return Name(program.derived[slot].name)
        case Count(trigger, branch):
            return Lookup("count", branch_name(program, trigger, branch))
        case Since(trigger):
            return Lookup("since", program.triggers[trigger].name)
        case Day():
            return Name("day")
        case Constant(value, kind, text, at) if kind.names and not text and value in range(len(kind.names)):
            return Constant(value, kind, kind.names[int(value)], at)
        case Apply(name, (*parts, Draw())) if "(" in name:
            distribution, _, rest = name.partition("(")
            words = rest.removesuffix(")").split(", ")
            inner = (_named(program, part) for part in parts)
            return Sample(distribution, tuple(zip(words, inner, strict=True)))
        case Draw(site):
            return Name(f"draw {program.sites[site]}")
        case Apply(name, parts):
            return Apply(name, tuple(_named(program, part) for part in parts))
        case All(parts):
            return All(tuple(_named(program, part) for part in parts))
        case Any(parts):
            return Any(tuple(_named(program, part) for part in parts))
        case If(test, yes, no):
            return If(_named(program, test), _named(program, yes), _named(program, no))
        case Compare(first, rest):
            return Compare(_named(program, first), tuple((sign, _named(program, part)) for sign, part in rest))
        case _:
            return tree


def branch_name(program: Program, trigger: int, branch: int) -> str:
    """A trigger, or one of its branches, as `on` names it: `push_further.push`."""
    name = program.triggers[trigger].name
    return name if branch < 0 else f"{name}.{program.triggers[trigger].branches[branch].name}"


def value_text(program: Program, slot: int, value: float) -> str:
    """A value of a quantity as people say it: the name of a rung, yes or no, or four figures of a number."""
    kind = program.quantities[slot].kind
    if kind.names and value in range(len(kind.names)):
        return kind.names[int(value)]
    if kind.word == "truth" and value in (0.0, 1.0):
        return "yes" if value else "no"
    if kind.word == "date":
        return say_date(program.start, round(value * TICKS_PER_DAY)) if abs(value) < 1e7 else "never"
    if kind.word == "duration" and value >= 0:
        return say_duration(round(value, 2))
    return figures(value)


def figures(value: float) -> str:
    """A number with four figures, thousands set apart: 0.3127, 12.35, 40,000."""
    if abs(value) >= 1e12 or value != value:
        return f"{value:.4g}"
    return f"{value + 0.0:,.0f}" if abs(value) >= 1_000 else f"{value + 0.0:.4g}"  # + 0.0 takes the sign off a zero


# ------------------------------------------------------------------------------------------------ the program as text


def program_text(program: Program) -> str:
    """The program as the engines see it, one line for each quantity and trigger, places and slots numbered."""
    lines = [
        f"program {program.name}: {say_duration(program.horizon / TICKS_PER_DAY)} from {program.start:%Y-%m-%d %H:%M}"
    ]
    lines += ["", "quantities"]
    for slot, quantity in enumerate(program.quantities):
        lines.append(f"  {slot:>3}  {quantity.name} = {expression_text(program, quantity.start)}   ({quantity.kind})")
    for derived in program.derived:
        lines.append(f"    -  {derived.name} is {expression_text(program, derived.tree)}")
    lines += ["", "triggers, in the order of their places"]
    for place, trigger in enumerate(program.triggers):
        lines.append(f"  {place:>3}  {trigger.name}: {cause_text(program, trigger)}")
        lines.extend(f"         {line}" for line in _branch_lines(program, trigger))
    lines += ["", "outcomes"]
    for outcome in program.outcomes:
        condition = "" if outcome.condition is None else f" {expression_text(program, outcome.condition)}"
        lines.append(f"       {outcome.name}: {outcome.how}{condition}")
    return "\n".join(lines) + "\n"


def _branch_lines(program: Program, trigger: Trigger) -> Iterator[str]:
    """What a trigger does, a line for each branch."""
    for branch in trigger.branches:
        does = "; ".join(
            f"{program.quantities[effect.slot].name} = {expression_text(program, effect.value)}"
            for effect in branch.effects
        )
        yield f"{branch.name}: {does or 'nothing'}"


def cause_text(program: Program, trigger: Trigger) -> str:
    """What sets a trigger off, as the file says it."""
    match trigger.cause:
        case When(condition, hold, again):
            text = f"when {expression_text(program, condition)}"
            if hold is not None:
                text += f", for {amount_text(program, hold)}" + (", again and again" if again else "")
            return text
        case Rate(hazard):
            return f"rate {expression_text(program, hazard)}"
        case Every(interval):
            return f"every {amount_text(program, interval)}"
        case At(moments):
            return f"at {', '.join(say_date(program.start, moment) for moment in moments)}"
        case On(leaders):
            return f"on {', '.join(branch_name(program, *leader) for leader in leaders)}"


def amount_text(program: Program, tree: Tree) -> str:
    """A duration, certain or drawn, as text."""
    if isinstance(tree, Constant):
        return say_duration(tree.value) if tree.kind == DURATION or not tree.text else tree.text
    return expression_text(program, tree)
