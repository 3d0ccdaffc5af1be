"""Every picture of a study, each under the name of its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sim.analysis.report import Study
from sim.analysis.summary import Summary
from sim.analysis.timeline import Timeline, is_shown, timeline
from sim.errors import UsageError, did_you_mean
from sim.figures.graph import MOST_BOXES, draw_trigger_graph
from sim.figures.metrics import draw_metric
from sim.figures.over_time import draw_fan, draw_incidence, draw_occupancy
from sim.figures.shares import draw_hundred_futures, draw_outcome_shares
from sim.figures.slide import save
from sim.figures.timeline import draw_timeline

Pictures = dict[str, Callable[[], Figure]]


def pictures(summary: Summary, told: Timeline | None = None) -> Pictures:
    """What can be drawn, by name; nothing is drawn before it is called.

    Ladders and numbers that agents keep for themselves are left out, as they are from timelines.
    """
    program = summary.program
    drawn: Pictures = {
        "outcomes": partial(draw_outcome_shares, summary),
        "hundred-futures": partial(draw_hundred_futures, summary),
        "incidence": partial(draw_incidence, summary),
    }
    for occupancy in summary.occupancy:
        if is_shown(occupancy.quantity):
            drawn[_free(drawn, f"rungs-{occupancy.quantity}")] = partial(draw_occupancy, summary, occupancy)
    for fan in summary.fans:
        if is_shown(fan.quantity):
            drawn[_free(drawn, f"fan-{fan.quantity}")] = partial(draw_fan, summary, fan)
    for metric in summary.by_outcome:
        drawn[_free(drawn, f"metric-{metric.whole.metric}")] = partial(draw_metric, summary, metric)
    if told is not None:
        drawn["timeline"] = partial(draw_timeline, told)
    drawn["triggers"] = partial(draw_trigger_graph, program, by="trigger")
    if len(program.triggers) > MOST_BOXES:
        drawn["agents"] = partial(draw_trigger_graph, program, by="agent")
    return drawn


def _free(taken: Pictures, name: str) -> str:
    """The name as a file may bear it on any system, with a number if it is taken."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    lower = {other.lower() for other in taken}
    number, found = 1, plain
    while found.lower() in lower:
        number += 1
        found = f"{plain}-{number}"
    return found


def draw_study(
    study: Study, folder: Path, *, run: int = 0, only: Sequence[str] = (), forms: Sequence[str] = ("png", "svg")
) -> tuple[Path, ...]:
    """Draw the pictures of a study into a folder, one run of it as a timeline; the files.

    Parameters
    ----------
    run
        The number of the run that is told as a timeline; it is played again for that.
    only
        Names of pictures; all if there are none.

    Raises
    ------
    UsageError
        If there is no such picture, or no such run.
    """
    told = None
    if not only or "timeline" in only:
        told = timeline(study.replayed([run]), seed=study.ensemble.seed)
    able = pictures(study.summary, told)
    for name in only:
        if name not in able:
            hint = did_you_mean(name, able) or f"pictures: {', '.join(able)}"
            raise UsageError(f"there is no picture `{name}`; {hint}")
    files: list[Path] = []
    for name in only or able:
        files.extend(save(able[name](), folder, name, forms=forms))
    return tuple(files)
