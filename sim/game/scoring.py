"""How well a class foretold: Brier scores by person and by seat, calibration, and what a score is made of.

A forecast is scored twice: against the one history that came, and against the futures that were open at that moment,
where luck can neither reward nor punish.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.counted import counted
from sim.game.forecasts import Asked, Share
from sim.game.plain import plain
from sim.game.session import Session

LEAST_TO_BEAT = 0.01
"""Brier score of the base rates below which skill says nothing: what came was nearly sure, and a ratio explodes."""

BINS = 5
"""Bins of the calibration table: a class makes some dozens of forecasts, and a bin needs several."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well somebody foretold: `brier` against what came, `from_futures` against the futures of the moment.

    Source
    ------
    Brier (1950), Monthly Weather Review 78, 1-3: the mean squared distance of a probability from what came (0 or 1).
    0 is perfect, 1/4 is what always saying one half brings.
    """

    who: str
    n: int
    questions: int
    brier: float  # as all that follows a mean over questions, of each the mean over its forecasts
    low: float
    high: float
    distance: float  # mean squared distance from the share of futures: what the forecaster could have helped
    luck: float  # what even that share would have lost in the mean: what nobody could have helped
    base: float  # Brier score of the base rates on the same questions
    before: float  # and of the shares of futures before orders
    shares: float  # and of those with the orders as they were sealed
    skill: float  # 1 - brier / base; NaN where the base rates leave hardly anything to beat


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts in one range: how often what they foretold came."""

    low_end: float
    high_end: float
    n: int
    foretold: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Parts:
    """What a Brier score is made of: reliability - resolution + uncertainty + within = brier.

    Source
    ------
    Murphy (1973), J. Appl. Meteorology 12, 595-600; `within`, because forecasts in one bin differ: Stephenson, Coelho
    and Jolliffe (2008), Weather and Forecasting 23, 752-757.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True)
class Foretold:
    """All forecasts of a class, scored."""

    questions: tuple[Asked, ...]
    forecasts: tuple[tuple[int, str, str, float], ...]  # (turn, handle, seat, probability)
    people: tuple[Score, ...]
    seats: tuple[Score, ...]
    all: Score | None
    bins: tuple[Bin, ...]
    parts: Parts | None

    def record(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        record = dict(plain(asdict(self)))
        record["questions"] = [
            {**one, "told": asked.told} for one, asked in zip(record["questions"], self.questions, strict=True)
        ]
        return {**record, "says": list(said_of(self.all)) if self.all is not None else []}


def scored(session: Session, questions: Sequence[Asked]) -> Foretold:
    """All forecasts of a session on these questions, by person, by seat and together."""
    asked = {one.turn: one for one in questions}
    people = session.state.people
    rows = [
        (turn, people[person].handle, people[person].seat, probability)
        for (turn, person), probability in sorted(session.state.forecasts.items())
        if person in people and turn in asked and asked[turn].came is not None
    ]
    pairs = [(asked[turn], probability) for turn, _, _, probability in rows]
    sizes = Counter(_question_of(one) for one, _ in pairs)

    def of(place: int) -> tuple[Score, ...]:
        names = list(dict.fromkeys(str(row[place]) for row in rows if row[place]))
        return tuple(score(name, [pair for row, pair in zip(rows, pairs, strict=True) if row[place] == name])
                     for name in names)  # fmt: skip

    return Foretold(
        tuple(questions), tuple(rows), of(1), of(2), score("all", pairs) if pairs else None,
        bins([(probability, bool(one.came)) for one, probability in pairs]),
        decomposed([(probability, bool(one.came)) for one, probability in pairs],
                   weights=[1 / sizes[_question_of(one)] for one, _ in pairs]) if pairs else None,
    )  # fmt: skip


def score(who: str, pairs: Sequence[tuple[Asked, float]]) -> Score:
    """The score of some forecasts: the mean over questions of the mean of each, however many answered it.

    So is everything in it, for forecasts of one question share their luck. Its interval is Student's (1908) over
    questions; there is none with fewer than two.
    """
    every = _by_question(pairs)

    def over(loss: Callable[[Asked, float], float]) -> list[float]:
        return [_mean([loss(*pair) for pair in own]) for own in every]

    squares = over(lambda one, probability: (probability - float(bool(one.came))) ** 2)
    brier, (low, high) = _mean(squares), _interval(squares)
    distance = _mean(over(lambda one, probability: (probability - one.sealed.share) ** 2))
    luck = _mean(over(lambda one, _: one.sealed.share * (1 - one.sealed.share)))
    base = _mean(over(lambda one, _: (one.base.share - float(bool(one.came))) ** 2))
    before = _mean(over(lambda one, _: (one.before.share - float(bool(one.came))) ** 2))
    shares = _mean(over(lambda one, _: (one.sealed.share - float(bool(one.came))) ** 2))
    skill = 1 - brier / base if base >= LEAST_TO_BEAT else math.nan
    return Score(who, len(pairs), len(every), brier, low, high, distance, luck, base, before, shares, skill)


def said_of(score: Score) -> tuple[str, str, str]:
    """The score of a class in three sentences, the same wherever it is told: what it is, its ends, who knew more."""
    over = f"{counted(score.questions, 'question')} ({counted(score.n, 'forecast')})"
    within = f" (95 % interval {score.low:.2f} to {score.high:.2f})" if score.questions > 1 else ""
    return (
        f"Brier score (1950), the mean over {over}: {score.brier:.2f}{within}.",
        "0 is perfect; always 50 % gets 0.25.",
        f"On the same questions, knowing only how often it comes from the start gets {score.base:.2f}, the share of "
        f"futures before orders {score.before:.2f}, and with the orders as sealed, which nobody knew, "
        f"{score.shares:.2f}.",
    )


def _by_question(pairs: Sequence[tuple[Asked, float]]) -> list[list[tuple[Asked, float]]]:
    """Forecasts by what they foretold: how it ends is one question, however often it is asked."""
    found: dict[object, list[tuple[Asked, float]]] = {}
    for pair in pairs:
        found.setdefault(_question_of(pair[0]), []).append(pair)
    return list(found.values())


def _question_of(one: Asked) -> object:
    return one.says if one.at_end else one.turn


def _interval(means: Sequence[float]) -> tuple[float, float]:
    """Student's interval of a mean of scores, cut to [0, 1]; all of it where there are fewer than two."""
    import numpy as np

    from sim.analysis.intervals import mean_interval

    if len(means) < 2:
        return 0.0, 1.0
    _, low, high = mean_interval(np.array(means))
    return max(0.0, low), min(1.0, high)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def bins(pairs: Sequence[tuple[float, bool]], count: int = BINS) -> tuple[Bin, ...]:
    """The calibration table: forecasts in ranges of equal width, and how often what they foretold came.

    Wilson's interval treats forecasts as if each had its own question; where many foretold the same one it is too
    narrow, and whoever shows it says so.
    """
    found = []
    for number in range(count):
        own = [pair for pair in pairs if _bin_of(pair[0], count) == number]
        share = Share.among(came for _, came in own)
        mean = _mean([probability for probability, _ in own])
        found.append(Bin(number / count, (number + 1) / count, len(own), mean, share.share, share.low, share.high))
    return tuple(found)


def _bin_of(probability: float, count: int) -> int:
    return min(count - 1, int(probability * count))


def decomposed(
    pairs: Sequence[tuple[float, bool]], count: int = BINS, *, weights: Sequence[float] | None = None
) -> Parts:  # fmt: skip
    """The parts of the Brier score of these forecasts, by the bins of the calibration table.

    Parameters
    ----------
    weights
        Of each forecast; alike if nothing is said.
    """
    rows = [(*pair, weight) for pair, weight in zip(pairs, weights or [1.0] * len(pairs), strict=True)]
    n, rate = math.fsum(one[2] for one in rows), _weighted([(float(came), weight) for _, came, weight in rows])
    reliability = resolution = within = 0.0
    for number in range(count):
        own = [(p, float(came), weight) for p, came, weight in rows if _bin_of(p, count) == number]
        if not own:
            continue
        part = math.fsum(one[2] for one in own) / n
        foretold, share = (_weighted([(one[place], one[2]) for one in own]) for place in (0, 1))
        reliability += part * (foretold - share) ** 2
        resolution += part * (share - rate) ** 2
        within += math.fsum(w * ((p - foretold) ** 2 - 2 * (came - share) * (p - foretold)) for p, came, w in own) / n
    return Parts(reliability, resolution, rate * (1 - rate), within)


def _weighted(values: Sequence[tuple[float, float]]) -> float:
    """The mean of values, each with its weight."""
    return math.fsum(value * weight for value, weight in values) / math.fsum(weight for _, weight in values)
