"""Where in the space of what is not known an outcome lives: a box of parameters, found on one half of the runs.

Scenario discovery by the Patient Rule Induction Method (Friedman and Fisher 1999, Stat. Comput. 9, 123-143; Bryant and
Lempert 2010, Technol. Forecast. Soc. Change 77, 34-49), through the EMA workbench. A box found on some runs always
looks better on them than it is, so it is found on every second run and judged on the others.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.cautions import Caution
from sim.analysis.discovering.box import (
    Group,
    Limit,
    borne_out,
    categories,
    category_name,
    inside_of,
    limits_of,
    profile,
)
from sim.analysis.discovering.target import Target
from sim.analysis.notebook import notebook_page
from sim.analysis.outcomes import Share, share_of
from sim.analysis.percent import percent, percent_range
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.errors import UsageError
from sim.program.ir import Parameter
from sim.study.ensemble import Ensemble

Floats = NDArray[np.float64]

MOST_RUNS = 50_000
"""Runs that are looked at, the first ones: with more, the method takes minutes and finds the same."""

FEWEST = 20
"""Runs that ended so, below which no box is looked for: half of them would be to find it and half to judge it."""

PEEL, LEAST_MASS = 0.05, 0.02
"""Share that each step cuts off, and the share of runs below which a box is no more cut. Source: Friedman and Fisher
(1999), section 8.1, for the former; the latter is our choice."""

SHOWN = 12
"""Boxes of the trade-off that are shown in the table."""


@dataclass(frozen=True, slots=True)
class Step:
    """One box on the way of the method: on the runs that found it."""

    number: int
    coverage: float
    density: float
    mass: float
    limits: int


@dataclass(frozen=True)
class Discovery:
    """A box, what it holds of the runs that judged it, and the trade-off that it was chosen from."""

    ensemble: Ensemble
    target: Target
    base: Share  # of the runs that judge, those that ended so
    found_on: int
    steps: tuple[Step, ...]
    chosen: int
    limits: tuple[Limit, ...]
    inside: int  # runs that judge, inside the box
    hits: int  # of them, those that ended so
    profiles: tuple[tuple[Group, ...], ...]  # of the parameter of each limit, over the runs that judge

    @property
    def kind(self) -> str:
        """What was asked, as pictures are told."""
        return "discover"

    @property
    def density(self) -> Share:
        """Of the runs inside, those that ended so."""
        return share_of("density", self.hits, self.inside)

    @property
    def coverage(self) -> Share:
        """Of the runs that ended so, those inside."""
        return share_of("coverage", self.hits, self.base.count)

    @property
    def title(self) -> str:
        """Scenario and target."""
        return f"{self.ensemble.program.name}: where {self.target.says} lives"

    @property
    def what(self) -> str:
        """How many runs found the box and how many judged it."""
        return (
            f"A box was looked for on {self.found_on:,} runs and judged on {self.base.of:,} others "
            f"(PRIM), seed {self.ensemble.seed}{f'; {which}' if (which := self.ensemble.which) else ''}"
        )

    @property
    def says(self) -> tuple[str, ...]:
        """The box in plain words."""
        if not self.limits:
            return (
                f"No box was found: no limit on a parameter makes {self.target.says} likelier on runs that did not "
                f"help to find it. It comes in {_told(self.base)} of them, wherever the parameters are.",
            )
        return (
            f"{self.target.says} in {_told(self.density)} of the runs in which "
            + " and ".join(limit.says for limit in self.limits)
            + f"; in {percent(self.base.share)} of all.",
            f"Those are {percent(self.inside / self.base.of)} of the runs and {_told(self.coverage)} of those that "
            f"ended so.",
        )

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The limits of the box, and the boxes that it was chosen from."""
        return (self._limits_sheet, self._steps_sheet)

    @property
    def _limits_sheet(self) -> Sheet:
        columns = (
            Column("says", "limit"),
            Column("share", "runs that keep it", "share"),
            Column("chance", "chance by luck", "number"),
        )
        rows = [
            {"says": one.says.replace("`", ""), "share": one.share, "chance": one.chance, "parameter": one.parameter,
             "low": one.low, "high": one.high, "names": ", ".join(one.names) or None}
            for one in self.limits
        ]  # fmt: skip
        note = (
            "The chance that luck alone would bear a limit out so well. Limits were dropped until 0.05 holds for all."
        )
        return sheet_from(
            "limits", "The box", columns, rows, notes=[note], hidden=("parameter", "low", "high", "names")
        )

    @property
    def _steps_sheet(self) -> Sheet:
        columns = (
            Column("number", "box", "count"),
            Column("coverage", "coverage", "share", says="of the runs that ended so, those inside"),
            Column("density", "density", "share", says="of the runs inside, those that ended so"),
            Column("mass", "of all runs", "share"),
            Column("limits", "parameters limited", "count"),
        )
        rows = [{name: getattr(step, name) for name in Step.__dataclass_fields__} for step in _spread(self.steps)]
        notes = [
            f"On the runs that found them. Box {self.chosen} was taken; `--box N` takes another, `--coverage 70%` the "
            "densest that still holds so many of those that ended so.",
        ]
        return sheet_from("boxes", "The trade-off: what a smaller box gains and loses", columns, rows, notes=notes)

    @property
    def shown(self) -> int:
        """How many of the tables stand on the terminal when nobody asks for all."""
        return 2

    @property
    def question(self) -> str:
        """What the scenario asks."""
        return " ".join(self.ensemble.program.question.split())

    @property
    def folder(self) -> Any:
        """The study that was looked at."""
        return self.ensemble.folder

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What a box does not mean."""
        found = [
            Caution("conditional", "Shares given parameters, not effects of somebody's move: for those `sim compare`.")
        ]
        if self.base.count < 100:
            found.append(Caution("few", f"Only {self.base.count} runs that judge ended so: the limits are rough."))
        if self.limits and self.density.share < 0.5:
            says = f"Luck decides most: even inside the box {percent(1 - self.density.share)} ended otherwise."
            found.append(Caution("luck", says))
        return tuple(found)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        return (f"sim report {self.folder}", f"sim explain {self.folder}{self._experiment}")

    @property
    def _experiment(self) -> str:
        """What is typed to have the same experiment again."""
        return f" --experiment {self.ensemble.experiment}" if self.ensemble.experiment else ""

    def record(self) -> dict[str, Any]:
        """The discovery as one object."""
        return {
            "scenario": self.ensemble.program.name,
            "study": str(self.folder),
            "experiment": self.ensemble.experiment,
            "label": self.ensemble.label,
            "target": self.target.says,
            "found_on": self.found_on,
            "judged_on": self.base.of,
            "base": self.base.share,
            "coverage": {"share": self.coverage.share, "low": self.coverage.low, "high": self.coverage.high},
            "density": {"share": self.density.share, "low": self.density.low, "high": self.density.high},
            "mass": self.inside / self.base.of,
            **{sheet.name: sheet.records() for sheet in self.sheets},
            "says": list(self.says),
            "cautions": [{"trap": caution.trap, "says": caution.says} for caution in self.cautions],
        }

    def _repr_html_(self) -> str:
        """The discovery as a notebook shows it."""
        return notebook_page(self.title, (self.what,), self.sheets, self.says, self.cautions)


def _told(share: Share) -> str:
    return f"{percent(share.share)} ({percent_range(share.low, share.high)})"


def _spread(steps: Sequence[Step]) -> list[Step]:
    """Some boxes of the trade-off, evenly along it, the first and the last among them."""
    places = np.unique(np.linspace(0, len(steps) - 1, min(SHOWN, len(steps))).round().astype(int))
    return [steps[place] for place in places.tolist()]


# ------------------------------------------------------------------------------------------------ finding


def discover(ensemble: Ensemble, target: Target, *, box: int | None = None, coverage: float | None = None) -> Discovery:
    """Find the box of parameters in which a target lives.

    Parameters
    ----------
    box
        Number of the box of the trade-off that is taken.
    coverage
        Or the densest that holds at least this share of the runs that ended so. If neither is said: the one with
        the largest harmonic mean of coverage and density.

    Raises
    ------
    UsageError
        If the EMA workbench is not installed, the parameters were not varied, too few runs ended so, or there is no
        such box.
    """
    prim = _workbench()
    parameters = [one for one in ensemble.program.parameters if one.distribution[0] != "constant"]
    if not parameters:
        raise UsageError(f"`{ensemble.folder}` has no uncertain parameter, so there is nowhere to look")
    values, hit = _read(ensemble, parameters, target)
    finds = np.arange(len(hit)) % 2 == 0
    if min(int(hit[finds].sum()), int(hit[~finds].sum())) < FEWEST // 2:
        raise UsageError(
            f"{int(hit.sum())} of {len(hit):,} runs: {target.says}; a box is looked for from {FEWEST} on, so play more "
            f"runs (`-n`), or ask for a likelier outcome"
        )
    if hit.all():
        raise UsageError(f"in every run of `{ensemble.folder}`: {target.says}; there is nothing to tell apart")
    peeled = _peel(prim, parameters, values[finds], hit[finds])
    steps = tuple(
        Step(number, float(row["coverage"]), float(row["density"]), float(row["mass"]), int(row["res_dim"]))
        for number, row in enumerate(peeled.peeling_trajectory.to_dict("records"))
    )
    chosen = _choice(steps, box, coverage)
    limits = limits_of(peeled.box_lims[0], peeled.box_lims[chosen], parameters)
    kept = list(borne_out(limits, parameters, values[~finds], hit[~finds]))
    inside = inside_of(kept, parameters, values[~finds])
    base = share_of("base", int(hit[~finds].sum()), int((~finds).sum()))
    return Discovery(
        ensemble, target, base, int(finds.sum()), steps, chosen, tuple(kept), int(inside.sum()),
        int(hit[~finds][inside].sum()), tuple(_profile(one, parameters, values[~finds], hit[~finds]) for one in kept),
    )  # fmt: skip


def _profile(
    limit: Limit, parameters: Sequence[Parameter], values: Floats, hit: NDArray[np.bool_]
) -> tuple[Group, ...]:
    place = [one.name for one in parameters].index(limit.parameter)
    return profile(parameters[place], values[:, place], hit)


def _workbench() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what of it is not installed is not needed here
            from ema_workbench.analysis import prim
    except ImportError as error:
        raise UsageError(
            "`discover` needs the EMA workbench: pip install 'escalation-sim[discovery]' (some 400 MB)"
        ) from error
    return prim


def _read(ensemble: Ensemble, parameters: Sequence[Parameter], target: Target) -> tuple[Floats, NDArray[np.bool_]]:
    """(N, P) parameters and (N,) whether the target came, of the first runs of the experiment; failed runs left out."""
    places = [ensemble.program.parameters.index(one) for one in parameters]
    some = slice(0, MOST_RUNS)
    values = np.column_stack([ensemble.parameter(place)[some] for place in places])
    played = ensemble.outcome[some] >= 0
    hit = target.came(ensemble)[some]
    if all((column == column[0]).all() for column in values.T):
        raise UsageError(
            f"`{ensemble.folder}` holds every parameter at one value; look at a study of `sim run`, where they vary"
        )
    return values[played], hit[played]


def _peel(prim: Any, parameters: Sequence[Parameter], values: Floats, hit: NDArray[np.bool_]) -> Any:
    """The trajectory of boxes, from the whole space to the smallest."""
    import pandas as pd

    table = pd.DataFrame({one.name: _column(pd, one, values[:, place]) for place, one in enumerate(parameters)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = prim.Prim(table, hit.astype(float), threshold=1e-12, peel_alpha=PEEL, mass_min=LEAST_MASS)
        return search.find_box()


def _column(pd: Any, parameter: Parameter, values: Floats) -> Any:
    """One parameter as the method takes it: of a few values as words without an order, else as numbers."""
    few = categories(parameter)
    if not few:
        return values
    return pd.Categorical.from_codes(np.searchsorted(few, values), [category_name(parameter, value) for value in few])


def _choice(steps: Sequence[Step], box: int | None, coverage: float | None) -> int:
    if box is not None:
        if not 0 <= box < len(steps):
            raise UsageError(f"there is no box {box}; the trade-off has boxes 0 to {len(steps) - 1}")
        return box
    if coverage is not None:
        if not 0.0 < coverage <= 1.0:
            raise UsageError(f"a coverage of {coverage:g} cannot be had: it is a share, such as 70%")
        wide = [step for step in steps if step.coverage >= coverage]
        return max(wide, key=lambda step: step.density).number
    return max(
        steps, key=lambda step: 2 * step.coverage * step.density / max(step.coverage + step.density, 1e-300)
    ).number
