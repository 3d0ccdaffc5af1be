"""Tables for readers: rows of values that know how they are said, whatever they are shown on.

The terminal, the report page and a notebook show the same cells, and a machine gets the same rows as records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from sim.analysis.percent import percent
from sim.digits import decimals_of, fixed

Sort = Literal["text", "count", "share", "points", "number", "written"]
"""Words; whole numbers; shares (0 to 1, said in percent); differences of shares (said in points); other numbers.

What is `written` is a number that is text already, and stands at the right as numbers do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: under which key its value stands in a row, and what stands above it.

    `low` and `high` are the keys of its 95 % interval, which stands in the cell beside the value and decides how many
    digits both deserve. A number without an interval has three figures.
    """

    key: str
    heading: str
    sort: Sort = "text"
    low: str = ""
    high: str = ""
    says: str = ""  # what it means, for whoever asks (a tooltip, the manual)
    decimals: int = 12  # at most so many beside an interval, however narrow it is
    signed: bool = True  # whether points above nought have a plus
    once: bool = False  # on the terminal it is said where it changes, and not in every row


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what it is called, its columns, a record for each row, and the sentences under it."""

    name: str  # as its file is called, in lower case, such as `outcomes`
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = ()
    hidden: tuple[str, ...] = field(default=())  # keys of records that are not in a column, said to machines alone

    def cells(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """The cells of one row as text, in the order of the columns."""
        return tuple(cell(row, column) for column in self.columns)

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """The cells of all rows, those that are said once left out where they say the same as the row above."""
        rows = [self.cells(row) for row in self.rows]
        return tuple(
            tuple(
                "" if column.once and number and cells[: at + 1] == rows[number - 1][: at + 1] else cells[at]
                for at, column in enumerate(self.columns)
            )
            for number, cells in enumerate(rows)
        )

    def records(self) -> list[dict[str, Any]]:
        """One flat record for each row: keys of the columns and of their intervals, then the hidden ones."""
        keys = [key for column in self.columns for key in (column.key, column.low, column.high) if key]
        return [{key: row.get(key) for key in dict.fromkeys((*keys, *self.hidden))} for row in self.rows]

    def _repr_html_(self) -> str:
        """The table as a notebook shows it."""
        return html_of(self)


def cell(row: Mapping[str, Any], column: Column) -> str:
    """One value as text, with its interval where it has one; nothing for None, `void` for NaN.

    >>> cell({"p": 0.123, "l": 0.11, "h": 0.137}, Column("p", "share", "share", "l", "h"))
    '12.3 % [11.0, 13.7]'
    >>> cell({"d": -0.021, "l": -0.034, "h": -0.008}, Column("d", "difference", "points", "l", "h"))
    '-2.1 [-3.4, -0.8]'
    >>> cell({"m": 12.3456, "l": 11.9, "h": 12.8}, Column("m", "mean", "number", "l", "h"))
    '12.3 [11.9, 12.8]'
    """
    value = row.get(column.key)
    if value is None:
        return ""
    if column.sort in ("text", "written"):
        return str(value)
    if column.sort == "count":
        return f"{value:,}"
    low, high = (row.get(key) if key else None for key in (column.low, column.high))
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)) or value != value:
        return _alone(float(value), column.sort, signed=column.signed)
    scale, unit = (1.0, "") if column.sort == "number" else (100.0, " %" if column.sort == "share" else "")
    digits = min(column.decimals, decimals_of((high - low) / 2 * scale))
    sign = "+" if column.sort == "points" and column.signed else ""
    told = (fixed(one * scale, digits, sign=sign) for one in (value, low, high))
    middle, *ends = told
    return f"{middle}{unit} [{', '.join(ends)}]"


def _alone(value: float, sort: Sort, *, signed: bool) -> str:
    """A number without an interval."""
    if value != value:
        return "void"
    if not math.isfinite(value):
        return "never" if value > 0 else "-inf"
    if sort == "share":
        return percent(value)
    if sort == "points":
        return f"{100 * value:{'+' if signed else ''}.2g}" if abs(value) > 1e-12 else "0"
    return figures(value)


def figures(value: float, count: int = 3) -> str:
    """A number with so many figures, without trailing zeros.

    >>> figures(1234.5), figures(0.012345), figures(0.0), figures(2.5)
    ('1,234', '0.0123', '0', '2.5')
    """
    if value == 0.0:
        return "0"
    if abs(value) >= 1e12 or abs(value) < 1e-6:
        return f"{value:.{count}g}"
    decimals = max(0, count - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def html_of(sheet: Sheet) -> str:
    """The table as HTML that a screen reader can follow: a caption, heads with scopes, notes below."""
    heads = "".join(
        f'<th scope="col"{_title(column)}{_side(column)}>{escape(column.heading)}</th>' for column in sheet.columns
    )
    body = "".join(f"<tr>{_html_row(sheet, row)}</tr>" for row in sheet.rows)
    notes = "".join(f"<p>{marked_up(note)}</p>" for note in sheet.notes)
    return (
        f'<table class="sheet"><caption>{marked_up(sheet.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{notes}"
    )


def marked_up(sentence: str) -> str:
    """A sentence as HTML: names between backticks as code, everything else as the text that it is.

    >>> marked_up("`a` < b")
    '<code>a</code> &lt; b'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))


def _html_row(sheet: Sheet, row: Mapping[str, Any]) -> str:
    texts = sheet.cells(row)
    first = f'<th scope="row">{escape(texts[0])}</th>'
    rest = (
        f"<td{_side(column)}>{escape(text)}</td>" for column, text in zip(sheet.columns[1:], texts[1:], strict=True)
    )
    return first + "".join(rest)


def _side(column: Column) -> str:
    return "" if column.sort == "text" else ' style="text-align:right"'


def _title(column: Column) -> str:
    return f' title="{escape(column.says)}"' if column.says else ""


def sheet_from(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    notes: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> Sheet:
    """A sheet of any sequences."""
    return Sheet(name, title, tuple(columns), tuple(rows), tuple(notes), tuple(hidden))
