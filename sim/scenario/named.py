"""Whom `for_each` names: a list of `lists`, a list written there, the members of an actor, or pairs.

A block has one copy for each *row*, which says what the words of the block stand for in it: `each`, or, where the
list holds blocks as in `[{me: west, other: east}, {me: east, other: west}]`, the words of these. The first word names
the copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Fault, Text, did_you_mean, place_of
from sim.language.functions import FUNCTIONS
from sim.scenario.families import Family
from sim.scenario.source import Items, Section
from sim.scenario.spelling import RESERVED

EACH = "each"
"""The word that stands for the member."""

Row = Mapping[str, Text]
Path = tuple[str, ...]

_NOT_A_WORD = RESERVED | {
    *FUNCTIONS, "sum", "mean", "count", "since", "to", "for", "up", "down", "without", "with", "as", "by", "of", "all",
    "members", "record", "rises", "falls", "fully", "chance",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]\w*")


def rows_for(said: Any, path: Path, data: Section) -> list[Row] | Fault | None:
    """The rows that a `for_each` stands for, or what is wrong with it; None if that is told with the schema.

    `path` is that of the block in which it stands, whose actor's members are meant by a bare `members`.
    """
    items = _items(said, path, data)
    if not isinstance(items, Items):
        return items
    if not items:
        return _wrong(said, path, "there is nobody in this list", "write whom it stands for, or take the block away")
    blocks = [item for item in items if isinstance(item, Section)]
    if blocks and len(blocks) < len(items):
        return _wrong(said, path, "names and blocks are mixed in this list", "write names, or write blocks")
    rows: list[Row] = [dict(block) for block in blocks] if blocks else [{EACH: item} for item in items]
    places = [item if place_of(item) is not None else said for item in items]
    for number, row in enumerate(rows):
        fault = _unlike(row, rows[0], places[number], path) or _unsound(row, places[number], path)
        if fault is not None:
            return fault
        name = next(iter(row.values()))
        if any(name == next(iter(other.values())) for other in rows[:number]):
            return _wrong(name, path, f"`{name}` stands twice in this list", "keep one of them")
    return rows


def _items(said: Any, path: Path, data: Section) -> Items | Fault | None:
    """The list that is meant."""
    if isinstance(said, Items):
        return said
    if not isinstance(said, Text):
        return _wrong(said, path, "a list is wanted here, not a block", "write `for_each: [a, b]`")
    lists = data.get("lists")
    lists = lists if isinstance(lists, Section) else Section()
    if said in lists:
        return lists[said] if isinstance(lists[said], Items) else None
    owner, _, last = said.rpartition(".")
    if last == "members":
        return _members(owner or _actor_of(path, data), said, path, data)
    example = f"write it at the top, as in `lists: {{{said or 'regions'}: [kharkiv, donetsk]}}`"
    remedy = did_you_mean(said, lists) or (f"lists: {', '.join(lists)}" if lists else example)
    return _wrong(said, path, f"no list is called `{said}`", remedy)


def _members(actor: str, said: Text, path: Path, data: Section) -> Items | Fault:
    there = {family.path[1]: family for family in bodies(data)}
    if actor in there:
        return Items(Text(copy[-1], said.place) for copy in there[actor].copies)
    remedy = did_you_mean(actor, there) if actor else "say whose, as in `for_each: eu.members`"
    remedy = remedy or f"write them, as in `actors: {{{actor}: {{members: {{germany: {{}}, france: {{}}}}}}}}`"
    return _wrong(said, path, f"`{actor or said}` has no members with names", remedy)


def _actor_of(path: Path, data: Any) -> str:
    """The actor in whose block a path leads, or to whom the block says that it belongs."""
    if path[:1] == ("actors",):
        return path[1]
    actor = ""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
        for block in (data, data.get("posture") if isinstance(data, dict) else None):
            if isinstance(block, dict) and isinstance(block.get("actor"), Text):
                actor = actor or str(block["actor"])
    return actor


def _unlike(row: Row, first: Row, at: Any, path: Path) -> Fault | None:
    """A fault if a row has other words than the first."""
    if list(row) == list(first):
        return None
    words = ", ".join(f"`{word}`" for word in first)
    remedy = f"write {words} in each of them, in this order"
    return _wrong(at, path, "the blocks of this list have different words", remedy)


def _unsound(row: Row, at: Any, path: Path) -> Fault | None:
    """A fault if a word cannot stand for anything, or what it stands for cannot be a name."""
    for word, value in row.items():
        if word in _NOT_A_WORD or not _NAME.fullmatch(word):
            return _wrong(
                word, path, f"`{word}` is a word of the language and cannot stand for a member", "choose another"
            )
        if not isinstance(value, Text) or not value:
            says, remedy = f"`{word}` stands for one name or number", f"write `{word}: a_name`"
            return _wrong(value if place_of(value) else at, path, says, remedy)
    name = next(iter(row.values()), None)
    if name is not None and _NAME.fullmatch(name) and name not in RESERVED:
        return None
    remedy = "letters, digits and `_`, a letter first, as in `donetsk`"
    return _wrong(at if name is None else name, path, f"`{name or ''}` cannot be a name", remedy)


def _wrong(at: Any, path: Path, says: str, remedy: str) -> Fault:
    return Fault(place_of(at), ".".join((*path, "for_each")), says, remedy)


def bodies(data: Section) -> Iterator[Family]:
    """The members with names of every actor that has such."""
    actors = data.get("actors")
    for name, actor in actors.items() if isinstance(actors, Section) else ():
        members = actor.get("members") if isinstance(actor, Section) else None
        each = members.items() if isinstance(members, Section) else ()
        named = [
            ("actors", str(name), str(member))
            for member, block in each
            if not (isinstance(block, Section) and "count" in block)
        ]
        if named:
            yield Family(("actors", str(name), "members"), tuple(named), EACH)
