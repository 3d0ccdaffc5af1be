"""What the record says: the figures of `evidence.yaml`, and the base rates that the vocabulary takes by default.

Each figure stands in that file once, with its source and the way it was computed. A number that nobody has measured
has the source `author`: chosen for teaching, not estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("evidence.yaml")
"""The evidence file of the project."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the record."""

    name: str  # SET.GROUP.ROW.COLUMN
    value: float
    n: int | None  # cases behind it, where they were counted
    unit: str
    source: str  # a key of `SOURCES`
    says: str  # what is counted
    computed: str  # from which table, columns and filter; "" if it is quoted
    used: str  # where the project uses it; "" if nothing does yet
    note: str


def _file() -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with FILE.open(encoding="utf-8") as text:
        read: dict[str, Any] = yaml.load(text, loader)
    return read


def _figures(sets: Mapping[str, Mapping[str, Any]]) -> Iterator[Figure]:
    for source, groups in sets.items():
        for group, block in groups.items():
            rest = {key: block.get(key, "") for key in ("unit", "says", "computed", "used", "note")}
            for row, columns in block["rows"].items():
                for column, value in columns.items():
                    if column != "n":
                        name = f"{source}.{group}.{row}.{column}"
                        yield Figure(name, float(value), columns.get("n"), source=source, **rest)


_READ = _file()

SOURCES: dict[str, str] = _READ.pop("sources")
"""The citation behind each source that a default may name."""

FIGURES: dict[str, Figure] = {figure.name: figure for figure in _figures(_READ)}
"""Every figure of the evidence file, by its name."""


def value(name: str) -> float:
    """The number that the evidence file gives for a figure.

    >>> value("mid5.escalation.display.up")
    0.0039
    """
    return FIGURES[name].value


def values(row: str) -> dict[str, float]:
    """The numbers of one row of a table, by column.

    >>> values("mid5.reply.display")
    {'threat': 0.04, 'display': 0.73, 'force': 0.23}
    """
    return {name.rpartition(".")[2]: figure.value for name, figure in FIGURES.items() if name.rpartition(".")[0] == row}


# ---------------------------------------------------------------------------------------------- what is taken


@dataclass(frozen=True, slots=True)
class Level:
    """How disputes go on whose highest level so far is this one.

    `up` and `ending` are hazards per day: of going higher, and of the dispute coming to its end. `higher` is the
    share that went higher before the end, of `disputes` disputes.
    """

    name: str
    up: float
    ending: float
    higher: float
    disputes: int


def _level(name: str) -> Level:
    row = f"mid5.escalation.{name}"
    return Level(name, disputes=FIGURES[f"{row}.up"].n or 0, **values(row))


RECORD: dict[str, Level] = {name: _level(name) for name in ("threat", "display", "force")}
"""Escalation of militarized disputes. Source: MID 5.0 incidents 1992-2014, first passages by highest level so far."""

LEVELS = ("none", "threat", "display", "force", "war")
"""The hostility levels of the MID data, in order."""


def record_of(level: str) -> Level:
    """The record at a level; where it is silent (`none`, `war`) that of the nearest level it knows."""
    return RECORD[{"none": "threat", "war": "force"}.get(level, level)]


def spread(median: str, p90: str) -> dict[str, str]:
    """The two points of a lognormal wait in days, by the names of their figures."""
    return {"median": f"{value(median):g} days", "p90": f"{value(p90):g} days"}


def say_spread(points: Mapping[str, str]) -> str:
    """How a wait is told in a list of defaults.

    >>> say_spread(PACE)
    'median 6 days, nine in ten within 20'
    """
    return f"median {points['median']}, nine in ten within {points['p90'].removesuffix(' days')}"


REPLY_CHANCE = value("mid5.reciprocated.1993-2014.share")
"""Share of disputes in which the other side replied."""

REPLY_MIX: dict[str, dict[str, float]] = {level: values(f"mid5.reply.{level}") for level in ("display", "force")}
"""How the other side replied, when it did, to a display and to a use of force."""

REPLY_LAG = spread("mid5.reply_lag.all.q50", "mid5.reply_lag.all.q90")
"""Days until the reply."""

PACE = spread("mid5.reply_lag.all.q50", "author.pace.rung.p90")
"""Days that one rung takes. Median as the reply lag of MID 5.0; the spread is our judgement."""

ADOPTION_LAG = spread("eusanct.lag.us.median", "author.adoption.decision.p90")
"""Days from a decision on sanctions to their being in force. Median: EUSANCT, United States; spread: our judgement."""

COMPROMISE = value("icb12.compromise_hazard.negotiation.per_day")
"""Hazard per day that a crisis under negotiation ends in a compromise, worked out from the median duration of crises
and the share of compromises under negotiation. Source: ICB 12."""
