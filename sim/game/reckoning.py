"""What a seat has reached when a run has ended: each of its aims kept, partly kept or lost, and their mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.analysis.expect import truths
from sim.engine.record import Runs
from sim.game.table import Aim, Seat

KEPT, PARTLY, LOST = 1.0, 0.5, 0.0
"""What an aim counts. Source: chosen for teaching."""

BY_WORD = {"kept": KEPT, "partly": PARTLY, "lost": LOST}
"""The same by the word with which a class marks an aim that has no condition."""


def marks_of(aims: tuple[Aim, ...], runs: Runs) -> NDArray[np.float64]:
    """The mark of each aim in each run, (R, A): 1 kept, 0.5 partly, 0 lost; NaN where the aim has no condition.

    In a run that failed nothing was reached that could be said: NaN as well.
    """
    marks = np.full((len(runs), len(aims)), np.nan)
    for column, aim in enumerate(aims):
        if aim.kept is None and aim.partly is None:
            continue
        marks[:, column] = LOST
        for condition, mark in ((aim.partly, PARTLY), (aim.kept, KEPT)):
            if condition is not None:
                marks[np.array(truths(condition, runs), dtype=bool), column] = mark
    marks[runs.outcome < 0] = np.nan
    return marks


def scores_of(marks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The score of each run, (R,): the mean of the marks of those aims that have a condition; NaN if none has."""
    has = ~np.isnan(marks)
    count = has.sum(axis=1)
    total = np.where(has, marks, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def reckoned(seat: Seat, runs: Runs, given: Mapping[int, str] | None = None) -> tuple[float | None, ...]:
    """The marks of a seat's aims in one finished run; what the class said (`given`) stands where no condition does.

    None where nobody has said anything yet.
    """
    found: list[float | None] = []
    for number, mark in enumerate(marks_of(seat.aims, runs)[0].tolist()):
        word = (given or {}).get(number, "")
        found.append(mark if mark == mark else BY_WORD.get(word))
    return tuple(found)


def score_of(marks: tuple[float | None, ...]) -> float | None:
    """The mean of the marks that there are; None if there is none."""
    known = [mark for mark in marks if mark is not None]
    return sum(known) / len(known) if known else None
