"""Charts as text for pages: a picture as SVG, and the table that says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.errors import did_you_mean

if TYPE_CHECKING:
    from sim.figures.inline.chart import Chart


def chart(kind: str, *values: Any, wide: bool = False, standalone: bool = False, **options: Any) -> Chart:
    """A chart of some kind of plain values; `wide` for a projector, `standalone` where no page brings the style.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    known = _kinds()
    if kind not in known:
        raise ValueError(f"there is no chart `{kind}`; {did_you_mean(kind, known)}")
    return known[kind](*values, wide=wide, standalone=standalone, **options)


def chart_style() -> str:
    """The style sheet that charts need on a page."""
    from sim.figures.inline.chart import style

    return style()


def _kinds() -> dict[str, Callable[..., Chart]]:
    from sim.figures.inline import bars, calibration, icons, links, tracks

    return {
        "bars": bars.bars, "shares": bars.shares, "differences": bars.differences, "icons": icons.icons,
        "ladders": tracks.ladders, "fan": tracks.fan, "matrix": links.matrix, "links": links.links,
        "calibration": calibration.calibration,
    }  # fmt: skip
