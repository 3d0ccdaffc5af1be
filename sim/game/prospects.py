"""What the chunks say: how often each option ended how, what it did for the aims, by how much it differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import LEVEL, share_interval, wilson
from sim.analysis.paired import holm, mean_difference, share_difference
from sim.game.foresight import Ask, Chunk
from sim.game.reckoning import KEPT, scores_of

FAILED = "(failed)"
"""The row of futures that failed or ran away."""

FEW = 0.5
"""If fewer than this share of futures found a past, it is said that they are few. Source: chosen."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often something came in n futures, with Wilson's interval."""

    name: str
    says: str
    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class More:
    """By how much it comes oftener than under the first option, over the same futures; in shares, not in points."""

    name: str
    value: float
    low: float
    high: float
    p: float
    stands: bool  # by Holm's procedure over all differences of all options


@dataclass(frozen=True, slots=True)
class AimShare:
    """A seat's aim: mean of its mark (1 kept, 0.5 partly, 0 lost) with an interval, how often it was kept at all."""

    says: str
    share: float | None
    low: float | None
    high: float | None
    kept: float | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """What one option leads to."""

    option: str
    says: str
    outcomes: tuple[Share, ...]
    aims: tuple[AimShare, ...]
    score: float | None
    score_low: float | None
    score_high: float | None
    more: tuple[More, ...]  # () of the first option
    score_more: More | None
    carried: float  # share of futures in which the order was carried out in this turn
    why: str


@dataclass(frozen=True, slots=True)
class Prospects:
    """What the options lead to, from the same futures."""

    seat: str
    trigger: str
    turn: int
    options: tuple[Prospect, ...]
    n: int  # futures that count
    left_out: int
    says: str
    notes: tuple[str, ...]

    @classmethod
    def of(cls, asked: Ask, chunks: Sequence[Chunk]) -> Prospects:
        """Counted from the chunks that are there; in whatever order they came."""
        whole = _Whole(asked, sorted(chunks, key=lambda chunk: chunk.first))
        return cls(
            asked.seat, asked.trigger, asked.turn, tuple(whole.options()), whole.n, whole.asked_for - whole.n,
            f"model estimate from {whole.n:,} futures, not a forecast", tuple(whole.notes()),
        )  # fmt: skip

    def record(self) -> dict[str, Any]:
        """All of it as one object that JSON can hold."""
        return dict(_plain(asdict(self)))


def _plain(value: Any) -> Any:
    """Without tuples, and without what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Whole:
    """All chunks together."""

    def __init__(self, asked: Ask, chunks: Sequence[Chunk]) -> None:
        self.asked = asked
        self.asked_for = sum(chunk.count for chunk in chunks)
        self.n = sum(len(chunk.numbers) for chunk in chunks)
        options = len(asked.alternatives)
        self.outcome = _joined([chunk.outcome for chunk in chunks], (options, 0))
        self.marks = _joined([chunk.marks for chunk in chunks], (options, 0, len(asked.aims)))
        self.carried = _joined([chunk.carried for chunk in chunks], (options, 0))
        names = [*asked.outcomes]
        if (self.outcome < 0).any():
            names.append((FAILED, "The model failed"))
        self.names = names
        self.differences = [[self._more(option, at) for at in range(len(names))] for option in range(1, options)]

    def ended(self, option: int, at: int) -> NDArray[np.bool_]:
        """(n,) whether each future ended so."""
        row = self.outcome[option]
        return np.asarray(row < 0 if at == len(self.asked.outcomes) else row == at)

    def _more(self, option: int, at: int) -> Any:
        first, other = self.ended(0, at), self.ended(option, at)
        return share_difference(int((first & ~other).sum()), int((other & ~first).sum()), self.n)

    def options(self) -> Iterator[Prospect]:
        """Each option."""
        stands = self._standing()
        scores = [scores_of(self.marks[option]) for option in range(len(self.asked.alternatives))]
        for number, one in enumerate(self.asked.alternatives):
            outcomes = tuple(self._share(number, at) for at in range(len(self.names)))
            more = tuple(self._mores(number, stands))
            mean, low, high = _mean(scores[number])
            yield Prospect(
                one.name, one.says, outcomes, tuple(self._aims(number)), mean, low, high, more,
                _score_more(scores[0], scores[number]) if number else None,
                float(self.carried[number].mean()) if self.n else 0.0, self._why(number, more),
            )  # fmt: skip

    def _share(self, option: int, at: int) -> Share:
        count = int(self.ended(option, at).sum())
        low, high = wilson(count, self.n)
        name, says = self.names[at]
        return Share(name, says or name.replace("_", " ").capitalize(), count / max(1, self.n), low, high, count)

    def _standing(self) -> list[list[bool]]:
        """Which differences stand when so many are looked at."""
        flat = [one.p for row in self.differences for one in row]
        stands = [p <= 1 - LEVEL for p in holm(flat)]
        width = len(self.names)
        return [stands[at : at + width] for at in range(0, len(stands), width)] if width else []

    def _mores(self, option: int, stands: list[list[bool]]) -> Iterator[More]:
        for at, found in enumerate(self.differences[option - 1] if option else ()):
            yield More(self.names[at][0], found.value, found.low, found.high, found.p, stands[option - 1][at])

    def _aims(self, option: int) -> Iterator[AimShare]:
        for column, says in enumerate(self.asked.aims):
            marks = self.marks[option][:, column]
            mean, low, high = _mean(marks)
            kept = float((marks[~np.isnan(marks)] == KEPT).mean()) if mean is not None else None
            yield AimShare(says, mean, low, high, kept)

    def _why(self, option: int, more: Sequence[More]) -> str:
        """What the option moves most, if it moves anything by more than luck does."""
        if not option:
            return "What the others are compared with"
        first = self.asked.alternatives[0].says
        if not self.n:
            return "No future had a past like yours"
        apart = [one for one in more if one.stands and one.name != FAILED]
        if not apart:
            return f"Over {self.n:,} futures no outcome differs from “{first}” by more than luck does"
        most = max(apart, key=lambda one: abs(one.value))
        says = dict(self.names).get(most.name) or most.name.replace("_", " ")
        word = "more" if most.value > 0 else "fewer"
        low, high = sorted((abs(most.low), abs(most.high)))
        return (f"{100 * abs(most.value):.0f} points {word} [{100 * low:.0f} to {100 * high:.0f}] than with “{first}” "
                f"end so: {says}")  # fmt: skip

    def notes(self) -> Iterator[str]:
        """How it was made, and what it does not say."""
        yield ("From what your seat knows: what is hidden from it is drawn anew in each future, other seats are "
               "played by the model, and so is everybody after this turn.")  # fmt: skip
        left = self.asked_for - self.n
        if left:
            few = " Few are left: read the bars with care." if self.n < FEW * self.asked_for else ""
            yield f"{left:,} of {self.asked_for:,} futures are left out: their past did not look like yours.{few}"


def _joined(parts: Sequence[NDArray[Any]], empty: tuple[int, ...]) -> NDArray[Any]:
    return np.concatenate(parts, axis=1) if parts else np.zeros(empty)


def _mean(values: NDArray[np.float64]) -> tuple[float | None, float | None, float | None]:
    """Mean of marks or scores with `share_interval`; None where there is none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None, None
    return share_interval(known)


def _score_more(first: NDArray[np.float64], other: NDArray[np.float64]) -> More | None:
    """The mean of differences of scores, in pairs, with Student's interval."""
    differences = (other - first)[~np.isnan(other - first)]
    if not len(differences):
        return None
    variance = float(np.var(differences, ddof=1)) if len(differences) > 1 else 0.0
    found = mean_difference(float(differences.mean()), variance, len(differences), int(np.count_nonzero(differences)))
    return More("score", found.value, found.low, found.high, found.p, stands=bool(found.p <= 1 - LEVEL))
