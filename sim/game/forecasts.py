"""What a turn asks to foretell: whether it came, and how often it might have come.

A forecast is a probability; `sim.game.scoring` holds it against both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sim.analysis.expect import truths
from sim.analysis.intervals import wilson
from sim.digits import halves_up
from sim.engine.record import Runs
from sim.game.course import Course, beginning
from sim.game.session import Session
from sim.game.table import Turn

FUTURES = 400
"""Futures of a moment that a forecast is held against: a share of one half is known to five points."""


FROM_START, BEFORE, SEALED = "of games from the start", "of futures before orders", "with the orders as sealed"
"""What is known where a share is counted: nothing; the moment; the moment, and what nobody at the table knew."""


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

    @property
    def told(self) -> str:
        """How often it came, by what was known: the same words on every page, on paper and at the terminal."""
        shares = (FROM_START, self.base), (BEFORE, self.before), (SEALED, self.sealed)
        return f"it came in {', '.join(f'{_percent(one)} {words}' for words, one in shares)} (n = {_sizes(shares)})"


def _percent(one: Share) -> str:
    return f"{halves_up(100 * one.share)} %" if one.n else "none"


def _sizes(shares: Iterable[tuple[str, Share]]) -> str:
    found = [str(one.n) for _, one in shares]
    return f"{found[0]} each" if len(set(found)) == 1 else ", ".join(found)


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
