"""The Program and its scenario as text: the core in YAML, expressions with their names back, the ledger of numbers.

`core_text` prints an expanded scenario so that reading it again gives an equal program. `expression_text` gives a
resolved tree its names back, because a reader asks in names and an engine answers in slots.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any as Anything

from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.errors import Text
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
from sim.scenario.schema import Block, Scenario, Spread

WIDTH = 110
"""Columns within which a block is written on one line."""

_BARE = re.compile(r"[A-Za-z0-9_.(+~/<>=$\\^;-][^\n\t]*")
_FLOW_SIGNS = re.compile(r"[,\[\]{}?:#]")


# ------------------------------------------------------------------------------------------------ the core as YAML


def core_text(expanded: Scenario) -> str:
    """An expanded scenario as YAML that reads back to an equal program.

    Sections stand in the order of the schema, one line for each short block.
    """
    lines: list[str] = []
    for key, value in plain(expanded).items():
        lines.extend(_block(key, value, indent=0))
        if isinstance(value, dict | list) and len(lines[-1]) and key != "scenario":
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def resolved_text(scenario: Scenario) -> str:
    """A scenario as it is played, as YAML: policies and overrides are in it already, so their sections are left out."""
    played = scenario.model_copy(update={"extends": (), "policies": {}, "variants": {}, "levers": {}})
    return core_text(played)


def plain(value: Anything, *, key: str = "") -> Anything:
    """A block of the schema as dicts, lists and text, with the keys and short forms of the file."""
    if isinstance(value, Spread):
        return _plain_spread(value)
    if isinstance(value, Block):
        return _plain_block(value)
    if isinstance(value, Mapping):
        if list(value) == [""]:  # one value without a name stands bare
            return plain(value[""])
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        parts = [plain(inner) for inner in value]
        return parts[0] if len(parts) == 1 and key not in ("level", "one_of", "correlated") else parts
    if isinstance(value, bool):
        return Text("true" if value else "false")
    return value if isinstance(value, Text) else Text(str(value))


def _plain_block(block: Block) -> dict[str, Anything]:
    """The keys of a block that say more than their default does."""
    told: dict[str, Anything] = {}
    for name, field in type(block).model_fields.items():
        value, default = getattr(block, name), field.get_default(call_default_factory=True)
        # An empty list says something where saying nothing is different: `otherwise: []` is a firing.
        if value is None or value == default or (value in ((), {}) and default is not None):
            continue
        told[field.alias or name] = plain(value, key=name)
    for name, value in (block.model_extra or {}).items():
        told[name] = plain(value, key=name)
    return told


def _plain_spread(spread: Spread) -> Anything:
    """A number or distribution as it stands in the file: bare, or under its distribution's name."""
    notes = {
        key: plain(getattr(spread, key)) for key in ("source", "confidence", "unit", "says") if getattr(spread, key)
    }
    if str(spread.distribution) == "constant":
        value = plain(next(iter(spread.arguments.values())))
        return {"value": value, **notes} if notes else value
    return {spread.distribution: {name: plain(value) for name, value in spread.arguments.items()}, **notes}


def _block(key: str, value: Anything, *, indent: int) -> list[str]:
    """The lines of `key: value`: on one line if that is short, else a line for each part."""
    head = f"{' ' * indent}{_scalar(key)}:"
    if not isinstance(value, dict | list):
        return [f"{head} {_scalar(value)}"]
    short = f"{head} {_flow(value)}"
    if len(short) <= WIDTH and (indent > 0 or isinstance(value, list)):
        return [short]
    if isinstance(value, list):
        return [head, *(f"{' ' * (indent + 2)}- {_flow(part)}" for part in value)]
    lines = [head]
    for name, inner in value.items():
        lines.extend(_block(name, inner, indent=indent + 2))
    return lines


def _flow(value: Anything) -> str:
    """A value on one line, its words quoted where a comma or a colon would tear them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(name, flow=True)}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return _scalar(value, flow=True)


def _scalar(text: str, *, flow: bool = False) -> str:
    """A word as YAML: bare where it reads back as itself, else in double quotes, which JSON's are too."""
    torn = ": " in text or " #" in text or text.endswith(":") or (flow and _FLOW_SIGNS.search(text))
    dashed = text.startswith("-") and (len(text) == 1 or text[1] == " ")
    nothing = text.lower() in ("null", "~")
    bare = (
        not nothing
        and _BARE.fullmatch(text)
        and text == text.strip()
        and not torn
        and not dashed
        and text.isprintable()
    )
    if bare and not getattr(text, "style", "") and not text.startswith(("---", "...")) and text[0] not in ">=":
        return text
    return json.dumps(text, ensure_ascii=False)


def plain_text(value: Anything) -> str:
    """Any value of the file on one line, as it could stand there."""
    if isinstance(value, float):
        return figures(value)
    return _flow(plain(value)) if isinstance(value, Block | Mapping | list | tuple) else str(value)


# ------------------------------------------------------------------------------------------------ names given back


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


# ------------------------------------------------------------------------------------------------ the ledger


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a scenario: where it stands, what it says, and how we know."""

    path: str
    value: str
    low: str  # of a parameter its 5 % point, of a lever the lower end
    high: str
    unit: str
    source: str
    confidence: str
    role: str  # parameter, number, lever or default


_SILENT_WORDS = """
    says asks source confidence unit title question scenario start horizon clock extends sources facts policies
    variants levers expect by to voice actor agent on posture sanctions diplomacy level one_of without
    metrics series outcomes count times
"""
SILENT = frozenset(_SILENT_WORDS.split())
"""Keys whose values are words, or numbers that say nothing about the world."""


def ledger(scenario: Scenario) -> tuple[Number, ...]:
    """Every number of a scenario with its source, confidence and range, in file order; then defaults, then levers.

    A number has the source of the nearest block around it that names one.
    """
    from sim.agents.expand import defaults_of

    numbers = list(_numbers(scenario, "", {"source": "", "confidence": "", "unit": ""}))
    for default in defaults_of(scenario):
        numbers.append(Number(default.path, default.value, "", "", "", default.source, "", "default"))
    for name, lever in scenario.levers.items():
        low, high = lever.range
        numbers.append(Number(str(name), "", str(low), str(high), "", "", "", "lever"))
    return tuple(numbers)


def _numbers(value: Anything, path: str, notes: dict[str, str]) -> Iterator[Number]:
    if isinstance(value, Block):
        said = {key: str(getattr(value, key)) for key in notes if getattr(value, key, None)}
        notes = {**notes, **said}
    if isinstance(value, Spread):
        yield _spread_number(value, path, notes)
    elif isinstance(value, Block):
        fields = type(value).model_fields.items()
        keys = {field.alias or name: getattr(value, name) for name, field in fields} | (value.model_extra or {})
        for key, inner in keys.items():
            if str(key) not in SILENT:
                yield from _numbers(inner, _joined(path, key), notes)
            elif key == "start" and path:  # of a quantity; the header's start is a date
                yield from _numbers(inner, path, notes)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, _joined(path, key), notes)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _numbers(inner, path, notes)
    elif isinstance(value, str) and _has_number(value):
        yield Number(path, str(value), "", "", notes["unit"], notes["source"], notes["confidence"], "number")


SECTIONS = ("parameters", "quantities", "actors", "agents", "threats", "offers", "triggers", "choices", "calendar")


def _joined(path: str, key: object) -> str:
    """The path as people write it: sections stay unsaid, and a value without a name is its block's."""
    if (not path and key in SECTIONS) or not str(key) or key in ("quantities", "triggers", "choices", "options"):
        return path
    return f"{path}.{key}" if path else str(key)


def _spread_number(spread: Spread, path: str, notes: Mapping[str, str]) -> Number:
    low, high = _ends(spread)
    name, arguments = str(spread.distribution), spread.arguments
    told = ", ".join(f"{argument} {plain_text(value)}" for argument, value in arguments.items())
    value = plain_text(next(iter(arguments.values()))) if name == "constant" else f"{name} ({told})"
    role = "number" if name == "constant" else "parameter"
    return Number(path, value, low, high, notes["unit"], notes["source"], notes["confidence"], role)


def _ends(spread: Spread) -> tuple[str, str]:
    """The range that the file itself says: low and high, or the outermost quantiles."""
    arguments = {str(name): str(value) for name, value in spread.arguments.items()}
    if "low" in arguments and "high" in arguments:
        return arguments["low"], arguments["high"]
    if str(spread.distribution) in ("quantiles", "choice") and arguments:
        values = list(arguments.values()) if str(spread.distribution) == "quantiles" else list(arguments)
        return values[0], values[-1]
    return "", arguments.get("p90", "")


_NUMERAL = re.compile(r"(?<![\w.])(\d[\d_]*\.?\d*|\.\d+)(?![\w-])")


def _has_number(text: str) -> bool:
    """Whether a formula holds a number that claims something: any but a bare 0 or 1."""
    return any(number not in ("0", "1") for number in _NUMERAL.findall(text)) or text.strip() in ("0", "1")
