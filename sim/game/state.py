"""The state of a session: the fold of its log. Nothing else is remembered, so undoing and replaying cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from sim.game.log import Event

Phase = Literal["lobby", "brief", "decide", "reveal", "debrief", "closed"]
PHASES: tuple[Phase, ...] = ("lobby", "brief", "decide", "reveal", "debrief", "closed")

UNDONE = frozenset({"advanced", "thrown", "overrode", "handed", "removed"})
"""What whoever leads can take back, the last one first."""

OF_A_PHASE = frozenset({"voted", "ordered", "foretold", "clocked"})
"""What goes with the phase in which it was said, when that phase is taken back."""

PEOPLE, MODEL = "people", "model"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room. The handle is given, not chosen."""

    id: str
    handle: str
    seat: str  # an actor; "" while nobody has been given one


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seat handed in: trigger -> option, and why. `times` counts how often it has handed in this turn."""

    options: Mapping[str, str]
    why: str
    person: str
    times: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Time to decide. `ends` is a moment in seconds since 1970 while it runs; `left` seconds while it stands."""

    ends: float | None = None
    left: float | None = None

    def remaining(self, now: float) -> float | None:
        """Seconds left at a moment, not below 0; None where no clock was set."""
        if self.ends is not None:
            return max(0.0, self.ends - now)
        return self.left


@dataclass(frozen=True, slots=True)
class State:
    """A session as it stands after some events; `revision` counts them."""

    phase: Phase = "lobby"
    turn: int = 0
    people: Mapping[str, Person] = field(default_factory=dict)
    removed: Mapping[str, Person] = field(default_factory=dict)  # whom whoever leads has taken out
    players: Mapping[str, str] = field(default_factory=dict)  # seat -> people or model; absent: people
    votes: Mapping[tuple[int, str, str], str] = field(default_factory=dict)  # (turn, trigger, person) -> option
    left_open: frozenset[tuple[int, str, str]] = frozenset()  # (turn, trigger, person)
    sealed: Mapping[tuple[int, str], Sealed] = field(default_factory=dict)  # (turn, seat)
    forecasts: Mapping[tuple[int, str], float] = field(default_factory=dict)  # (turn, person) -> probability
    thrown: Mapping[str, int] = field(default_factory=dict)  # inject -> turn
    overrides: Mapping[tuple[int, str], str] = field(default_factory=dict)  # (turn, trigger) -> option
    played: tuple[Mapping[str, Mapping[str, str]], ...] = ()  # of each turn that is over: seat -> trigger -> option
    left_out: Mapping[int, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)  # turn -> the same: too many
    clock: Clock = field(default_factory=Clock)
    is_blank: bool = False
    notes: tuple[tuple[int, str], ...] = ()  # (turn, text)
    marks: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (seat, aim) -> kept, partly or lost
    revision: int = 0


def fold(events: Iterable[Event]) -> State:
    """The state after these events."""
    listed = list(events)
    state = State()
    for event in _standing(listed):
        state = _after(state, event)
    return replace(state, revision=len(listed))


def advanced(state: State, event: Event) -> State:
    """The state after one more event that takes nothing back."""
    return replace(_after(state, event), revision=state.revision + 1)


def standing(events: Sequence[Event]) -> list[Event]:
    """The events that were not taken back; `_standing` says what goes with a step that is."""
    return [event for event in _standing(events) if "at" in event]


def _standing(events: Sequence[Event]) -> list[Event]:
    """The events that were not taken back, and for each phase that was entered anew how its clock stands.

    Taking back a step to another phase takes what was said in that phase with it: votes, orders, forecasts, its clock.
    The phase before it stands with its clock at rest, or that would take the step again by itself. Who came and notes
    stay.
    """
    kept: list[Event] = []
    for event in events:
        if event["kind"] != "undone":
            kept.append(event)
            continue
        last = next((at for at in range(len(kept) - 1, -1, -1) if kept[at]["kind"] in UNDONE), None)
        if last is None:
            continue
        is_phase = kept[last]["kind"] == "advanced"
        rest = [_rest(kept[:last], kept[last])] if is_phase else []
        after = [one for one in kept[last + 1 :] if not (is_phase and one["kind"] in OF_A_PHASE)]
        kept = [*kept[:last], *rest, *after]
    return kept


def _rest(before: Sequence[Event], step: Event) -> Event:
    """The clock of a phase that is entered anew: what was left of it at the step; where that is nothing, all of it."""
    whole = next((one.get("seconds") for one in reversed(before) if one["kind"] == "advanced"), None)
    told = next((one for one in reversed(before) if one["kind"] in ("advanced", "clocked")), None)
    if told is None or told["kind"] == "advanced":
        return {"kind": "clocked", "left": whole}
    now = datetime.fromisoformat(step["at"]).timestamp()
    return {"kind": "clocked", "left": Clock(told.get("ends"), told.get("left")).remaining(now) or whole}


def can_be_undone(events: Sequence[Event]) -> Event | None:
    """The event that would be taken back next."""
    return next((event for event in reversed(standing(events)) if event["kind"] in UNDONE), None)


def _after(state: State, event: Event) -> State:
    """The state after one more event; a kind that is not known changes nothing, so that older programs read on."""
    change = _CHANGES.get(event["kind"])
    return state if change is None else replace(state, **change(state, event))


def _with(old: Mapping[Any, Any], key: Any, value: Any) -> Mapping[Any, Any]:
    """The mapping with one more entry, or without it where the value is None."""
    new = {**old, key: value}
    return MappingProxyType({name: one for name, one in new.items() if one is not None})


def _joined(state: State, event: Event) -> dict[str, Any]:
    person = Person(event["person"], event["handle"], event.get("seat", ""))
    return {"people": _with(state.people, person.id, person)}


def _seated(state: State, event: Event) -> dict[str, Any]:
    person = state.people.get(event["person"])
    return {} if person is None else {"people": _with(state.people, person.id, replace(person, seat=event["seat"]))}


def _removed(state: State, event: Event) -> dict[str, Any]:
    """Somebody is gone, and with them what they wanted and foretold; what their seat has sealed stays."""
    who = event["person"]
    if who not in state.people:
        return {}
    return {
        "people": _with(state.people, who, None), "removed": _with(state.removed, who, state.people[who]),
        "votes": MappingProxyType({key: one for key, one in state.votes.items() if key[2] != who}),
        "forecasts": MappingProxyType({key: one for key, one in state.forecasts.items() if key[1] != who}),
    }  # fmt: skip


def _handed(state: State, event: Event) -> dict[str, Any]:
    return {"players": _with(state.players, event["seat"], event["to"])}


def _advanced(state: State, event: Event) -> dict[str, Any]:
    """Another phase; `played` says what the turn that is over was played with, once for all."""
    change: dict[str, Any] = {"phase": event["phase"], "turn": event["turn"], "clock": Clock(left=event.get("seconds"))}
    if "played" in event:
        change["played"] = (*state.played[: event["turn"]], event["played"])
    if "left_out" in event:
        change["left_out"] = _with(state.left_out, event["turn"], event["left_out"])
    return change


def _voted(state: State, event: Event) -> dict[str, Any]:
    key = event["turn"], event["trigger"], event["person"]
    left_open = state.left_open - {key} if event["option"] else state.left_open | {key}
    return {"votes": _with(state.votes, key, event["option"] or None), "left_open": left_open}


def _ordered(state: State, event: Event) -> dict[str, Any]:
    key = event["turn"], event["seat"]
    times = state.sealed[key].times + 1 if key in state.sealed else 1
    return {"sealed": _with(state.sealed, key, Sealed(event["options"], event.get("why", ""), event["person"], times))}


def _foretold(state: State, event: Event) -> dict[str, Any]:
    return {"forecasts": _with(state.forecasts, (event["turn"], event["person"]), event["probability"])}


def _thrown(state: State, event: Event) -> dict[str, Any]:
    return {"thrown": _with(state.thrown, event["inject"], event["turn"])}


def _overrode(state: State, event: Event) -> dict[str, Any]:
    return {"overrides": _with(state.overrides, (event["turn"], event["trigger"]), event["option"] or None)}


def _clocked(state: State, event: Event) -> dict[str, Any]:
    return {"clock": Clock(event.get("ends"), event.get("left"))}


def _blanked(state: State, event: Event) -> dict[str, Any]:
    return {"is_blank": event["is_blank"]}


def _noted(state: State, event: Event) -> dict[str, Any]:
    return {"notes": (*state.notes, (event["turn"], event["text"]))}


def _marked(state: State, event: Event) -> dict[str, Any]:
    return {"marks": _with(state.marks, (event["seat"], event["aim"]), event["mark"] or None)}


_CHANGES = {
    "joined": _joined, "seated": _seated, "removed": _removed, "handed": _handed, "advanced": _advanced,
    "voted": _voted, "ordered": _ordered, "foretold": _foretold, "thrown": _thrown, "overrode": _overrode,
    "clocked": _clocked, "blanked": _blanked, "noted": _noted, "marked": _marked,
}  # fmt: skip
