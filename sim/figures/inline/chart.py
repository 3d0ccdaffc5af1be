"""A chart and its table, and the few marks that all charts are made of.

Lengths across are percent of the width, lengths down are rem, so that a chart fills a phone and a projector alike and
its text is never scaled. Colours are classes (`charts.css`), so that a page decides what is light and what is dark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from sim.digits import decimals_of, fixed, halves_up

NARROW, WIDE = 34, 46
"""Characters in a line of text, on a phone and in half the width of a projector."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What tells apart options and outcomes beside their colour."""


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart as text, row by row; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def html(self) -> str:
        """The table as HTML."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        rows = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in self.rows)
        return (
            f"<table><caption>{escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _cells(row: Iterable[str]) -> Iterator[str]:
    for place, cell in enumerate(row):
        yield f"<td>{escape(cell)}</td>" if place else f'<th scope="row">{escape(cell)}</th>'


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture as SVG text, what it says in words, the note that stands below it, and its table."""

    title: str
    says: str
    note: str
    svg: str
    table: Table

    def html(self, *, is_open: bool = False) -> str:
        """The chart as a figure: its title, the picture, the note, and the table to be unfolded."""
        return (
            f'<figure class="chart"><figcaption>{escape(self.title)}</figcaption>{self.svg}'
            f'<p class="note">{escape(self.note)}</p>'
            f"<details{' open' if is_open else ''}><summary>The numbers: {escape(self.title)}</summary>"
            f'<div class="scrolls" role="region" tabindex="0" aria-label="{escape(self.title)}, in numbers">'
            f"{self.table.html()}</div></details></figure>"
        )


def style() -> str:
    """The style sheet of all charts, light and dark."""
    return (files("sim.figures.inline") / "charts.css").read_text(encoding="utf-8")


def chart(
    marks: Iterable[str], height: float, *, title: str, says: str, note: str, table: Table, standalone: bool = False
) -> Chart:
    """A chart of these marks, `height` rem high; standing alone it brings its own style."""
    own = f"<style>{style()}</style>" if standalone else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    svg = (
        f'<svg{space} class="drawn" role="img" width="100%" height="{height:g}rem">'
        f"<title>{escape(title)}</title><desc>{escape(says)}</desc>{own}{''.join(marks)}</svg>"
    )
    return Chart(title, says, note, svg, table)


# ------------------------------------------------------------------------------------------------ marks


def mark(kind: str, inside: str = "", **attributes: Any) -> str:
    """One element; `class_` and `stroke_width` are written as SVG has them, None is left out."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in named.items())
    return f"<{kind}{written}>{inside}</{kind}>"


def across(percent: float) -> str:
    """A length across.

    >>> across(12.3456)
    '12.35%'
    """
    return f"{percent:.2f}%"


def down(rem: float) -> str:
    """A length down.

    >>> down(1.25)
    '1.25rem'
    """
    return f"{rem:.4g}rem"


def rect(x: float, y: float, width: float, height: float, class_: str, **more: Any) -> str:
    """A rectangle: x and width in percent, y and height in rem."""
    size = {"width": across(max(0.0, width)), "height": down(height)}
    return mark("rect", x=across(x), y=down(y), **size, class_=class_, **more)


def line(x1: float, y1: float, x2: float, y2: float, class_: str, **more: Any) -> str:
    """A line: x in percent, y in rem."""
    return mark("line", x1=across(x1), y1=down(y1), x2=across(x2), y2=down(y2), class_=class_, **more)


def dot(x: float, y: float, radius: float, class_: str, **more: Any) -> str:
    """A circle: x in percent, y and radius in rem."""
    return mark("circle", cx=across(x), cy=down(y), r=down(radius), class_=class_, **more)


def text(x: float, y: float, words: str, class_: str = "t", **more: Any) -> str:
    """Text whose foot stands at y; `class_` holds `e` to end at x and `m` to be centred on it."""
    return mark("text", escape(words), x=across(x), y=down(y), class_=class_, **more)


def lines_of(words: str, *, wide: bool) -> list[str]:
    """A sentence broken into lines."""
    return textwrap.wrap(words, WIDE if wide else NARROW) or [""]


def paragraph(x: float, y: float, words: str, *, wide: bool, class_: str = "t") -> tuple[str, float]:
    """Text in as many lines as it takes, and the y below the last of them."""
    listed = lines_of(words, wide=wide)
    return "".join(text(x, y + 1.2 * at, one, class_) for at, one in enumerate(listed)), y + 1.2 * (len(listed) - 1)


# ------------------------------------------------------------------------------------------------ numbers


def estimate(share: float, low: float, high: float) -> str:
    """A share in percent with its interval, no digit more than the interval leaves standing.

    >>> estimate(0.34, 0.26, 0.43), estimate(0.625, 0.575, 0.67), estimate(0.1234, 0.121, 0.126)
    ('34 % (26 to 43)', '63 % (58 to 67)', '12.3 % (12.1 to 12.6)')
    """
    decimals = digits_of(low, high)
    said = [halves_up(100 * value, decimals) for value in (share, low, high)]
    return f"{said[0]} % ({said[1]} to {said[2]})"


def points(difference: float, low: float, high: float) -> str:
    """A difference of shares in points with its interval.

    >>> points(0.08, -0.02, 0.18)
    '+8 (-2 to +18)'
    """
    decimals = digits_of(low, high)
    said = [fixed(100 * value, decimals, sign="+") for value in (difference, low, high)]
    return f"{said[0]} ({said[1]} to {said[2]})"


def digits_of(low: float, high: float) -> int:
    """Decimals of a share in percent: one only where the interval is narrower than a point to each side."""
    half = 50 * (high - low)
    return 1 if 0 < half < 1 and decimals_of(half) > 0 else 0


def number(value: Any) -> str:
    """A number as people write it; text as it is.

    >>> number(0.30000000000000004), number(40000), number("soon"), number(None), number(True)
    ('0.3', '40,000', 'soon', '', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return "" if value is None else str(value)


def share_of(record: Mapping[str, Any]) -> tuple[float, float, float]:
    """Share, low and high of a record, whole futures at both ends."""
    share = float(record["share"])
    return share, float(record.get("low", share)), float(record.get("high", share))
