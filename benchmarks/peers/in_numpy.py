"""The nine-trigger model in NumPy: all runs in lock-step, day by day.

Within a day, the runs that have an event before its end play their next one together, then those that have another,
until the day is through; so hazards and deadlines fall at their exact times. Runs that have ended are taken out of the
columns now and then. `in_numpy_tables.py` goes one step further.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.nine_triggers import ALERT, HOME, HORIZON, LOG_P90, MASSED, WAR
from benchmarks.peers.played import FROZEN, SETTLEMENT, Played
from benchmarks.peers.played import WAR as ENDED_IN_WAR

CHUNK = 100_000  # runs that go together; with fewer, the calls cost more than the caches give back
SWEEP = 1 / 8  # of the runs may have ended before the columns are made shorter
SPREAD = math.log(17 / 9) / LOG_P90
CALM, INCIDENT, ESCALATE, STEP_DOWN, IMPOSE, RELIEF, INVITE = range(7)

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Truths = NDArray[np.bool_]


class Moved(NamedTuple):
    """What a move of some runs left behind: what holds now, and the hazard that will strike first."""

    imposed: Truths  # whether sanctions were called for before the move
    imposes: Truths  # and after it
    relieves: Truths
    invites: Truths
    is_war: Truths
    mean_wait: Numbers
    hazard: Places


class LockStep:
    """Some runs of the model that go through the days together."""

    columns: ClassVar[list[str]] = ["who", "economy", "worst", "drift", "impose", "relief", "invite", "incidents",
                                    "events", "due", "event", "has_ended"]  # fmt: skip
    state: ClassVar[list[str]] = ["army", "tier", "tension", "is_open"]

    def __init__(self, runs: int, luck: np.random.Generator) -> None:
        self.luck, self.played = luck, Played.blank(runs)
        self.who = np.arange(runs)
        self.economy, self.worst = np.full((2, runs), 100.0)
        self.drift = np.full(runs, 2.0)
        self.impose, self.relief, self.invite = np.full((3, runs), np.inf)
        self.incidents, self.events = np.zeros((2, runs), dtype=np.int64)
        self.has_ended = np.zeros(runs, dtype=np.bool_)
        self.begin(runs)
        moved = self.look(self.who, np.zeros(runs, dtype=np.bool_))
        self.due, self.event = luck.standard_exponential(runs) * moved.mean_wait, moved.hazard

    # ------------------------------------------------------------------------- army, tier, tension and talks

    def begin(self, runs: int) -> None:
        """The state at the start."""
        self.army, self.tier, self.tension = np.full(runs, ALERT), np.zeros(runs, dtype=int), np.ones(runs, dtype=int)
        self.is_open = np.zeros(runs, dtype=np.bool_)

    def move(self, here: Places, event: Places) -> Moved:
        """Each of these runs moves by its event."""
        army, tier = self.army[here], self.tier[here]
        imposed = (army >= MASSED) & (tier < 3)
        army += event == ESCALATE
        army -= event == STEP_DOWN
        tier += event == IMPOSE
        tier -= event == RELIEF
        tension = self.tension[here] + (event == INCIDENT)
        tension -= event == CALM
        tier, tension = np.minimum(tier, 3), np.minimum(tension, 10)
        self.army[here], self.tier[here], self.tension[here] = army, tier, tension
        self.is_open[here] |= event == INVITE
        self.drift[here] = 2.0 - 0.1 * tier
        return self.look(here, imposed)

    def look(self, here: Places, imposed: Truths) -> Moved:
        """What holds in these runs, and which of the four hazards strikes first: clocks that have no memory."""
        army, tier, tension = self.army[here], self.tier[here], self.tension[here]
        calm = 0.05 * tension
        incident = calm + np.where(army >= MASSED, 0.1, 0.03)
        escalate = incident + np.where(army < WAR, 0.03 * np.exp(-0.4 * tier) * (1 + 0.1 * tension), 0.0)
        total = escalate + np.where(army > HOME, 0.04 + 0.02 * tier, 0.0)
        at = self.luck.random(len(here)) * total
        return Moved(
            imposed,
            imposes=(army >= MASSED) & (tier < 3),
            relieves=(army <= ALERT) & (tier > 0),
            invites=(tier >= 1) & ~self.is_open[here],
            is_war=army == WAR,
            mean_wait=1 / total,
            hazard=(at >= calm).astype(np.intp) + (at >= incident) + (at >= escalate),
        )

    def talking(self) -> Truths:
        """Where talks are open."""
        return self.is_open

    # ------------------------------------------------------------------------------------------- the days

    def play(self) -> Played:
        """All days."""
        for day in range(1, int(HORIZON) + 1):
            here = np.flatnonzero(self.due < day)
            while len(here):
                self.fire(here)
                here = here[self.due[here] < day]
            if day % 7 == 0:
                self.meet(day)
            self.economy *= 0.98  # the economy tends to 100 - 5 * tier, so it never leaves 0 to 200
            self.economy += self.drift
            np.minimum(self.worst, self.economy, out=self.worst)
            if self.sweep():
                break
        alive = np.flatnonzero(~self.has_ended)
        self.end(alive, FROZEN, np.full(len(alive), HORIZON), days_closed=int(HORIZON))
        return self.played

    def fire(self, here: Places) -> None:
        """The next event of these runs, and what is due after it."""
        now, event = self.due[here], self.event[here]
        moved = self.move(here, event)
        self.events[here] += 1
        self.incidents[here] += event == INCIDENT
        hazard, event = self.wind(here, now, event, moved)
        self.event[here], self.due[here] = event, hazard
        wars = np.flatnonzero(moved.is_war)
        if len(wars):
            self.end(here[wars], ENDED_IN_WAR, now[wars], days_closed=int(now[wars[0]]))

    def wind(self, here: Places, now: Numbers, event: Places, moved: Moved) -> tuple[Numbers, Places]:
        """When something happens next, and what."""
        impose = self.impose[here]
        impose[event == IMPOSE] = np.inf
        starts = np.flatnonzero(moved.imposes & ~moved.imposed & (impose == np.inf))  # one delay under way at a time
        if len(starts):
            impose[starts] = now[starts] + 9 * np.exp(SPREAD * self.luck.standard_normal(len(starts)))
        relief = self.relief[here]
        relief[event == RELIEF] = np.inf
        relief = np.where(moved.relieves, np.minimum(relief, now + 30), np.inf)
        invite = np.where(moved.invites, np.minimum(self.invite[here], now + 10), np.inf)
        self.impose[here], self.relief[here], self.invite[here] = impose, relief, invite

        due, event = now + self.luck.standard_exponential(len(here)) * moved.mean_wait, moved.hazard
        deadline = np.minimum(np.minimum(impose, relief), invite)
        first = np.flatnonzero(deadline < due)
        if len(first):
            due[first] = at = deadline[first]
            event[first] = np.where(at == impose[first], IMPOSE, np.where(at == relief[first], RELIEF, INVITE))
        return due, event

    def meet(self, day: int) -> None:
        """The rounds of talks at the end of this day, before its accounts."""
        here = np.flatnonzero(self.talking() & ~self.has_ended)
        chance = 1 / (1 + np.exp(2.5 - 0.25 * (100 - self.economy[here])))
        agreed = here[self.luck.random(len(here)) < chance]
        self.events[agreed] += 1  # this round; the accounts of this day are not closed any more
        self.end(agreed, SETTLEMENT, np.full(len(agreed), float(day)), days_closed=day - 1)

    def end(self, here: Places, outcome: int, day: Numbers, *, days_closed: int) -> None:
        """These runs have ended; each closed day had its accounts, and every seventh its round."""
        who, played = self.who[here], self.played
        played.outcome[who], played.day[who] = outcome, day
        played.worst_economy[who], played.incidents[who] = self.worst[here], self.incidents[here]
        played.events[who] = self.events[here] + days_closed + days_closed // 7
        self.due[here] = np.inf
        self.has_ended[here] = True

    def sweep(self) -> bool:
        """Take runs that have ended out of the columns, if there are many; whether none is left."""
        if np.count_nonzero(self.has_ended) < max(SWEEP * len(self.who), 1):
            return False
        alive = np.flatnonzero(~self.has_ended)
        for name in self.columns + self.state:
            setattr(self, name, getattr(self, name)[alive])
        return len(alive) == 0


def together(kind: type[LockStep], runs: int, *, seed: int) -> Played:
    """Runs in lock-step, a chunk at a time."""
    luck = np.random.Generator(np.random.SFC64(seed))
    parts = [kind(min(CHUNK, runs - first), luck).play() for first in range(0, runs, CHUNK)]
    return Played(*(np.concatenate(column) for column in zip(*(part.columns for part in parts), strict=True)))


def player(kind: type[LockStep] = LockStep) -> Callable[..., Played]:
    """The model in lock-step."""

    def play(runs: int, /, *, seed: int) -> Played:
        return together(kind, runs, seed=seed)

    return play
