"""How alternatives fare over states of the world, as tables: regret by each objective, and conditions that are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.comparing.alternatives import Alternative, Condition, Objective
from sim.analysis.comparing.regret import NOISE, Floats, Kept, Regrets, kept_in, regrets
from sim.analysis.intervals import LEVEL, wilson_bounds
from sim.analysis.metrics import FEW
from sim.analysis.sheet import Column, Sheet, figures, sheet_from
from sim.counted import counted
from sim.special import special
from sim.study.designs.worlds import Grouped, grouped
from sim.study.ensemble import Ensemble

FEWEST_RUNS = 40
"""Runs of each alternative in each world, below which nothing is said of regret: two in each group of runs."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Fared:
    """The regrets of all alternatives by one objective, over N worlds of R runs each."""

    objective: Objective
    alternatives: tuple[Alternative, ...]
    regrets: Regrets
    worlds: int
    runs: int

    @property
    def name(self) -> str:
        """As its table and its picture are called."""
        word, _, name = self.objective.text.partition(":")
        return f"regret-{word}-{name}"

    def said(self, value: float) -> str:
        """A regret in words, with its unit."""
        if self.objective.is_outcome:
            return f"{figures(100 * value, 2)} points"
        return figures(value, 2) + (f" ({self.objective.unit})" if self.objective.unit else "")


@dataclass(frozen=True)
class Unfared:
    """An objective of which no regret can be told, and why."""

    objective: Objective
    says: str


@dataclass(frozen=True)
class Satisfied:
    """In how many worlds each alternative keeps a condition, of `runs` finished runs or more in each."""

    condition: Condition
    each: tuple[tuple[Alternative, Kept], ...]
    runs: int
    unsaid: tuple[int, ...]  # of each alternative, worlds in which the number has no interval
    infinite: int  # runs in which the number is infinite


def fared(ensemble: Ensemble, alternatives: Sequence[Alternative], objective: Objective) -> Fared | Unfared:
    """The regrets by one objective, or why there are none."""
    cells = _of_worlds(ensemble, len(alternatives), objective.name, is_outcome=objective.is_outcome)
    if says := _unfit(cells, int(ensemble.manifest["runs"]), objective.name):
        return Unfared(objective, says)
    losses = objective.sign * cells.means
    found = regrets(losses, cells.runs.mean(axis=(1, 2)))
    return Fared(objective, tuple(alternatives), found, losses.shape[2], int(cells.runs.sum(axis=0).min()))


def _unfit(cells: Grouped, wanted: int, name: str) -> str:
    """Why means of these runs say nothing of regret; "" if they do."""
    infinite, finished = int(cells.infinite.sum()), int(cells.infinite.sum() + cells.runs.sum())
    if infinite:
        return (
            f"`{name}` is infinite in {infinite:,} of {finished:,} finished runs in worlds, so that it has no mean "
            "there and no regret; more runs will not mend it."
        )
    if wanted < FEWEST_RUNS:
        return f"Too few runs for regrets: ask for {FEWEST_RUNS} or more in each world (-n)."
    few = int((cells.runs < 2).any(axis=(0, 1)).sum())
    if few:
        return (
            f"No regret of `{name}` can be told: in {few:,} of {counted(cells.runs.shape[2], 'world')} so many runs "
            "failed, or "
            f"are not played yet, that some of the {len(cells.runs)} groups of runs has fewer than two with a value."
        )
    return ""


def _of_worlds(ensemble: Ensemble, alternatives: int, name: str, *, is_outcome: bool) -> Grouped:
    """(G, A, N) of everything: the experiments of each alternative but its first, which is no world."""
    told = grouped(ensemble, **({"outcome": name} if is_outcome else {"metric": name}))
    each = (told.runs, told.means, told.variances, told.infinite)
    parts = (part.reshape(len(part), alternatives, -1)[:, :, 1:] for part in each)
    return Grouped(*parts)


def satisfied(ensemble: Ensemble, alternatives: Sequence[Alternative], condition: Condition) -> Satisfied:
    """In how many worlds each alternative keeps a condition, by the 95 % interval in each world."""
    cells = _of_worlds(ensemble, len(alternatives), condition.name, is_outcome=condition.is_outcome)
    runs = cells.runs.sum(axis=0)
    means = (cells.runs * cells.means).sum(axis=0) / np.maximum(runs, 1)
    low, high = _intervals(cells, runs, means, is_outcome=condition.is_outcome)
    kept = (
        kept_in(low[at], high[at], least=condition.least, most=condition.most, strictly=condition.strictly)
        for at in range(len(alternatives))
    )
    unsaid = tuple((np.isinf(low) & np.isinf(high)).sum(axis=1).tolist())
    each = tuple(zip(alternatives, kept, strict=True))
    return Satisfied(condition, each, int(runs.min()), unsaid, int(cells.infinite.sum()))


def _intervals(cells: Grouped, runs: Floats, means: Floats, *, is_outcome: bool) -> tuple[Floats, Floats]:
    """(A, N) Wilson's intervals of shares, Student's of means, in each world; boundless where nothing is claimed.

    Of fewer than ten runs, of runs that all agree and where some value is infinite a mean has no interval: see
    docs/decisions/what-intervals-hold.md.
    """
    low, high = np.full(runs.shape, -math.inf), np.full(runs.shape, math.inf)
    if is_outcome:
        for n in np.unique(runs).astype(int):
            there = runs == n
            low[there], high[there] = wilson_bounds(np.rint(means[there] * n).astype(np.int64), int(n))
        return low, high
    squares = (cells.runs * (cells.variances + (cells.means - means) ** 2)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = special().stdtrit(runs - 1, 0.5 + LEVEL / 2) * np.sqrt(squares / (runs - 1) / runs)
    differ = np.sqrt(squares / np.maximum(runs, 1)) > NOISE * np.abs(means)  # what is less is rounding
    known = (runs >= FEW) & differ & (cells.infinite.sum(axis=0) == 0)
    return np.where(known, means - half, low), np.where(known, means + half, high)


# ------------------------------------------------------------------------------------------------ tables


def regret_sheet(told: Fared) -> Sheet:
    """Mean, expected, tail and largest regret of each alternative, the least expected first."""
    objective, found = told.objective, told.regrets
    order = sorted(range(len(told.alternatives)), key=lambda at: (found.each[at].expected, found.each[at].mean))
    rows = [_regret_row(told, at) for at in order]
    sort: Any = "points" if objective.is_outcome else "number"
    columns = [Column("alternative", "alternative")]
    columns.append(Column("mean", "mean", "share" if objective.is_outcome else "number"))
    columns.append(Column("expected", "expected regret", sort, "low", "high"))
    columns += [Column("tail", "95 %", sort), Column("largest", "largest", sort), Column("best", "best", "count")]
    unit = f" ({objective.unit})" if objective.unit else " (points)" if objective.is_outcome else ""
    notes = (
        f"Best in {counted(sum(row['best'] for row in rows), 'world')} is clear; in {found.undecided} of "
        f"{told.worlds} luck "
        "leaves open which is best.",
        f"Noise floor: if all were alike, these runs would show an expected regret of "
        f"{told.said(found.floor)} and a largest of {told.said(found.floor_largest)} if the best were "
        "judged on the runs that chose it. Here other runs judge: the figures are too low if anything "
        "(`naive` in --format json is too high).",
    )
    title = (
        f"Regret{unit} over {counted(told.worlds, 'world')} of {counted(told.runs, 'run')}: what is lost against the "
        "best alternative of "
        f"each world; {objective.says}"
    )
    hidden = ("naive", "naive_tail", "naive_largest", "worst_world", "objective")
    return sheet_from(told.name, title, columns, rows, notes=notes, hidden=hidden)


def _regret_row(told: Fared, at: int) -> Row:
    one = told.regrets.each[at]
    # An interval that is nothing beside the other regrets would ask for digits that nobody wants.
    told_at_all = one.high > max(other.expected for other in told.regrets.each) / 1000
    return {
        "objective": told.objective.text, "alternative": told.alternatives[at].name,
        "mean": told.objective.sign * one.mean, "expected": one.expected if told_at_all else 0.0,
        "low": one.low if told_at_all else None, "high": one.high if told_at_all else None,
        "tail": one.tail, "largest": one.largest, "best": one.best_in, "naive": one.naive,
        "naive_tail": one.naive_tail, "naive_largest": one.naive_largest, "worst_world": one.worst,
    }  # fmt: skip


def satisficing_sheet(told: Sequence[Satisfied], worlds: int) -> Sheet:
    """In how many worlds each alternative keeps each condition, misses it, or luck leaves it open."""
    rows = [
        {
            "condition": one.condition.text, "alternative": alternative.name, "kept": kept.kept,
            "undecided": kept.undecided, "missed": kept.missed, "share": kept.kept / worlds,
            "low": kept.low, "high": kept.high, "runs": one.runs, "no_interval": unsaid,
        }
        for one in told
        for (alternative, kept), unsaid in zip(one.each, one.unsaid, strict=True)
    ]  # fmt: skip
    columns = [Column("condition", "condition", once=True), Column("alternative", "alternative")]
    columns += [Column("kept", "kept", "count"), Column("undecided", "open", "count")]
    columns += [Column("missed", "missed", "count"), Column("share", "share kept", "share", "low", "high")]
    notes = [
        "Open: the 95 % interval from luck in that world lies on both sides; more runs (-n) decide it. The interval "
        "of the share counts open worlds as missed below and as kept above."
    ]
    notes += [_claims_nothing(one, worlds) for one in told if any(one.unsaid)]
    title = f"Well enough in how many of {counted(worlds, 'world')} of {counted(min(one.runs for one in told), 'run')}"
    return sheet_from("satisficing", title, columns, rows, notes=notes, hidden=("runs", "no_interval"))


def _claims_nothing(one: Satisfied, worlds: int) -> str:
    """Why worlds are open in which there is no interval at all."""
    infinite = (
        f", or some is infinite ({counted(one.infinite, 'run')}: more will not mend that)" if one.infinite else ""
    )
    return (
        f"`{one.condition.text}`: in up to {max(one.unsaid)} of {counted(worlds, 'world')} luck cannot be told, and "
        "they are "
        f"open: fewer than {FEW} runs have a value, or all values are alike{infinite}."
    )
