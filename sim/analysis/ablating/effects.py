"""What a scenario is without each of its things, on the same luck: changes, and how often each was necessary or enough.

*Necessary*: of the runs that ended so with it, the share that would not have ended so without it. *Enough*: of the runs
that do not end so without it, the share that do with it. These are the probabilities of necessity and of sufficiency of
Pearl (2009), Causality, 2nd ed., chapter 9. Data can only bound them; here they are counted, because a run with a thing
and the run without it have the same luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.analysis.ablating.crossed import Crossed
from sim.analysis.outcomes import Share, share_of
from sim.analysis.paired import holm, share_difference
from sim.program.removing import Thing

SURE = 0.05
"""Of a whole table, the chance that luck alone marks any row in it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one outcome without one thing. `change` is the share without it less the share with it."""

    thing: Thing
    outcome: str
    ended_so: int  # runs that ended so with the thing
    ended_so_without: int
    change: float
    low: float
    high: float
    chance: float  # that luck alone parts the runs so unevenly
    adjusted: float  # the same, for there being so many rows
    necessary: Share  # of the runs that ended so with it, those that do not without it
    enough: Share  # of the runs that do not end so without it, those that do with it

    @property
    def distance(self) -> float:
        """How far from nought the interval is; 0 if it holds nought."""
        return max(0.0, self.low, -self.high)

    @property
    def rank(self) -> tuple[float, float]:
        """Effects that are told from luck stand first, by what is sure of them; then the others by their size."""
        return self.distance, abs(self.change)

    @property
    def is_sure(self) -> bool:
        """Whether it holds among all rows at once."""
        return self.adjusted < SURE


@dataclass(frozen=True, slots=True)
class Without:
    """What the scenario is without one thing: an effect for each outcome, in file order."""

    thing: Thing
    effects: tuple[Effect, ...]
    fires_in: Share  # runs in which it was seen at work
    is_silent: bool  # it was never seen at work, and nothing is otherwise without it, in any run

    @property
    def largest(self) -> Effect:
        """The outcome that it moves most."""
        return max(self.effects, key=lambda effect: effect.rank)

    def of(self, outcome: str) -> Effect:
        """What becomes of one outcome."""
        return next(effect for effect in self.effects if effect.outcome == outcome)


def without_each(
    things: Sequence[Thing], fired: Sequence[int], outcomes: Sequence[str], found: Crossed
) -> tuple[Without, ...]:
    """What the scenario is without each thing, the largest change first, those that never fired last.

    Parameters
    ----------
    fired
        Of each thing, the runs of the whole in which it was seen at work.
    found
        The whole, and then the experiment without each thing.
    """
    rows = []
    for number, thing in enumerate(things):
        effects = tuple(_effect(thing, name, found, number + 1, place) for place, name in enumerate(outcomes))
        silent = found.runs > 0 and fired[number] == 0 and bool(found.alike[number + 1])
        rows.append(Without(thing, effects, share_of("fires in", fired[number], found.runs), silent))
    rows = _adjusted(rows)
    return tuple(sorted(rows, key=lambda row: (not row.is_silent, *row.largest.rank), reverse=True))


def _effect(thing: Thing, name: str, found: Crossed, experiment: int, place: int) -> Effect:
    pairs = found.pairs[experiment]
    both, so, so_without = int(pairs[place, place]), int(pairs[place].sum()), int(pairs[:, place].sum())
    lost, gained = so - both, so_without - both
    change = share_difference(lost, gained, found.runs)
    necessary = share_of("necessary", lost, so)
    enough = share_of("enough", lost, found.runs - so_without)
    return Effect(
        thing, name, so, so_without, change.value, change.low, change.high, change.p, change.p, necessary, enough
    )


def _adjusted(rows: Sequence[Without]) -> list[Without]:
    """The rows, with chances for there being so many of them; those that never fired are no tests."""
    tested = [effect for row in rows if not row.is_silent for effect in row.effects]
    adjusted = iter(holm([effect.chance for effect in tested]))
    return [
        row
        if row.is_silent
        else replace(row, effects=tuple(replace(effect, adjusted=next(adjusted)) for effect in row.effects))
        for row in rows
    ]
