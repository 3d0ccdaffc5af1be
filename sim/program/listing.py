"""A scenario as YAML: expanded into the core, or as it is played, so that reading it again gives an equal program."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any as Anything

from sim.errors import Text
from sim.program.wording import figures
from sim.scenario.schema import Block, Scenario, Spread
from sim.scenario.spelling import LevelNames

WIDTH = 110
"""Columns within which a block is written on one line."""

_BARE = re.compile(r"[A-Za-z0-9_.(+~/<>=$\\^;-][^\n\t]*")
_FLOW_SIGNS = re.compile(r"[,\[\]{}?:#]")


# ------------------------------------------------------------------------------------------------ the core as YAML


def played_text(scenario: Scenario) -> str:
    """A scenario as a session keeps it: without what it was made from, and what it might be varied by."""
    return core_text(scenario.model_copy(update={"extends": (), "policies": {}, "variants": {}}))


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
    if isinstance(value, LevelNames) and any(value.attributes.values()):
        return plain(value.attributes)
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
