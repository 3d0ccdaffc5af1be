"""What whoever leads sees beyond all else: every hand, what would be played, what may be thrown in, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.game.effects import effects_in_words
from sim.game.log import Event
from sim.game.session import Session
from sim.game.speech import Speech, day_in_words
from sim.game.state import PEOPLE, State, can_be_undone
from sim.game.table import Game

Record = dict[str, Any]


def console(session: Session, state: State, speech: Speech, *, hands: Mapping[str, Record]) -> Record:
    """The part of a view that is the host's alone.

    Parameters
    ----------
    hands
        What is each seat's own.
    """
    game = session.game
    last = can_be_undone(session.log.events)
    return {
        "hands": dict(hands),
        "settled": session.settled() if state.phase == "decide" else {},
        "overrides": [_override(game, speech, *key, option) for key, option in sorted(state.overrides.items())],
        "injects": [
            {
                "name": one.name, "says": one.says,
                "date": None if one.tick is None else day_in_words(game.program, one.tick),
                "to": [speech.within(actor) for actor in one.to], "does": _does(game, speech, one.trigger),
                "thrown": state.thrown[one.name] + 1 if one.name in state.thrown else None,
            }
            for one in game.injects.values()
        ],
        "can_undo": "" if last is None else _undone(game, state, speech, last),
        "next_phases": list(session.next_phases()),
        "notes": [{"turn": turn + 1, "text": text} for turn, text in state.notes],
        "players": {actor: state.players.get(actor, PEOPLE) for actor in game.seats},
        "people": [{"id": one.id, "handle": one.handle, "seat": one.seat} for one in state.people.values()],
        "forecasts": [
            {"turn": turn + 1, "person": who, "probability": chance}
            for (turn, who), chance in sorted(state.forecasts.items())
        ],
        "asks": {seat.actor: [{"trigger": one.trigger, "asks": one.asks,
                               "options": [{"name": option.name, "says": option.says} for option in one.options]}
                              for one in seat.questions] for seat in game.seats.values()},
    }  # fmt: skip


def _override(game: Game, speech: Speech, turn: int, trigger: str, option: str) -> Record:
    seat = game.seat_of(trigger)
    question = game.seats[seat].question(trigger)
    return {"turn": turn + 1, "seat": seat, "title": speech.title(seat), "trigger": trigger, "asks": question.asks,
            "option": option, "says": question.option(option).says}  # fmt: skip


def _does(game: Game, speech: Speech, trigger: str) -> list[str]:
    """What an inject changes, in words; nothing if it is news alone."""
    if not trigger:
        return []
    effects = game.program.triggers[game.program.trigger(trigger)].branches[0].effects
    return effects_in_words(speech, effects)


_PHASES = {
    "brief": "the briefs were handed out", "decide": "a turn was begun", "reveal": "a turn was played and revealed",
    "debrief": "the debrief was begun", "closed": "the session was closed",
}  # fmt: skip


def _undone(game: Game, state: State, speech: Speech, event: Event) -> str:
    """What would be taken back, in words."""
    match event["kind"]:
        case "advanced":
            return f"{_PHASES[event['phase']]} (turn {event['turn'] + 1})"
        case "thrown":
            return f"thrown in: {game.injects[event['inject']].says}"
        case "overrode":
            seat = game.seat_of(event["trigger"])
            option = game.seats[seat].question(event["trigger"]).option(event["option"]).says if event["option"] else ""
            return f"{speech.title(seat)}: {option or 'its own order again'}"
        case "removed":
            return f"{state.removed[event['person']].handle} was taken out"
        case _:
            return f"{speech.title(event['seat'])} was handed to {'the model' if event['to'] == 'model' else 'people'}"
