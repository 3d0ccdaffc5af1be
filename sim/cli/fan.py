"""The path that was played over the fan of what might have been, in characters: a row for each rung, time across."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from sim.cli import paper
from sim.cli.paper import Paint, painted, wrapped

SHADES = (0.025, 0.2, 0.5)
"""Shares of runs from which a rung is shaded faintly, half, and strongly."""

MOST = 14
"""Characters of a rung's name."""


def marks() -> tuple[str, str]:
    """The path's own mark, and those of the shades from nothing on; plain ones where the terminal knows no others."""
    plain = (sys.stdout.encoding or "ascii").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
    return ("#", " .:+") if plain else ("█", " ·░▒")


def fan_lines(fan: Mapping[str, Any], paint: Paint) -> list[str]:
    """One ladder: where the runs stood on it from day to day, and where yours did."""
    margin = min(MOST, max(map(len, fan["rungs"]))) + 2
    room = max(20, min(64, paper.width() - margin - 2))
    days = [fan["days"][-1] * at / (room - 1) for at in range(room)]
    own = [_rung(fan["path"], day) for day in days]
    shares = [fan["shares"][_moment(fan["days"], day)] for day in days]
    mark, shades = marks()
    lines = [paint("choice", f"{fan['title'][:1].upper()}{fan['title'][1:]}")]
    for rung in reversed(range(len(fan["rungs"]))):
        row = "".join(mark if own[at] == rung else shades[bisect_right(SHADES, shares[at][rung])] for at in range(room))
        lines.append(f"{fan['rungs'][rung][:MOST].rjust(margin - 2)}  " + paint("date", row.rstrip()))
    return [*lines, *painted([_axis(fan, margin, room)], "quiet", paint)]


def legend_lines(n: int, paint: Paint) -> list[str]:
    """What the marks mean."""
    mark, shades = marks()
    says = (
        f"{mark} where yours stood; behind it the runs that stood there at that time, of {n:,}: {shades[1]} some "
        f"({100 * SHADES[0]:.1f} % and more), {shades[2]} many ({100 * SHADES[1]:.0f} %), {shades[3]} most "
        f"({100 * SHADES[2]:.0f} %). Below: your turns."
    )
    return painted(wrapped(says), "quiet", paint)


def _rung(path: list[list[float]], day: float) -> int:
    return int(path[max(0, bisect_right([step[0] for step in path], day) - 1)][1])


def _moment(days: list[float], day: float) -> int:
    return max(0, bisect_right(days, day) - 1)


def _axis(fan: Mapping[str, Any], margin: int, room: int) -> str:
    """The numbers of the turns where they began."""
    axis = [" "] * (margin + room)
    for day, number in fan["turns"]:
        at = margin + round((room - 1) * day / fan["days"][-1])
        axis[at] = str(number)[-1]
    return "".join(axis).rstrip()
