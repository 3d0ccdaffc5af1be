"""The lines of a story set as a page of some width, or as flat records."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

from sim.analysis.narrative import Line, say_day
from sim.clock import date_at, days, say_date
from sim.program.ir import Program

Paint = Callable[[str, str], str]
"""Colours a text by the name of its part: date, name, choice, move, cause, quiet or end."""


def records(program: Program, lines: Sequence[Line]) -> list[dict[str, object]]:
    """One flat record for each line: sort, date, day, what, changes, because."""
    return [
        {
            "sort": line.sort,
            "date": None if line.tick is None else say_date(program.start, line.tick),
            "day": None if line.tick is None else days(line.tick),
            "what": line.what,
            "changes": "; ".join(line.changes),
            "because": line.because,
            "weighed": "; ".join(line.weighed),
        }
        for line in lines
    ]


def _plain(part: str, text: str) -> str:
    return text


def diary(
    program: Program, lines: Sequence[Line], *, width: int = 80, paint: Paint = _plain, verbose: bool = False
) -> str:
    """The lines as a page: the date in a margin, the rest wrapped beside it.

    Consecutive entries of one day show the date once.
    """
    margin = len(_margin(program, 0)) + 2
    page: list[str] = []
    shown = ""
    for line in lines:
        day = _margin(program, line.tick) if line.tick is not None else ""
        label = paint("date", day.ljust(margin)) if day and day != shown else " " * margin
        shown = day or shown
        if line.sort == "end" or (line.tick is None and page and page[-1] and lines_break(line, lines)):
            page.append("")
            label = paint("date", day.ljust(margin)) if day else label
        for number, (part, text) in enumerate(_parts(line, width - margin, verbose)):
            page.append((label if number == 0 else " " * margin) + paint(part, text))
    return "\n".join(text.rstrip() for text in page) + "\n"


def lines_break(line: Line, lines: Sequence[Line]) -> bool:
    """Whether an undated line begins a new paragraph: it is the first of its sort."""
    return next(other for other in lines if other.sort == line.sort) is line


_PARTS = {
    "decision": "choice",
    "end": "end",
    "quiet": "quiet",
    "background": "quiet",
    "metric": "name",
    "count": "quiet",
}


def _parts(line: Line, room: int, verbose: bool) -> Iterator[tuple[str, str]]:
    """Pieces of one entry, wrapped, each with the name of what it is."""
    head = _PARTS.get(line.sort, "name")
    yield from ((head, text) for text in _wrapped(line.what, room, "  "))
    for text in _wrapped("; ".join(line.changes) if line.sort not in ("start", "end") else "", room - 2, ""):
        yield "move", "  " + text
    if line.sort in ("start", "end"):
        for change in line.changes:
            yield from (("move", "  " + text) for text in _wrapped(change, room - 2, "  "))
    if line.because:
        yield from (("cause", "  " + text) for text in _wrapped(line.because, room - 2, "  "))
    if verbose:
        for option in line.weighed:
            yield from (("quiet", "  " + text) for text in _wrapped(f"weighed {option}", room - 2, "    "))


def _wrapped(text: str, room: int, indent: str) -> list[str]:
    return textwrap.wrap(text, max(20, room), subsequent_indent=indent, break_on_hyphens=False) if text else []


def _margin(program: Program, tick: int) -> str:
    return f"day {days(tick):<6.0f}" if date_at(program.start, tick) is None else say_day(program, tick)
