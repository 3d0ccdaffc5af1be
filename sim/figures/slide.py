"""The paper of every picture: a slide with a title, room for axes, and a caption on its face.

Places are pixels from the lower left corner. Text is measured before it is set, so that nothing overlaps and nothing
is cut, however long the names of a scenario are. The object interface of matplotlib alone: no global state, no window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import Formatter, MaxNLocator

from sim.clock import TICKS_PER_DAY
from sim.figures.dates import date_ticks
from sim.figures.looks import FAINT, GRID, INK, PAPER
from sim.figures.words import counted, plain

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from sim.analysis.summary import Summary

WIDTH, HEIGHT, DPI = 1280, 720, 100
MARGIN = 40.0
TITLE, SUBTITLE, LABEL, TICK, CAPTION = 24.0, 16.0, 16.0, 14.0, 12.0
SMALLEST = 7.0
"""Sizes of type in points; a crowded picture may set its labels smaller, never below the smallest."""

FONT = "DejaVu Sans"
"""It comes with matplotlib, so that a picture is the same on every machine."""

STYLE: dict[Any, Any] = {
    "font.family": [FONT],
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and edited
    "svg.hashsalt": "escalation-sim",  # the same picture gives the same file
    "hatch.linewidth": 1.2,
    "axes.unicode_minus": True,
    "text.usetex": False,
}

P = ParamSpec("P")
T = TypeVar("T")


def in_house_style(function: Callable[P, T]) -> Callable[P, T]:
    """A function that draws in the house style, whatever the settings of the person who calls it."""

    @wraps(function)
    def styled(*arguments: P.args, **named: P.kwargs) -> T:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(STYLE)
            return function(*arguments, **named)

    return styled


@dataclass(frozen=True, slots=True)
class Slide:
    """A figure and the room between its title and its caption: left, bottom, right, top in pixels."""

    figure: Figure
    left: float
    bottom: float
    right: float
    top: float

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Axes on this part of the slide, in pixels, without a frame."""
        width, height = self.size
        axes: Axes = self.figure.add_axes(
            (left / width, bottom / height, max(1.0, right - left) / width, max(1.0, top - bottom) / height)
        )
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, labelsize=TICK, colors=INK)
        axes.tick_params(axis="x", pad=10)  # so that the first date does not lie on the zero of the other axis
        return axes

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the slide in pixels."""
        width, height = self.figure.get_size_inches() * self.figure.dpi
        return float(width), float(height)

    def text(self, x: float, y: float, says: str, size: float, **look: Any) -> Text:
        """A text at a pixel of the slide; dollar signs are dollar signs."""
        width, height = self.size
        set_as: Any = {"color": INK, "va": "center", "ha": "left", "linespacing": 1.15, "parse_math": False} | look
        return self.figure.text(x / width, y / height, says, fontsize=size, **set_as)

    def measure(self, says: str, size: float, weight: str = "normal") -> tuple[float, float]:
        """Width and height in pixels of a text of one or more lines."""
        return measured(self.figure, says, size, weight)

    def wrapped(self, says: str, room: float, size: float, *, weight: str = "normal", lines: int = 2) -> str:
        """The text in lines that fit into `room` pixels, the last one cut with an ellipsis if it must."""
        return _wrapped(says, lambda line: self.measure(line, size, weight)[0] <= room, lines)


def measured(figure: Figure, says: str, size: float, weight: str = "normal") -> tuple[float, float]:
    """Width and height in pixels of a text of one or more lines."""
    lines = says.split("\n")
    width = max(_width(line or " ", size, weight, figure.dpi) for line in lines)
    return width, len(lines) * size * figure.dpi / 72 * 1.2


@lru_cache(maxsize=20_000)
def _width(line: str, size: float, weight: str, dpi: float) -> float:
    """Pixels that one line takes; remembered, because fitting a text asks for the same beginnings again and again."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    renderer: Any = RendererAgg(1, 1, dpi)  # type: ignore[no-untyped-call]
    width, _, _ = renderer.get_text_width_height_descent(line, font, False)
    return float(width)


def _pieces(says: str) -> list[str]:
    """Parts of a text between which a line may end: after spaces, and inside long words after `.`, `-`, `/`, `:`."""
    pieces, piece = [], ""
    for letter in says:
        piece += letter
        if letter in " .-/:_" and len(piece) > 1:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def _wrapped(says: str, fits: Callable[[str], bool], most: int) -> str:
    lines: list[str] = []
    line = ""
    for piece in _pieces(" ".join(says.split())):
        piece = piece if line else piece.lstrip()
        while not fits((line + piece).rstrip()):
            if line.strip():
                lines.append(line.rstrip())
                line, piece = "", piece.lstrip()
                continue
            cut = len(piece)
            while cut > 1 and not fits(piece[:cut]):
                cut -= 1
            lines.append(piece[:cut])
            piece = piece[cut:]
            if not piece:
                break
        line += piece
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) > most:
        last = lines[most - 1]
        while last and not fits(last + " …"):
            last = last.rpartition(" ")[0] or last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + " …"]
    return "\n".join(lines)


def new_slide(title: str, caption: str, *, subtitle: str = "", scale: float = 1.0) -> Slide:
    """A slide with its title above and its caption below, and the room that they leave.

    A `scale` above 1 makes a larger sheet with type of the same size, for what does not fit on a slide.
    """
    wide, high = scale * WIDTH, scale * HEIGHT
    figure = Figure(figsize=(wide / DPI, high / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    bare = Slide(figure, MARGIN, MARGIN, wide - MARGIN, high - MARGIN)
    room, top = bare.right - bare.left, high - 26.0
    for says, size, look, most in ((title, TITLE, {"weight": "bold"}, 2), (subtitle, SUBTITLE, {"color": FAINT}, 2)):
        if not says:
            continue
        text = bare.wrapped(says, room, size, weight=look.get("weight", "normal"), lines=most)
        bare.text(bare.left, top, text, size, va="top", **look)
        top -= bare.measure(text, size)[1] + 8
    text = bare.wrapped(caption, room, CAPTION, lines=3)
    bare.text(bare.left, 16, text, CAPTION, va="bottom", color=FAINT)
    figure.set_label("\n".join(" ".join(says.split()) for says in (title, subtitle, caption)))
    return Slide(figure, bare.left, 16 + bare.measure(text, CAPTION)[1] + 12, bare.right, top - 8)


def words_of(figure: Figure) -> tuple[str, str]:
    """What a slide says on its face, whole: its title, and its subtitle and caption; for whoever cannot see it."""
    title, subtitle, caption = [*str(figure.get_label()).split("\n"), "", "", ""][:3]
    stop = "" if subtitle.endswith((".", "?", "!")) else "."
    return title, f"{subtitle}{stop} {caption}" if subtitle else caption


def described(summary: Summary, says: str) -> str:
    """A caption: what the picture shows, then which scenario, policy and luck it shows."""
    parts = [f"Scenario {summary.program.name}"]
    played = (("policy", summary.policy), ("variant", summary.variant))
    parts += [f"{word} {plain(value)}" for word, value in played if value]
    parts += [counted(summary.runs, "run")]
    parts += [f"seed {summary.seed}"] if summary.seed is not None else []
    return f"{says} {', '.join(parts)}."


def nothing_to_draw(slide: Slide, says: str) -> Figure:
    """The slide with a sentence where its axes would be."""
    slide.text((slide.left + slide.right) / 2, (slide.bottom + slide.top) / 2, says, LABEL, ha="center", color=FAINT)
    return slide.figure


def date_axis(axes: Axes, start: datetime, horizon_days: float, *, most: int = 7) -> None:
    """Put dates below axes whose unit is days since the start, with faint lines up from them."""
    ticks = date_ticks(start, horizon_days, most)
    axes.set_xlim(0, horizon_days if horizon_days > 0 else 1 / TICKS_PER_DAY)
    axes.set_xticks([tick.day for tick in ticks], [tick.label for tick in ticks], fontsize=TICK)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


class PlainNumbers(Formatter):
    """Ticks as people write numbers, with as many decimals as their distance asks for; powers of ten only far out."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of one tick among those of its axis."""
        axis: Any = self.axis
        marks = sorted(float(each) for each in axis.get_majorticklocs())
        step = min((b - a for a, b in pairwise(marks) if b > a), default=1.0)
        largest = max(map(abs, marks), default=0.0)
        if largest >= 1e7 or largest < 1e-4 or step < 1e-12:
            return f"{x:.3g}".replace("e+", "e").replace("e-0", "e-").replace("-", "\N{MINUS SIGN}")
        decimals = next((d for d in range(13) if all(abs(round(each, d) - each) < step / 100 for each in marks)), 12)
        return f"{x:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def number_axis(axes: Axes, which: Literal["x", "y"], *, whole: bool = False) -> None:
    """Put about five numbers along an axis, and faint lines from them; only whole ones if asked."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(6, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(PlainNumbers())
    axes.grid(axis=which, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def thin_numbers(slide: Slide, axes: Axes, size: float = TICK) -> None:
    """Put as few numbers along a narrow x axis as stand beside each other without touching."""
    axes.tick_params(axis="x", labelsize=size)
    low, high = sorted(axes.get_xlim())
    pixels = axes.get_position().width * slide.size[0] / (high - low)
    marks: list[float] = []
    for bins in (6, 5, 4, 3):
        axes.xaxis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))
        shown: Any = axes.xaxis.get_major_formatter()
        marks = [float(mark) for mark in axes.xaxis.get_majorticklocs() if low <= mark <= high]
        wide = [slide.measure(shown(mark), size)[0] for mark in marks]
        if all(
            (b - a) * pixels > (w + v) / 2 + 6 for (a, b), (w, v) in zip(pairwise(marks), pairwise(wide), strict=True)
        ):
            return
    axes.set_xticks([marks[0], marks[-1]] if len(marks) > 2 else marks)


def percent_axis(axes: Axes, which: str = "y", *, top: float = 1.0) -> None:
    """Put shares in percent along the axis `x` or `y`, from 0 to `top`."""
    steps = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5 or step == 0.25)
    marks = [place * steps for place in range(int(top / steps + 1e-9) + 1)]
    labels = [f"{100 * mark:.3g} %" for mark in marks]
    if which == "x":
        axes.set_xlim(0, top)
        axes.set_xticks(marks, labels, fontsize=TICK)
    else:
        axes.set_ylim(0, top)
        axes.set_yticks(marks, labels, fontsize=TICK)
    axes.grid(axis="x" if which == "x" else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `gap` apart and within low .. high where they can be.

    Labels that would lie on each other are pushed apart as one block about their middle.

    >>> spread([10, 11, 50], 10, 0, 100)
    [5.5, 15.5, 50.0]
    """
    n = len(wanted)
    gap = min(gap, (high - low) / max(1, n - 1))
    order = sorted(range(n), key=lambda place: wanted[place])
    blocks: list[tuple[list[int], float]] = []  # places and the middle of each block
    for place in order:
        members, middle = [place], min(max(wanted[place], low), high)
        while blocks and _first(members, middle, gap) < _last(*blocks[-1], gap) + gap:
            before, _ = blocks.pop()
            members = before + members
            half = gap * (len(members) - 1) / 2
            middle = min(max(sum(wanted[each] for each in members) / len(members), low + half), high - half)
        blocks.append((members, middle))
    found = [0.0] * n
    for members, middle in blocks:
        for position, place in enumerate(members):
            found[place] = _first(members, middle, gap) + gap * position
    return found


def _first(members: list[int], middle: float, gap: float) -> float:
    return middle - gap * (len(members) - 1) / 2


def _last(members: list[int], middle: float, gap: float) -> float:
    return middle + gap * (len(members) - 1) / 2


UNDATED: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
"""Metadata that would make two files of one picture differ."""


@in_house_style
def as_svg(figure: Figure, into: IO[bytes]) -> None:
    """Write a figure as SVG; the same figure gives the same bytes."""
    figure.savefig(into, format="svg", metadata=UNDATED["svg"], facecolor=PAPER)


@in_house_style
def as_png(figure: Figure, into: IO[bytes]) -> None:
    """Write a figure as PNG, in few colours."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata=UNDATED["png"], facecolor=PAPER)
    _in_few_colours(drawn, into)


@in_house_style
def save(figure: Figure, folder: Path, name: str, *, forms: Sequence[str] = ("png", "svg")) -> tuple[Path, ...]:
    """Write a figure as NAME.png and NAME.svg; the same figure gives the same bytes.

    Returns
    -------
    The files, in the order of `forms`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for form in forms:
        path = folder / f"{name}.{form}"
        if form in ("png", "svg"):
            with path.open("wb") as file:
                (as_png if form == "png" else as_svg)(figure, file)
        else:
            figure.savefig(path, format=form, facecolor=PAPER)
        paths.append(path)
    return tuple(paths)


def _in_few_colours(drawn: IO[bytes], into: IO[bytes]) -> None:
    """The same picture with a palette: flat colours need no more, and the file is a third as large."""
    from PIL import Image

    with Image.open(drawn) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(into, "PNG", optimize=True)
