"""Pictures of a sensitivity study: small multiples, a panel for each outcome, and others for metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from sim.figures.slide import LABEL, SMALLEST, in_house_style, new_slide, nothing_to_draw
from sim.figures.words import counted, plain

if TYPE_CHECKING:
    from sim.analysis.sensing.sensitivity import Sensitivity

ON_A_SLIDE, FEWER, MANY = 6, 3, 10
"""Panels on one slide, and of more than so many parameters."""


def pictures(study: Sensitivity) -> dict[str, Callable[[], Figure]]:
    """What can be drawn, by name: outcomes, then metrics, at most six on a slide."""
    told = [one for one in study.found if one.is_shown]
    drawn: dict[str, Callable[[], Figure]] = {}
    each = ON_A_SLIDE if len(study.parameters) <= MANY else FEWER
    for sort, name in (("outcome", "outcomes"), ("metric", "metrics")):
        some = [one for one in told if one.output.sort == sort]
        for number, at in enumerate(range(0, len(some), each)):
            drawn[f"{study.method}-{name}" + (f"-{number + 1}" if number else "")] = partial(
                draw_panels, study, some[at : at + each]
            )
    return drawn or {f"{study.method}-nothing": partial(draw_nothing, study)}


@in_house_style
def draw_nothing(study: Sensitivity) -> Figure:
    """The slide of a study in which nothing can be told from luck."""
    slide = new_slide("What moves what comes of it", _caption(study, ""), subtitle=study.question)
    return nothing_to_draw(slide, "no parameter can be told from luck at these numbers")


@in_house_style
def draw_panels(study: Sensitivity, found: Sequence[Any]) -> Figure:
    """A panel for each of these numbers of a run, by the method of the study."""
    from sim.figures import indices, screening, tornado

    module: Any = {"sobol": indices, "morris": screening, "tornado": tornado}[study.method]
    slide = new_slide(module.TITLE, _caption(study, module.caption(found)), subtitle=study.question)
    rows: tuple[str, ...] = module.order(found)
    top = module.legend(slide, found)
    left = slide.left + (0 if module.NAMES_AT_THE_LEFT else module.GAP - 28)
    if module.NAMES_AT_THE_LEFT:
        left += max(slide.measure(plain(name), 11)[0] for name in rows) + 12
    for one, box in zip(found, boxes((left, slide.bottom, slide.right, top), len(found), module.GAP), strict=True):
        room = (box[0], box[1] + 40, box[2], box[3] - module.HEAD)
        title = slide.wrapped(plain(one.output.name), box[2] - box[0], LABEL - 2, weight="bold", lines=1)
        slide.text(box[0], box[3] - 18, title, LABEL - 2, weight="bold", va="baseline")
        axes = slide.axes(*room)
        module.draw(slide, axes, one, rows)
        if module.NAMES_AT_THE_LEFT and box[0] == left:
            places = [axes.transData.transform((0, place))[1] for place in range(len(rows))]
            size = max(SMALLEST, min(11.0, (room[3] - room[1]) / len(rows) * 0.6))
            for name, place in zip(rows, places, strict=True):
                slide.text(left - 10, place, plain(name), size, ha="right")
    return slide.figure


Box = tuple[float, float, float, float]


def boxes(room: Box, count: int, gap: float) -> Iterator[Box]:
    """Panels of equal size, row by row from the top: (left, bottom, right, top) in pixels."""
    left, bottom, right, top = room
    columns = count if count <= 3 else -(-count // 2)
    rows = -(-count // columns)
    wide, high = (right - left + gap) / columns, (top - bottom) / rows
    for number in range(count):
        row, column = divmod(number, columns)
        x, y = left + column * wide, top - (row + 1) * high
        yield x, y, x + wide - gap, y + high


def _caption(study: Sensitivity, says: str) -> str:
    parts = [f"Scenario {study.program.name}", counted(len(study.ensemble.manifest["experiments"]), "point"),
             f"{counted(study.runs, 'run')} at each", f"seed {study.ensemble.seed}"]  # fmt: skip
    return f"{says} {', '.join(parts)}.".strip()
