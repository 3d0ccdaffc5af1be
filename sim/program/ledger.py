"""The ledger of a scenario: every number with its source, how sure we are of it, and its range."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any as Anything

from sim.program.listing import plain_text
from sim.scenario.schema import Block, Inject, Scenario, Spread
from sim.scenario.spelling import LevelNames


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
    metrics series outcomes importance count times seats lists contains tells demanded_by verified_by under
    off_agenda asked orders clock lesson turns history predict costs
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
            if isinstance(inner, LevelNames):
                yield from _numbers(inner.attributes, path, notes)
            elif str(key) not in SILENT and not (isinstance(value, Inject) and key == "at"):
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


SECTIONS = (
    "parameters", "quantities", "actors", "agents", "threats", "offers", "triggers", "choices", "calendar", "perception"
)  # fmt: skip


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
