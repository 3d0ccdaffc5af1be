"""What a section hands back: a table, said for the terminal or for a page."""

from __future__ import annotations

from dataclasses import dataclass


class NotHere(RuntimeError):
    """Something that a section measures is not on this machine; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, and what a reader has to know of them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def plain(self) -> str:
        """For a terminal: the first column to the left, the others to the right."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        said = [
            "  ".join(
                cell.rjust(width) if at else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join([self.title, *(f"  {line}" for line in said), *(f"  {note}" for note in self.notes)])

    def markdown(self) -> str:
        """For a page."""
        head = [f"| {' | '.join(self.columns)} |", f"|---|{'---:|' * (len(self.columns) - 1)}"]
        rows = [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join([f"**{self.title}**", "", *head, *rows, *(f"\n{note}" for note in self.notes)])


def three(value: float) -> str:
    """A number with about three digits: 123,000, 12.3, 0.123."""
    if value == 0 or value != value:
        return "0" if value == 0 else "-"
    digits = f"{value:.3g}"
    return f"{float(digits):,.0f}" if abs(value) >= 100 else f"{float(digits):g}"
