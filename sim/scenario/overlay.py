"""Policies, variants and single settings: paths and their new values, laid over a scenario before it is validated.

    policies: {words_only: {by: [us, eu], raft_of_new_measures.kept: 0 %}, silence: {without: raft_of_new_measures}}
    sim run ukraine-2014 --set tripwire.believed=0.8

What a scenario is played `without` stays in it, so that names, places and luck stay as they were: a trigger, choice
or date is disabled, a threat or offer is never made, an option is closed. A metric is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sim.clock import days_in
from sim.errors import Fault, ScenarioError, Text, UsageError, place_of
from sim.scenario import schema
from sim.scenario.merge import merged
from sim.scenario.paths import Keys, find_path
from sim.scenario.shape import ROOT, Shape, at, keys_of, model_of, value_at
from sim.scenario.source import Items, Section, compose_value

_GONE: dict[type[schema.Block], tuple[str, str]] = {
    schema.Trigger: ("disabled", "true"),
    schema.ChoiceBlock: ("disabled", "true"),
    schema.Entry: ("disabled", "true"),
    schema.Commitment: ("start", "unsaid"),
    schema.Option: ("if", "false"),
}
"""How a thing that is gone is written."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Changes under one name: of a policy or variant, or of a setting on the command line."""

    section: str  # policies, variants or settings
    name: str
    entries: tuple[tuple[Text, Any], ...] = ()
    without: tuple[Text, ...] = ()

    @property
    def path(self) -> str:
        """Where it stands, for what is said about it."""
        return f"{self.section}.{self.name}" if self.name else self.section


MOST_OVERLAYS = 50
MOST_PATHS = 500
"""So many policies and variants a file may have, and so many paths these and its levers may name."""


def overlays_of(data: Section) -> list[Overlay]:
    """The policies and variants of a scenario, those of a wrong shape left out."""
    found: list[Overlay] = []
    own = keys_of(schema.Policy)
    for section in ("policies", "variants"):
        blocks = data.get(section)
        for name, block in blocks.items() if isinstance(blocks, Section) else ():
            if not isinstance(block, Section):
                continue
            entries = tuple((Text(key, place_of(key)), value) for key, value in block.items() if key not in own)
            without = block.get("without", ())
            gone = tuple(one for one in (without if isinstance(without, Items | tuple) else [without]) if _is_text(one))
            found.append(Overlay(section, str(name), entries, gone))
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, Text) and value != ""


def setting(path: str, value: str, number: int = 1) -> Overlay:
    """The overlay of `--set path=value`. Its place is a line of that name, so that faults can show it.

    Raises
    ------
    UsageError
        If the value cannot be read.
    """
    line = f"{path}={value}"
    file = "--set"
    padding = " " * (len(path) + 1)
    try:
        read = compose_value(padding + value, file)
    except ScenarioError as error:
        raise UsageError(f"`--set {line}`: {error.faults[0].says}; {error.faults[0].remedy}") from None
    from sim.errors import Place

    return Overlay("--set", "", ((Text(path, Place(file, number, 1, line)), _moved(read, number, line)),))


def _moved(value: Any, number: int, line: str) -> Any:
    """A value read from the command line, with the line that was written there as its place."""
    from sim.errors import Place

    place = place_of(value)
    there = Place("--set", number, place.column if place else 1, line)
    if isinstance(value, Text):
        return Text(value, there, style=value.style)
    if isinstance(value, Items):
        items = Items(_moved(one, number, line) for one in value)
        items.place = there
        return items
    block = Section((_moved(key, number, line), _moved(one, number, line)) for key, one in value.items())
    block.place = there
    return block


def laid_over(data: Section, overlay: Overlay, faults: list[Fault]) -> Section:
    """The data with an overlay laid over it; paths that mean nothing, or several things, are faults."""
    for path, value in overlay.entries:
        keys = find_path(path, data, overlay.path, faults)
        if keys is not None:
            data = _set(data, keys, value)
    for path in overlay.without:
        keys = find_path(path, data, f"{overlay.path}.without", faults, only=_can_go)
        if keys is not None:
            data = _without(data, keys, path, overlay, faults)
    return data


def _set(data: Section, keys: Keys, value: Any) -> Section:
    """The data with a new value behind these keys."""
    data = _each_by_name(data, keys)
    for key in reversed(keys):
        block = Section({Text(key, place_of(value)): value})
        block.place = place_of(value)
        value = block
    return merged(data, value, ROOT)  # type: ignore[no-any-return]


def _each_by_name(data: Section, keys: Keys) -> Section:
    """Write one value for all issuers as one for each, before the value of one of them is changed."""
    shape, value = at(keys[:-1], data)
    if len(keys) < 3 or shape is None or shape.short != "" or not isinstance(value, Text):
        return data
    _, owner = at(keys[:-2], data)
    issuers = value_at(owner, "by")
    if not issuers:
        return data
    each = Section(
        (Text(issuer, place_of(value)), value) for issuer in (issuers if isinstance(issuers, list) else [issuers])
    )
    return _replaced(data, keys[:-1], each)  # type: ignore[no-any-return]


def _replaced(data: Any, keys: Keys, value: Any) -> Any:
    """The data with another value behind these keys, which are there; the data itself is not changed."""
    if not keys:
        return value
    changed = Section(data)
    changed.place = getattr(data, "place", None)
    changed[Text(keys[0])] = _replaced(data[keys[0]], keys[1:], value)
    return changed


def _can_go(shape: Shape | None, data: Any) -> bool:
    model = model_of(shape, data) if shape is not None else None
    return model in _GONE or model is schema.Metric


def _without(data: Section, keys: Keys, path: Text, overlay: Overlay, faults: list[Fault]) -> Section:
    shape, block = at(keys, data)
    model = model_of(shape, block) if shape is not None else None
    if model in _GONE:
        key, value = _GONE[model]
        return _set(data, (*keys, key), Text(value, place_of(path)))
    if model is schema.Metric and len(keys) == 2:
        rest = Section((name, one) for name, one in data[keys[0]].items() if name != keys[1])
        return _replaced(data, keys[:1], rest)  # type: ignore[no-any-return]
    says = f"the scenario cannot do without `{path}`, because other parts name it"
    remedy = "`without` takes threats, offers, triggers, choices, options, dates and metrics"
    faults.append(Fault(place_of(path), f"{overlay.path}.without", says, remedy))
    return data


_PLAIN = re.compile(r"[-+]?[\d_]*\.?\d+( ?%)?")
_TIME = re.compile(r"[\d_]*\.?\d+ (\w+)")


def has_plain_numbers(overlay: Overlay, data: Section) -> bool:
    """Whether an overlay only puts plain numbers between 0 and 1, or times, where their like or distributions stand."""
    for path, value in overlay.entries:
        keys = find_path(path, data, "", [])
        shape, before = at(keys, data) if keys is not None else (None, None)
        if shape is not None and shape.is_block and shape.short is not None and isinstance(before, dict):
            before = before.get(shape.short) if shape.short else next(iter(before.values()), None)
        if isinstance(value, Text) and _is_time(value) and _is_of_times(before):
            continue
        numbers = isinstance(before, Text) and _is_share(before)
        if not (isinstance(value, Text) and _is_share(value)):
            return False
        if not numbers and not (shape is not None and shape.sort == "spread" and isinstance(before, dict)):
            return False
    return True


def _is_time(text: Text) -> bool:
    found = _TIME.fullmatch(text)
    return found is not None and days_in(found[1]) is not None


def _is_of_times(before: Any) -> bool:
    """Whether what stands there is a time, or a distribution of times: `{lognormal: {median: 9 days, ...}}`."""
    if isinstance(before, Text):
        return _is_time(before)
    inner = (
        next((value for value in before.values() if isinstance(value, dict)), {}) if isinstance(before, dict) else {}
    )
    return any(isinstance(value, Text) and _is_time(value) for value in inner.values())


def _is_share(text: Text) -> bool:
    if not _PLAIN.fullmatch(text):
        return False
    return 0.0 <= float(text.rstrip(" %").replace("_", "")) * (0.01 if text.endswith("%") else 1.0) <= 1.0
