"""What every seat did in the turn that is over, as far as who looks may know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sim.engine.record import Decision
from sim.game.atlas import Atlas
from sim.game.past import Past
from sim.game.sight import Sight
from sim.game.speech import day_in_words
from sim.game.table import Option, Question
from sim.game.underway import under_way
from sim.game.undone import NO_OCCASION, why_undone
from sim.program.sayings import capital


@dataclass(frozen=True, slots=True)
class Move:
    """One answer of one seat in a turn: by `people`, the `model` or the `host`.

    `had_been` is the chance that the model gave it at that moment; None where it did not weigh it, or where it would
    give away what only the seat itself knows. `carried_out` is the day; where it is None, `undone` says why, and what
    takes its time says that it is `under_way`.
    `is_idle`: it changes nothing. An answer to what did not come is its seat's own, as what it would do next.
    """

    seat: str
    title: str
    trigger: str
    asks: str
    option: str
    says: str
    by: str
    had_been: float | None
    carried_out: str | None
    is_secret: bool
    undone: str = ""
    is_idle: bool = False
    under_way: str = ""  # of what was ordered and is not there yet
    is_answer: bool = False  # to what may come; it cost no order
    is_unasked: bool = False  # an answer to what did not come

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def revealed(atlas: Atlas, past: Past, sight: Sight, everybody: Sight, *, turn: int,
             ordered: Mapping[str, Mapping[str, str]], overridden: Mapping[str, str]) -> tuple[Move, ...]:  # fmt: skip
    """The moves of a turn that was played, seat by seat.

    Parameters
    ----------
    ordered
        What each seat of people ordered: seat -> trigger -> option.
    overridden
        What whoever leads put in: trigger -> option.
    """
    told, game = _Told(atlas, past, sight, everybody, turn), atlas.game
    moves = []
    for actor, seat in game.seats.items():
        for question in seat.questions:
            if actor in ordered:
                option = ordered[actor].get(question.trigger, "")
                by = "host" if overridden.get(question.trigger) else "people"
                if option:
                    moves += list(told.order(actor, question, option, by))
                elif not question.idle:  # no option does nothing: left open, the model answers it
                    moves += list(told.of_model(actor, question))
            else:
                moves += list(told.of_model(actor, question))
    return tuple(moves)


class _Told:
    """Tells the moves of one turn to one seat."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight, everybody: Sight, turn: int) -> None:
        self.game, self.past, self.sight, self.everybody, self.turn = atlas.game, past, sight, everybody, turn
        self.atlas, self.speech = atlas, atlas.speech
        window = self.game.turns[turn]
        ticks = {row.seq: row.tick for row in past.rows}
        self.made: dict[int, list[tuple[int, Decision]]] = {}  # by place: (tick, decision), the oldest first
        for seq, decision in past.decisions.items():
            if window.tick <= ticks[seq] <= window.until or (turn == 0 and ticks[seq] < window.tick):
                self.made.setdefault(decision.trigger, []).append((ticks[seq], decision))

    def order(self, actor: str, question: Question, option: str, by: str) -> Iterator[Move]:
        """An order of people, or of whoever leads."""
        place, chosen = question.place, question.names.index(option)
        if not self.sight.knows_firing(place, chosen):
            return
        key = self.turn, actor, question.trigger
        carried = next((one for one in self.past.course.orders if (one.turn, one.seat, one.trigger) == key), None)
        tick = None if carried is None else carried.tick
        is_unasked = question.is_answer and (carried is None or not carried.heard)
        if is_unasked and not self.knows_hand(actor):
            return
        undone = NO_OCCASION if carried is None else why_undone(self.speech, self.past, self.sight, carried)
        weighed = [one for when, one in self.made.get(place, ()) if when == tick and one.chosen == chosen]
        yield self.move(
            actor, question, question.options[chosen], by, tick, weighed[0] if weighed else None, undone=undone,
            is_unasked=is_unasked,
        )  # fmt: skip

    def knows_hand(self, actor: str) -> bool:
        """Whether whoever looks may know what a seat weighed, and what it would do if something came."""
        return self.sight.sees_all or self.sight.seat == actor

    def of_model(self, actor: str, question: Question) -> Iterator[Move]:
        """What the model chose: each thing it did once, and where it did nothing the last time that it was asked."""
        made = [(tick, one) for tick, one in self.made.get(question.place, ())
                if self.sight.knows_firing(question.place, one.chosen)]  # fmt: skip
        done = [(tick, one) for tick, one in made if not self.atlas.is_idle(question.place, one.chosen)] or made[-1:]
        shown: set[int] = set()
        for tick, decision in done:
            if decision.chosen not in shown:
                shown.add(decision.chosen)
                yield self.move(actor, question, question.options[decision.chosen], "model", tick, decision)

    def move(
        self, actor: str, question: Question, option: Option, by: str, tick: int | None, decision: Decision | None,
        *, undone: str = "", is_unasked: bool = False,
    ) -> Move:  # fmt: skip
        """One move, with the chance it had had for those who may know what the seat weighed."""
        chosen = question.names.index(option.name)
        return Move(
            seat=actor, title=self.speech.title(actor), trigger=question.trigger,
            asks=capital(self.speech.plain(question.asks)), option=option.name,
            says=self.speech.plain(option.says), by=by,
            had_been=round(decision.shares[chosen], 4) if decision is not None and self.knows_hand(actor) else None,
            carried_out=None if tick is None else day_in_words(self.game.program, tick),
            is_secret=not option.does_nothing and not self.everybody.knows_firing(question.place, chosen),
            undone=undone, is_idle=option.does_nothing,
            under_way="" if tick is None else under_way(self.atlas, self.past, self.sight, question.place, tick),
            is_answer=question.is_answer, is_unasked=is_unasked,
        )  # fmt: skip
