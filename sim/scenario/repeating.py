"""`for_each`: a block written once for each of several names, read as one block for each.

    lists: {regions: [kharkiv, donetsk]}
    quantities: {unrest: {for_each: regions, start: 0.2}}                  unrest.kharkiv, unrest.donetsk
    triggers: {calm: {for_each: regions, rate: 0.01, do: unrest.each -= 0.1}}

The copies are made of what stands in the file, before its shape is looked at, so that every text in them still knows
its line; a fault that all of them have is told once, in the words of the block (`sim.errors.told_for_each`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.errors import Copy, Fault, Text, place_of, whole_words
from sim.scenario.families import Families, Family, as_text, with_copy
from sim.scenario.merge import merged
from sim.scenario.named import EACH, Row, bodies, rows_for
from sim.scenario.shape import ROOT, Shape, below, keys_of, model_of
from sim.scenario.source import MOST_NODES, Items, Section

REPEATED = (
    "parameters", "actors", "quantities", "agents", "threats", "offers", "choices", "calendar", "triggers", "outcomes",
    "metrics", "options", "choose", "agreement",
)  # fmt: skip
"""Keys behind which blocks with names of the file's own stand that may be written once for each of several."""

REPEATED_BLOCKS = frozenset({
    "Actor", "Quantity", "Posture", "Sanctions", "Diplomacy", "PlainAgent", "Commitment", "ChoiceBlock", "Entry",
    "Trigger", "Outcome", "Metric", "Option", "Obligation",
})  # fmt: skip
"""The models of these blocks; a parameter is a distribution, and may be repeated too."""

NOT_LOOKED_INTO = ("lists", "sources", "facts", "expect", "extends", "policies", "variants", "levers")
PROSE = ("says", "asks", "title", "question", "source", "unit")
"""Keys whose values are sentences: in them a word stands for a member only in braces, `{each}`."""

_OF_ALL = re.compile(r"\b(sum|mean|min|max)\(\s*[A-Za-z_][\w.]*\s*\)|\bmembers\.\w")
_ONE_VALUE = re.compile(r"[\w.]+( %)?|[\d_.]+ [a-z]+")


def repeated(data: Section, faults: list[Fault]) -> Section:
    """The data with every `for_each` and every family written out; the data itself if there is none."""
    if not _is_repeating(data):
        return data
    copier = _Copier(data, faults)
    whole = copier.section(data, ROOT, ())
    families = Families(copier.families)
    written = families.written_out(whole)
    if written is not data:
        written.place, written.partial = data.place, data.partial
        written.lost, written.families = frozenset(copier.lost), families
    return written


def _is_repeating(value: Any) -> bool:
    """Whether a `for_each` stands in a part of the file, or something is asked of all of a family."""
    if isinstance(value, Text):
        return ("(" in value or "members." in value) and _OF_ALL.search(value) is not None
    if isinstance(value, dict):
        return "for_each" in value or any(_is_repeating(inner) for inner in value.values())
    return isinstance(value, list) and any(_is_repeating(inner) for inner in value)


class _Copier:
    """One pass over the blocks of a file, which makes the copies."""

    def __init__(self, data: Section, faults: list[Fault]) -> None:
        self.data, self.faults = data, faults
        self.families: list[Family] = list(bodies(data))
        self.lost: set[str] = set()
        self.nodes = 0

    def section(self, block: Section, shape: Shape | None, path: tuple[str, ...]) -> Section:
        """The block with copies in the place of what is written for each; itself if nothing in it is.

        What is said of one of them under its own name is laid over its copy.
        """
        whole, changed = Section(), False
        whole.place = block.place
        copies = {
            key: list(self._copies(as_text(key), value, path, _below(shape, key, block)))
            for key, value in block.items()
            if isinstance(value, Section) and "for_each" in value and _may_repeat(shape, path, str(key))
        }
        copied = {name for made in copies.values() for name, _ in made}
        for key, value in block.items():
            inner = _below(shape, key, block)
            if not path and key in NOT_LOOKED_INTO:
                whole[key] = value
            elif key in copies:
                changed = True
                for name, copy in copies[key]:
                    if name in whole:
                        self._fault(name, path, f"`{name}` is made twice", "rename one of the blocks")
                    own = block[name] if name in block and name not in copies else None
                    whole[name] = copy if own is None else merged(copy, self._within(own, inner, (*path, name)), inner)
            elif key not in copied:
                whole[key] = self._within(value, inner, (*path, str(key)))
                changed = changed or whole[key] is not value
        return whole if changed else block

    def _within(self, value: Any, shape: Shape | None, path: tuple[str, ...]) -> Any:
        return self.section(value, shape, path) if isinstance(value, Section) else value

    def _copies(
        self, key: Text, block: Section, path: tuple[str, ...], shape: Shape | None
    ) -> Iterator[tuple[Text, Any]]:
        """The copies of one block, each behind its key."""
        rows = rows_for(block["for_each"], (*path, str(key)), self.data)
        if not isinstance(rows, list):
            from sim.scenario.mending import names_in

            if rows is not None:
                self.faults.append(rows)
            self.lost |= {str(key)} | names_in(block)
            return
        rest = Section((word, value) for word, value in block.items() if word != "for_each")
        rest.place = block.place
        named: list[str] = []
        for row in rows:
            called = _replaced(key, row)
            called = f"{key}.{next(iter(row.values()))}" if called == key else called
            words = tuple((word, str(value)) for word, value in row.items())
            copy = Copy(str(key), called, words, len(rows), key.place.copy if key.place else None)
            made = self._section_of(rest, shape, row, copy)
            named.append(called)
            yield Text(called, with_copy(key.place, copy)), self._within(made, shape, (*path, called))
            if self.nodes > MOST_NODES:
                says = f"more than {MOST_NODES:,} values once what is written for each is written out"
                self._fault(key, path, says, "write it for fewer")
                return
        if named[0].startswith(f"{key}."):
            word = next(iter(rows[0]))
            self.families.append(Family((*path, str(key)), tuple((*path, called) for called in named), word))

    def _fault(self, at: Any, path: tuple[str, ...], says: str, remedy: str) -> None:
        self.faults.append(Fault(place_of(at) or self.data.place, ".".join(path), says, remedy))

    # ---------------------------------------------------------------------------------------- one copy

    def _section_of(self, block: Section, shape: Shape | None, row: Row, copy: Copy) -> Section:
        """A block in which words stand for members -> the block of one member."""
        model = model_of(shape, block) if shape is not None else None
        known = keys_of(model) if model is not None else {}
        free = shape is not None and (shape.sort == "named" or model is not None)
        made = Section()
        made.place = with_copy(block.place, copy)
        for key, value in block.items():
            inner = _below(shape, key, block)
            name = _replaced(as_text(key), row) if free and key not in known else str(key)
            prose = key in PROSE and (key in known or inner is None)
            made[Text(name, with_copy(place_of(key), copy))] = self._made(value, inner, row, copy, prose=prose)
        return made

    def _made(self, value: Any, shape: Shape | None, row: Row, copy: Copy, *, prose: bool) -> Any:
        """A part of a block for one member."""
        self.nodes += 1
        if isinstance(value, Text):
            made = _filled(value, row) if prose else _replaced(value, row)
            return Text(made, with_copy(value.place, copy), style=value.style)
        if isinstance(value, Section):
            if "for_each" in value:  # the words of the inner block are its own
                said = self._made(value["for_each"], None, row, copy, prose=False)
                rows = rows_for(said, (), self.data)
                own = set(rows[0]) if isinstance(rows, list) else {EACH}
                row = {word: member for word, member in row.items() if word not in own}
                inner = self._section_of(value, shape, row, copy)
                inner[Text("for_each")] = said
                return inner
            return self._section_of(value, shape, row, copy)
        items = Items(self._made(one, _below(shape, "0", value), row, copy, prose=prose) for one in value)
        items.place = with_copy(place_of(value), copy)
        return items


def _below(shape: Shape | None, key: str, data: Any) -> Shape | None:
    return below(shape, str(key), data) if shape is not None else None


def _may_repeat(shape: Shape | None, path: tuple[str, ...], key: str) -> bool:
    """Whether a block with a name of the file's own stands here: behind such a key, or bare in an actor."""
    if shape is None or not path:
        return False
    if shape.sort == "named":
        return path[-1] in REPEATED
    return path[0] == "actors" and len(path) == 2 and shape.model is not None and key not in keys_of(shape.model)


def _replaced(text: Text, row: Row) -> str:
    """A text of the language with members in the place of words; what is more than one value goes in brackets."""
    if not row:
        return str(text)

    def member(match: re.Match[str]) -> str:
        value = str(row[match[0].strip("{}")])
        return value if match[0] == text or _ONE_VALUE.fullmatch(value) else f"({value})"

    return re.sub(whole_words(row), member, text)


def _filled(text: Text, row: Row) -> str:
    """A sentence with members in the place of words in braces."""
    return re.sub(r"\{(\w+)\}", lambda match: str(row.get(match[1], match[0])), text)
