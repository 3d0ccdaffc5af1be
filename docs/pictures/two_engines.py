"""Draws how one scenario becomes a SimPy model and machine code, with the lines of a shipped scenario.

    python -m docs.pictures.two_engines

A test notices when the lines, or this recipe, have changed since the picture was drawn.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path
from textwrap import dedent
from typing import Any

from docs.excerpts import lines_of
from sim.figures.looks import FAINT, INK, OKABE_ITO, PAPER

PICTURE = Path(__file__).with_suffix(".png")
BLUE, ORANGE, GREEN = OKABE_ITO[0], OKABE_ITO[3], OKABE_ITO[2]
CODE, SMALL, TITLE = 7.6, 8.2, 10.0
SHARED = (
    ("luck: streams.py", "the n-th draw of a site is\na function of its number"),
    ("order: order.py", "who is first at one tick,\nwho looks after whom"),
    ("language: functions.py", "what can be said, and what\n0 and infinity give"),
)


def shown() -> dict[str, list[str]]:
    """The real lines that stand in the picture, by box."""
    return {
        "scenario": picked("scenarios/ladder.yaml", "escalate:", "rate:", "do: army += 1"),
        "program": picked("program:ladder", "0  escalate:", "do: army = army + 1"),
        "simpy": picked(
            "sim/engine/reference.py",
            "rate = self.history.hazard(self.part)",
            "if rate == self.rate",
            "return",
            "now = self",
            "self.left = larger(0.0",
            "self.set_clock(self.due_by_rate())",
        ),
        "assembly": picked(
            "assembly:ladder",
            "@reconsider0(",
            "= fneg double",
            "= load double",
            "= fmul double",
            "@libm_exp",
            "= fmul double",
        ),
    }


def picked(source: str, *beginnings: str) -> list[str]:
    """The first lines of a source in which these words stand, one after another, without what follows `#`."""
    lines, found = iter(lines_of(source)), []
    for words in beginnings:
        found.append(next(line for line in lines if words in line).split("  #")[0].rstrip())
    return dedent("\n".join(line for line in found if not line.startswith("define"))).splitlines()


def provenance() -> str:
    """A digest of the recipe and of what it shows, but for the numbers by which assembly knows its values."""
    content = Path(__file__).read_text(encoding="utf-8") + re.sub(r"%v\d+", "%v", repr(shown()))
    return blake2b(content.encode(), digest_size=8).hexdigest()


def main() -> None:
    """Draw it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = shown()
    figure = pyplot.figure(figsize=(9, 7.4), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 90), ylim=(0, 74))
    axes.axis("off")

    box(
        axes,
        (20, 63, 50, 10),
        INK,
        "A scenario",
        "what somebody wrote",
        lines["scenario"],
    )
    box(
        axes,
        (20, 49.5, 50, 9),
        INK,
        "The Program",
        "places, slots and trees; names are for readers alone",
        lines["program"],
    )
    arrow(axes, (45, 63), (45, 58.5))
    note(axes, 46, 60.9, "read, checked, expanded", left=True)

    arrow(axes, (24, 49.5), (16, 45), BLUE)
    arrow(axes, (66, 49.5), (74, 45), ORANGE)

    box(
        axes,
        (2, 20.5, 28, 24.5),
        BLUE,
        "SimPy processes",
        "the definition, to be read aloud",
        wrapped(lines["simpy"], 34),
    )
    note(axes, 3.2, 22.8, "a trigger is up to two processes,\nits clock and its firing", left=True)
    box(
        axes,
        (60, 29.2, 28, 15.8),
        ORANGE,
        "Assembly",
        "a function for each turn and look",
        wrapped(lines["assembly"], 34),
    )
    box(axes, (60, 20.5, 28, 5.8), ORANGE, "Object code", "made by LLVM, kept on the disk", [])
    arrow(axes, (74, 29.2), (74, 26.3), ORANGE)
    note(axes, 75, 27.7, "quick, then optimised", left=True)

    box(axes, (35, 26, 20, 19), GREEN, "What both share", "", [])
    for at, (name, says) in enumerate(SHARED):
        y = 41.6 - 4.85 * at
        axes.text(36.2, y, name, fontsize=SMALL, color=GREEN, weight="bold", va="top")
        axes.text(36.2, y - 1.6, says, fontsize=SMALL, color=INK, va="top", linespacing=1.2)
        arrow(axes, (35, y - 2.4), (30, y - 2.4), GREEN, thin=True)
        arrow(axes, (55, y - 2.4), (60, y - 2.4), GREEN, thin=True)

    box(axes, (6, 10.5, 20, 6), BLUE, "Runs", "rows, metrics, outcomes", [])
    box(axes, (64, 10.5, 20, 6), ORANGE, "Runs", "rows, metrics, outcomes", [])
    arrow(axes, (16, 20.5), (16, 16.5), BLUE)
    arrow(axes, (74, 20.5), (74, 16.5), ORANGE)

    asked = "random programs, shipped scenarios,\nand mistakes planted on purpose"
    box(axes, (31, 9, 28, 7.5), INK, "The same bytes?", asked, [])
    arrow(axes, (26, 13.5), (31, 13.5), BLUE)
    arrow(axes, (64, 13.5), (59, 13.5), ORANGE)

    path(axes, [(39, 9), (39, 4), (0.9, 4), (0.9, 54), (20, 54)])
    note(axes, 3, 2.4, "yes: the next program", left=True)
    path(axes, [(51, 9), (51, 4), (89.1, 4), (89.1, 38), (88, 38)])
    note(axes, 87, 2.4, "no: the reference is right, so the machine code is mended")

    figure.savefig(PICTURE, dpi=150, metadata={"Description": provenance(), "Software": None})
    print(f"{PICTURE} {PICTURE.stat().st_size / 1e3:.0f} kB")


def wrapped(lines: list[str], width: int) -> list[str]:
    """Lines cut at a blank or bracket so that none is wider."""
    made = []
    for line in lines:
        while len(line) > width:
            cut = max(line.rfind(" ", 0, width), line.rfind("(", 0, width), width // 2) + 1
            made.append(line[:cut].rstrip())
            line = "    " + line[cut:].lstrip()
        made.append(line)
    return made


def box(axes: Any, at: tuple[float, float, float, float], colour: str, title: str, says: str, code: list[str]) -> None:
    """A box with its title, a sentence, and lines of code."""
    from matplotlib.patches import FancyBboxPatch

    x, y, width, height = at
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.8",
                                  facecolor=PAPER, edgecolor=colour, linewidth=1.6))  # fmt: skip
    axes.text(
        x + width / 2, y + height - 1.1, title, fontsize=TITLE, color=colour, weight="bold", ha="center", va="top"
    )
    axes.text(x + width / 2, y + height - 3.4, says, fontsize=SMALL, color=FAINT, ha="center", va="top")
    text = "\n".join(code).replace("$", r"\$")
    axes.text(x + 1.2, y + height - 5.4, text, fontsize=CODE, color=INK, family="monospace", va="top", linespacing=1.25)


def arrow(
    axes: Any, start: tuple[float, float], end: tuple[float, float], colour: str = INK, *, thin: bool = False
) -> None:
    """An arrow between two points."""
    look = {"arrowstyle": "-|>", "color": colour, "linewidth": 0.9 if thin else 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops={**look, "linestyle": (0, (3, 2)) if thin else "-"})


def path(axes: Any, points: list[tuple[float, float]]) -> None:
    """An arrow around corners."""
    xs, ys = zip(*points, strict=True)
    axes.plot(xs[:-1], ys[:-1], color=INK, linewidth=1.1)
    arrow(axes, points[-2], points[-1])


def note(axes: Any, x: float, y: float, says: str, *, left: bool = False) -> None:
    """A few words beside an arrow."""
    axes.text(x, y, says, fontsize=SMALL, color=FAINT, ha="left" if left else "right", va="center", style="italic")


if __name__ == "__main__":
    main()
