"""What only the end reveals: who did what in secret, what became of threats and offers, what really happened then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.agents.channels import hidden
from sim.agents.draft import Draft, Known
from sim.analysis.causes import replayed
from sim.clock import TICKS_PER_DAY, days, say_date
from sim.engine.record import EventRow
from sim.game.called import option_says
from sim.game.course import Course
from sim.game.followed import what_followed
from sim.game.table import Game, Happened
from sim.scenario import schema


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A course row by row: what every quantity was at its start, and its changes."""

    course: Course
    start: tuple[float, ...]
    rows: tuple[EventRow, ...]
    slots: Mapping[str, int]
    changes: Mapping[int, tuple[tuple[EventRow, float, float], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course) -> Trace:
        """The trace of a course with at least one turn."""
        assert course.runs is not None
        rows = tuple(course.runs.events[0])
        changes: dict[int, list[tuple[EventRow, float, float]]] = {}
        for row in rows:
            for slot, old, new in row.changes:
                changes.setdefault(slot, []).append((row, old, new))
        slots = {one.name: slot for slot, one in enumerate(course.program.quantities)}
        return cls(course, tuple(replayed(course.runs, 0).values), rows, slots,
                   {slot: tuple(found) for slot, found in changes.items()})  # fmt: skip

    def turned(self, name: str) -> int | None:
        """When a flag first became true; 0 if it was from the start, None if never or if there is no such flag."""
        slot = self.slots.get(name)
        if slot is None:
            return None
        if self.start[slot]:
            return 0
        return next((row.tick for row, _, new in self.changes.get(slot, ()) if new), None)

    def at(self, name: str, tick: int) -> float | None:
        """What a quantity was at the end of a tick; None if there is no such quantity."""
        slot = self.slots.get(name)
        if slot is None:
            return None
        value = self.start[slot]
        for row, _, new in self.changes.get(slot, ()):
            if row.tick > tick:
                break
            value = new
        return value

    def fired(self, name: str) -> tuple[EventRow, ...]:
        """The firings of a trigger; none if there is no such trigger."""
        place = next((at for at, one in enumerate(self.course.program.triggers) if one.name == name), -1)
        return tuple(row for row in self.rows if row.trigger == place)

    def date(self, tick: int | None) -> str | None:
        """A tick as a date."""
        return None if tick is None else say_date(self.course.program.start, tick)


# ------------------------------------------------------------------------------------------------ secrets


def secrets(game: Game, trace: Trace) -> list[dict[str, Any]]:
    """Words and deeds that were not public when they came: who, when, who knew at once, who came to know, and when.

    To decide in private to give one's word is no secret beside the word itself.
    """
    draft = Draft(game.scenario, Known())
    actors = [str(actor) for actor in game.scenario.actors]
    found = []
    for name, one in hidden(draft).items():
        for row_tick, who, says in _done(game, trace, name):
            out = trace.turned(f"{name}.public")
            learned = {actor: trace.turned(f"{name}.known.{actor}") for actor in actors}
            is_word = name in game.scenario.threats or name in game.scenario.offers
            found.append({
                "name": name, "is_word": is_word, "tick": row_tick, "date": trace.date(row_tick), "who": who,
                "says": says, "knew": sorted(one.knowing),
                "learned": {actor: trace.date(tick) for actor, tick in learned.items() if tick is not None},
                "public": trace.date(out),
            })  # fmt: skip
    given = {(one["tick"], one["who"]) for one in found if one["is_word"]}
    found = [one for one in found if one["is_word"] or (one["tick"], one["who"]) not in given]
    return sorted(found, key=lambda one: (one["tick"], one["name"]))


def _done(game: Game, trace: Trace, name: str) -> Iterator[tuple[int, str, str]]:
    """(tick, who, in words) of a hidden word or deed, the first time that it came."""
    words: Mapping[Any, schema.Commitment] = {**game.scenario.threats, **game.scenario.offers}
    block = words.get(name)
    if block is not None:
        made = trace.fired(f"{name}.made")
        if made or block.start == "made":
            says = " ".join(str(block.says or name.replace("_", " ")).split())
            yield (made[0].tick if made else 0), ", ".join(map(str, _issuers(block))), says
        return
    trigger, _, option = name.rpartition(".")
    rows = trace.fired(trigger)
    if not rows:
        return
    own = trace.course.program.triggers[rows[0].trigger]
    assert own.choice is not None
    place = [one.name for one in own.choice.options].index(option)
    first = next((row for row in rows if row.branch == place), None)
    if first is not None:
        says = option_says(trigger, " ".join(own.choice.options[place].says.split())) or option.replace("_", " ")
        yield first.tick, own.actor, says


# ------------------------------------------------------------------------------------------------ threats and offers


def cards(game: Game, trace: Trace) -> list[dict[str, Any]]:
    """A card for each threat and offer: made, believed, called, kept or broken, and what that cost its issuer."""
    words = [("threat", name, block) for name, block in game.scenario.threats.items()]
    words += [("offer", name, block) for name, block in game.scenario.offers.items()]
    return [_card(game, trace, sort, str(name), block) for sort, name, block in words]


def _issuers(block: schema.Commitment) -> tuple[str, ...]:
    return tuple(map(str, block.by if isinstance(block.by, list | tuple) else (block.by,)))


def _card(game: Game, trace: Trace, sort: str, name: str, block: schema.Commitment) -> dict[str, Any]:
    issuers, made = _issuers(block), trace.fired(f"{name}.made")
    called = trace.fired(f"{name}.called")
    since = made[0].tick if made else 0 if block.start == "made" else None
    program, start = trace.course.program, dict(enumerate(trace.start))
    return {
        "name": name, "sort": sort, "says": " ".join(str(block.says or name.replace("_", " ")).split()),
        "by": list(issuers), "to": str(block.to), "channel": block.channel,
        "made": trace.date(since),
        "believed": _believed(game, trace, name, since),
        "called": [trace.date(row.tick) for row in called],
        "kept": _marked(trace, name, "kept", issuers), "broken": _marked(trace, name, "broken", issuers),
        "followed": {actor: what for actor in issuers
                     if (what := what_followed(program, trace.rows, name, actor, start=start))},
        "cost": {actor: cost for actor in issuers if (cost := _cost(trace, name, actor)) is not None},
    }  # fmt: skip


def _believed(game: Game, trace: Trace, name: str, since: int | None) -> list[dict[str, Any]]:
    """How far its addressee believed it as it was made, at each turn, and at the end."""
    if since is None or f"{name}.believed" not in trace.slots:
        return []
    end = min(trace.course.until, trace.rows[-1].tick if trace.course.is_over and trace.rows else trace.course.until)
    ticks = sorted({since, *(turn.tick for turn in game.turns if since < turn.tick <= end), max(since, end)})
    return [{"date": trace.date(tick), "believed": trace.at(f"{name}.believed", tick)} for tick in ticks]


def _marked(trace: Trace, name: str, word: str, issuers: tuple[str, ...]) -> dict[str, str | None]:
    """Issuer -> when it kept or broke its word; those that did not are missing."""
    names = {actor: f"{name}.{word}.{actor}" if len(issuers) > 1 else f"{name}.{word}" for actor in issuers}
    found = {actor: trace.turned(flag) for actor, flag in names.items()}
    return {actor: trace.date(tick) for actor, tick in found.items() if tick is not None}


def _cost(trace: Trace, name: str, actor: str) -> float | None:
    """What its issuer's support at home lost in the firings that belong to this word; None if it has no home."""
    slot = trace.slots.get(f"{actor}.home.support")
    if slot is None:
        return None
    triggers = trace.course.program.triggers
    lost = [new - old for row, old, new in trace.changes.get(slot, ())
            if triggers[row.trigger].name.startswith(f"{name}.")]  # fmt: skip
    return sum(lost, 0.0)


# ------------------------------------------------------------------------------------------------ what really happened


NEAR = 45.0
"""Days within which what really happened stands beside a decision. Source: chosen for teaching."""


def happened(game: Game, first: int, last: int) -> list[dict[str, Any]]:
    """What really happened between two ticks."""
    return [told(one) for one in game.history if first <= one.day * TICKS_PER_DAY <= last]


def happened_near(game: Game, trigger: str, first: int, last: int) -> list[dict[str, Any]]:
    """What the real actor did about a question near a turn; nearest first, nothing further off than `NEAR`."""
    found = []
    for one in game.history:
        off = max(days(first) - one.day, one.day - days(last), 0.0)
        if one.trigger == trigger and off <= NEAR:
            found.append((off, told(one)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def told(one: Happened) -> dict[str, Any]:
    """A piece of history as plain values."""
    return {"name": one.name, "date": one.date, "says": one.says, "trigger": one.trigger, "option": one.option,
            "source": one.source}  # fmt: skip
