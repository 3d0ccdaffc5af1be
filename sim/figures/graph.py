"""Which trigger sets off which, as boxes and arrows; a large program by its agents and commitments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from sim.figures.layers import Layout, lay_out
from sim.figures.looks import INK, OKABE_ITO, PAPER
from sim.figures.slide import LABEL, SMALLEST, TICK, Slide, in_house_style, new_slide, nothing_to_draw
from sim.figures.words import counted, plain
from sim.program.diagram import arrows
from sim.program.ir import Program, Trigger

MOST_BOXES = 14
"""A program with more triggers than this is drawn by its agents, unless triggers are asked for."""

HOW: tuple[Literal["on", "when", "rate"], ...] = ("on", "when", "rate")
LINES = {"on": ("-", INK, 2.2), "when": ("--", OKABE_ITO[0], 1.8), "rate": (":", OKABE_ITO[3], 2.2)}
SAYS = {"on": "sets off", "when": "changes its condition", "rate": "changes its hazard"}


@dataclass(frozen=True, slots=True)
class Box:
    """A trigger, an agent with its triggers, or an outcome."""

    name: str
    sort: Literal["trigger", "agent", "outcome"]
    triggers: int = 1


@dataclass(frozen=True, slots=True)
class TriggerGraph:
    """Boxes, and arrows between them: (source, target) -> the strongest way in which one sets off the other."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int, str], ...]


def trigger_graph(program: Program, *, by: Literal["trigger", "agent"] | None = None) -> TriggerGraph:
    """The graph of a program by single triggers or by what they belong to; by itself, whichever is readable.

    Arrows from a box to itself are left out.
    """
    by = by or ("trigger" if len(program.triggers) <= MOST_BOXES else "agent")
    keys = {trigger.name: _key_of(program, trigger, by) for trigger in program.triggers if trigger.enabled}
    outcomes = [(outcome.name, True) for outcome in program.outcomes]
    order = dict.fromkeys([*(key for key in keys.values() if not key[1]), *outcomes])
    places = {key: place for place, key in enumerate(order)}
    found: dict[tuple[int, int], str] = {}
    for arrow in arrows(program):
        target = (arrow.target, True) if arrow.to_outcome else keys[arrow.target]
        ends = places[keys[arrow.source]], places[target]
        if arrow.how in HOW and ends[0] != ends[1]:
            found[ends] = min(found.get(ends, arrow.how), arrow.how, key=lambda how: HOW.index(how))
    sizes = Counter(keys.values())
    boxes = tuple(Box(name, "outcome" if is_outcome else by, sizes[(name, is_outcome)]) for name, is_outcome in places)
    return TriggerGraph(boxes, tuple((a, b, how) for (a, b), how in found.items()))


def _key_of(program: Program, trigger: Trigger, by: str) -> tuple[str, bool]:
    """The box of a trigger, and whether it is an outcome's.

    What the file says of how long an outcome must hold is a trigger of its own; among agents it is the outcome's.
    """
    if by == "trigger":
        return trigger.name, False
    head, _, rest = trigger.name.partition(".")
    inner = rest.partition(".")[0]
    if head == "outcome" and inner in program.outcome_names:
        return inner, True
    return trigger.agent or head, False


@in_house_style
def draw_trigger_graph(program: Program, *, by: Literal["trigger", "agent"] | None = None) -> Figure:
    """Boxes from left to right, an arrow wherever one can set off the other."""
    graph = trigger_graph(program, by=by)
    last = frozenset(place for place, box in enumerate(graph.boxes) if box.sort == "outcome")
    layout = lay_out(len(graph.boxes), [(a, b) for a, b, _ in graph.arrows], last=last)
    crowding = max(len(layout.columns) / 7, max(layout.columns, default=0) / 11)
    agents = any(box.sort == "agent" for box in graph.boxes)
    slide = new_slide(
        "What sets off what",
        f"{counted(sum(trigger.enabled for trigger in program.triggers), 'trigger')}"
        + (", gathered by the agent, choice or commitment that they belong to" if agents else "")
        + ". An arrow is no chance and no strength: it says that one can set off the other. Rounded dark boxes are "
        f"outcomes. Scenario {program.name}.",
        subtitle=program.question,
        scale=min(2.2, max(1.0, crowding)),
    )
    if not graph.boxes:
        return nothing_to_draw(slide, "There is no trigger and no outcome.")
    _key(slide, sorted({how for _, _, how in graph.arrows}, key=lambda how: LINES[how][2]))
    _draw(slide, graph, layout)
    return slide.figure


def _key(slide: Slide, ways: list[str]) -> None:
    """A sample of each kind of line with its meaning, in the lower right corner of the drawing."""
    x = slide.right
    for how in ways:
        style, colour, wide = LINES[how]
        says = SAYS[how]
        x -= slide.measure(says, TICK)[0]
        slide.text(x, slide.bottom + 10, says, TICK)
        axes = slide.axes(x - 54, slide.bottom + 4, x - 10, slide.bottom + 16)
        axes.set_axis_off()
        axes.plot([0, 1], [0, 0], linestyle=style, color=colour, linewidth=wide)
        x -= 84


def _draw(slide: Slide, graph: TriggerGraph, layout: Layout) -> None:
    """Boxes and arrows on axes whose unit is the pixel."""
    bottom = slide.bottom + 34
    axes = slide.axes(slide.left, bottom, slide.right, slide.top)
    axes.set_axis_off()
    room, depth = slide.right - slide.left, slide.top - bottom
    axes.set_xlim(0, room)
    axes.set_ylim(0, depth)
    columns = len(layout.columns)
    pitch = room / columns
    wide = min(230.0, pitch * (0.75 if columns > 1 else 1.0))
    most = max(layout.columns)
    high = min(72.0, 0.8 * depth / most)

    def centre(point: tuple[int, int]) -> tuple[float, float]:
        column, place = point
        step = depth / layout.columns[column]
        x = wide / 2 + column * (room - wide) / max(1, columns - 1)
        return x, depth - (place + 0.5) * step

    routes = [[centre(point) for point in route] for route in layout.routes]
    offsets = _ports(routes, 0.7 * high)
    for (_, _, how), route, (leaves, arrives) in zip(graph.arrows, routes, offsets, strict=True):
        (x0, y0), *between, (x1, y1) = route
        _arrow(axes, [(x0, y0 + leaves), *between, (x1, y1 + arrives)], how, wide)
    size = _size(slide, graph, wide - 14, high - 6)
    for box, column, place in zip(graph.boxes, layout.layer, layout.place, strict=True):
        x, y = centre((column, place))
        _box(slide, axes, box, (x, y), (wide, high), size, (slide.left, bottom))


def _ports(routes: Sequence[Sequence[tuple[float, float]]], room: float) -> list[tuple[float, float]]:
    """How far above the middle of its box each arrow leaves and arrives, in pixels.

    Where arrows both leave and arrive at one side of a box, each that arrives has a place of its own, so that its
    head is seen; those that leave share one.
    """
    sides: dict[tuple[float, float, bool], list[tuple[int, bool, float]]] = {}
    for arrow, route in enumerate(routes):
        rightwards = route[-1][0] >= route[0][0]
        sides.setdefault((*route[0], rightwards), []).append((arrow, False, route[1][1]))
        sides.setdefault((*route[-1], not rightwards), []).append((arrow, True, route[-2][1]))
    found = [[0.0, 0.0] for _ in routes]
    for ends in sides.values():
        tails = [(arrow, y) for arrow, head, y in ends if not head]
        heads = sorted((y, arrow) for arrow, head, y in ends if head)
        if not tails or not heads:
            continue
        middle = sum(y for _, y in tails) / len(tails)
        step = room / len(heads)
        below = sum(y < middle for y, _ in heads)
        for place, (_, arrow) in enumerate(heads):
            found[arrow][1] = (place + (place >= below)) * step - room / 2
        for arrow, _ in tails:
            found[arrow][0] = below * step - room / 2
    return [(leaves, arrives) for leaves, arrives in found]


def _size(slide: Slide, graph: TriggerGraph, room: float, height: float) -> float:
    """The largest type in which every name fits into its box."""
    size = LABEL
    while size > SMALLEST:
        lines = int(height / (size * slide.figure.dpi / 72 * 1.2))
        if lines and not any("…" in slide.wrapped(plain(box.name), room, size, lines=lines) for box in graph.boxes):
            break
        size -= 0.5
    return size


def _box(
    slide: Slide,
    axes: Axes,
    box: Box,
    at: tuple[float, float],
    extent: tuple[float, float],
    size: float,
    origin: tuple[float, float],
) -> None:
    """One box with its name."""
    (x, y), (wide, high) = at, extent
    dark = box.sort == "outcome"
    rounding = high / 2.2 if dark else 4
    axes.add_patch(
        FancyBboxPatch(
            (x - wide / 2, y - high / 2), wide, high, boxstyle=f"round,pad=0,rounding_size={rounding}",
            facecolor="#26323B" if dark else "#EAF3FA", edgecolor=INK, linewidth=1.3, zorder=5, mutation_aspect=1,
            clip_on=False,
        )
    )  # fmt: skip
    lines = max(1, int((high - 6) / (size * slide.figure.dpi / 72 * 1.2)))
    text = slide.wrapped(plain(box.name), wide - 14, size, lines=lines)
    slide.text(origin[0] + x, origin[1] + y, text, size, ha="center", color=PAPER if dark else INK, zorder=6)


def _arrow(axes: Axes, points: list[tuple[float, float]], how: str, wide: float) -> None:
    """A curve through the points, level where it leaves and where it arrives."""
    rightwards = points[-1][0] >= points[0][0]
    side = wide / 2 if rightwards else -wide / 2
    (x0, y0), (x1, y1) = points[0], points[-1]
    path = [(x0 + side, y0), *points[1:-1], (x1 - side, y1)]
    vertices, codes = [path[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(path):
        bend = (x1 - x0) / 2
        vertices += [(x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    style, colour, width = LINES[how]
    axes.add_patch(
        FancyArrowPatch(
            path=Path(vertices, codes),
            arrowstyle="-|>",
            mutation_scale=15,
            linestyle=style,
            color=colour,
            linewidth=width,
            zorder=2,
            alpha=0.85,
            shrinkA=0,
            shrinkB=0,
            clip_on=False,
        )
    )
