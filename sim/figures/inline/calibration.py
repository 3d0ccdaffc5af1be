"""How often came what was foretold with so much confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.digits import halves_up
from sim.figures.inline.chart import Chart, Table, chart, dot, estimate, line, share_of, text

SIDE = 15.0
"""Rem of the height of the square."""


def calibration(bins: Sequence[Mapping[str, Any]], *, title: str = "Foretold and come true", wide: bool = False,
                standalone: bool = False) -> Chart:  # fmt: skip
    """Forecasts in bins: across what was foretold, up how often it came, with interval and n; on the line is perfect.

    Parameters
    ----------
    bins
        `low_end`, `high_end` (of the bin), `foretold` (their mean), `share`, `low`, `high`, `n`; empty bins have n = 0.
    """
    left, right, top = 14.0, 94.0, 1.3
    drawn = [*_grid(left, right, top)]
    filled = [one for one in bins if one["n"]]
    for one in filled:
        share, low, high = share_of(one)
        x = left + (right - left) * float(one["foretold"])
        y, y_low, y_high = (top + SIDE * (1 - value) for value in (share, low, high))
        drawn += [line(x, y_low, x, y_high, "whisker thick"), dot(x, y, 0.42, "spot"),
                  text(x, min(y_high, y - 0.42) - 0.3, f"n = {one['n']}", "t small haloed m")]  # fmt: skip
    total = sum(int(one["n"]) for one in bins)
    said = "; ".join(
        f"foretold {halves_up(100 * one['foretold'])} %, came {estimate(*share_of(one))}, n = {one['n']}"
        for one in filled
    )
    table = Table(
        "Forecasts by how sure they were", ("foretold between", "on average", "came true", "n"), tuple(map(_row, bins))
    )
    return chart(drawn, top + SIDE + 2.9, title=title, says=f"{said or 'No forecast'}; n = {total} forecasts.",
                 note=f"On the slanted line: as often as foretold. 95 % intervals, n = {total} forecasts.",
                 table=table, standalone=standalone)  # fmt: skip


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    between = f"{100 * one['low_end']:.0f} to {100 * one['high_end']:.0f} %"
    if not one["n"]:
        return between, "none", "none", "0"
    return between, f"{halves_up(100 * one['foretold'])} %", estimate(*share_of(one)), str(one["n"])


def _grid(left: float, right: float, top: float) -> list[str]:
    drawn = [line(left, top + SIDE, right, top, "diagonal")]
    for step in range(5):
        part = step / 4
        x, y = left + (right - left) * part, top + SIDE * (1 - part)
        drawn += [line(left, y, right, y, "axis"), text(left - 2, y + 0.3, f"{100 * part:.0f}", "t small e"),
                  text(x, top + SIDE + 1.2, f"{100 * part:.0f}", "t small m")]  # fmt: skip
    drawn.append(text((left + right) / 2, top + SIDE + 2.5, "foretold, % (up: came true, %)", "t small m"))
    return drawn
