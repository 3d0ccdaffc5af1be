"""How alternatives fare over states of the world, as tables: regret by each objective, and conditions that are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.comparing.alternatives import Alternative, Condition, Objective
from sim.analysis.comparing.regret import Floats, Kept, Regrets, kept_in, regrets
from sim.analysis.intervals import LEVEL, wilson_bounds
from sim.analysis.sheet import Column, Sheet, figures, sheet_from
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
class Satisfied:
    """In how many worlds each alternative keeps a condition."""

    condition: Condition
    each: tuple[tuple[Alternative, Kept], ...]


def fared(ensemble: Ensemble, alternatives: Sequence[Alternative], objective: Objective) -> Fared | None:
    """The regrets by one objective; None where the runs are too few."""
    cells = _of_worlds(ensemble, len(alternatives), objective.name, is_outcome=objective.is_outcome)
    if not (cells.runs >= 2).all():
        return None
    losses = objective.sign * cells.means
    found = regrets(losses, cells.runs.mean(axis=(1, 2)))
    return Fared(objective, tuple(alternatives), found, losses.shape[2], int(cells.runs.sum(axis=0).min()))


def _of_worlds(ensemble: Ensemble, alternatives: int, name: str, *, is_outcome: bool) -> Grouped:
    """(G, A, N) of everything: the experiments of each alternative but its first, which is no world."""
    told = grouped(ensemble, **({"outcome": name} if is_outcome else {"metric": name}))
    parts = (part.reshape(len(part), alternatives, -1)[:, :, 1:] for part in (told.runs, told.means, told.variances))
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
    return Satisfied(condition, tuple(zip(alternatives, kept, strict=True)))


def _intervals(cells: Grouped, runs: Floats, means: Floats, *, is_outcome: bool) -> tuple[Floats, Floats]:
    """Wilson's intervals of shares, Student's of means, in each world."""
    low, high = np.full(runs.shape, -math.inf), np.full(runs.shape, math.inf)
    if is_outcome:
        for n in np.unique(runs).astype(int):
            there = runs == n
            low[there], high[there] = wilson_bounds(np.rint(means[there] * n).astype(np.int64), int(n))
        return low, high
    squares = (cells.runs * (cells.variances + (cells.means - means) ** 2)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = special().stdtrit(runs - 1, 0.5 + LEVEL / 2) * np.sqrt(squares / (runs - 1) / runs)
    known = runs > 1
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
        f"Best in {sum(row['best'] for row in rows)} worlds is clear; in {found.undecided} of {told.worlds} luck "
        "leaves open which is best.",
        f"Noise floor: if all were alike, these runs would show an expected regret of "
        f"{told.said(found.floor)} and a largest of {told.said(found.floor_largest)} if the best were "
        "judged on the runs that chose it. Here other runs judge: the figures are too low if anything "
        "(`naive` in --format json is too high).",
    )
    title = (
        f"Regret{unit} over {told.worlds} worlds of {told.runs:,} runs: what is lost against the best alternative of "
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
            "low": kept.low, "high": kept.high,
        }
        for one in told
        for alternative, kept in one.each
    ]  # fmt: skip
    columns = [Column("condition", "condition", once=True), Column("alternative", "alternative")]
    columns += [Column("kept", "kept", "count"), Column("undecided", "open", "count")]
    columns += [Column("missed", "missed", "count"), Column("share", "share kept", "share", "low", "high")]
    note = (
        "Open: the 95 % interval from luck in that world lies on both sides; more runs (-n) decide it. The interval "
        "of the share counts open worlds as missed below and as kept above."
    )
    return sheet_from("satisficing", f"Well enough in how many of {worlds} worlds", columns, rows, notes=[note])
