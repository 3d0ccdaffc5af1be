"""The JSON Schema of scenario files, from which editors complete and check as one types."""

from __future__ import annotations

from typing import Any

from sim.scenario.keys import KEYS
from sim.scenario.repeating import REPEATED_BLOCKS
from sim.scenario.schema import Scenario, spread_schema

FOR_EACH: dict[str, Any] = {
    "description": "for each of whom the block is written: a list of `lists`, `eu.members`, or names (`[a, b]`)",
    "anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "object"]}}],
}

DIALECT = "http://json-schema.org/draft-07/schema#"


def json_schema() -> dict[str, Any]:
    """The schema in the words of draft-07, which editors know best.

    A piece that other files extend lacks the header of a scenario, and so does not satisfy it alone.
    """
    made = Scenario.model_json_schema(by_alias=True, ref_template="#/definitions/{model}", mode="validation")
    definitions = made.pop("$defs", {})
    for name, block in {"Scenario": made, **definitions}.items():
        _explain(name, block)
        if name in REPEATED_BLOCKS:
            block["properties"]["for_each"] = FOR_EACH
    whole = _plain({**made, "definitions": definitions})
    spread = spread_schema()
    whole["definitions"]["Distribution"] = {**spread, "properties": {**spread["properties"], "for_each": FOR_EACH}}
    return {"$schema": DIALECT, **whole, "title": "A scenario of sanctions and escalation"}


def _explain(name: str, block: dict[str, Any]) -> None:
    """Give each key of a block the sentence and the example of the manual, which editors show."""
    for key, value in block.get("properties", {}).items():
        if key in KEYS.get(name, {}):
            example, says = KEYS[name][key]
            value["description"] = f"{says} (`{example}`)"


def _plain(schema: Any) -> Any:
    """The same without what only a program needs: nulls for missing keys, their defaults, titles that repeat a key."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == spread_schema():
        return {"$ref": "#/definitions/Distribution"}
    plain = {key: _plain(value) for key, value in schema.items()}
    if isinstance(plain.get("title"), str) and "properties" not in plain:
        del plain["title"]
    if plain.get("default", 0) in (None, [], {}):
        del plain["default"]
    if "prefixItems" in plain:
        plain["items"] = plain.pop("prefixItems")
    if "patternProperties" in plain:
        plain["additionalProperties"] = False
    return _flat(plain) if "anyOf" in plain else plain


def _flat(plain: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` within `anyOf` as one list, without the null that stands for a missing key."""
    ways: list[Any] = []
    for way in plain.pop("anyOf"):
        for one in way["anyOf"] if isinstance(way, dict) and set(way) == {"anyOf"} else [way]:
            if one not in ways and one != {"type": "null"}:
                ways.append(one)
    return {**plain, **ways[0]} if len(ways) == 1 else {**plain, "anyOf": ways}
