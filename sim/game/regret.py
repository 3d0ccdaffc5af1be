"""A decision weighed afterwards: each option over the same futures, and what the best would have brought.

The past is the true one, numbers that nobody knew included, and the others' orders of the turn are as they were. So
regret is hindsight: it says what a decision cost, not that somebody should have known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paired import FEWEST_DISCORDANT, Difference, mean_difference
from sim.engine.record import Runs
from sim.game.forecasts import Share
from sim.game.reckoning import marks_of, scores_of
from sim.game.table import Game, Seat

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Regret:
    """By how much more the option that looks best would have scored than what was chosen, in the mean over futures.

    Which option is best is looked for in one half of the futures and valued in the other, both ways, so that the best
    of several chances is not taken for merit: over options that are all alike the mean is nought. `best` is what looked
    best over all. Where the halves disagree or took what was chosen, regret is small.

    Source
    ------
    The bias: Smith and Winkler (2006), Management Science 52, 311-322, "the optimizer's curse". Halves, both ways:
    Stone (1974), J. R. Stat. Soc. B 36, 111-147. The interval is Student's (1908) over futures.
    """

    value: float
    low: float
    high: float
    p: float
    best: str
    pairs: int


def regret(scores: Mapping[str, Floats], chosen: str) -> Regret:
    """Regret of what was chosen.

    Parameters
    ----------
    scores
        Of each option the score in each future, (R,), NaN where a future failed; future r of each on the same luck.
    """
    names = list(scores)
    table = np.array([scores[name] for name in names])
    table = table[:, ~np.isnan(table).any(axis=0)]
    count = table.shape[1]
    if count < 2:
        return Regret(math.nan, math.nan, math.nan, math.nan, chosen, count)
    own = table[names.index(chosen)]
    picked = np.empty(count)
    halves = np.arange(count) % 2 == 0
    for here, there in ((halves, ~halves), (~halves, halves)):
        picked[there] = table[_best(table[:, here], names.index(chosen))][there]
    more = picked - own
    found = difference(more)
    return Regret(found.value, found.low, found.high, found.p, names[_best(table, names.index(chosen))], count)


def difference(more: Floats) -> Difference:
    """The mean of differences of pairs of futures, with its interval; one that is the same in all of them is known."""
    if len(more) >= FEWEST_DISCORDANT and more[0] and (more == more[0]).all():
        return Difference(float(more[0]), float(more[0]), float(more[0]), 0.0)
    return mean_difference(float(more.mean()), float(more.var(ddof=1)), len(more), int((more != 0).sum()))


def _best(table: Floats, chosen: int) -> int:
    """The row with the highest mean; of equals what was chosen."""
    means = table.mean(axis=1)
    return chosen if means[chosen] >= means.max() else int(means.argmax())


# ------------------------------------------------------------------------------------------------ scores


def score_name(game: Game, actor: str, want: str) -> str:
    """In what a seat's decisions are weighed: `aims`, an outcome that somebody wanted, or "" if there is nothing."""
    if any(aim.kept is not None or aim.partly is not None for aim in game.seats[actor].aims):
        return "aims"
    return want if want in game.program.outcome_names else ""


def scores(game: Game, actor: str, runs: Runs, want: str) -> Floats | None:
    """(R,) the score of a seat in each run: the mean of its aims, or whether it ended as wanted; None if neither."""
    name = score_name(game, actor, want)
    if name == "aims":
        return scores_of(marks_of(game.seats[actor].aims, runs))
    if name:
        return np.where(runs.outcome < 0, np.nan, runs.outcome == runs.program.outcome_names.index(name))
    return None


def aims_kept(seat: Seat, runs: Runs) -> list[dict[str, float | int | str | None]]:
    """Of each aim with a condition how often it was kept and partly kept, with Wilson's interval of kept."""
    marks = marks_of(seat.aims, runs)
    found: list[dict[str, float | int | str | None]] = []
    for aim, column in zip(seat.aims, marks.T, strict=True):
        known = column[~np.isnan(column)]
        kept = Share.of(int((known == 1.0).sum()), len(known))
        partly = int((known == 0.5).sum()) / len(known) if len(known) else math.nan
        found.append({"says": aim.says, "kept": kept.share, "low": kept.low, "high": kept.high, "partly": partly,
                      "n": kept.n})  # fmt: skip
    return found


def outcome_shares(game: Game, runs: Runs) -> list[dict[str, float | int | str]]:
    """How often each outcome came, with Wilson's interval; runs that failed count in n."""
    found: list[dict[str, float | int | str]] = []
    for place, outcome in enumerate(game.program.outcomes):
        share = Share.of(int((runs.outcome == place).sum()), len(runs))
        says = " ".join(outcome.says.split()) or outcome.name.replace("_", " ")
        found.append({"name": outcome.name, "says": says, "count": share.count, "n": share.n, "share": share.share,
                      "low": share.low, "high": share.high})  # fmt: skip
    return found


def mean_score(values: Floats | None) -> dict[str, float | int] | None:
    """The mean of scores with `share_interval`; None if there are none."""
    from sim.analysis.intervals import share_interval

    known = np.array([]) if values is None else values[~np.isnan(values)]
    if not len(known):
        return None
    mean, low, high = share_interval(known)
    return {"mean": mean, "low": low, "high": high, "n": len(known)}
