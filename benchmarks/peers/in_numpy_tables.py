"""The nine-trigger model in NumPy with all the craft we know for it: the far mark of lock-step.

What NumPy charges for is calls and columns. Army, tier, tension and talks have 528 states between them, so they are one
number here; the state after an event, the rates and the conditions are looked up. A model with one more quantity that
is not whole, or a few more that are, cannot be written so.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from benchmarks.nine_triggers import ALERT, HOME, MASSED, WAR
from benchmarks.peers.in_numpy import LockStep, Moved, Places, Truths

SHAPE = (6, 4, 11, 2)
ARMY, TIER, TENSION, OPEN = (axis.ravel() for axis in np.indices(SHAPE))
STATES = len(ARMY)


def _number(army: Places, tier: Places, tension: Places, is_open: Places) -> Places:
    """The number of each state; what leaves its range is kept in it, as `within` does."""
    return np.ravel_multi_index((army, tier, tension, is_open), SHAPE, mode="clip")


START = int(ARMY.searchsorted(ALERT) + 1 * SHAPE[3])  # alert, no tier, tension 1, talks closed
AFTER = np.concatenate(  # the state after an event, at event * STATES + state, in the order of the events
    [
        _number(ARMY, TIER, TENSION - 1, OPEN),
        _number(ARMY, TIER, TENSION + 1, OPEN),
        _number(ARMY + 1, TIER, TENSION, OPEN),
        _number(ARMY - 1, TIER, TENSION, OPEN),
        _number(ARMY, TIER + 1, TENSION, OPEN),
        _number(ARMY, TIER - 1, TENSION, OPEN),
        _number(ARMY, TIER, TENSION, np.ones_like(OPEN)),
    ]
)
RATES = np.array(
    [
        0.05 * TENSION,
        np.where(ARMY >= MASSED, 0.1, 0.03),
        np.where(ARMY < WAR, 0.03 * np.exp(-0.4 * TIER) * (1 + 0.1 * TENSION), 0.0),
        np.where(ARMY > HOME, 0.04 + 0.02 * TIER, 0.0),
    ]
)
MEAN_WAIT = 1 / RATES.sum(axis=0)
UP_TO_CALM, UP_TO_INCIDENT, UP_TO_ESCALATE, _ = np.cumsum(RATES, axis=0) * MEAN_WAIT
IMPOSES = (ARMY >= MASSED) & (TIER < 3)
RELIEVES = (ARMY <= ALERT) & (TIER > 0)
INVITES = (TIER >= 1) & (OPEN == 0)
IS_OPEN = OPEN == 1
IS_WAR = ARMY == WAR
DRIFT = 2.0 - 0.1 * TIER


class Tables(LockStep):
    """Runs whose state is one number."""

    state: ClassVar[list[str]] = ["number"]

    def begin(self, runs: int) -> None:
        self.number = np.full(runs, START)

    def move(self, here: Places, event: Places) -> Moved:
        before = self.number[here]
        self.number[here] = after = AFTER[event * STATES + before]
        self.drift[here] = DRIFT[after]
        return self._look(after, IMPOSES[before])

    def look(self, here: Places, imposed: Truths) -> Moved:
        return self._look(self.number[here], imposed)

    def _look(self, number: Places, imposed: Truths) -> Moved:
        at = self.luck.random(len(number))
        hazard = (at >= UP_TO_CALM[number]).astype(np.intp)
        hazard += at >= UP_TO_INCIDENT[number]
        hazard += at >= UP_TO_ESCALATE[number]
        return Moved(
            imposed, IMPOSES[number], RELIEVES[number], INVITES[number], IS_WAR[number], MEAN_WAIT[number], hazard
        )

    def talking(self) -> Truths:
        return IS_OPEN[self.number]
