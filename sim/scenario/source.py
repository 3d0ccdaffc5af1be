"""YAML that knows its lines: a file's text -> nested blocks and lists of `Text`, and what is wrong with the YAML.

Read from PyYAML's events (libyaml's where it is built in), because its loaders lose lines, drop duplicate keys in
silence and turn `no` into False, `010` into 8 and `1e3` into text. Here every scalar stays the text that stands in
the file; what it means is read where its kind is known. Building from events needs no recursion, so that depth and
aliases can be bounded before they cost anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import Fault, Place, ScenarioError, Text
from sim.scenario.yaml_words import say_syntax_error

LARGEST_FILE = 1_000_000
MOST_NODES = 20_000
DEEPEST = 40
"""Limits of a file: bytes, values (each alias counts what it stands for), and levels of nesting."""
LONGEST_TORN = 400
"""So many characters of a torn text are put together again."""

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Section(dict[str, Any]):
    """A block of the file that knows where it begins; its keys are `Text`. Once read it does not change."""

    place: Place | None = None
    partial: bool = False  # whether a file that belongs to it could not be read: what is not here may be there
    lost: frozenset[str] = frozenset()  # names of blocks that had to be left out
    families: Any = None  # what is spoken of together, see `sim.scenario.families`
    searched: Any = None  # what `sim.scenario.paths` found in it, kept for the next path
    named: dict[str, Text] | None = None

    def key(self, word: str) -> Text | None:
        """A key as it stands in the file, which knows its place."""
        if self.named is None:
            self.named = {str(key): key for key in self if isinstance(key, Text)}
        return self.named.get(word)


class Items(list[Any]):
    """A list of the file that knows where it begins."""

    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it stands: `data` is nested `Section`, `Items` and `Text`; `faults` are those that reading survived."""

    file: str
    data: Section
    faults: tuple[Fault, ...] = ()
    doubled: tuple[tuple[Text, Any, Any], ...] = ()  # keys that stand twice in a block, with first and last value


def read_document(path: Path) -> Document:
    """The document in a file.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or its YAML is broken where nothing can be made of the rest.
    """
    file = str(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _stopped(Place(file, 1, 1), f"a file of {path.stat().st_size:,} bytes; {LARGEST_FILE:,} is the limit",
                           "split it, and join the parts with `extends:`")  # fmt: skip
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _stopped(Place(file, 1, 1), f"this file cannot be read: {reason}") from None
    return compose(_decoded(content, file), file)


def _stopped(place: Place, says: str, remedy: str = "") -> ScenarioError:
    return ScenarioError([Fault(place, "", says, remedy)])


def _decoded(content: bytes, file: str) -> str:
    """The text of a file, which is UTF-8 with or without a byte order mark."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _stopped(Place(file, 1, 1), "this file is UTF-16", "save it as UTF-8")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line = content.decode("utf-8", errors="replace").splitlines()[before.count("\n")]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"), line)
        raise _stopped(place, f"the byte {content[error.start]:#04x} is not UTF-8", "save the file as UTF-8") from None


def compose(text: str, file: str) -> Document:
    """The document in a text.

    Raises
    ------
    ScenarioError
        If the YAML is broken, empty, or no block at the top.
    """
    composer = _Composer(text, file)
    data = composer.whole()
    if isinstance(data, Section):
        return Document(file, data, tuple(composer.faults), tuple(composer.doubled))
    says = "the file is empty" if data is None else "a scenario is a block of keys, and this is not one"
    raise ScenarioError([*composer.faults, Fault(composer.place(0, 0), "", says, "begin with `scenario: a-name`")])


def compose_value(text: str, file: str) -> Any:
    """The one value in a text such as that of `--set`: a `Text`, or a block or list in braces or brackets.

    Raises
    ------
    ScenarioError
        If the YAML is broken.
    """
    composer = _Composer(text, file)
    value = composer.whole()
    if composer.faults:
        raise ScenarioError(composer.faults)
    return Text("", composer.place(0, 0)) if value is None else value


@dataclass(slots=True)
class _Open:
    """A block or list that is being read."""

    value: Section | Items
    flow: bool
    begins: int  # nodes read before it
    anchor: str | None
    key: Text | None = None  # of a block: the key whose value comes next
    path: str = ""
    torn_until: int = -1  # offset in the text up to which what is read are pieces of something torn
    tail: tuple[Text, Text, int] | None = None  # a text cut up by commas: its start, the first piece, its fault
    dropping: bool = False  # the value that comes next belongs to a key that is such a piece
    keys: dict[str, Text] = field(default_factory=dict)


class _Composer:
    """One pass over the events of one text."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = _BREAK.split(text)
        self.faults: list[Fault] = []
        self.doubled: list[tuple[Text, Any, Any]] = []
        self.stack: list[_Open] = []
        self.root: Any = None
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.pending: set[str] = set()
        self.nodes = 0

    def place(self, line: int, column: int) -> Place:
        """The place of a mark, whose line and column count from 0."""
        return Place(self.file, line + 1, column + 1, self.lines[line] if line < len(self.lines) else "")

    def at(self, event: Any) -> Place:
        return self.place(event.start_mark.line, event.start_mark.column)

    @property
    def path(self) -> str:
        if not self.stack:
            return ""
        top = self.stack[-1]
        return f"{top.path}.{top.key}".lstrip(".") if top.key is not None else top.path

    def fault(self, place: Place, says: str, remedy: str = "") -> None:
        self.faults.append(Fault(place, self.path, says, remedy))

    def stop(self, place: Place, says: str, remedy: str = "") -> ScenarioError:
        """The error that ends the reading, with the faults found so far."""
        return ScenarioError([*self.faults, Fault(place, self.path, says, remedy)])

    # ---------------------------------------------------------------------------------------- the pass

    def whole(self) -> Any:
        """The one document of the text; None if there is nothing in it."""
        import yaml

        self._check_characters()
        documents = 0
        try:
            for event in _events(self.text):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise self.stop(self.at(event), "a second document begins here", "a file holds one scenario")
                elif isinstance(event, yaml.NodeEvent):
                    self._node(event, yaml)
                elif isinstance(event, yaml.CollectionEndEvent):
                    self._close()
        except yaml.MarkedYAMLError as error:
            place, says, remedy = say_syntax_error(error, self.lines, self.place)
            raise self.stop(place, says, remedy) from None
        except yaml.YAMLError as error:
            raise self.stop(self.place(0, 0), f"this cannot be read as YAML: {error}".splitlines()[0]) from None
        return self.root

    def _check_characters(self) -> None:
        """What YAML may not hold, and the blanks that look like indentation and are none."""
        if bad := _UNREADABLE.search(self.text):
            line = len(_BREAK.findall(self.text, 0, bad.start()))
            column = self.lines[line].index(bad.group())
            shown = _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", self.lines[line])
            place = Place(self.file, line + 1, column + 1, shown)
            raise self.stop(place, f"the character U+{ord(bad.group()):04X} cannot stand in a scenario", "delete it")
        if "\xa0" in self.text:
            for number, line_text in enumerate(self.lines):
                blank = line_text[: len(line_text) - len(line_text.lstrip())]
                if "\xa0" in blank:
                    place = self.place(number, blank.index("\xa0"))
                    raise self.stop(place, "a non-breaking space indents this line", "indent with plain spaces")

    def _node(self, event: Any, yaml: Any) -> None:
        """A scalar, an alias, or the beginning of a block or list."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.stop(self.at(event), f"more than {MOST_NODES:,} values", "split the file with `extends:`")
        if isinstance(event, yaml.AliasEvent):
            self._put(self._alias(event), event)
            return
        if event.tag is not None:
            tag = self.text[event.start_mark.index :].split(maxsplit=1)[0]
            self.fault(self.at(event), f"`{tag}` is a YAML tag, and scenarios have none", "take it away")
        if isinstance(event, yaml.ScalarEvent):
            value = Text(event.value, self.at(event), style=event.style or "")
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            self._put(value, event)
            return
        if len(self.stack) >= DEEPEST:
            raise self.stop(self.at(event), f"nested more than {DEEPEST} deep", "a scenario needs eight or so")
        block = Section() if isinstance(event, yaml.MappingStartEvent) else Items()
        block.place = self.at(event)
        if event.anchor:
            self.pending.add(event.anchor)
        self.stack.append(_Open(block, bool(event.flow_style), self.nodes, event.anchor, path=self.path))

    def _alias(self, event: Any) -> Any:
        """What an alias stands for, counted as often as it is used."""
        if event.anchor in self.pending:
            raise self.stop(self.at(event), f"`*{event.anchor}` stands inside itself", "write it out")
        if event.anchor not in self.anchors:
            raise self.stop(self.at(event), f"`*{event.anchor}` stands for nothing",
                            f"a value is marked `&{event.anchor}` before it is used")  # fmt: skip
        value, size = self.anchors[event.anchor]
        self.nodes += size - 1
        if self.nodes > MOST_NODES:
            raise self.stop(self.at(event), f"more than {MOST_NODES:,} values once its aliases are written out",
                            "use fewer aliases")  # fmt: skip
        return value

    def _close(self) -> None:
        """The end of a block or list: it becomes a value of what stands around it."""
        done = self.stack.pop()
        if done.anchor:
            self.pending.discard(done.anchor)
            self.anchors[done.anchor] = (done.value, self.nodes - done.begins + 1)
        self._merge(done)
        self._put(done.value, None)

    def _merge(self, done: _Open) -> None:
        """`<<: *other`: the keys of another block that this one does not have itself."""
        block = done.value
        others = block.pop("<<", None) if isinstance(block, Section) else None
        if others is None or not isinstance(block, Section):
            return
        for other in others if isinstance(others, Items) else [others]:
            if not isinstance(other, Section):
                self.fault(done.keys["<<"].place or self.place(0, 0), "`<<` takes in a block, and this is none",
                           "write `<<: *name` where `&name` marks a block")  # fmt: skip
                return
            for key, value in other.items():
                block.setdefault(key, value)

    # ---------------------------------------------------------------------------------------- putting together

    def _put(self, value: Any, event: Any) -> None:
        """A finished value into what is open."""
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        place = self.at(event) if event is not None else value.place
        offset = event.start_mark.index if event is not None else -1
        if top.dropping or 0 <= offset < top.torn_until:
            # A piece of a torn text: in a block it comes as a key and then its value, in a list alone.
            top.dropping = isinstance(top.value, Section) and not top.dropping
            return
        if isinstance(top.value, Items):
            top.value.append(value)
        elif top.key is None:
            self._key(top, value, place)
            return
        else:
            if value == "" and not value.style and top.flow and self._is_torn_tail(top.key, event):
                self._tell_tail(top)
            elif top.key or value:
                if top.key in top.value:
                    self.doubled.append((top.key, top.value[top.key], value))
                top.value[top.key] = value
                top.tail = None
            top.key = None
        if top.flow and isinstance(value, Text) and not value.style:
            self._check_torn(top, value, event)

    def _key(self, top: _Open, key: Any, place: Place) -> None:
        if not isinstance(key, Text):
            raise self.stop(place, "a key is one word, not a block or a list", "write `key: {...}` or `key: [...]`")
        if key == "":
            self.fault(place, "a key without a name", "write one before the colon")
        if (before := top.keys.get(key)) is not None and key != "<<":
            line = before.place.line if before.place else 0
            where = "on this line" if line == place.line else f"on line {line}"
            self.fault(place, f"`{key}` stands twice in this block: already {where}", "keep one of them")
        top.keys.setdefault(str(key), key)
        top.key = key

    # A comma in braces ends a value, so that `{value: max(0, x)}` is read as `value: max(0` and a key `x)` with
    # nothing behind it. It is told as one fault, and the pieces are dropped.

    def _check_torn(self, top: _Open, value: Text, event: Any) -> None:
        if value.count("(") <= value.count(")"):
            return
        begin = event.start_mark.index
        end = _closing_bracket(self.text, begin)
        if end is None:
            return
        whole = " ".join(self.text[begin:end].split())
        self.fault(self.at(event), f"the comma tore `{whole}` apart", f'quote it: `"{whole}"`')
        top.torn_until = end
        if isinstance(top.value, Section):
            last = next(reversed(top.value))
            top.value[last] = Text(whole, value.place, style='"')
        else:
            top.value[-1] = Text(whole, value.place, style='"')

    def _is_torn_tail(self, key: Text, event: Any) -> bool:
        """Whether a key without a value is what a comma cut off: nothing, not even a colon, stands behind it."""
        end = event.start_mark.index
        return not self.text[max(0, end - 200) : end].rstrip().endswith(":")

    def _tell_tail(self, top: _Open) -> None:
        """Say that a key without a value was cut off; several in a row are one fault."""
        key = top.key
        if not key:  # told as a key without a name
            return
        place = key.place or self.place(0, 0)
        previous = next(reversed(top.value), None) if isinstance(top.value, Section) else None
        before = top.value[previous] if isinstance(top.value, Section) and previous is not None else None
        if not isinstance(before, Text):
            self.fault(place, f"`{key}` has no value", f"write `{key}: ...`")
            return
        if top.tail is None:
            top.tail = (before, key, len(self.faults))
        elif len(before) > LONGEST_TORN:
            return
        else:
            del self.faults[top.tail[2] :]
        text, first, _ = top.tail
        whole = f"{before}, {key}"
        cut = whole[len(text) + 2 :]
        self.faults.append(
            Fault(first.place, f"{top.path}.{previous}".lstrip("."),
                  f"`{cut}` has no value: the comma cut it off from `{text}`",
                  f'quote the whole, `"{whole}"`' + (f", or write `{key}: ...`" if cut == key else ""))
        )  # fmt: skip
        if isinstance(top.value, Section) and previous is not None:
            top.value[previous] = Text(whole, before.place, style='"')


def _closing_bracket(text: str, begin: int) -> int | None:
    """The offset behind the bracket that closes the first one opened after `begin`; None if none does nearby."""
    depth = 0
    for at in range(begin, min(len(text), begin + LONGEST_TORN)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                end = at + 1
                while end < len(text) and text[end] not in ",}]#\n":  # the rest of the same value
                    end += 1
                rest = text[at + 1 : end]
                return at + 1 + len(rest.rstrip()) if "(" not in rest else _closing_bracket(text, at + 1)
        elif text[at] in "{}[]":
            return None
    return None


def _events(text: str) -> Iterator[Any]:
    """The YAML events of a text, by libyaml where it is built in."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()
