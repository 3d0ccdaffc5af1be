"""Where a fault of an expanded text stands in the file.

An agent puts texts of the file together into texts of its own (`0 if regime <= none else BITE`), which have the place
of the agent. A fault in one of them that names a word is pointed at where the file says that word.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sim.errors import Fault, Place, Text, place_of
from sim.scenario import schema
from sim.scenario.mending import UNREAD

_WORD = re.compile(r"`([\w.]+)`")
_CORE = ("triggers.", "quantities.", "parameters.", "metrics.", "outcomes.")


def pointed(faults: Iterable[Fault], scenario: schema.Scenario) -> list[Fault]:
    """The same faults, those at the name of a block pointed at the word in it that they are about."""
    blocks = {place_of(name): block for name, block in _blocks(scenario)}
    return [_pointed(fault, blocks.get(fault.place)) if fault.place is not None else fault for fault in faults]


def without_echoes(faults: Sequence[Fault], causes: Sequence[Fault]) -> list[Fault]:
    """Those faults that are not plainly the echo of others.

    A cause in a block of the vocabulary silences its line and what is made of the block; one in the core, where each
    text stands for itself, silences what is said of this text alone.
    """
    made = [cause for cause in causes if not cause.path.startswith(_CORE)]
    lines = {(cause.place.file, cause.place.line) for cause in made if cause.place is not None}
    blocks = {parts[1] for parts in (cause.path.split(".") for cause in made) if len(parts) > 1}
    spots = {cause.place for cause in causes}
    return [
        fault
        for fault in faults
        if fault.place not in spots
        and not (fault.place is not None and (fault.place.file, fault.place.line) in lines)
        and not blocks & set(fault.path.split(".")[1:2])
    ]


def without_unread(faults: Iterable[Fault], causes: Sequence[Fault], unread: Container[str]) -> list[Fault]:
    """Those faults that do not follow from what could not be read: they name nothing of it, and stand elsewhere."""
    spots = {cause.place for cause in causes}
    lacking = {cause.path.rpartition(".")[0] for cause in causes if cause.says.startswith("unknown key")}
    kept: list[Fault] = []
    for fault in faults:
        words = [part for path in _WORD.findall(fault.says) for part in path.split(".")]
        if fault.place in spots or fault.path in lacking or any(word in unread for word in words):
            continue
        offered = [part for path in re.findall(r"[\w.]+", fault.remedy) for part in path.split(".")]
        kept.append(replace(fault, remedy="") if UNREAD in offered else fault)
    return kept


def _blocks(scenario: schema.Scenario) -> Iterator[tuple[Text, Any]]:
    for section in (scenario.agents, scenario.threats, scenario.offers, scenario.choices, scenario.calendar):
        yield from section.items()
    for agent in scenario.agents.values():
        yield from agent.choices.items()


def _pointed(fault: Fault, block: Any) -> Fault:
    found = _WORD.search(fault.says)
    if block is None or found is None:
        return fault
    place = _place_of_word(found[1], block)
    return fault if place is None else replace(fault, place=place)


def _place_of_word(word: str, block: Any) -> Place | None:
    """Where a text inside a block says a word; None if none does."""
    for leaf in _leaves(block):
        match = re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", leaf)
        if match and leaf.place is not None:
            return leaf.place.shifted(match.start() + (1 if leaf.style in ("'", '"') else 0))
    return None


def _leaves(value: Any) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, schema.Block):
        for name in (*type(value).model_fields, *(value.model_extra or ())):
            if name not in ("says", "asks", "source"):
                yield from _leaves(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _leaves(inner)
