"""Durations and dates <-> ticks.

Time is a whole number of microseconds (ticks) since `start`. In expressions a duration is a number of days and a
date is the number of days since `start`; only here do they become ticks.
"""

from __future__ import annotations

import math
import re
from calendar import month_name, monthrange
from datetime import datetime, timedelta

TICKS_PER_DAY = 86_400_000_000
NEVER = 9_000_000_000_000_000_000
"""A tick that does not come. Any duration above `LONGEST` ticks is never."""
LONGEST = 4_000_000_000_000_000_000

# A year is 365.25 days and a month a twelfth of it, so that rates said per year and per month agree.
UNITS_IN_DAYS: dict[str, float] = {
    "second": 1 / 86_400,
    "minute": 1 / 1_440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 365.25 / 12,
    "year": 365.25,
}

DATE_PATTERN = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def days_in(unit: str) -> float | None:
    """Days in one unit such as `day`, `weeks` or `hours`; None if there is no such unit."""
    return UNITS_IN_DAYS.get(unit) or UNITS_IN_DAYS.get(unit.removesuffix("s"))


def ticks(days: float) -> int:
    """Whole ticks in a duration of `days` days, halves to even; `NEVER` above 4e18 ticks.

    Raises
    ------
    ValueError
        If `days` is negative or NaN.

    >>> ticks(1.5)
    129600000000
    """
    if not days >= 0.0:
        raise ValueError(f"a duration of {days:g} days")
    length = days * 86_400_000_000.0
    return NEVER if length > 4e18 else round(length)


def days(tick: int) -> float:
    """A number of ticks in days: turned into a float first, then divided, which is what every engine can do.

    The two differ from one exact division beyond 2**53 ticks, 285 years, in the last bit now and then.
    """
    return float(tick) / 86_400_000_000.0


def parse_date(text: str) -> datetime:
    """A date (`2014-05-25`), month (`2014-06`) or moment (`2014-03-30 18:00`) as a naive datetime.

    Raises
    ------
    ValueError
        If the text is not a date, or the calendar has no such day.
    """
    match = DATE_PATTERN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not a date: write 2014-05-25 or 2014-05-25 18:00")
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    if not 1 <= (month or 0) <= 12:
        raise ValueError("a year has 12 months")
    if year and day is not None and not 1 <= day <= (lasts := monthrange(year, month or 0)[1]):
        raise ValueError(f"{month_name[month or 0]}{f' {year}' if month == 2 else ''} has {lasts} days")
    return datetime(year or 0, month or 0, day or 1, hour or 0, minute or 0, second or 0)


def days_between(start: datetime, moment: datetime) -> float:
    """Days from `start` to `moment`, negative if it lies before."""
    return (moment - start) / timedelta(days=1)


def date_at(start: datetime, tick: int) -> datetime | None:
    """The calendar moment of a tick, or None when the calendar ends before it (the year 9999)."""
    try:
        return start + timedelta(microseconds=tick)
    except OverflowError:
        return None


def say_date(start: datetime, tick: int) -> str:
    """A tick as people say it: `2014-05-25`, with the hour when it is not midnight.

    >>> say_date(datetime(2014, 3, 30, 18), 0)
    '2014-03-30 18:00'
    """
    moment = date_at(start, tick)
    if moment is None:
        return f"day {days(tick):g}"
    return f"{moment:%Y-%m-%d}" if moment.time() == datetime.min.time() else f"{moment:%Y-%m-%d %H:%M}"


def say_duration(days: float) -> str:
    """A duration as people say it.

    >>> say_duration(14), say_duration(0.75), say_duration(730.5)
    ('14 days', '18 hours', '2 years')
    """
    if math.isinf(days):
        return "never"
    for unit in ("year", "day", "hour", "minute"):
        amount = days / UNITS_IN_DAYS[unit]
        if amount >= 1 and (unit == "day" or abs(amount - round(amount)) < 1e-9):
            return f"{amount:.6g} {unit}{'' if amount == 1 else 's'}"
    return f"{days:.6g} days"
