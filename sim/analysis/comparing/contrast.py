"""An alternative against its baseline, on the same luck: every difference with its interval and what pairing saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.comparing.alternatives import Alternative, is_ladder
from sim.analysis.intervals import LEVEL, wilson
from sim.analysis.metrics import metric_kind
from sim.analysis.paired import (
    Difference,
    Worth,
    mean_difference,
    pooled,
    share_difference,
    worth_of_means,
    worth_of_shares,
)
from sim.language.words import TRUTH
from sim.program.ir import Program
from sim.study.ensemble import Ensemble
from sim.study.pairs import Pairs, Truth, pairs_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What is told of every pair: truths of a finished run, and metrics that have a mean."""

    truths: tuple[Truth, ...]
    means: tuple[str, ...]

    def of(self, kind: str) -> list[int]:
        """Places of the truths that are `outcomes`, `moments` or `rungs`."""
        kinds = ["rungs" if one.rung is not None else "moments" if one.metric else "outcomes" for one in self.truths]
        return [place for place, one in enumerate(kinds) if one == kind]


def asked_of(programs: Sequence[Program]) -> Asked:
    """Every outcome of any of them, and the metrics that all have."""
    outcomes = dict.fromkeys(name for program in programs for name in program.outcome_names)
    truths = [Truth(name) for name in outcomes]
    means = []
    for metric in programs[0].metrics:
        if not all(any(one.name == metric.name for one in other.metrics) for other in programs):
            continue
        kind = metric_kind(programs[0], metric)
        if metric.how == "first":
            truths.append(Truth(metric.name, metric.name))
        elif is_ladder(metric.name, programs[0]):
            names = ("no", "yes") if kind == TRUTH else kind.names
            truths += [Truth(name, metric.name, rung) for rung, name in enumerate(names)]
        else:
            means.append(metric.name)
    return Asked(tuple(truths), tuple(means))


@dataclass(frozen=True)
class Contrast:
    """Alternative `second` against `first`; differences are the second less the first."""

    first: Alternative
    second: Alternative
    asked: Asked
    pairs: Pairs

    def counts(self, truth: int) -> tuple[int, int, int, int]:
        """Pairs in which a truth held in both, in the first alone, in the second alone, in neither."""
        both, first, second, neither = self.pairs.truths[:, truth].sum(axis=0).tolist()
        return both, first, second, neither

    def share(self, truth: int, level: float = LEVEL) -> Difference:
        """The difference of shares of a truth."""
        _, first, second, _ = self.counts(truth)
        return share_difference(first, second, self.pairs.pairs, level)

    def share_worth(self, truth: int) -> Worth:
        """What the pairing was worth to it."""
        return worth_of_shares(self.pairs.truths[:, truth])

    def mean(self, metric: int, level: float = LEVEL) -> tuple[int, float, float, Difference]:
        """Pairs in which a metric is finite on both sides, its mean on either, and the difference."""
        n, means, variances = pooled(
            self.pairs.valid[:, metric].astype(np.float64), self.pairs.means[:, metric], self.pairs.variances[:, metric]
        )
        difference = mean_difference(
            float(means[2]), float(variances[2]), int(n), int(self.pairs.differ[metric]), level
        )
        return int(n), float(means[0]), float(means[1]), difference

    def mean_worth(self, metric: int) -> Worth:
        """What the pairing was worth to it."""
        told = self.pairs
        valid = told.valid[:, metric].astype(np.float64)
        return worth_of_means(valid, told.means[:, metric], told.variances[:, metric], int(told.differ[metric]))

    @cached_property
    def alike(self) -> tuple[int, float, float]:
        """Finished pairs that end in the same outcome, and Wilson's interval of their share."""
        count = sum(one.pairs for one in self.pairs.changes if one.first == one.second is not None)
        return count, *wilson(count, self.pairs.pairs)

    @property
    def changed(self) -> list[tuple[str, str, int, int]]:
        """(from, to, pairs, example run) of finished pairs that end differently, the commonest first."""
        return [
            (one.first, one.second, one.pairs, one.example)
            for one in self.pairs.changes
            if one.first is not None and one.second is not None and one.first != one.second
        ]


def contrast_of(players: Sequence[Ensemble], first: Alternative, second: Alternative, asked: Asked) -> Contrast:
    """Two alternatives, joined by their luck; `players` are the runs of each alternative."""
    pairs = pairs_of(players[first.number], players[second.number], asked.truths, asked.means)
    return Contrast(first, second, asked, pairs)
