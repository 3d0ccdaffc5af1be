"""Bars of shares with their intervals, and differences about a nought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.figures.inline.chart import (
    LETTERS,
    Chart,
    Table,
    chart,
    dot,
    estimate,
    line,
    paragraph,
    points,
    rect,
    share_of,
    text,
)

LEFT, BARS = 8.0, 48.0
"""Where bars begin and how long the longest is, in percent of the width; the number stands at the right end."""

INTERVAL, ESTIMATE = "Thin line: 95 % interval.", "A model estimate, not a forecast."


def bars(
    prospects: Mapping[str, Any],
    *,
    title: str = "What each option leads to",
    meaning: str = "",
    wide: bool = False,
    standalone: bool = False,
) -> Chart:
    """What each option leads to: for every outcome one bar an option, with the interval drawn over its end.

    Parameters
    ----------
    prospects
        `n` futures an option, and `options`: each `name`, `says` and its `outcomes` (`says`, `share`, `low`, `high`),
        the same outcomes in the same order.
    meaning
        What a share is a share of, where it is not of all futures.
    """
    options, n = list(prospects["options"]), int(prospects["n"])
    drawn, height = _groups(options, wide=wide)
    return chart(
        drawn, height, title=title, says=_said(options, n), standalone=standalone,
        note=f"{meaning} {INTERVAL} n = {n:,} futures of each option. {ESTIMATE}".strip(),
        table=_table(options, n),
    )  # fmt: skip


def _groups(options: Sequence[Mapping[str, Any]], *, wide: bool) -> tuple[list[str], float]:
    """For every outcome its words and a bar an option; and how high that is."""
    drawn, y = [], 0.2
    for at, outcome in enumerate(options[0]["outcomes"] if options else ()):
        said, y = paragraph(0, y + 1.1, outcome["says"] or outcome["name"], wide=wide, class_="t b")
        drawn.append(said)
        for place, option in enumerate(options):
            left = 0.0 if len(options) == 1 else 3.5 if wide else LEFT
            drawn.append(_bar(y + 0.45, place, option["outcomes"][at], left=left))
            y += 1.5
        y += 0.7
    return drawn, y + 0.1


def _bar(y: float, place: int, outcome: Mapping[str, Any], *, left: float) -> str:
    share, low, high = share_of(outcome)
    middle, long = y + 0.58, LEFT + BARS - left
    ends = left + long * low, middle, left + long * high, middle
    return (
        (text(0, y + 1.0, LETTERS[place], "t b") if left else "")
        + rect(left, y, long, 1.15, "trough")
        + rect(left, y, long * share, 1.15, f"fill f{place % 7}")
        + line(*ends, "whisker halo")
        + line(*ends, "whisker")
        + text(100, y + 1.0, estimate(share, low, high), "t e")
    )


def _said(options: Sequence[Mapping[str, Any]], n: int) -> str:
    told = []
    for place, option in enumerate(options):
        most = max(option["outcomes"], key=lambda one: one["share"], default=None)
        if most is not None:
            told.append(
                f"{LETTERS[place]}, {option['says']}: most often {most['says'] or most['name']}, "
                f"{estimate(*share_of(most))}"
            )
    return f"{'; '.join(told)}; n = {n:,} futures of each option."


def _table(options: Sequence[Mapping[str, Any]], n: int) -> Table:
    head = ("outcome", *(f"{LETTERS[place]}: {option['says']}" for place, option in enumerate(options)))
    outcomes = options[0]["outcomes"] if options else ()
    rows = tuple(
        (one["says"] or one["name"], *(estimate(*share_of(option["outcomes"][at])) for option in options))
        for at, one in enumerate(outcomes)
    )
    return Table(f"Shares of n = {n:,} futures of each option in percent, with 95 % intervals", head, rows)


def shares(outcomes: Sequence[Mapping[str, Any]], n: int, *, title: str = "How it may end", wide: bool = False,
           standalone: bool = False) -> Chart:  # fmt: skip
    """How often each outcome came: bars of one ensemble."""
    options = [{"says": title, "outcomes": list(outcomes)}]
    drawn, height = _groups(options, wide=wide)
    most = max(outcomes, key=lambda one: one["share"], default=None)
    says = (
        f"Most often: {most['says'] or most['name']}, {estimate(*share_of(most))}; n = {n:,}."
        if most
        else "No outcome."
    )
    rows = _table(options, n).rows
    table = Table(f"Shares of n = {n:,} futures in percent, with 95 % intervals", ("outcome", "share"), rows)
    note = f"{INTERVAL} n = {n:,} futures. {ESTIMATE}"
    return chart(drawn, height, title=title, says=says, note=note, table=table, standalone=standalone)


def differences(rows: Sequence[Mapping[str, Any]], n: int, *, title: str = "Difference in points", wide: bool = False,
                standalone: bool = False) -> Chart:  # fmt: skip
    """Paired differences about a nought, each with its interval.

    Parameters
    ----------
    rows
        `says`, `difference`, `low`, `high` in shares; more is to the right.
    """
    reach = max([0.05, *(abs(float(row[end])) for row in rows for end in ("difference", "low", "high"))])
    middle, half = 34.0, 30.0
    drawn, y = [], 0.2
    for row in rows:
        said, y = paragraph(0, y + 1.1, row["says"], wide=wide, class_="t b")
        low, high, value = (middle + half * float(row[end]) / reach for end in ("low", "high", "difference"))
        drawn += [
            said, line(middle - half, y + 1.2, middle + half, y + 1.2, "axis"),
            line(middle, y + 0.5, middle, y + 1.9, "nought"), line(low, y + 1.2, high, y + 1.2, "whisker thick"),
            dot(value, y + 1.2, 0.36, "spot"),
            text(100, y + 1.55, points(float(row["difference"]), float(row["low"]), float(row["high"])), "t e"),
        ]  # fmt: skip
        y += 2.3
    told = "; ".join(f"{row['says']}: {points(row['difference'], row['low'], row['high'])}" for row in rows)
    table = Table(
        f"Differences in percentage points with 95 % intervals, n = {n:,} pairs of futures on the same luck",
        ("what", "difference"),
        tuple((row["says"], points(row["difference"], row["low"], row["high"])) for row in rows),
    )
    note = f"Points of a hundred, 95 % interval, n = {n:,} pairs of futures on the same luck. Left: less often."
    return chart(drawn, y + 0.2, title=title, says=f"{told}; n = {n:,}.", note=note, table=table, standalone=standalone)
