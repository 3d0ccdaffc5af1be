"""What seats of people ordered in a turn, as the engine is told it: an option for each occasion of each question.

`sim.game.course` finds the occasions at which orders are carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sim.engine.record import Decision, order
from sim.game.table import Game, Question

Dictated = Mapping[tuple[int, int], int]
"""(place of a trigger, occasion) -> option."""

NEVER = 2**32
"""An occasion that does not come."""

Given = Mapping[int, tuple[Question, str]]
"""Place of a trigger that a seat of people answers -> its question, and the option ordered; "" if left unanswered."""


def orders_by_place(game: Game, orders: Mapping[str, Mapping[str, str]]) -> Given:
    """Every question of these seats by the place of its trigger, with what was ordered."""
    found: dict[int, tuple[Question, str]] = {}
    for seat, given in orders.items():
        for question in game.seats[seat].questions:
            option = given.get(question.trigger, "")
            if option or question.idle:
                found[question.place] = (question, option)
    return found


def dictated(
    given: Given, heard: Sequence[int], at: Mapping[int, int], ahead: int | Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """What is dictated from the occasions `heard` on: the order at occasion `at`, else the option that does nothing.

    `ahead` is how many occasions, for all or for each place.
    """
    rows: dict[tuple[int, int], int] = {}
    for place, (question, option) in given.items():
        count = ahead if isinstance(ahead, int) else ahead.get(place, 0)
        chosen = question.names.index(option) if option else -1
        idle = question.names.index(question.idle) if question.idle else chosen
        for occasion in range(heard[place], heard[place] + count):
            rows[place, occasion] = order(chosen if option and occasion == at[place] else idle)
    return rows


def waiting(given: Given) -> dict[int, int]:
    """Place -> option of each order that waits for an occasion at which it is open, and is not to do nothing."""
    return {
        place: question.names.index(option) for place, (question, option) in given.items()
        if option and question.idle and option != question.idle
    }  # fmt: skip


def first_open(decisions: Iterable[Decision], waits: Mapping[int, int], first: Sequence[int]) -> tuple[int, int] | None:
    """The first decision from the occasions `first` on at which a waiting option was open: place and occasion."""
    for one in decisions:
        if one.occasion >= first[one.trigger] and waits.get(one.trigger, -1) in one.opened:
            return one.trigger, one.occasion
    return None


def silent(given: Given, came: Mapping[int, range], decisions: Iterable[Decision]) -> dict[int, tuple[int, ...]]:
    """Occasions at which nothing was decided, of questions whose idle option may be closed: something else may be open.

    An option tried there that is closed is refused as the idle one was, so all of them may be tried at once.
    """
    unsure = {place: occasions for place, occasions in came.items() if given[place][0].idle_may_close and occasions}
    decided = {(one.trigger, one.occasion) for one in decisions} if unsure else set()
    found = {place: tuple(one for one in occasions if (place, one) not in decided)
             for place, occasions in unsure.items()}  # fmt: skip
    return {place: occasions for place, occasions in found.items() if occasions}


def dictated_besides(given: Given, tried: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], int]:
    """What is dictated at occasions at which orders are tried to see whether their option is open."""
    options = {place: order(given[place][0].names.index(given[place][1])) for place in tried}
    return {(place, occasion): options[place] for place, occasions in tried.items() for occasion in occasions}
