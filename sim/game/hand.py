"""What is a seat's own: its brief, its questions and who wants what, its envelope; and what is one person's of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.game.occasions import Asked
from sim.game.session import Session
from sim.game.sheets import brief
from sim.game.speech import Speech
from sim.game.state import PEOPLE, State
from sim.game.table import Seat
from sim.game.world import Figure
from sim.program.sayings import capital

Record = dict[str, Any]


@dataclass(frozen=True)
class Hand:
    """One seat of a session at a state. `settled` is what it would be played with; None if the model decides."""

    session: Session
    state: State
    speech: Speech
    actor: str
    settled: Mapping[str, str] | None

    @property
    def seat(self) -> Seat:
        """The seat as it stands in the game."""
        return self.session.game.seats[self.actor]

    def record(self, asked: Iterable[Asked], known: Iterable[Figure]) -> Record:
        """All of it; what it is asked and the numbers that it knows are looked up by whoever calls."""
        seat, state, is_deciding = self.seat, self.state, self.state.phase == "decide"
        marked = [state.marks.get((self.actor, number), "") for number in range(len(seat.aims))]
        return {
            "me": {"id": "", "handle": "", "seat": self.actor, "title": seat.title,
                   "players": state.players.get(self.actor, PEOPLE)},
            "brief": brief(self.speech, seat, knows=known, marked=marked),
            "questions": [self.question(one) for one in asked] if is_deciding else [],
            "sealed": self.sealed(),
            "envelope": self.envelope() if is_deciding else {},
        }  # fmt: skip

    def envelope(self) -> Record:
        """With what the turn would be played for a seat as it stands, and what would be left out.

        `by`: `sealed`; `most`, what most of the team want; `host`, put in for a seat that says nothing; `model`, with
        the reason in `why`. `put` is what whoever leads has put in, which goes before what the seat says.
        """
        has_sealed = (self.state.turn, self.actor) in self.state.sealed and self.session.is_of_people(self.actor)
        by, why = "sealed" if has_sealed else "most", ""
        if not has_sealed and (not self.session.is_of_people(self.actor) or self.session.wanted(self.actor) is None):
            by = "model" if self.settled is None else "host"
            is_handed = self.state.players.get(self.actor, PEOPLE) != PEOPLE
            why = "handed" if is_handed else "silent" if self.session.members(self.actor) else "empty"
        own = {question.trigger for question in self.seat.questions}
        put = {trigger: option for (turn, trigger), option in self.state.overrides.items()
               if turn == self.state.turn and trigger in own}  # fmt: skip
        return {"by": by, "why": why, "orders": self.told(self.settled or {}), "put": self.told(put),
                "left_out": self.told(self.session.left_out(self.actor))}  # fmt: skip

    def told(self, orders: Mapping[str, str]) -> list[Record]:
        """Orders in words."""
        asked = {trigger: self.seat.question(trigger) for trigger in orders}
        plain = self.speech.plain
        return [{"trigger": trigger, "asks": capital(plain(asked[trigger].asks)), "option": option,
                 "is_answer": asked[trigger].is_answer, "says": plain(asked[trigger].option(option).says)}
                for trigger, option in orders.items()]  # fmt: skip

    def sealed(self) -> Record | None:
        """What a seat has sealed in this turn."""
        sealed = self.state.sealed.get((self.state.turn, self.actor))
        if sealed is None:
            return None
        who = self.state.people.get(sealed.person)
        return {"options": dict(sealed.options), "why": sealed.why, "by": who.handle if who else "",
                "times": sealed.times}  # fmt: skip

    def question(self, asked: Asked) -> Record:
        """A question with its cards, and who of the seat wants which."""
        question, sealed = asked.question, self.state.sealed.get((self.state.turn, self.actor))
        wanted = self.wanted(question.trigger)
        chosen = sealed.options.get(question.trigger) if sealed is not None else None
        options = [
            {
                "name": option.name, "says": self.speech.plain(option.says), "costs": option.costs,
                "agrees": bool(option.stands_by), "channel": option.channel, "needs": list(option.needs),
                "does_nothing": option.does_nothing, "is_open": not why, "closed_because": why, "is_sure": sure,
                "wanted_by": wanted.get(option.name, []), "mine": False, "sealed": option.name == chosen,
            }
            for option, why, sure in zip(question.options, asked.because, asked.is_sure, strict=True)
        ]  # fmt: skip
        return {
            "trigger": question.trigger, "asks": capital(self.speech.plain(question.asks)), "idle": question.idle,
            "is_answer": question.is_answer, "when": asked.when, "is_open": not asked.closed,
            "closed_because": asked.closed, "options": options,
        }  # fmt: skip

    def wanted(self, trigger: str) -> Mapping[str, list[str]]:
        """Option -> the handles of those of the seat who want it."""
        found: dict[str, list[str]] = {}
        for (turn, asked, who), option in self.state.votes.items():
            person = self.state.people.get(who)
            if (turn, asked) == (self.state.turn, trigger) and person is not None and person.seat == self.actor:
                found.setdefault(option, []).append(person.handle)
        return found


def personal(shared: Record, state: State, person: str) -> Record:
    """A seat's view with what is one person's own marked as theirs."""
    who = state.people.get(person)
    if who is None:
        return dict(shared)
    me = {**shared["me"], "id": who.id, "handle": who.handle}
    forecast = {**shared["forecast"], "mine": state.forecasts.get((state.turn, person))}
    if "reveal" in shared:
        reveal = shared["reveal"]
        mine = state.forecasts.get((reveal["turn"] - 1, person))
        shared = {**shared, "reveal": {**reveal, "foretold": {**reveal["foretold"], "mine": mine}}}
    questions = [_marked(one, state, person) for one in shared["questions"]]
    return {**shared, "me": me, "forecast": forecast, "questions": questions, "chosen": _chosen(questions)}


def _chosen(questions: Sequence[Record]) -> list[str]:
    """The questions on which a person's page spends orders: by what they want, else by what their seat has sealed."""
    return [one["trigger"] for one in questions if not one["is_left_open"] and not one["is_answer"]
            and any(option["mine"] or option["sealed"] for option in one["options"])]  # fmt: skip


def _marked(question: Record, state: State, person: str) -> Record:
    """A question in which the option that a person wants is marked, or that they want it left open."""
    key = state.turn, question["trigger"], person
    own, options = state.votes.get(key), question["options"]
    return {
        **question,
        "is_left_open": key in state.left_open,
        "options": [{**one, "mine": one["name"] == own} for one in options],
    }
