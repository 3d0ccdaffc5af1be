"""Tables for readers on the terminal, and the page of a study of many experiments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sim.cli import paper

if TYPE_CHECKING:
    from sim.api import Sheet
    from sim.cli.paper import Paint

NARROW_HEAD = 12
"""A heading stands on several lines, down to so many characters, where the cells below are no wider."""

NARROWEST = 14
"""Columns of words are wrapped down to so many characters before a table is told row by row."""


def sheet_lines(sheet: Sheet, paint: Paint) -> list[str]:
    """A table: its title, its rows within the terminal's width, and the sentences under it."""
    lines = [paint("title", line) for line in paper.wrapped(sheet.title)]
    if sheet.rows:
        lines += _rows(sheet, paint)
    else:
        lines.append("  nothing")
    for note in sheet.notes:
        lines += paper.painted(paper.wrapped(note, hang=2), "quiet", paint)
    return lines


def _rows(sheet: Sheet, paint: Paint) -> list[str]:
    heads = [column.heading for column in sheet.columns]
    words = [column.sort == "text" for column in sheet.columns]
    cells = sheet.table
    widths = [max(len(cell) for cell in column) for column in zip(heads, *cells, strict=True)]
    room = paper.width() - 2 * (len(heads) - 1)
    if sum(widths) > room:  # a heading may stand on several lines
        inner = [max((len(row[at]) for row in cells), default=0) for at in range(len(heads))]
        widths = [max(within, min(len(head), NARROW_HEAD)) for within, head in zip(inner, heads, strict=True)]
    while sum(widths) > room:
        widest = max((at for at in range(len(heads)) if words[at]), key=lambda at: widths[at], default=-1)
        if widest < 0 or widths[widest] <= NARROWEST:
            return _one_by_one(heads, [sheet.cells(row) for row in sheet.rows], paint)
        widths[widest] = max(NARROWEST, widths[widest] - (sum(widths) - room))
    head = _padded(heads, widths, words)
    return [*(paint("head", line) for line in head), *(line for row in cells for line in _padded(row, widths, words))]


def _padded(row: Sequence[str], widths: Sequence[int], words: Sequence[bool]) -> list[str]:
    """One row as one line or more: words are wrapped and stand left, numbers stand right."""
    wrapped = [pieces_of(cell, size) for cell, size in zip(row, widths, strict=True)]
    lines = []
    for at in range(max(len(pieces) for pieces in wrapped)):
        parts = (
            piece.ljust(size) if left else piece.rjust(size)
            for piece, size, left in zip(
                (pieces[at] if at < len(pieces) else "" for pieces in wrapped), widths, words, strict=True
            )
        )
        lines.append("  ".join(parts).rstrip())
    return lines


def pieces_of(cell: str, size: int) -> list[str]:
    """A cell in lines of at most so many characters; a long name is parted at its dots and underscores.

    >>> pieces_of("border_army.push_further", 14)
    ['border_army.', 'push_further']
    """
    lines: list[str] = []
    for line in textwrap.wrap(cell, size, break_long_words=False) or [""]:
        piece = ""
        for part in re.findall(r"[^._/]*[._/]?", line) if len(line) > size else [line]:
            if piece and len(piece + part) > size:
                lines.append(piece)
                piece = ""
            piece += part
        lines += textwrap.wrap(piece, size) or [""]
    return lines


def _one_by_one(heads: Sequence[str], cells: Sequence[Sequence[str]], paint: Paint) -> list[str]:
    """A table that is too wide: each row as a list of what stands in its columns."""
    wide = max(len(head) for head in heads[1:])
    lines = []
    for first, *rest in cells:
        lines += paper.wrapped(first)
        for head, cell in zip(heads[1:], rest, strict=True):
            if cell:
                lines += [
                    paint("head", f"  {head.ljust(wide)}  ") + line if at == 0 else " " * (wide + 4) + line
                    for at, line in enumerate(textwrap.wrap(cell, max(20, paper.width() - wide - 4)))
                ]
    return lines


def print_study(study: Any, *, pictures: int, paint: Paint, verbose: bool = False) -> None:
    """The page of a study: what was played, its tables, what they show and do not mean, where it lies, what next."""
    click.echo(paint("title", study.title))
    for line in [*(paper.wrapped(study.question) if study.question else []), *paper.wrapped(study.what)]:
        click.echo(line)
    for sheet in study.sheets if verbose else study.sheets[: study.shown]:
        click.echo()
        click.echo("\n".join(sheet_lines(sheet, paint)))
    click.echo()
    for sentence in study.says:
        click.echo("\n".join(paper.wrapped(sentence, hang=2)))
    print_ending(study, pictures=pictures, paint=paint)


def print_ending(study: Any, *, pictures: int, paint: Paint) -> None:
    """The end of a study's page: what its tables do not mean, where it lies, what next."""
    for caution in study.cautions:
        click.echo("\n".join(paper.painted(paper.wrapped(caution.says, lead="! ", hang=2), "warning", paint)))
        for line in caution.table:
            click.echo(paint("quiet", line))
    click.echo()
    where = f"{study.folder}" + (f"   ({pictures} picture{'s' * (pictures > 1)} in figures/)" if pictures else "")
    click.echo(f"{paint('head', 'study')}  {where}")
    for label, command in zip(("next ", "     ", "     "), study.next_commands, strict=False):
        click.echo(f"{paint('head', label)}  {paint('command', command)}")
