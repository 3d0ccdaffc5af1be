"""What stands on the terminal: tables, colours, widths, and the same records as JSON or CSV."""

from __future__ import annotations

import math
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from sim.digits import fixed

if TYPE_CHECKING:
    pass

Paint = Callable[[str, str], str]

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "head": {"dim": True},
    "date": {"fg": "cyan"},
    "name": {},
    "choice": {"bold": True},
    "move": {"fg": "yellow"},
    "cause": {"dim": True},
    "quiet": {"dim": True},
    "end": {"bold": True, "fg": "green"},
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "command": {"fg": "cyan"},
}
"""Colours of the parts of a page; sixteen-colour names, so that a terminal's own theme holds."""


def is_plain(*, no_color: bool) -> bool:
    """Whether colours stay away: asked so, NO_COLOR set, a dumb terminal, or a pipe."""
    return no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()


def painter(*, no_color: bool) -> Paint:
    """A function (part, text) -> text in the part's colour, or the text as it is."""
    if is_plain(no_color=no_color):
        return lambda part, text: text
    return lambda part, text: click.style(text, **STYLES[part]) if text else text


def width() -> int:
    """Columns of the terminal, at most 100 so that lines can be read; 80 in a pipe."""
    if not sys.stdout.isatty():
        return 80
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        columns = 80
    return min(100, max(40, columns))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, paint: Paint) -> list[str]:
    """Lines of a table: the first `left` columns stand left, the others right; heads are quiet."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]

    def line(cells: Sequence[str]) -> str:
        parts = (
            cell.ljust(size) if at < left else cell.rjust(size)
            for at, (cell, size) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(parts).rstrip()

    return [paint("head", line(heads)), *(line(row) for row in rows)]


def listed(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, paint: Paint, parts: Sequence[str] = ()
) -> list[str]:
    """Lines of a table whose last column is text, wrapped into what room the others leave; `parts` colour its rows."""
    inner = [max((len(row[at]) for row in (heads, *rows)), default=0) for at in range(len(heads) - 1)]
    margin = sum(inner) + 2 * len(inner)
    lines = [paint("head", _padded(heads, inner) + heads[-1])] if any(heads) else []
    for row, part in zip(rows, parts or ["name"] * len(rows), strict=True):
        pieces = textwrap.wrap(row[-1], max(24, width() - margin)) or [""]
        told = [(_padded(row, inner) + pieces[0]).rstrip(), *(" " * margin + piece for piece in pieces[1:])]
        lines.extend(paint(part, line) for line in told)
    return lines


def _padded(row: Sequence[str], inner: Sequence[int]) -> str:
    return "".join(cell.ljust(size + 2) for cell, size in zip(row, inner, strict=False))


def wrapped(text: str, *, lead: str = "", hang: int | None = None) -> list[str]:
    """A paragraph at the terminal's width; further lines are indented to `hang`, or to the lead's length."""
    indent = " " * (len(lead) if hang is None else hang)
    return textwrap.wrap(
        lead + text, width(), subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    ) or [lead]


def emit(records: Iterable[Mapping[str, Any]], form: str) -> None:
    """Flat records on stdout as JSON or CSV."""
    rows = list(records)
    if form == "json":
        emit_json(rows)
        return
    import csv

    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def emit_json(value: object) -> None:
    """One JSON value on stdout; what is not finite is null, because JSON has no word for it."""
    import json

    click.echo(json.dumps(_finite(value), ensure_ascii=False, indent=2, allow_nan=False))


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value


def percent(share: float) -> str:
    """A share with three figures and no more: 41.2 %, 4.12 %, 0.41 %."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    return f"{100 * share:.1f} %" if share >= 0.0995 else f"{100 * share:.2f} %"


def odds(share: float) -> str:
    """A chance in whole hundredths, as one speaks of it.

    >>> odds(0.026), odds(0.004), odds(1.0)
    ('3 %', 'less than 1 %', '100 %')
    """
    return "less than 1 %" if 0.0 < share < 0.01 else f"{100 * share:.0f} %"


def inner(title: str) -> str:
    """A title in the middle of a sentence: without a capital article.

    >>> inner("The United States")
    'the United States'
    """
    return f"the {title[4:]}" if title.startswith("The ") else title


def number(value: float, figures: int = 3) -> str:
    """A number of a table: three figures, thousands set apart; `never` for what did not come."""
    if value != value:
        return "void"
    if value - value != 0.0:
        return "never" if value > 0 else "-inf"
    if abs(value) >= 1e12:
        return f"{value:.{figures}g}"
    decimals = figures - 1 - (math.floor(math.log10(abs(value))) if value else 0)
    text = fixed(round(value, decimals) + 0.0, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def painted(lines: Iterable[str], part: str, paint: Paint) -> list[str]:
    """Each line in the colour of a part."""
    return [paint(part, line) for line in lines]
