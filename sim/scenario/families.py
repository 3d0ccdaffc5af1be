"""Families: what `for_each` made of one block, or an actor's members with names, spoken of together.

    max(unrest)                  the largest of unrest.kharkiv, unrest.donetsk, ...; also min, sum, mean
    mean(eu.members.willing)     over the members with names
    count(buildings)             how often any trigger of the family has fired
    unrest -= 0.1                an effect on each of them
    on: buildings                whichever of them fires
    buildings.rate: 0.02         in a policy: for each of them

All is written out, so that nothing of it reaches the core.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import Copy, Place, Text, place_of
from sim.scenario.overlay import Overlay
from sim.scenario.source import Items, Section

CALL = re.compile(r"\b(sum|mean|min|max|count|since)\(\s*([A-Za-z_][\w.]*)\s*\)")
"""A function of one name: all that may be asked of a family."""

EFFECTS = ("do", "then", "otherwise", "snap_back")
LISTS_OF_NAMES = ("on", "count", "without", "decides")
_TARGET = re.compile(r"\s*([A-Za-z_][\w.]*)(\s*(?:=|[-+*/]=).*)", re.DOTALL)
_VERB = re.compile(r"(\s*[a-z]+\s+)([A-Za-z_][\w.]*)(.*)", re.DOTALL)
_UNSAID = ("quantities", "triggers", "choices", "options", "choose")
_UNTOUCHED = ("lists", "sources", "facts", "expect", "levers", "says", "asks", "title", "question", "source")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Blocks that belong together: the path under which they are spoken of, and the path of each."""

    path: Path
    copies: tuple[Path, ...]
    word: str

    def has_parts(self, rest: Sequence[str]) -> bool:
        """Whether something of its own may be read of each: a quantity has nothing below it, an agent has."""
        section = self.path[-2] if len(self.path) > 1 else ""
        bare = section in ("quantities", "parameters", "metrics") or (self.path[0] == "actors" and section != "actors")
        return not rest or not bare or self.path[-1] == "members"


def name_of(path: Path) -> str:
    """What the core calls the thing at a path of the file: without its section."""
    return ".".join(key for key in path[1:] if key not in _UNSAID)


class Families:
    """The families of a file, by name."""

    def __init__(self, families: Iterable[Family]) -> None:
        self.by_name = {name_of(family.path): family for family in families}
        self.by_ending: dict[str, list[Family]] = {}
        for family in self.by_name.values():
            for whole in (".".join(family.path), name_of(family.path)) if family.path[-1] != "members" else ():
                parts = whole.split(".")
                for at in range(len(parts)):
                    those = self.by_ending.setdefault(".".join(parts[at:]), [])
                    if family not in those:
                        those.append(family)

    def each(self, path: str, scope: Sequence[str] = ()) -> list[str]:
        """The names of all that a path of the language speaks of together; nothing if it speaks of no family."""
        parts = path.split(".")
        for cut in range(len(parts), 0, -1):
            for prefix in ("", *scope):
                family = self.by_name.get(".".join((*([prefix] if prefix else ()), *parts[:cut])))
                if family is not None and family.has_parts(parts[cut:]):
                    names = [name_of(copy) for copy in family.copies]
                    whole = ".".join((name_of(family.path), *parts[cut:]))
                    return [] if _is_among(whole, names) else [".".join((name, *parts[cut:])) for name in names]
        return []

    def spread(self, path: str) -> tuple[Family | None, list[str]]:
        """The family that a path of the file speaks of, and the whole path for each of it."""
        parts = path.split(".")
        for cut in range(len(parts), 0, -1):
            families = self.by_ending.get(".".join(parts[:cut]), [])
            if len(families) == 1:
                (family,) = families
                whole = ".".join((*family.path, *parts[cut:]))
                paths = [".".join(copy) for copy in family.copies]
                if not _is_among(whole, paths):
                    return family, [".".join((copy, *parts[cut:])) for copy in paths]
        return None, []

    # ---------------------------------------------------------------------------------------- over a whole file

    def written_out(self, data: Section) -> Section:
        """The data with every family written out."""
        return self._section(data, (), ())

    def _section(self, block: Section, path: Path, scope: Sequence[str]) -> Section:
        scope = _scope(block, path, scope)
        whole, changed = Section(), False
        whole.place = block.place
        for key, value in block.items():
            word, entry = str(key), len(path) == 2 and path[0] in ("policies", "variants")
            family, paths = self.spread(word) if entry and word not in ("by", "says", "without") else (None, [])
            if family is not None:
                changed = True
                for one, copied in zip(paths, family.copies, strict=True):
                    copy = Copy(family.path[-1], copied[-1], ((family.word, _member(family, copied)),), len(paths))
                    whole[Text(one, with_copy(place_of(key), copy))] = marked(value, copy)
                continue
            whole[key] = value if word in _UNTOUCHED else self._value(word, value, (*path, word), scope)
            changed = changed or whole[key] is not value
        return whole if changed else block

    def _value(self, key: str, value: Any, path: Path, scope: Sequence[str]) -> Any:
        if isinstance(value, Section):
            return self._section(value, path, scope)
        spelled: Callable[[Text], list[str]] | None = None
        if key in EFFECTS:
            spelled = lambda text: self._effects(text, scope)  # noqa: E731
        elif key in LISTS_OF_NAMES or path[:2] == ("series", "of"):
            every = self._everywhere if key == "without" else lambda text: self.each(str(text).strip(), scope)
            spelled = every
        if isinstance(value, Text):
            several = spelled(value) if spelled is not None else []
            if several:
                items = Items(self._text(Text(one, value.place, style=value.style), scope) for one in several)
                items.place = value.place
                return items
            return self._text(value, scope)
        items = Items()
        items.place = getattr(value, "place", None)
        for one in value if isinstance(value, list) else ():
            several = spelled(one) if spelled is not None and isinstance(one, Text) else []
            if several:
                items += [self._text(Text(each, one.place, style=one.style), scope) for each in several]
            else:
                items.append(self._value("", one, (*path, "0"), scope))
        same = isinstance(value, list) and len(items) == len(value)
        return value if same and all(a is b for a, b in zip(items, value, strict=True)) else items

    def _text(self, text: Text, scope: Sequence[str]) -> Text:
        """A text with what is asked of families written out."""
        if "(" not in text:
            return text
        written = CALL.sub(lambda match: _over(match[1], self.each(match[2], scope)) or match[0], text)
        return text if written == text else Text(written, text.place, style=text.style)

    def _effects(self, text: Text, scope: Sequence[str]) -> list[str]:
        """An effect on each of a family: an assignment to it, in which its name means the same one, or a verb."""
        if match := _TARGET.fullmatch(text):
            rest = str(self._text(Text(match[2]), scope))  # what is asked of all of them is asked of all
            family = re.compile(rf"(?<![\w.]){re.escape(match[1])}(?![\w.])")
            return [name + family.sub(name, rest) for name in self.each(match[1], scope)]
        if match := _VERB.fullmatch(text):
            return [f"{match[1]}{name}{match[3]}" for name in self.each(match[2], scope)]
        return []

    def _everywhere(self, text: Text) -> list[str]:
        return self.spread(str(text))[1]

    # ---------------------------------------------------------------------------------------- overlays

    def laid(self, overlay: Overlay) -> Overlay:
        """An overlay of the command line with a path for each of what it speaks of together."""
        entries: list[tuple[Text, Any]] = []
        for path, value in overlay.entries:
            value = self._text(value, ()) if isinstance(value, Text) else value
            entries += [(Text(one, path.place), value) for one in self.spread(str(path))[1] or [str(path)]]
        return replace(overlay, entries=tuple(entries))


def _is_among(whole: str, names: Iterable[str]) -> bool:
    """Whether a path leads to one of the names, or into it."""
    return any(whole == name or whole.startswith(f"{name}.") for name in names)


def _member(family: Family, copy: Path) -> str:
    return copy[-1].removeprefix(f"{family.path[-1]}.")


def _scope(block: Section, path: Path, scope: Sequence[str]) -> Sequence[str]:
    """Whose names may stand bare in a block: those of its agent and of its actor."""
    if len(path) == 2 and path[0] in ("agents", "actors"):
        scope = (path[1],)
    posture = block.get("posture")
    owners = [one.get("actor") for one in (block, posture) if isinstance(one, dict)]
    return (*scope, *(str(owner) for owner in owners if isinstance(owner, Text)))


def _over(function: str, names: Sequence[str]) -> str:
    """One function over several names, written out; nothing if there are none."""
    if not names:
        return ""
    if function in ("count", "since"):
        names = [f"{function}({name})" for name in names]
    if function in ("sum", "mean", "count"):
        total = f"({' + '.join(names)})"
        return f"({total} / {len(names)})" if function == "mean" else total
    return _halved("min" if function == "since" else function, names)


def _halved(function: str, names: Sequence[str]) -> str:
    """`max` of many, halved again and again so that the nesting stays shallow."""
    if len(names) == 1:
        return names[0]
    middle = (len(names) + 1) // 2
    return f"{function}({_halved(function, names[:middle])}, {_halved(function, names[middle:])})"


def as_text(key: str) -> Text:
    """A key of a block, which is a text that knows its place wherever it stands in a file."""
    return key if isinstance(key, Text) else Text(key)


def with_copy(place: Place | None, copy: Copy) -> Place | None:
    """The same spot as the place of a text of a copy."""
    return replace(place, copy=copy) if place is not None else None


def marked(value: Any, copy: Copy) -> Any:
    """A part of the file, all of it known to belong to a copy."""
    if isinstance(value, Text):
        return Text(value, with_copy(value.place, copy), style=value.style)
    same: Section | Items
    if isinstance(value, Section):
        same = Section((marked(as_text(key), copy), marked(inner, copy)) for key, inner in value.items())
    else:
        same = Items(marked(one, copy) for one in value)
    same.place = with_copy(value.place, copy)
    return same
