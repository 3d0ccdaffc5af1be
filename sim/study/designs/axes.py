"""Axes of a sweep as they are typed: `path=1,2,3`, `path=0 %:100 %:5`, `path=1:1000:4:log`, `path=choice(a, b)`.

A value stays the text that could stand in the file, so that whatever the file may say can be swept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import log
from typing import Literal

from sim.clock import days_in, parse_date
from sim.errors import UsageError
from sim.language.kinds import Scope, resolve
from sim.language.parse import ExpressionError, parse
from sim.language.words import Kind
from sim.program.names import constant_value

Scale = Literal["linear", "log"]

MOST_VALUES = 10_000
"""Values that one axis may have, and experiments that one sweep may have."""

_NUMBER = r"\s*([-+]?[\d_]*\.?\d+(?:e[-+]?\d{1,2})?)\s*(%|[a-z]+)?\s*"
_RANGE = re.compile(rf"{_NUMBER}:{_NUMBER}(?::\s*([^:]*?)\s*)?(?::\s*([a-z]*)\s*)?")
_DATES = re.compile(r"\s*(\d{4}-\d\d-\d\d)\s*:\s*(\d{4}-\d\d-\d\d)\s*(?::\s*([^:]*?)\s*)?")
_CHOICE = re.compile(r"\s*choice\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Range:
    """From one number to another, ends included; a point of it is said in its unit."""

    low: float
    high: float
    unit: str = ""
    scale: Scale = "linear"

    def at(self, part: float) -> str:
        """The value at a part of the range, 0 for its low end and 1 for its high end, as the file could say it."""
        if part in (0.0, 1.0):
            return spelled(self.high if part else self.low, self.unit)
        if self.scale == "log":
            found = self.low * (self.high / self.low) ** part
        else:
            low, high = (Fraction(repr(end)) for end in (self.low, self.high))
            found = float(low + (high - low) * Fraction(part).limit_denominator(10**15))
        return spelled(float(f"{found:.12g}"), self.unit)

    def part_of(self, value: float) -> float:
        """Where in the range a value lies, given as engines have it (days, 0.1 for 10 %): the inverse of `at`."""
        value *= 100.0 if self.unit == "%" else 1.0 / (days_in(self.unit) or 1.0)
        if self.scale == "log":
            return log(value / self.low) / log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Axis:
    """One path and what is put there: these values, or points of a range, or, of neither, of what the file says."""

    path: str
    values: tuple[str, ...] = ()
    range: Range | None = None

    @property
    def is_constant(self) -> bool:
        """Whether it has one value, which all experiments share."""
        return len(self.values) == 1


def spelled(value: float, unit: str) -> str:
    """A number with its unit as a file says it, without an exponent.

    >>> spelled(0.1, ""), spelled(12.5, "%"), spelled(1.0, "days"), spelled(1e-7, "")
    ('0.1', '12.5 %', '1 day', '0.0000001')
    """
    unit = unit.removesuffix("s") if abs(value) == 1.0 else unit
    text = format(Decimal(repr(value + 0.0)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}".strip()


def read_axis(setting: str) -> Axis:
    """An axis as it is typed: `path=values`, or a path alone.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    path, sign, values = setting.partition("=")
    path = path.strip()
    if not path or (sign and not values.strip()):
        raise UsageError(f"`-s {setting}`: write `-s path=values`, such as `-s tripwire.believed=0 %:100 %:5`")
    return _read(path, values.strip(), setting) if sign else Axis(path)


def names_several(values: str) -> bool:
    """Whether what is typed behind `path=` is several values, or a range of them.

    >>> [names_several(text) for text in ("0.3", "1,2", "0:1:5", "{low: 1, high: 2}", "2014-05-25 18:00", "choice(a)")]
    [False, True, True, False, False, True]
    """
    return bool(_RANGE.fullmatch(values) or _DATES.fullmatch(values) or _CHOICE.fullmatch(values)) or (
        len(parts_of(values)) > 1
    )


def _read(path: str, values: str, setting: str) -> Axis:
    chosen = _CHOICE.fullmatch(values)
    parts = parts_of(chosen[1] if chosen else values)
    if chosen or len(parts) > 1:
        if not all(parts):
            raise UsageError(f"`-s {setting}`: nothing stands between two of its commas; a list is `1, 2, 3`")
        return Axis(path, _distinct(parts, setting))
    if found := _RANGE.fullmatch(values):
        return _numbers(path, found, setting)
    if found := _DATES.fullmatch(values):
        return Axis(path, _dates(found, setting))
    return Axis(path, (values,))


def parts_of(text: str) -> list[str]:
    """A list at its outer commas: those within brackets or quotes part nothing.

    >>> parts_of('a, max(1, 2), "b, c", {low: 1, high: 2}')
    ['a', 'max(1, 2)', '"b, c"', '{low: 1, high: 2}']
    """
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not parts[-1].strip():
            quote = sign
        depth += 0 if quote else (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _distinct(values: list[str], setting: str) -> tuple[str, ...]:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise UsageError(f"`-s {setting}`: `{value}` stands twice; the same luck would tell the same again")
    return tuple(values)


def _numbers(path: str, found: re.Match[str], setting: str) -> Axis:
    """`lo:hi`, `lo:hi:n`, `lo:hi:log` or `lo:hi:n:log`."""
    low, high, unit = _ends(found, setting)
    count, scale = found[5], found[6]
    if count == "log" and scale is None:
        count, scale = None, "log"
    if scale not in (None, "log"):
        raise UsageError(f"`-s {setting}`: there is no scale `{scale}`; `1:1000:4:log` takes equal ratios")
    if low == high:
        raise UsageError(f"`-s {setting}`: both ends are {spelled(low, unit)}; a range has two")
    if scale and not low * high > 0:
        raise UsageError(f"`-s {setting}`: equal ratios (`log`) need two ends on the same side of 0")
    along = Range(low, high, unit, "log" if scale else "linear")
    if count is None:
        return Axis(path, range=along)
    steps = _count(count, setting) - 1
    return Axis(path, tuple(along.at(place / steps) for place in range(steps + 1)), along)


def _ends(found: re.Match[str], setting: str) -> tuple[float, float, str]:
    low, high = (float(found[number].replace("_", "")) for number in (1, 3))
    first, unit = found[2] or "", found[4] or ""
    if first and not unit:
        raise UsageError(f"`-s {setting}`: the second end has no unit; write `{found[3]} {first}`")
    for word in {first, unit} - {"", "%"}:
        if days_in(word) is None:
            raise UsageError(f"`-s {setting}`: `{word}` is no unit of time; days, weeks, hours and `%` are units")
    if first and first != unit:
        before, after = days_in(first), days_in(unit)
        if before is None or after is None:
            raise UsageError(f"`-s {setting}`: its ends are of different kinds, `{first}` and `{unit}`")
        low = low * before / after
    return low, high, unit


def _count(text: str, setting: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or not 2 <= int(text) <= MOST_VALUES:
        raise UsageError(
            f"`-s {setting}`: a grid is `lo:hi:n` with n from 2 to {MOST_VALUES:,} values, ends included, not `{text}`"
        )
    return int(text)


def _dates(found: re.Match[str], setting: str) -> tuple[str, ...]:
    """Dates at equal distances, to the minute."""
    if found[3] is None:
        raise UsageError(f"`-s {setting}`: say how many dates: `{found[1]}:{found[2]}:5`")
    try:
        first, last = parse_date(found[1]), parse_date(found[2])
    except ValueError as error:
        raise UsageError(f"`-s {setting}`: {error}") from None
    steps = _count(found[3], setting) - 1
    minutes = (last - first) / timedelta(minutes=1)
    moments = [first + timedelta(minutes=round(minutes * place / steps)) for place in range(steps + 1)]
    return _distinct([f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00") for moment in moments], setting)


def number_of(text: str) -> tuple[float, Kind] | None:
    """A value of the file as engines have it, and its kind: days of a duration, 0.1 of 10 %. None if it is no number.

    >>> number_of("10 %")[0], number_of("2 weeks")[0], number_of("massed")
    (0.1, 14.0, None)
    """
    scope = Scope(start=datetime(2000, 1, 1), find=lambda path: None, known=lambda: ())
    try:
        tree, kind = resolve(parse(text), scope)
    except ExpressionError:
        return None
    value = None if scope.faults else constant_value(tree)
    return None if value is None or kind.word not in ("number", "duration") else (value, kind)
