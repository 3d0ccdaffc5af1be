"""Every picture of a study, each under the name of its file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from sim import provenance
from sim.analysis.convergence import Convergence, convergence
from sim.analysis.report import Study
from sim.analysis.summary import Summary
from sim.analysis.terciles import Terciles
from sim.analysis.timeline import Timeline, is_shown, timeline
from sim.errors import UsageError, did_you_mean
from sim.figures.convergence import draw_convergence, draw_metric_convergence
from sim.figures.graph import MOST_BOXES, draw_trigger_graph
from sim.figures.metrics import draw_metric
from sim.figures.over_time import draw_fan, draw_incidence, draw_occupancy
from sim.figures.shares import draw_hundred_futures, draw_outcome_shares
from sim.figures.slide import as_png, save, words_of
from sim.figures.timeline import draw_timeline
from sim.program.ir import Program

Pictures = dict[str, Callable[[], Figure]]


def pictures(
    summary: Summary,
    told: Timeline | None = None,
    knowledge: Sequence[Terciles] = (),
    settled: Convergence | None = None,
    *,
    every: bool = False,
) -> Pictures:
    """What can be drawn, by name; nothing is drawn before it is called.

    Ladders and numbers that agents keep for themselves are left out, as they are from timelines. So is the graph of
    single triggers where it would be too large for a slide, unless `every` picture is wanted: that of agents tells it.
    """
    program, settled = summary.program, settled or convergence(summary)
    drawn: Pictures = {
        "outcomes": partial(draw_outcome_shares, summary, knowledge),
        "hundred-futures": partial(draw_hundred_futures, summary),
        "incidence": partial(draw_incidence, summary),
        "convergence": partial(draw_convergence, summary, settled),
    }
    for running in settled.metrics:
        drawn[_free(drawn, f"convergence-{running.name}")] = partial(draw_metric_convergence, summary, settled, running)
    for occupancy in summary.occupancy:
        if is_shown(occupancy.quantity):
            drawn[_free(drawn, f"rungs-{occupancy.quantity}")] = partial(draw_occupancy, summary, occupancy)
    for steps in summary.few_valued:
        if is_shown(steps.quantity):
            drawn[_free(drawn, f"values-{steps.quantity}")] = partial(draw_occupancy, summary, steps)
    for fan in summary.fans:
        if is_shown(fan.quantity):
            drawn[_free(drawn, f"fan-{fan.quantity}")] = partial(draw_fan, summary, fan)
    for metric in summary.by_outcome:
        drawn[_free(drawn, f"metric-{metric.whole.metric}")] = partial(draw_metric, summary, metric)
    if told is not None:
        drawn["timeline"] = partial(draw_timeline, told)
    large = len(program.triggers) > MOST_BOXES
    if every or not large:
        drawn["triggers"] = partial(draw_trigger_graph, program, by="trigger")
    if large:
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


KINDS: dict[str, str] = {
    "branch": "branching",
    "compare": "comparison",
    "ablate": "ablation",
    "discover": "discovery",
    "sweep": "sweep",
    "sensitivity": "sensitivity",
    "rare": "rare",
}
"""Kind of study -> the module of `sim.figures` whose `pictures` says what can be drawn of it."""


def pictures_of(study: Any, *, run: int = 0) -> Pictures:
    """What can be drawn of a study of any kind, by name; nothing is drawn before it is called.

    Raises
    ------
    UsageError
        If there is no such run.
    """
    if study.kind == "run":
        return pictures(study.summary, _told(study, run), study.by_knowledge, study.convergence)
    if study.kind not in KINDS:
        return {}
    found: Pictures = import_module(f"sim.figures.{KINDS[study.kind]}").pictures(study)
    return found


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that shows itself in a notebook, and says in words what it shows."""

    name: str
    figure: Figure

    @property
    def says(self) -> str:
        """What stands on its face, for whoever cannot see it."""
        return ". ".join(words_of(self.figure))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The picture as PNG, and its words."""
        drawn = BytesIO()
        as_png(self.figure, drawn)
        return {"image/png": b64encode(drawn.getvalue()).decode(), "text/plain": self.says}


def drawn(study: Any, name: str) -> Drawn:
    """One picture of a study of any kind.

    Raises
    ------
    UsageError
        If there is no such picture; the sentence names those there are.
    """
    able = pictures_of(study)
    if name not in able:
        hint = did_you_mean(name, able) or "pictures: " + ", ".join(able)
        raise UsageError(f"there is no picture `{name}`; {hint}")
    return Drawn(name, able[name]())


def draw_study(study: Any, folder: Path, *, run: int = 0, forms: Sequence[str] = ("png", "svg")) -> tuple[Path, ...]:
    """Draw every picture of a study into a folder, one run of it as a timeline; the files.

    Raises
    ------
    UsageError
        If there is no such run.
    """
    files: list[Path] = []
    for name, draw in pictures_of(study, run=run).items():
        files.extend(save(draw(), folder, name, forms=forms))
    return tuple(files)


def draw_picture(study: Any, name: str, path: Path, *, run: int = 0) -> tuple[Path, Path]:
    """Draw one picture of a study of any kind, and write its provenance beside it: both files.

    Parameters
    ----------
    name
        As in `pictures`.
    path
        Ends in `.png` or `.svg`; the provenance gets the same name ending in `.txt`.
    run
        The number of the run that a timeline tells; it is played again for that.

    Raises
    ------
    UsageError
        If there is no such picture or run.
    """
    able = _able(study, name, run)
    if name not in able:
        known = dict.fromkeys((*able, "timeline")) if study.kind == "run" else able
        raise UsageError(
            f"there is no picture `{name}`; {did_you_mean(name, known) or 'pictures: ' + ', '.join(known)}"
        )
    (picture,) = save(able[name](), path.parent, path.stem, forms=(path.suffix.removeprefix("."),))
    sidecar = path.with_suffix(".txt")
    sidecar.write_text(provenance_text(study, name, run=run), encoding="utf-8")
    return picture, sidecar


def _able(study: Any, name: str, run: int) -> Pictures:
    """What can be drawn; one run as a timeline only where that is the picture that is wanted."""
    if study.kind != "run":
        return pictures_of(study)
    told = _told(study, run) if name == "timeline" else None
    return pictures(study.summary, told, study.by_knowledge, study.convergence, every=True)


def _told(study: Study, run: int) -> Timeline:
    return timeline(study.replayed([run]), seed=study.ensemble.seed)


def provenance_text(study: Any, name: str, *, run: int = 0) -> str:
    """What it takes to draw a picture again, one thing a line; `program` is a digest of the program."""
    ensemble, rows = study.ensemble, study.ensemble.manifest["experiments"]
    alone = study.kind == "run"
    facts = {
        "picture": name,
        "scenario": ensemble.program.name,
        "policy": ensemble.policy,
        "variant": ensemble.variant,
        "set": " ".join(f"{path}={value}" for path, value in rows[ensemble.experiment]["overrides"]),
        "study": "" if alone else study.kind,
        "experiments": "" if alone else str(len(rows)),
        "digest": "" if alone else str(ensemble.manifest["digest"]),
        "program": program_digest(ensemble.program),
        "runs": str(study.runs),
        "seed": str(ensemble.seed),
        "run told": str(run) if name == "timeline" else "",
        "version": f"escalation-sim {provenance.version()}, laws {provenance.LAWS_VERSION}",
        "matplotlib": matplotlib.__version__,
    }
    return "".join(f"{key:<11} {value}\n" for key, value in facts.items() if value)


def program_digest(program: Program) -> str:
    """32 hex digits of everything in a program that engines see: comments, places and spelling do not matter."""
    return provenance.digest(_compared(program))


def _compared(value: object) -> object:
    """A frozen value as JSON can say it: of dataclasses the name and the fields by which they are compared.

    What is not said (a field that holds its default) is left out, so that a new key of the language moves no digest.
    """
    if is_dataclass(value):
        told = {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
        unsaid = {each.name: each.default for each in fields(value)}
        kept = {name: _compared(inner) for name, inner in told.items() if inner != unsaid[name]}
        return {"": type(value).__name__, **kept}
    if isinstance(value, tuple):
        return [_compared(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, float) else value
