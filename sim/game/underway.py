"""What was ordered and takes its time: an army on its way, measures that were decided and are not in force yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sim.clock import ticks
from sim.engine.record import EventRow
from sim.game.atlas import Atlas
from sim.game.past import Past
from sim.game.sight import Sight
from sim.game.speech import day_in_words
from sim.language.tree import Apply, Constant, Read, ReadParameter, Tree
from sim.program.ir import When
from sim.program.sayings import capital

WANTED = (".ordered", ".agreed")
"""What the vocabulary calls where a ladder is to go: a posture that was ordered, a tier that was decided on."""

ARRIVES = (".moves", ".vote", ".raised", ".lowered")
"""The triggers by which it comes there, or is voted on."""


BLOCKED = ".blocked"
ENDS = (".moves", ".raised", ".lowered", BLOCKED)
"""The triggers with which what was ordered is there, or is off: its members did not agree."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An order whose effect is still to come, or has come since. `came` says what and when; "" while under way."""

    seat: str
    title: str
    says: str
    turn: int
    ordered: str
    expected: str  # `about 12 April 2014`, `any day`; "" if the seat cannot tell
    came: str

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def under_way(atlas: Atlas, past: Past, sight: Sight, place: int, tick: int) -> str:
    """Of a decision at a tick: that what it ordered is not there yet, and when it is expected; "" if it is."""
    row = next((one for one in past.rows if one.trigger == place and one.tick == tick), None)
    looked = _Orders(atlas, past, sight)
    for slot in looked.written(row) if row is not None else ():
        if looked.ordering(slot) is row and looked.is_away(slot):
            expected = looked.expected(slot, tick)
            return f"under way, expected {expected}" if expected else "under way"
    return ""


def still_under_way(atlas: Atlas, past: Past, sight: Sight, actor: str) -> tuple[UnderWay, ...]:
    """The decisions of a seat whose effect is still to come."""
    looked = _Orders(atlas, past, sight)
    return tuple(one for one in looked.away() if one.seat == actor)


def come_since(atlas: Atlas, past: Past, sight: Sight, turn: int) -> tuple[UnderWay, ...]:
    """What was ordered in an earlier turn and came in this one, as far as the seat may know."""
    return tuple(_Orders(atlas, past, sight).arrived(turn))


class _Orders:
    """Looks up what was ordered, and what of it is there."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight) -> None:
        self.atlas, self.past, self.sight = atlas, past, sight
        self.program = past.course.program

    def written(self, row: EventRow) -> Iterator[int]:
        """Where a decision ordered something to go, as far as the seat knows."""
        for slot, _, _ in row.changes:
            if self.program.quantities[slot].name.endswith(WANTED) and self.sight.knows(slot):
                yield slot

    def base(self, slot: int) -> int:
        """The ladder that is to go there."""
        return self.atlas.slots[self.program.quantities[slot].name.rpartition(".")[0]]

    def is_away(self, slot: int) -> bool:
        """Whether a ladder is not yet where it is to go."""
        there = self.base(slot)
        return self.sight.knows(there) and self.past.value(slot) != self.past.value(there)

    def ordering(self, slot: int, *, before: int | None = None) -> EventRow | None:
        """The last firing that said where a ladder is to go."""
        rows = (one for one in reversed(self.past.rows) if before is None or one.seq < before)
        return next((one for one in rows if any(at == slot for at, _, _ in one.changes)), None)

    def away(self) -> Iterator[UnderWay]:
        """All that is under way."""
        for name, slot in self.atlas.slots.items():
            if name.endswith(WANTED) and name.rpartition(".")[0] in self.atlas.slots and self.sight.knows(slot):
                row = self.ordering(slot) if self.is_away(slot) else None
                if row is not None and self.is_decision(row):
                    yield self.told(row, expected=self.expected(slot, row.tick), came="")

    def arrived(self, turn: int) -> Iterator[UnderWay]:
        """What came in a turn of what was ordered before it."""
        window = self.atlas.game.turns[turn]
        for row in self.past.rows:
            name = self.program.triggers[row.trigger].name
            if not window.tick <= row.tick <= window.until or not name.endswith(ENDS):
                continue
            wanted = [self.atlas.slots.get(name.rpartition(".")[0] + word) for word in WANTED]
            for slot in (one for one in wanted if one is not None and self.sight.knows_firing(row.trigger, row.branch)):
                ordered = self.ordering(slot, before=row.seq)
                if ordered is not None and ordered.tick < window.tick and self.is_decision(ordered):
                    yield self.told(ordered, expected="", came=self.came(slot, row))

    def came(self, slot: int, row: EventRow) -> str:
        """Where a ladder came, and when: `Border army: “incursion” from 15 April 2014 on`; or that a vote failed."""
        if self.program.triggers[row.trigger].name.endswith(BLOCKED):
            return f"The vote failed on {day_in_words(self.program, row.tick)}"
        base, speech = self.base(slot), self.atlas.speech
        new = next((new for at, _, new in row.changes if at == base), self.past.value(base))
        name = capital(speech.named(self.program.quantities[base].name))
        return f"{name}: “{speech.value(base, new)}” from {day_in_words(self.program, row.tick)} on"

    def is_decision(self, row: EventRow) -> bool:
        """Whether a firing is a decision of a seat that the one who looks knows of."""
        trigger = self.program.triggers[row.trigger]
        return bool(self.atlas.game.seat_of(trigger.name)) and self.sight.knows_firing(row.trigger, row.branch)

    def told(self, row: EventRow, *, expected: str, came: str) -> UnderWay:
        """A decision as one reads it."""
        trigger, turns = self.program.triggers[row.trigger], self.atlas.game.turns
        turn = next((one.number for one in reversed(turns) if one.tick <= row.tick), 0)
        return UnderWay(trigger.actor, self.atlas.speech.title(trigger.actor), self.atlas.chosen(trigger, row.branch),
                        turn + 1, day_in_words(self.program, row.tick), expected, came)  # fmt: skip

    def expected(self, slot: int, tick: int) -> str:
        """The day by which half of such orders are carried out, `any day` if it is past; "" if the seat cannot tell."""
        base = self.program.quantities[slot].name.rpartition(".")[0]
        for trigger in self.program.triggers:
            if trigger.name.startswith(base) and trigger.name.removeprefix(base) in ARRIVES:
                match trigger.cause:
                    case When(_, hold) if hold is not None:
                        lasts = self.half_of(hold)
                        if lasts is None:
                            return ""
                        due = tick + ticks(lasts)
                        return f"about {day_in_words(self.program, due)}" if due > self.past.tick else "any day"
        return ""

    def half_of(self, hold: Tree) -> float | None:
        """How many days something lasts in half of the cases; None if the seat cannot tell."""
        match hold:
            case Constant(value):
                return float(value)
            case Apply(name, (Constant(median), *_)) if name.startswith("lognormal(median"):
                return float(median)
            case ReadParameter(number):
                given = dict(self.program.parameters[number].distribution[1])
                return float(given["median"]) if isinstance(given.get("median"), int | float) else None
            case Read(slot) if self.sight.knows(slot):
                return float(self.past.value(slot))
            case _:
                return None
