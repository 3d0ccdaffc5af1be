"""Tables of a sensitivity study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.analysis.sensing.indices import Estimate, Indices
from sim.analysis.sensing.screening import Screening
from sim.analysis.sensing.tornado import Tornado
from sim.analysis.sheet import Column, Sheet, Sort, figures, sheet_from
from sim.language.words import DURATION
from sim.program.ir import Program

BEYOND = "No share is below 0 or above 1: an estimate that is, is so by noise."
OF, PARAMETER = Column("of", "of", once=True), Column("parameter", "parameter")


def spread(key: str, estimate: Estimate) -> dict[str, float | None]:
    """An estimate as three values of a record; what is void is nothing."""
    values = {key: estimate.value, f"{key}_low": estimate.low, f"{key}_high": estimate.high}
    return {name: value if value == value else None for name, value in values.items()}


def estimated(key: str, heading: str, sort: Sort = "number", *, says: str = "", decimals: int = 12) -> Column:
    """The column of an estimate."""
    return Column(key, heading, sort, f"{key}_low", f"{key}_high", says, decimals)


def indices_sheet(name: str, found: Sequence[Indices]) -> Sheet:
    """First and total index of each parameter, largest total first."""

    beyond = any(
        not -0.0005 < each.value < 1.0005 for one in found for row in one.rows for each in (row.first, row.total)
    )

    def rows() -> Iterator[dict[str, Any]]:
        for one in found:
            for row in one.ranked:
                yield {
                    "of": one.output.name,
                    "parameter": row.parameter,
                    **spread("first", row.first),
                    **spread("total", row.total),
                    "naive_first": row.naive_first,
                    "naive_total": row.naive_total,
                    "floor_first": one.floor_first,
                    "floor_total": one.floor_total,
                }

    return sheet_from(
        name,
        "Share of what parameters explain, 95 % intervals",
        [
            OF,
            PARAMETER,
            estimated("first", "first: alone", says="the first-order index", decimals=3),
            estimated("total", "total: with others", says="the total index", decimals=3),
        ],
        list(rows()),
        notes=[BEYOND] if beyond else [],
        hidden=("naive_first", "naive_total", "floor_first", "floor_total"),
    )


def variance_sheet(found: Sequence[Indices]) -> Sheet:
    """How the variance of a single run is made up, and below what an index is noise."""
    rows = [
        {
            "of": one.output.name,
            **spread("mean", one.mean),
            **spread("luck", one.luck),
            "floor_first": one.floor_first if one.is_told else None,
            "floor_total": one.floor_total if one.is_told else None,
            **spread("explained", one.explained),
            "samples": one.samples,
            "left_out": one.left_out,
        }
        for one in found
    ]
    return sheet_from(
        "variance",
        "How much of the variance of a single run is luck within the run",
        [
            OF,
            Column("mean", "mean", "number"),
            estimated("luck", "luck", "share", decimals=1),
            Column("floor_first", "noise: first", "number", says="a first index below it may be noise"),
            Column("floor_total", "total", "number", says="a total index below it may be noise"),
        ],
        rows,
        hidden=("mean_low", "mean_high", "explained", "explained_low", "explained_high", "samples", "left_out"),
    )


def pairs_sheet(found: Sequence[Indices]) -> Sheet:
    """What two parameters do together, beyond what each does alone; the largest of each outcome first."""
    rows = [
        {"of": one.output.name, "parameter": pair.one, "other": pair.other, **spread("second", pair.second)}
        for one in found
        for pair in sorted(one.pairs, key=lambda pair: -pair.second.value)
    ]
    heading = estimated("second", "second: together", says="the second-order index", decimals=3)
    return sheet_from("pairs", "What two do together", [OF, PARAMETER, Column("other", "and"), heading], rows)


def effects_sheet(name: str, found: Sequence[Screening]) -> Sheet:
    """Size, mean and spread of the effects of each parameter, largest first."""
    sort: Sort = "points" if found and found[0].output.sort == "outcome" else "number"
    rows = [
        {
            "of": one.output.name,
            "parameter": row.parameter,
            **spread("size", row.size),
            **spread("mean", row.mean),
            **spread("sigma", row.spread),
            "noise": row.noise,
            "steps": row.steps,
        }
        for one in found
        for row in one.ranked
    ]
    unit = " in points" if sort == "points" else ""
    return sheet_from(
        name,
        f"What a step of half its distribution does{unit}, size with 95 % interval",
        [
            OF,
            PARAMETER,
            Column("size", "size (mu*)", sort, "size_low", "size_high", decimals=2, signed=False),
            Column("noise", "noise", sort, says="the size that luck alone would show", signed=False),
            Column("mean", "mean (mu)", sort),
            Column("sigma", "sigma", sort, signed=False),
        ],
        rows,
        hidden=("mean_low", "mean_high", "sigma_low", "sigma_high", "steps"),
    )


def swings_sheet(name: str, found: Sequence[Tornado]) -> Sheet:
    """High less low of each parameter, the others drawn, and at their medians."""
    sort: Sort = "points" if found and found[0].output.sort == "outcome" else "number"
    rows: list[dict[str, Any]] = []
    for one in found:
        for row in one.ranked:
            middle = one.beside(row.parameter)
            rows.append(
                {
                    "of": one.output.name,
                    "parameter": row.parameter,
                    **spread("drawn", row.swing),
                    **spread("at_medians", middle.swing),
                    "low": row.low,
                    "high": row.high,
                    "low_at_medians": middle.low,
                    "high_at_medians": middle.high,
                }
            )
    unit = " in points" if sort == "points" else ""
    return sheet_from(
        name,
        f"At the 95 % point of each parameter less at its 5 % point{unit}, 95 % intervals",
        [OF, PARAMETER, estimated("drawn", "others drawn", sort), estimated("at_medians", "others at medians", sort)],
        rows,
        hidden=("low", "high", "low_at_medians", "high_at_medians"),
    )


def held_sheet(program: Program, names: Sequence[str], ends: Sequence[tuple[float, float]]) -> Sheet:
    """Where each parameter was held."""
    rows = [
        {
            "parameter": name,
            "low": say_value(program, name, low),
            "high": say_value(program, name, high),
            "low_value": low,
            "high_value": high,
        }
        for name, (low, high) in zip(names, ends, strict=True)
    ]
    heads = [PARAMETER, Column("low", "low (5 %)"), Column("high", "high (95 %)")]
    return sheet_from("held", "Where each parameter was held", heads, rows, hidden=("low_value", "high_value"))


def say_value(program: Program, name: str, value: float) -> str:
    """A value of a parameter as people say it: a name where it has names, else a number with its unit."""
    parameter = next(one for one in program.parameters if one.name == name)
    if parameter.kind.names:
        return str(parameter.kind.names[int(value)])
    unit = "days" if parameter.kind == DURATION else parameter.unit
    return f"{figures(value)} {unit}".strip()
