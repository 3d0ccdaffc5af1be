"""Where a fault of an expanded text stands in the file.

An agent puts texts of the file together into texts of its own (`0 if regime <= none else BITE`), which have the place
of the agent. A fault in one of them that names a word is pointed at where the file says that word.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.errors import Fault, Place, Text, place_of
from sim.scenario import schema
from sim.scenario.mending import UNREAD

_WORD = re.compile(r"`([\w.]+)`")
_CORE = ("triggers.", "quantities.", "parameters.", "metrics.", "outcomes.")


def pointed(faults: Iterable[Fault], scenario: schema.Scenario) -> list[Fault]:
    """The same faults, each at the word and the key of the file that it is about, and told once.

    A text of the file that stands in texts of several agents is complained of in each; what is said at the name of an
    agent that does not say the word itself is such a copy.
    """
    named = dict(_blocks(scenario))
    blocks = {place_of(name): (path, block) for path, (name, block) in named.items()}
    by_name = {path.partition(".")[2]: (path, block) for path, (_, block) in named.items()}
    found = [(fault, blocks.get(fault.place) or _owner(fault, by_name)) for fault in _without_pulls(list(faults))]
    told = [(_pointed(fault, *owner) if owner is not None else fault, fault) for fault, owner in found]
    elsewhere = {fault.says for fault, _ in told if fault.place not in blocks}
    kept = [fault for fault, _ in told if fault.place not in blocks or fault.says not in elsewhere]
    return list({(str(fault.place), fault.says): fault for fault in kept}.values())


def _without_pulls(faults: Sequence[Fault]) -> list[Fault]:
    """The same faults, without those of a `pull` whose value or rationality is faulty where the file says it."""
    values = [fault.path.removeprefix("triggers.") for fault in faults if fault.path.startswith("triggers.")]
    wrong = [path.removesuffix("value").replace(".choose.", ".") for path in values if path.endswith(".value")]
    wrong += [path.removesuffix("rationality") for path in values if path.endswith(".rationality")]
    return [
        fault
        for fault in faults
        if not fault.path.endswith(".pull.is") or not fault.path.removeprefix("quantities.").startswith(tuple(wrong))
    ]


def _owner(fault: Fault, by_name: Mapping[str, tuple[str, Any]]) -> tuple[str, Any] | None:
    """The block of the vocabulary that a trigger or quantity of the core was made of, by its name."""
    section, *names = fault.path.split(".")
    if f"{section}." not in _CORE:
        return None
    owners = (by_name.get(".".join(names[:count])) for count in range(len(names), 0, -1))
    return next((owner for owner in owners if owner is not None), None)


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


def without_unmade(faults: Sequence[Fault], unmade: Container[str]) -> list[Fault]:
    """Those faults that do not name a block of which nothing could be made, nor stand in a text with one that does."""
    echoes = [any(path.partition(".")[0] in unmade for path in _WORD.findall(fault.says)) for fault in faults]
    texts = {fault.path for fault, echo in zip(faults, echoes, strict=True) if echo}
    return [fault for fault in faults if fault.path not in texts]


def without_unread(faults: Iterable[Fault], causes: Sequence[Fault], unread: Container[str]) -> list[Fault]:
    """Those faults that do not follow from what could not be read: they name nothing of it, and stand elsewhere."""
    faults = list(faults)
    torn = {fault.path for fault in faults if fault.says.startswith("unknown name") and _names_one(fault.says, unread)}
    kept = [
        fault
        for fault in faults
        if not _names_one(fault.says, unread) and not _is_of_a_part_unread(fault, causes)
        and not (fault.path in torn and fault.says.startswith("unknown name"))
    ]  # fmt: skip
    return [
        replace(fault, remedy="write the name of one that is there")
        if _names_one(f"`{fault.remedy}`", (UNREAD,))
        else fault
        for fault in kept
    ]


def _names_one(text: str, names: Container[str]) -> bool:
    """Whether what a sentence quotes names one of these."""
    quoted = [inner for path in re.findall("`([^`]*)`", text) for inner in re.findall(r"\w+", path)]
    return any(word in names for word in quoted)


def _is_of_a_part_unread(fault: Fault, causes: Sequence[Fault]) -> bool:
    """Whether a fault is said of what could not be read, of the whole around it, or of what it would have offered."""
    lacking = {
        re.sub(r"^agents\.(\w+)\.triggers\.", r"triggers.\1.", cause.path.rpartition(".")[0])
        for cause in causes
        if cause.says.startswith("unknown key")
    }
    if fault.place in {cause.place for cause in causes} or fault.path in lacking:
        return True
    if "stands only beside" in fault.says and fault.path.rpartition(".")[0] in lacking:
        return True
    if fault.path.count(".") > 1 and any(cause.path.startswith(f"{fault.path}.") for cause in causes):
        return True
    missed = re.fullmatch(r"the file has no (\w+)", fault.remedy)
    parts = {part for cause in causes for part in cause.path.split(".")}
    among = fault.says.startswith("unknown ") and _names_one(f"`{fault.remedy}`", (UNREAD,))
    return among or (missed is not None and f"{missed[1]}s" in parts)


def _blocks(scenario: schema.Scenario) -> Iterator[tuple[str, tuple[Text, Any]]]:
    """Every block of the vocabulary: its path, and its name with what stands in it."""
    sections = ("actors", "agents", "threats", "offers", "choices", "calendar")
    for section in sections:
        for name, block in getattr(scenario, section).items():
            yield f"{section}.{name}", (name, block)
    for actor, perceived in scenario.perception.items():
        for name, seen in (*perceived.sees.items(), *perceived.believes.items()):
            yield f"perception.{actor}.{'sees' if isinstance(seen, schema.Report) else 'believes'}.{name}", (name, seen)
    for body, bloc in scenario.actors.items():
        for name, member in bloc.members.items():
            yield f"actors.{body}.members.{name}", (name, member)
    for agent, block in scenario.agents.items():
        for name, choice in block.choices.items():
            yield f"agents.{agent}.choices.{name}", (name, choice)


def _pointed(fault: Fault, path: str, block: Any) -> Fault:
    """A fault at the word of a block that it is about, and at the path of the text that says it."""
    found = _WORD.search(fault.says)
    if fault.place is None:
        return fault
    if found is None:
        here = next((here for here, leaf in leaves(block, path) if leaf.place == fault.place), fault.path)
        return replace(fault, path=here)
    spots = list(_spots_of_word(found[1], path, block))
    if not spots:
        return fault
    here, place = next((spot for spot in spots if spot[1] == fault.place), spots[0])
    return replace(fault, place=place, path=here)


def _spots_of_word(word: str, path: str, block: Any) -> Iterator[tuple[str, Place]]:
    """Where texts inside a block say a word: the path of each, and the place of the word."""
    for here, leaf in leaves(block, path):
        match = re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", leaf)
        if match and leaf.place is not None:
            yield here, leaf.place.shifted(match.start() + (1 if leaf.style in ("'", '"') else 0))


def leaves(value: Any, path: str) -> Iterator[tuple[str, Text]]:
    """Every text inside a value that is no mere saying, with its path."""
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, schema.Block):
        for name in (*type(value).model_fields, *(value.model_extra or ())):
            if name not in ("says", "asks", "source"):
                yield from leaves(getattr(value, name), f"{path}.{name.rstrip('_')}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if key else path)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from leaves(inner, path)
