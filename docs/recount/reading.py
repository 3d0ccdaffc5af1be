"""The public files of the record: where they lie in a folder, what must be in them, and how their dates are read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

Row = Mapping[str, str]
"""One line of a table, by the names of its columns in small letters."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure computed anew, and the cases behind it."""

    value: float
    n: int


class CannotRecount(Exception):
    """The files that are there do not allow it; says what is missing and where it comes from."""


@dataclass(frozen=True, slots=True)
class Table:
    """A public file: its name, where it comes from, and the columns that are read."""

    file: str
    origin: str
    columns: tuple[str, ...]


def find(folder: Path, table: Table) -> Path:
    """The file of a table anywhere below a folder; capitals, spaces and signs in its name do not matter.

    Raises
    ------
    CannotRecount
        If there is none.
    """
    for path in sorted(folder.rglob("*.csv")):
        if _plain(path.name) == _plain(table.file):
            return path
    raise CannotRecount(f"{table.file} is not in the folder. It comes from {table.origin}.")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read(folder: Path, table: Table) -> list[Row]:
    """The lines of a table.

    Raises
    ------
    CannotRecount
        If the file is not there, cannot be read, has no lines, or lacks a column.
    """
    path = find(folder, table)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            lines = csv.reader(text)
            head = [name.strip().lower() for name in next(lines, [])]
            rows = [dict(zip(head, line, strict=False)) for line in lines if line]
    except (OSError, csv.Error) as error:
        raise CannotRecount(f"{path.name} cannot be read: {error}.") from error
    missing = [name for name in table.columns if name not in head]
    if missing:
        raise CannotRecount(f"{path.name} has no column {missing[0]}; it is to be the file from {table.origin}.")
    if not rows:
        raise CannotRecount(f"{path.name} has no lines.")
    return [{name: row.get(name, "") for name in table.columns} for row in rows]


def whole(text: str) -> int | None:
    """The whole number that a text begins with; None where it is unknown (empty, or below zero).

    >>> whole("12.0"), whole("1955, probably later"), whole("-9"), whole("")
    (12, 1955, None, None)
    """
    match = re.match(r"\s*(\d+)", text)
    return int(match[1]) if match else None


def day_of(row: Row, columns: Sequence[str], *, unknown: int | None = None, month: int | None = None) -> int | None:
    """The day, counted from year 1, that the columns for year, month and day say.

    An unknown day (empty, or a code above 31) counts as the day `unknown`, an unknown month as `month`; None if a part
    is unknown that has no stand-in, or if there is no such date.

    >>> day_of({"y": "2014", "m": "3", "d": "88.0"}, ("y", "m", "d"), unknown=15) == date(2014, 3, 15).toordinal()
    True
    """
    years, months, days = (whole(row[column]) for column in columns)
    months = months or month
    days = days if days and days <= 31 else unknown
    if not (years and months and days):
        return None
    try:
        return date(years, months, days).toordinal()
    except ValueError:
        return None


QUANTILES = {"q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9}


def quantiles(name: str, values: Sequence[int], *, of: Iterable[str] = QUANTILES) -> dict[str, Counted]:
    """Quantiles of some values, as figures below a name; none if there are no values."""
    if not len(values):
        return {}
    return {f"{name}.{key}": Counted(float(np.quantile(values, QUANTILES[key])), len(values)) for key in of}


def shares(name: str, seen: Sequence[int | None], codes: Mapping[str, tuple[int, ...]]) -> dict[str, Counted]:
    """The shares of some codes among all that were seen, as figures below a name; none if nothing was seen."""
    if not seen:
        return {}
    return {
        f"{name}.{key}": Counted(sum(one in wanted for one in seen) / len(seen), len(seen))
        for key, wanted in codes.items()
    }
