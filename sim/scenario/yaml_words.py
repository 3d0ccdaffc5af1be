"""What YAML's own complaints mean, in words for the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sim.errors import Place

_INDENT = "lines of one block begin in the same column"
_QUOTE = "text stands behind a closing quote: put other quotes around the whole of it"

# What the complaint says -> our sentence and the remedy. `{line}` is the line on which the block began.
_SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a second `: ` in one line",
     "put quotes around the text, or write the inner key on a line of its own"),
    ("found unexpected end of stream", "the quote opened on line {line} is never closed", "close it"),
    ("found unexpected document indicator", "the quote opened on line {line} is never closed", "close it"),
    ("did not find expected ',' or '}'", "the brace opened on line {line} is not closed here",
     "close it with `}`, put a comma between entries, and quote text that holds `?`, `:`, `[` or `{`"),
    ("expected ',' or '}'", "the brace opened on line {line} is not closed here",
     "close it with `}`, put a comma between entries, and quote text that holds `?`, `:`, `[` or `{`"),
    ("did not find expected ',' or ']'", "the bracket opened on line {line} is not closed here",
     "close it with `]`, put a comma between entries, and quote text that holds `?`, `:`, `[` or `{`"),
    ("expected ',' or ']'", "the bracket opened on line {line} is not closed here",
     "close it with `]`, put a comma between entries, and quote text that holds `?`, `:`, `[` or `{`"),
    ("found unexpected ':'", "a colon inside braces", "put quotes around the text that holds it"),
    ("did not find expected '-' indicator", "this line does not fit the list that begins on line {line}", _INDENT),
    ("expected <block end>", "this line does not fit the block that begins on line {line}", _INDENT),
    ("did not find expected key", "this line does not fit the block that begins on line {line}",
     _INDENT),
    ("could not find expected ':'", "a key without `: ` behind it", "write `key: value`, with a space after the colon"),
    ("found undefined alias", "an alias that stands for nothing", "write the value out"),
    ("did not find expected alphabetic or numeric character", "`*` and `&` begin an alias in YAML",
     "put quotes around the text"),
    ("unknown escape character", "a backslash in double quotes that means nothing", "use single quotes"),
    ("did not find expected hexdecimal number", "a backslash in double quotes that means nothing", "use single quotes"),
    ("block sequence entries are not allowed", "a list cannot begin here",
     "begin it on a line of its own, or write it in brackets"),
    ("block mapping entries are not allowed", "a block cannot begin here", "begin it on a line of its own"),
    ("mapping keys are not allowed", "`?` begins a key in YAML", "put quotes around the text"),
    ("did not find expected <document start>", "this does not belong to the scenario above it", _INDENT),
    ("did not find expected node content", "a value is missing here", "write it, or take the comma away"),
    ("directive", "a line that begins with `%` is a YAML directive", "take it away, or quote it"),
    ("tag", "`!` begins a tag in YAML, and scenarios have none", "write `not`, or put quotes around the text"),
    ("found character '\\t'", "a tab indents this line", "indent with spaces"),
)  # fmt: skip

_KEY = re.compile(r"( *)([A-Za-z_][\w.]*):(?=\s|$)")

_TOLD_WHERE_IT_BEGINS = ("could not find expected ':'", "unexpected end of stream", "unexpected document indicator")

_CHARACTERS = {
    "%": ("a value cannot begin with `%`", "write the number first, as in `50 %`"),
    "@": ("a value cannot begin with `@`", "put quotes around the text"),
    "`": ("a value cannot begin with a backquote", "put quotes around the text"),
    "\t": ("a tab indents this line", "indent with spaces"),
}


def say_syntax_error(error: Any, lines: Sequence[str], place: Callable[[int, int], Place]) -> tuple[Place, str, str]:
    """Where, what and how to mend it, for a `yaml.MarkedYAMLError`. `place` takes lines and columns from 0."""
    problem = error.problem or error.context or "broken"
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(words in problem for words in _TOLD_WHERE_IT_BEGINS):
        mark = error.context_mark
    line = min(mark.line, max(len(lines) - 1, 0)) if mark is not None else 0
    column = mark.column if mark is not None and line == mark.line else 0
    where = place(line, column)
    context = error.context_mark
    said = {"line": str(context.line + 1 if context is not None else line + 1)}
    indentation = where.text[: len(where.text) - len(where.text.lstrip())]
    if "\t" in indentation:
        return place(line, indentation.index("\t")), *_CHARACTERS["\t"]
    if "cannot start any token" in problem:
        character = where.text[column : column + 1]
        says, remedy = _CHARACTERS.get(
            character, (f"a value cannot begin with `{character}`", "put quotes around the text")
        )
        return where, says, remedy
    if "mapping values are not allowed" in problem and (above := _key_with_value_above(lines, line, column)):
        says = "this line is indented deeper than the line above, which has its value already"
        return place(line, len(indentation)), says, f"begin it in the same column as `{above}`"
    for words, says, remedy in _SENTENCES:
        if words in problem:
            if remedy is _INDENT and where.text[:column].rstrip().endswith(("'", '"')):
                remedy = _QUOTE
            return where, re.sub(r"\{(line)\}", lambda found: said[found[1]], says), remedy
    return where, f"this cannot be read as YAML: {problem}", "put quotes around text with signs in it"


def _key_with_value_above(lines: Sequence[str], line: int, column: int) -> str:
    """The key of the line above if it has a value on its line, and a key begins deeper here; nothing if not so."""
    here = _KEY.match(lines[line]) if line < len(lines) else None
    above = next((text for text in reversed(lines[:line]) if text.strip() and not text.lstrip().startswith("#")), "")
    before = _KEY.match(above)
    if here is None or before is None or here.end(2) != column:
        return ""
    value = above[before.end() :].strip()
    return before[2] if len(here[1]) > len(before[1]) and value and not value.startswith(("#", "|", ">")) else ""
