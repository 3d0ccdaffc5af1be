"""Clocks that effects may move: a day on which something is due, and can be put off or brought forward.

talks._resumes   the day on which it is due, counted from the start
talks._noted     the same, once it has been taken note of

A wait runs only while the two agree. Whoever moves the day lets them disagree, so the wait ends; the new day is noted,
and a new wait runs to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.agents.draft import Draft
from sim.agents.wording import bracketed, spread_of
from sim.errors import Place
from sim.scenario import schema


@dataclass(frozen=True, slots=True)
class Timer:
    """The two quantities of a clock, by name, and what is said with them."""

    day: str
    noted: str

    def declare(self, draft: Draft, place: Place | None, *, start: str, says: str) -> None:
        """Write both quantities, noted from the start."""
        draft.quantity(self.day, place, start=start, says=says)
        draft.quantity(self.noted, place, start=start, says="the same, once it has been taken note of")

    @property
    def moved(self) -> str:
        """The condition under which the day is another than the one that was noted."""
        return f"{self.day} != {self.noted}"

    @property
    def waits(self) -> str:
        """The condition under which the wait runs."""
        return f"{self.day} == {self.noted}"

    @property
    def note(self) -> str:
        """The effect that notes the day."""
        return f"{self.noted} = {self.day}"

    def left(self, place: Place | None) -> schema.Spread:
        """How long it is from now until the day: the `for` of a trigger whose condition is `waits`."""
        return spread_of("constant", place, value=f"max({self.day} - day, 0) * 1 day")


def days_from_now(duration: str) -> str:
    """The day that is so long from now, as an expression for an effect.

    >>> days_from_now("14 days")
    'day + 14 days / 1 day'
    """
    return f"day + {in_days(duration)}"


def in_days(duration: str) -> str:
    """A duration as a number of days.

    >>> in_days("patience + 2 days")
    '(patience + 2 days) / 1 day'
    """
    return f"{bracketed(duration)} / 1 day"
