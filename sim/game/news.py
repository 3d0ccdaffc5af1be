"""What happened, as one seat was told: dated lines in plain words, each with its cause where the seat may know it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.analysis.narrative import is_hidden
from sim.clock import days
from sim.engine.record import EventRow
from sim.game.atlas import Atlas
from sim.game.headings import named_in_change
from sim.game.past import Past
from sim.game.rules import MADE
from sim.game.sight import Glimpse, Sight
from sim.game.signed import known_after, signatories, terms
from sim.game.speech import Speech, day_in_words, words_of
from sim.program.ir import At, Rate, Trigger, When
from sim.program.sayings import capital, joined

_GAP = re.compile(r"\{(?:not )?([A-Za-z_]\w*(?:\.\w+)*)(\.\*)?\}")

_ABOUT = re.compile(r" \([^()]*\)$")
"""What an answer is about, where the line before has said it."""

CHANGES = 3
"""Changes that are told of one line; the others are counted."""


@dataclass(frozen=True, slots=True)
class News:
    """One line.

    `kind`: decision, move, sanctions, talks, agreement, threat, report, belief, leak, inject, event or end.
    """

    tick: int
    turn: int
    day: float
    date: str
    kind: str
    who: str  # an actor; "" if nobody, or if this seat may not know who
    title: str
    says: str
    because: str = ""
    secret: bool = False  # this seat knows of it, not everybody
    changes: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "changes": list(self.changes)}


def news(
    atlas: Atlas, past: Past, sight: Sight, everybody: Sight, *, thrown: Mapping[str, int]
) -> tuple[News, ...]:  # fmt: skip
    """What a seat was told so far, the oldest first.

    Parameters
    ----------
    everybody
        What everybody may know of the same course: the rest of what this seat knows is secret.
    thrown
        Injects, and the turn in which each was thrown in.
    """
    teller = _Teller(atlas, past, sight, everybody)
    lines = [
        *gathered(list(teller.happened()), atlas.speech),
        *teller.came_out(),
        *teller.thrown_in(thrown),
        *teller.ending(),
    ]
    return tuple(sorted(lines, key=lambda line: line.tick))


def of_turn(lines: Sequence[News], turn: int) -> tuple[News, ...]:
    """The lines of one turn."""
    return tuple(line for line in lines if line.turn == turn)


def gathered(lines: Sequence[News], speech: Speech) -> list[News]:
    """The lines, with what was said at one meeting of one track told as one."""
    told: list[News] = []
    for line in lines:
        last = told[-1] if told else None
        if last is not None and line.kind == "talks" == last.kind and (line.tick, line.secret) == (
                last.tick, last.secret):  # fmt: skip
            more = _ABOUT.sub("", line.says)
            more = more if line.title and more.startswith(line.title) else speech.begun_small(more)
            told[-1] = replace(last, says=f"{last.says}; {more}", changes=(*last.changes, *line.changes))
        else:
            told.append(line)
    return told


def _few(told: Sequence[str]) -> tuple[str, ...]:
    return (*told[:CHANGES], f"and {len(told) - CHANGES} more") if len(told) > CHANGES + 1 else tuple(told)


class _Teller:
    """Tells one course to one seat."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> None:
        self.atlas, self.past, self.sight, self.everybody = atlas, past, sight, everybody
        self.game, self.program, self.speech = atlas.game, atlas.program, atlas.speech
        self.glimpses = {one.row.seq: one for one in sight.seen(past.rows)}
        self.of_everybody = {one.row.seq for one in everybody.seen(past.rows) if one.is_known}

    def happened(self) -> Iterator[News]:
        """What fired."""
        for glimpse in self.glimpses.values():
            row = glimpse.row
            trigger = self.program.triggers[row.trigger]
            if not glimpse.is_known:
                if moved := self.ladders_moved(glimpse):
                    yield self.line(row.tick, "move", "", moved)
            elif not trigger.name.startswith("injects.") and not self.is_no_news(trigger, row, glimpse):
                yield self.line(
                    row.tick, self.kind(trigger, glimpse), trigger.actor, self.whole(trigger, glimpse),
                    because=self.because(row), secret=row.seq not in self.of_everybody,
                    changes=_few(list(self.changes(trigger, glimpse))),
                )  # fmt: skip

    def line(self, tick: int, kind: str, who: str, says: str, *, because: str = "", secret: bool = False,
             changes: tuple[str, ...] = ()) -> News:  # fmt: skip
        """A line, dated."""
        turn = next((one.number for one in reversed(self.game.turns) if one.tick <= tick), 0)
        title = self.speech.title(who) if who else ""
        return News(tick, turn, round(days(tick), 2), day_in_words(self.program, tick), kind, who, title, capital(says),
                    because, secret, changes)  # fmt: skip

    def kind(self, trigger: Trigger, glimpse: Glimpse) -> str:
        """What sort of news a firing is: whatever signs an agreement or breaks one is told as such."""
        is_pact = any(new and slot in self.atlas.pacts for slot, _, new in glimpse.changes)
        return "agreement" if is_pact else self.atlas.kind(trigger)

    # -------------------------------------------------------------------------------------- what is told

    def is_no_news(self, trigger: Trigger, row: EventRow, glimpse: Glimpse) -> bool:
        """Whether a firing is no news: it decided nothing, or came as it always comes and moved nothing in sight."""
        if row.trigger in self.atlas.relays or any(part.startswith("_") for part in trigger.name.split(".")):
            return True
        if trigger.choice is not None:
            return self.atlas.is_idle(row.trigger, row.branch) and not self.atlas.answers_for(trigger)
        moves = any(slot in self.atlas.lasting for slot, _, _ in glimpse.changes)
        repeats = row.trigger in self.atlas.routine or (trigger.name.endswith(".report") and not glimpse.changes)
        return not moves and (repeats or not trigger.says)

    def says(self, trigger: Trigger, glimpse: Glimpse) -> str:
        """What is said of a firing."""
        if trigger.choice is not None:
            return self.atlas.deed(trigger, glimpse.row.branch)
        if trigger.name.endswith(".leaks"):
            return f"It comes out: {self.told_of(trigger.name.removesuffix('.leaks'))}"
        if trigger.name.endswith(".made") and trigger.name.removesuffix(".made") in self.atlas.promises:
            return self.told_of(trigger.name.removesuffix(".made"))
        if trigger.name.endswith(".moves") and (moved := self.ladders_moved(glimpse)):
            return moved
        if trigger.name.endswith(".fails"):
            option = self.atlas.option_of(trigger.name.removesuffix(".fails"))
            return f"“{option}” fails: not all whose consent it needs agree"
        if trigger.name.endswith(".false_alarm") and ".sees." in trigger.name:
            seen = trigger.name.partition(".sees.")[2].rpartition(".")[0]
            return f"{capital(self.speech.words(seen))}: the alarm was false"
        told = self.past.says.get(glimpse.row.seq) if self.may_fill(trigger) else _GAP.sub("…", trigger.says)
        return self.speech.plain(told or trigger.says or words_of(trigger.name))

    def whole(self, trigger: Trigger, glimpse: Glimpse) -> str:
        """What is said of a firing, and of one that signs an agreement who signs what."""
        track = next((name for name in self.atlas.tracks for slot, _, new in glimpse.changes
                      if new and slot == self.atlas.slots[f"{name}.agreement.signed"]), "")  # fmt: skip
        if not track:
            return self.says(trigger, glimpse)
        says_no_more = trigger.name == f"{track}.signed" or not (trigger.choice or trigger.says)
        signed = self.signed(track, glimpse)
        return (
            signed if says_no_more else f"{self.says(trigger, glimpse).rstrip('.')}; {self.speech.begun_small(signed)}"
        )

    def signed(self, track: str, glimpse: Glimpse) -> str:
        """Who signs what, and what is in it, as far as the seat may know."""
        block = self.atlas.tracks[track]
        value = known_after(self.past, self.sight, self.atlas.slots, glimpse.row.seq)
        what = terms(self.program, track, block, value)
        title = self.speech.named(what.proposal) if what.proposal else "an agreement"
        held = joined([self.speech.words(issue) for issue in what.issues])
        return (
            f"{capital(self.speech.those(signatories(block, what.proposal)))} sign {title}{f': {held}' if held else ''}"
        )

    def in_short(self, trigger: Trigger, glimpse: Glimpse) -> str:
        """The same as a cause of something else: without what follows a colon, but for who decided what."""
        said = self.says(trigger, glimpse).rstrip(".")
        if trigger.choice is not None or trigger.name.endswith(".moves"):
            return said
        return capital(said.partition(": ")[0] if len(said) > 40 else said)

    def may_fill(self, trigger: Trigger) -> bool:
        """Whether the seat knows what stands in the gaps of a sentence."""
        for name, flags in _GAP.findall(trigger.says):
            if flags:
                slots = [slot for slot in self.atlas.lasting
                         if self.program.quantities[slot].name.rpartition(".")[0] == name]  # fmt: skip
            else:
                slots = [self.atlas.slots[name]] if name in self.atlas.slots else []
            derived = [place for place, one in enumerate(self.program.derived) if one.name == name]
            if not all(map(self.sight.knows, slots)) or not all(map(self.sight.knows_derived, derived)):
                return False
        return True

    def told_of(self, key: str) -> str:
        """What a hidden word or deed is, in words."""
        promise = self.atlas.promises.get(key)
        if promise is not None:
            by, to = self.speech.those(promise.by), self.speech.within(str(promise.to))
            return f"{capital(by)} to {to}: {' '.join(str(promise.says or words_of(key)).split())}"
        owner = key.rpartition(".")[0]
        actor = next((one.actor for one in self.program.triggers if one.name == owner), "")
        return f"{self.speech.title(actor)}: {self.atlas.option_of(key)}" if actor else self.atlas.option_of(key)

    def ladders_moved(self, glimpse: Glimpse) -> str:
        """The ladders that a firing moved: `Border army: massed → incursion`."""
        return "; ".join(
            f"{capital(self.speech.words(self.program.quantities[slot].name))}: {self.speech.value(slot, old)} → "
            f"{self.speech.value(slot, new)}"
            for slot, old, new in glimpse.changes
            if slot in self.atlas.ladders
        )

    def changes(self, trigger: Trigger, glimpse: Glimpse) -> Iterator[str]:
        """What the seat may know of what changed, numbers and ladders; of flags the sentence tells enough."""
        for slot, old, new in glimpse.changes:
            quantity = self.program.quantities[slot]
            if is_hidden(quantity.name):
                continue
            is_told = trigger.name.endswith(".moves") and slot in self.atlas.ladders
            is_public_number = slot not in self.atlas.lasting and self.everybody.knows(slot)
            if is_told or is_public_number or (slot in self.atlas.lasting and slot not in self.atlas.ladders):
                continue
            before, after = self.speech.value(slot, old), self.speech.value(slot, new)
            if before != after:
                yield f"{named_in_change(self.speech, slot)} {before} → {after}"

    # -------------------------------------------------------------------------------------- why

    def because(self, row: EventRow) -> str:
        """Why a firing came, as far as the seat may know."""
        trigger = self.program.triggers[row.trigger]
        if row.cause >= 0:
            cause = self.past.rows[row.cause]
            if cause.trigger in self.atlas.relays:
                return self.because(cause)
            glimpse = self.glimpses.get(cause.seq)
            if glimpse is None or not glimpse.is_known:
                return ""
            on = "" if cause.tick == row.tick else f", {day_in_words(self.program, cause.tick)}"
            said = self.in_short(self.program.triggers[cause.trigger], glimpse)
            return f"because of “{said.replace('“', '‘').replace('”', '’')}”{on}"
        match trigger.cause:
            case Rate():
                return "by chance"
            case At() if trigger.choice is None:
                return "as the calendar has it"
            case When(condition, _) if (
                not trigger.agent and self.atlas.kind(trigger) != "threat" and self.sight.can_tell(condition)
            ):
                return f"because {self.speech.condition(condition)}"
            case _:
                return ""

    # -------------------------------------------------------------------------------------- what else there is

    def came_out(self) -> Iterator[News]:
        """What came out in another way than by a leak: somebody published it, or told this seat."""
        for key, tick in self.sight.out.items():
            if key.endswith(MADE):
                continue
            leak = f"{key}.leaks"
            if not any(row.tick == tick and self.program.triggers[row.trigger].name == leak for row in self.past.rows):
                yield self.line(tick, "leak", "", f"It comes out: {self.told_of(key)}",
                                secret=key not in self.everybody.out)  # fmt: skip

    def thrown_in(self, thrown: Mapping[str, int]) -> Iterator[News]:
        """Injects, as news of the day on which their turn begins."""
        for name, turn in thrown.items():
            inject = self.game.injects[name]
            if self.sight.sees_all or not inject.to or self.sight.seat in inject.to:
                yield self.line(self.game.turns[turn].tick, "inject", "", inject.says, secret=bool(inject.to))

    def ending(self) -> Iterator[News]:
        """How it ended."""
        course = self.past.course
        if course.is_over and course.runs is not None:
            outcome = next((one for one in self.program.outcomes if one.name == course.outcome), None)
            says = outcome.says if outcome is not None and outcome.says else words_of(course.outcome or "it stops here")
            yield self.line(int(course.runs.ended[0]), "end", "", f"So it ends: {' '.join(says.split())}")
