"""What a class foretold, against what came and against how often it might have come.

A forecast is a probability. It is scored twice: against the one history that came, and against the futures that were
open at that moment, where luck can neither reward nor punish.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.analysis.expect import truths
from sim.analysis.intervals import wilson
from sim.engine.record import Runs
from sim.game.course import Course, beginning
from sim.game.session import Session
from sim.game.table import Turn

FUTURES = 400
"""Futures of a moment that a forecast is held against: a share of one half is known to five points."""

LEAST_TO_BEAT = 0.01
"""Brier score of the base rates below which skill says nothing: what came was nearly sure, and a ratio explodes."""

BINS = 5
"""Bins of the calibration table: a class makes some dozens of forecasts, and a bin needs several."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of n, with Wilson's interval."""

    count: int
    n: int
    share: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, n: int) -> Share:
        """A share from its count; of none, the interval is everything."""
        low, high = wilson(count, n)
        return cls(count, n, count / n if n else math.nan, low, high)

    @classmethod
    def among(cls, held: Iterable[bool | None]) -> Share:
        """The share of what held; what cannot be told counts nowhere."""
        found = [one for one in held if one is not None]
        return cls.of(sum(found), len(found))


@dataclass(frozen=True, slots=True)
class Asked:
    """What one turn asked to foretell: whether it came, and how often it came elsewhere.

    `base`: of runs from the start in which nobody is known; `before`: of futures of the moment, every seat the
    model's; `sealed`: of futures of the moment with the orders as they were sealed, which nobody at the table knew
    all of.
    """

    turn: int
    says: str
    at_end: bool
    came: bool | None  # None if the history failed before one could tell: then nothing is scored
    base: Share
    before: Share
    sealed: Share


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
        return dict(plain(asdict(self)))


def plain(value: Any) -> Any:
    """A value as JSON has it, six decimals at most: numbers that are none become null, so that anybody can read it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return round(value, 6) if isinstance(value, float) else value


# ------------------------------------------------------------------------------------------------ what was asked


def holds(runs: Runs, turn: Turn) -> list[bool | None]:
    """Whether what a turn asks holds in each of these runs, which end where its forecast looks.

    None in a run that met a fault or ran away: nobody can tell how it would have gone on.
    """
    found = zip(truths(turn.forecast.condition, runs), (runs.outcome >= 0).tolist(), strict=True)
    return [came if is_sound else None for came, is_sound in found]


def came(course: Course, turn: Turn) -> bool | None:
    """Whether what a turn asked has come, at the end of a history that ends with it; None while nobody knows."""
    if course.runs is None or (turn.forecast.at_end and not course.is_over):
        return None
    return holds(course.runs, turn)[0]


def looks_at(session: Session, turn: Turn) -> int:
    """The tick at which the forecast of a turn is looked at."""
    return session.game.program.horizon if turn.forecast.at_end else turn.until


def share_from_here(session: Session, turn: int, *, futures: int = FUTURES) -> Share:
    """How often what a turn asks comes, of so many futures of its beginning in which every seat is the model's."""
    from sim.game.hindsight import futures as play_futures
    from sim.game.hindsight import kept_futures

    asked = session.game.turns[turn]
    before = moment(session, turn)
    numbers = kept_futures(before, futures)
    runs = play_futures(session.game, before, numbers, turn=turn, until=looks_at(session, asked))
    return Share.among(holds(runs, asked))


def moment(session: Session, turn: int) -> Course:
    """The history up to the beginning of a turn, with those injects alone that had been thrown in by then."""
    return session.course_of(session.windows()[:turn], thrown_by=turn)


def whole(session: Session) -> Course:
    """The history to its very end: turns that the class did not come to are the model's."""
    from sim.game.course import Window

    played = session.windows()
    left = [Window.of(turn.number, {}) for turn in session.game.turns[len(played) :]]
    return session.course_of((*played, *left))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How often what a turn asks came elsewhere; what is not known yet is None. The words are those of `Asked`."""

    base: Share | None = None
    before: Share | None = None
    sealed: Share | None = None


def foreseen_before(session: Session, turn: int, futures: int = FUTURES) -> Foreseen:
    """How often what a turn asks comes, from the start and from its beginning, whatever will be ordered."""
    from sim.game.hindsight import starts

    asked = session.game.turns[turn]
    base = starts(beginning(session.game, session.seed), futures, until=looks_at(session, asked))
    return Foreseen(base=Share.among(holds(base, asked)), before=share_from_here(session, turn, futures=futures))


def foreseen_sealed(session: Session, turn: int, futures: int = FUTURES) -> Foreseen:
    """How often what a turn asked comes with the orders as they were sealed."""
    from sim.game.hindsight import futures as play_futures
    from sim.game.hindsight import kept_futures

    asked, before, orders = session.game.turns[turn], moment(session, turn), session.state.played[turn]
    numbers = kept_futures(before, futures)
    runs = play_futures(session.game, before, numbers, turn=turn, orders=orders, until=looks_at(session, asked))
    return Foreseen(sealed=Share.among(holds(runs, asked)))


def answered(session: Session, turn: int, base: Share, before: Share, sealed: Share) -> Asked:
    """What a turn that is over asked, answered."""
    asked = session.game.turns[turn]
    own = whole(session) if asked.forecast.at_end else session.course(turn + 1)
    return Asked(turn, asked.forecast.says, asked.forecast.at_end, came(own, asked), base, before, sealed)


# ------------------------------------------------------------------------------------------------ scores


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
    skill = 1 - brier / base if base >= LEAST_TO_BEAT else math.nan
    return Score(who, len(pairs), len(every), brier, low, high, distance, luck, base, skill)


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
