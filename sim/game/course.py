"""What is so: the history that follows from a seed and the orders of the turns that are over.

An order is carried out at the first occasion of its trigger in its turn at which the option is open; afterwards, and
for every question that the seat left unanswered, the option that changes nothing is taken. A trigger without such an
option follows its order at every occasion of the turn, and is the model's own without an order. `docs/decisions/
orders.md` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sim.engine.choose import choose
from sim.engine.record import Ending, Recording, Runs, order
from sim.game.table import Game, Question
from sim.program.ir import Program
from sim.streams import Luck

Dictated = Mapping[tuple[int, int], int]
"""(place of a trigger, occasion) -> option."""

AHEAD = 64
"""Occasions of one trigger in one turn that are dictated at first; twice as many if that was too few."""


@dataclass(frozen=True, slots=True)
class Window:
    """One turn as it was played: what each seat of people ordered. A seat that is not there is the model's."""

    turn: int
    orders: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # (seat, ((trigger, option), ...)), both ascending

    @classmethod
    def of(cls, turn: int, orders: Mapping[str, Mapping[str, str]]) -> Window:
        """A window from plain mappings."""
        return cls(turn, tuple((seat, tuple(sorted(given.items()))) for seat, given in sorted(orders.items())))

    @property
    def given(self) -> dict[str, dict[str, str]]:
        """Seat -> trigger -> option."""
        return {seat: dict(orders) for seat, orders in self.orders}


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an order: `tick` is None if no occasion came at which the option was open.

    `heard` counts the occasions of its question in the turn; `asked` is when the last of them came at which nothing was
    done in its place, None where there is none.
    """

    turn: int
    seat: str
    trigger: str
    option: str
    tick: int | None
    heard: int = 0
    asked: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The history up to tick `until`, that tick included; `until` -1 is before the start, and then there are no runs.

    `heard` counts the causes of each trigger so far: the number of its next occasion.
    """

    program: Program  # with the injects that were thrown in
    seed: int
    until: int
    decisions: Dictated
    heard: tuple[int, ...]
    turns_taken: int  # of the engine, for `sim.streams.Luck`
    orders: tuple[Carried, ...] = ()
    runs: Runs | None = field(default=None)

    @property
    def outcome(self) -> str:
        """How it ended, if it has ended: by an outcome that comes at once, or at the horizon; else ""."""
        if self.runs is None:
            return ""
        ended = self.runs.ending[0] == Ending.OUTCOME or self.until >= self.program.horizon
        return self.program.outcome_names[int(self.runs.outcome[0])] if ended and self.runs.outcome[0] >= 0 else ""

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        stopped = self.runs is not None and self.runs.ending[0] != Ending.HORIZON
        return stopped or self.until >= self.program.horizon


def beginning(game: Game, seed: int, *, thrown: Mapping[str, int] | None = None) -> Course:
    """Before anything happened."""
    program = game.with_injects(thrown or {})
    return Course(program, seed, -1, {}, (0,) * len(program.triggers), 0)


def course(game: Game, seed: int, windows: Sequence[Window], *, thrown: Mapping[str, int] | None = None) -> Course:
    """The history after these turns, from the first on, one after another.

    Parameters
    ----------
    thrown
        Injects and the ticks at which they come.
    """
    so_far = beginning(game, seed, thrown=thrown)
    for window in windows:
        if so_far.is_over:
            break
        so_far = after(game, so_far, window)
    return so_far


def after(game: Game, before: Course, window: Window) -> Course:
    """The history after one more turn."""
    given, until = orders_by_place(game, window.given), game.turns[window.turn].until
    at = {place: before.heard[place] for place in given}  # the occasion at which each order is tried
    ahead = AHEAD
    while True:
        trial = {**before.decisions, **dictated(given, before.heard, at, ahead)}
        runs = played(before.program, before.seed, until, trial)
        heard = causes_heard(runs)
        if any(heard[place] > before.heard[place] + ahead for place in given):
            ahead *= 2
            continue
        waiting = [
            place for place, (question, option) in given.items()
            if option and question.idle and at[place] < heard[place]
            and _fired(runs, place, at[place], question.names.index(option)) is None
        ]  # fmt: skip
        if not waiting:
            break
        for place in waiting:
            at[place] += 1
    decisions = {key: option for key, option in trial.items() if key[1] < heard[key[0]]}
    carried = tuple(_carried(game, window, before, at, runs))
    return Course(before.program, before.seed, until, decisions, heard, int(runs.turns[0]),
                  (*before.orders, *carried), runs)  # fmt: skip


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


def played(program: Program, seed: int, until: int, decisions: Dictated) -> Runs:
    """One run with its events, up to a tick."""
    recording = Recording(events=True, series=False)
    return choose("auto", runs=1).run(
        replace(program, horizon=until), luck=Luck(seed), runs=[0], recording=recording, decisions=decisions
    )


def causes_heard(runs: Runs) -> tuple[int, ...]:
    """How many causes of each trigger came in the run: fired, refused, missed or lost."""
    return tuple(runs.counters[0].sum(axis=1).tolist())


def _fired(runs: Runs, place: int, occasion: int, option: int) -> int | None:
    """The tick at which a trigger took this option at this occasion; None if it did not."""
    for decision in runs.decisions[0]:
        if (decision.trigger, decision.occasion, decision.chosen) == (place, occasion, option):
            return next(row.tick for row in runs.events[0] if row.seq == decision.seq)
    return None


def _carried(
    game: Game, window: Window, before: Course, at: Mapping[int, int], runs: Runs
) -> Iterable[Carried]:  # fmt: skip
    heard = causes_heard(runs)
    for seat, orders in window.given.items():
        for trigger, option in orders.items():
            question = game.seats[seat].question(trigger)
            chosen, first = question.names.index(option), at[question.place]
            occasions = (first,) if question.idle else range(first, heard[question.place])
            ticks = (_fired(runs, question.place, occasion, chosen) for occasion in occasions)
            tick = next((one for one in ticks if one is not None), None)
            came = range(before.heard[question.place], heard[question.place])
            asked = _last_asked(runs, question.place, came) if tick is None else None
            yield Carried(window.turn, seat, trigger, option, tick, len(came), asked)


def _last_asked(runs: Runs, place: int, occasions: range) -> int | None:
    """The tick of the last of these occasions at which a trigger chose; None if it chose at none."""
    chose = {one.seq for one in runs.decisions[0] if one.trigger == place and one.occasion in occasions}
    return max((row.tick for row in runs.events[0] if row.seq in chose), default=None)
