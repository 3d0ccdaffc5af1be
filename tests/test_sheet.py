"""Tables for readers: the same cells on the terminal, in HTML and for machines."""

from __future__ import annotations

import math

import pytest

from sim.analysis.sheet import Column, Sheet, cell, figures
from sim.cli import paper
from sim.cli.sheets import sheet_lines
from sim.digits import decimals_of

NAME = Column("name", "alternative")
SHARE = Column("share", "war", "share", "low", "high")
SHEET = Sheet(
    "shares",
    "How it ends",
    (NAME, SHARE, Column("n", "runs", "count")),
    ({"name": "as it <stands>", "share": 0.123, "low": 0.11, "high": 0.137, "n": 4000, "example": 17},),
    ("95 % Wilson intervals.",),
    hidden=("example",),
)


def plain(part: str, text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("value", "sort", "said"),
    [
        (None, "share", ""),
        (math.nan, "number", "void"),
        (math.inf, "number", "never"),
        (0.0004, "share", "<0.1 %"),
        (0.0, "points", "0"),
        (-0.0123, "points", "-1.2"),
        (1234567, "count", "1,234,567"),
    ],
)
def test_a_value_alone(value: object, sort: str, said: str) -> None:
    """A value without an interval says no more than it can."""
    assert cell({"x": value}, Column("x", "x", sort)) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(("half", "digits"), [(3.4, 1), (0.0068, 3), (26.0, 0), (0.0, 2), (250.0, -1), (734.0, -2)])
def test_digits_are_those_that_the_interval_leaves(half: float, digits: int) -> None:
    """No digit beyond those that the uncertainty deserves, not before the point either."""
    assert decimals_of(half) == digits


def test_a_minus_does_not_stand_before_a_nought() -> None:
    """What rounds to nothing is nothing."""
    column = Column("d", "d", "points", "l", "h")
    assert cell({"d": -0.00001, "l": -0.02, "h": 0.02}, column) == "0.0 [-2.0, +2.0]"
    assert figures(-0.0) == "0"


def test_the_terminal_the_page_and_a_machine_get_the_same_cells() -> None:
    """What stands in the terminal's row stands in the page's, with every sign that HTML knows made harmless."""
    lines = sheet_lines(SHEET, plain)
    page = SHEET._repr_html_()
    assert lines[0] == "How it ends"
    assert lines[2].split("  ")[0] == "as it <stands>"
    assert "12.3 % [11.0, 13.7]" in lines[2] and "12.3 % [11.0, 13.7]" in page
    assert "as it &lt;stands&gt;" in page and '<th scope="row">' in page and "<caption>How it ends</caption>" in page
    assert SHEET.records() == [
        {"name": "as it <stands>", "share": 0.123, "low": 0.11, "high": 0.137, "n": 4000, "example": 17}
    ]


def test_names_in_a_title_are_marked_up() -> None:
    """A name between backticks stands as code in the caption of a page, and no backtick does."""
    page = Sheet("s", "More than `<a>`", (NAME,), ())._repr_html_()
    assert "<caption>More than <code>&lt;a&gt;</code></caption>" in page


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("shares", [1, 3, 6])
def test_no_line_is_wider_than_the_terminal(columns: int, shares: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are wrapped first; a table that is too wide even then is told row by row."""
    monkeypatch.setattr(paper, "width", lambda: columns)
    heads = tuple(Column(f"s{at}", f"outcome {at}", "share", "low", "high") for at in range(shares))
    name = "a policy with a long name, overrides and all that it has been given"
    row = {"name": name, "low": 0.11, "high": 0.137} | {f"s{at}": 0.123 for at in range(shares)}
    lines = sheet_lines(Sheet("s", "t", (NAME, *heads), (row,)), plain)
    assert max(map(len, lines)) <= columns
    assert sum(line.count("12.3 % [11.0, 13.7]") for line in lines) == shares
    assert " ".join(" ".join(lines).split()).count("given") == 1
