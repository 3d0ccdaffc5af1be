"""Dates on an axis whose unit is days since the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sim.clock import TICKS_PER_DAY, date_at

HOURS = (1, 2, 3, 6, 12)
DAYS = (1, 2, 5, 7, 14)
MONTHS = (1, 2, 3, 6)
YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class DateTick:
    """A mark on the axis: days since the start, and what stands below it."""

    day: float
    label: str


def date_ticks(start: datetime, horizon_days: float, most: int = 7) -> tuple[DateTick, ...]:
    """At most `most` marks from the start to the horizon, on round dates; the year stands where it is new.

    Beyond the calendar (after the year 9999) the marks are days since the start.
    """
    end = date_at(start, int(horizon_days * TICKS_PER_DAY))
    if end is None:
        return tuple(DateTick(day, f"day {day:,.0f}") for day in _round_days(horizon_days, most))
    for moments, form in _candidates(start, end):
        found = list(_first(moments, most + 1))
        if 2 <= len(found) <= most:
            return _labelled(start, found, form)
    return _labelled(start, [start], "%d %b" if horizon_days >= 1 else "%H:%M")


def _first(moments: Iterator[datetime], n: int) -> Iterator[datetime]:
    for _, moment in zip(range(n), moments, strict=False):
        yield moment


def _candidates(start: datetime, end: datetime) -> Iterator[tuple[Iterator[datetime], str]]:
    """Ways to set marks, from the finest to the coarsest; those too fine for the span give too many."""
    midnight = datetime(start.year, start.month, start.day)
    span = (end - start) / timedelta(days=1)
    if span < 10:
        for hours in HOURS:
            yield _every(midnight, timedelta(hours=hours), start, end), "%H:%M"
    for days in DAYS:
        yield _every(midnight, timedelta(days=days), start, end), "%d %b"
    for months in MONTHS:
        yield _months(months, start, end), "%b"
    for years in YEARS:
        yield _months(12 * years, start, end), "%Y"


def _every(first: datetime, step: timedelta, start: datetime, end: datetime) -> Iterator[datetime]:
    moment = first
    while moment <= end:
        if moment >= start:
            yield moment
        if moment > datetime.max - step:
            return
        moment += step


def _months(step: int, start: datetime, end: datetime) -> Iterator[datetime]:
    """First days of every step-th month, counted from the year 0 so that they are round."""
    month = -(-(12 * start.year + start.month - 1) // step) * step
    while month // 12 <= end.year:
        moment = datetime(month // 12, month % 12 + 1, 1) if month >= 12 else datetime(1, 1, 1)
        if moment > end:
            return
        if moment >= start:
            yield moment
        month += step


def _labelled(start: datetime, moments: list[datetime], form: str) -> tuple[DateTick, ...]:
    """Marks with a first line by `form` and, where it is new, the day or the year on a second line."""
    second = "%d %b %Y" if form == "%H:%M" else "" if form == "%Y" else "%Y"
    ticks, before = [], ""
    for moment in moments:
        first, below = (moment.strftime(each).lstrip("0") if each else "" for each in (form, second))
        first = moment.strftime(form) if form == "%H:%M" else first
        ticks.append(DateTick((moment - start) / timedelta(days=1), f"{first}\n{below}" if below != before else first))
        before = below
    return tuple(ticks)


def _round_days(horizon_days: float, most: int) -> Iterator[float]:
    step = 1.0
    while horizon_days / step >= most:
        step *= 10
    day = 0.0
    while day <= horizon_days:
        yield day
        day += step
