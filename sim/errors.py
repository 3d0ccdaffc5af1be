"""One way to point into a scenario file, and the two ways in which things go wrong.

A *fault* is something wrong with what the user wrote: it has a place, a sentence and a remedy. Faults are
collected and raised together as a `ScenarioError`. A *run fault* is something wrong with one history: it ends
that run as failed, and is data.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Copy:
    """Of which block that is written once for each of several a text is a copy, and what its words stand for there."""

    written: str  # the key of the block as the file says it: buildings
    called: str  # the key of this copy: buildings.donetsk
    words: tuple[tuple[str, str], ...]  # (each, donetsk)
    of: int  # so many copies there are
    outer: Copy | None = None  # of a block in which this one stands

    @property
    def chain(self) -> tuple[Copy, ...]:
        """This copy and those in which it stands, the innermost first."""
        return (self, *(self.outer.chain if self.outer else ()))

    def written_at(self, text: str, offset: int) -> int:
        """The offset in a text as it is written, for an offset in what the copy made of it."""
        values = {word: value for copy in reversed(self.chain) for word, value in copy.words}
        longer = 0
        for match in re.finditer(whole_words(values), text):
            begin, grows = match.start() + longer, len(values[match[0].strip("{}")]) - len(match[0])
            if offset < begin:
                break
            if offset < begin + len(match[0]) + grows:
                return match.start()
            longer += grows
        return offset - longer


def whole_words(words: Iterable[str]) -> str:
    """The pattern of any of these words as a whole part of a dotted name, or in braces."""
    either = "|".join(re.escape(word) for word in words)
    return rf"\{{(?:{either})\}}|(?<!\w)(?:{either})(?!\w)"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file: line and column count from 1; `text` is the line itself, for showing."""

    file: str
    line: int
    column: int
    text: str = field(default="", compare=False)
    copy: Copy | None = field(default=None, compare=False)  # where one spot is the place of several texts

    def shifted(self, offset: int) -> Place:
        """The spot `offset` characters further on the same line; the same spot if the line ends before."""
        if self.copy is not None:
            offset = self.copy.written_at(self.text[self.column - 1 :], offset)
        column = self.column + offset
        return Place(self.file, self.line, column, self.text, self.copy) if column <= len(self.text) + 1 else self

    def window(self, width: int = 160) -> tuple[str, int]:
        """The line, or of a long one the part around the spot, and the column of the spot in it."""
        line = self.text.rstrip()
        if len(line) <= width:
            return line, self.column
        begin = max(0, min(self.column - 1 - width // 2, len(line) - width))
        shown = line[begin : begin + width]
        return f"{'…' if begin else ''}{shown}{'…' if begin + width < len(line) else ''}", self.column - begin + (
            begin > 0
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Text(str):
    """A scalar as it stands in the file, that knows its place. Every leaf and every key of a scenario is one."""

    place: Place | None
    style: str  # "" plain, "'" or '"' quoted, "|" or ">" block: a quoted word is text whatever it looks like

    def __new__(cls, value: str, place: Place | None = None, *, style: str = "") -> Self:
        self = super().__new__(cls, value)
        self.place = place
        self.style = style
        return self

    def __reduce__(self) -> tuple[type[Text], tuple[str, Place | None]]:  # so that a Text survives pickling
        return type(self), (str(self), self.place)


def place_of(value: object) -> Place | None:
    """Where a value stands in the file, if it knows."""
    return getattr(value, "place", None)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file, where, and how to mend it. A `warning` is lint: it does not stop a run."""

    place: Place | None
    path: str
    says: str
    remedy: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """The block that the user reads: place and path, the sentence, the line with a caret, the remedy."""
        mark = "" if self.level == "error" else "warning: "
        lines = [f"{self.place or 'scenario'}  {self.path}".rstrip(), f"  {mark}{self.says}"]
        if self.place is not None and self.place.text.strip():
            text, column = self.place.window()
            lines.append(f"{self.place.line:>6} | {text}")
            lines.append(f"{'':>6} | {' ' * (column - 1)}^")
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)

    @property
    def order(self) -> tuple[str, int, int]:
        """Faults are told in file order; those without a place come first."""
        return (self.place.file, self.place.line, self.place.column) if self.place else ("", 0, 0)


def told_for_each(faults: Iterable[Fault]) -> list[Fault]:
    """The same faults, those of the copies of one block told once, in the words of the block.

    What is wrong with some of the copies only is told of these.
    """
    groups: dict[tuple[Place | None, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.place, *_as_written(fault)[:2]), []).append(fault)
    return [_told_once(group) for group in groups.values()]


def _as_written(fault: Fault) -> tuple[str, str, str]:
    """Path, sentence and remedy of a fault in the words of the block of which its text is a copy."""
    path, says, remedy = fault.path, fault.says, fault.remedy
    about = says
    for copy in fault.place.copy.chain if fault.place is not None and fault.place.copy is not None else ():
        path = re.sub(rf"(?<!\w){re.escape(copy.called)}(?!\w)", copy.written, path)
        for word, value in copy.words:
            says, remedy = (_quoted_anew(text, value, word) for text in (says, remedy))
    return path, says, fault.remedy if says == about else remedy


def _quoted_anew(text: str, value: str, word: str) -> str:
    """A sentence with a word in the place of a value, where it quotes the file."""
    whole = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
    return re.sub("`[^`]*`", lambda quote: whole.sub(lambda _: word, quote[0]), text)


def _told_once(group: list[Fault]) -> Fault:
    fault = group[0]
    if fault.place is None or fault.place.copy is None:
        return fault
    path, says, remedy = _as_written(fault)
    place, copies = replace(fault.place, copy=None), fault.place.copy.chain
    total = 1
    for copy in copies:
        total *= copy.of
    if says == fault.says or len(group) == total:
        return replace(fault, place=place, path=path, says=says, remedy=remedy)
    word = copies[0].words[0][0]
    values = [one.place.copy.words[0][1] for one in group if one.place is not None and one.place.copy is not None]
    which = ", ".join(f"`{value}`" for value in dict.fromkeys(values))
    return replace(fault, place=place, path=path, says=f"{fault.says} (where `{word}` is {which})")


class ScenarioError(Exception):
    """The scenario cannot be played; `faults` says everything that is wrong with it, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(told_for_each(faults), key=lambda fault: fault.order))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class UsageError(Exception):
    """The command or call is wrong, not the file: one sentence with its remedy."""


class RunFault(Exception):
    """One history cannot go on: a NaN, a negative rate, a rung that is not whole.

    All arguments are plain and positional, because exceptions that cross a SimPy process are made anew from `args`.
    """

    def __init__(self, trigger: str, role: str, says: str, tick: int = 0, values: str = "") -> None:
        super().__init__(trigger, role, says, tick, values)
        self.trigger, self.role, self.says, self.tick, self.values = trigger, role, says, tick, values


def public(names: Iterable[str]) -> list[str]:
    """The names that a user may write: not those that the expansion keeps for itself, such as `army._before`."""
    return [str(name) for name in names if not str(name).startswith("_") and "._" not in str(name)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion such as "did you mean `pressure`?", or nothing when no known word is near."""
    near = difflib.get_close_matches(word, public(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""
