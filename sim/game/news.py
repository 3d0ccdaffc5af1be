"""What happened, as one seat was told: dated lines in plain words, each with its cause where the seat may know it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.analysis.narrative import is_hidden, is_part, is_relay, is_routine
from sim.clock import days
from sim.engine.record import EventRow
from sim.game.past import Past
from sim.game.sight import Glimpse, Sight
from sim.game.speech import Speech, day_in_words, words_of
from sim.game.table import Game
from sim.language.tree import Constant
from sim.program.ir import At, Every, On, Rate, Trigger, When
from sim.program.sayings import capital

_GAP = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class News:
    """One line. `kind`: decision, move, sanctions, talks, threat, report, belief, leak, inject, event or end."""

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


def news(game: Game, past: Past, sight: Sight, everybody: Sight, *, thrown: Mapping[str, int]) -> tuple[News, ...]:
    """What a seat was told so far, the oldest first.

    Parameters
    ----------
    everybody
        What everybody may know of the same course: the rest of what this seat knows is secret.
    thrown
        Injects, and the turn in which each was thrown in.
    """
    teller = _Teller(game, past, sight, everybody)
    lines = [*teller.happened(), *teller.came_out(), *teller.thrown_in(thrown), *teller.ending()]
    return tuple(sorted(lines, key=lambda line: line.tick))


class _Teller:
    """Tells one course to one seat."""

    def __init__(self, game: Game, past: Past, sight: Sight, everybody: Sight) -> None:
        self.game, self.past, self.sight, self.everybody = game, past, sight, everybody
        self.program, self.speech = game.program, Speech(game)
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
                continue
            if trigger.name.startswith("injects.") or self.is_noise(trigger, row, glimpse):
                continue
            is_secret = row.seq not in self.of_everybody
            yield self.line(
                row.tick, self.kind(trigger), trigger.actor, self.says(trigger, glimpse),
                because=self.because(row), secret=is_secret, changes=self.changes(trigger, glimpse),
            )  # fmt: skip

    def line(self, tick: int, kind: str, who: str, says: str, *, because: str = "", secret: bool = False,
             changes: tuple[str, ...] = ()) -> News:  # fmt: skip
        """A line, dated."""
        turn = next((one.number for one in reversed(self.game.turns) if one.tick <= tick), 0)
        title = self.speech.title(who) if who else ""
        return News(tick, turn, round(days(tick), 2), day_in_words(self.program, tick), kind, who, title, capital(says),
                    because, secret, changes)  # fmt: skip

    # -------------------------------------------------------------------------------------- what is told

    def is_noise(self, trigger: Trigger, row: EventRow, glimpse: Glimpse) -> bool:
        """Whether a firing is no news: it decided nothing, or came as it always comes and moved nothing in sight."""
        if trigger.choice is not None:
            return not trigger.branches[row.branch].effects and ".answer" not in trigger.name
        if is_hidden(trigger.name) or is_relay(self.program, row):
            return True
        moves = any(self.program.quantities[slot].kind.names or self.program.quantities[slot].kind.word == "truth"
                    for slot, _, _ in glimpse.changes)  # fmt: skip
        return not moves and (is_routine(self.program, row) or not trigger.says)

    def kind(self, trigger: Trigger) -> str:
        """What sort of thing it was."""
        parts = trigger.name.split(".")
        head = next((".".join(parts[:end]) for end in range(len(parts), 0, -1)
                     if ".".join(parts[:end]) in self.promises), "")  # fmt: skip
        if parts[-1] == "leaks":
            return "leak"
        if head:
            return "threat"
        if "sees" in parts:
            return "report"
        if "believes" in parts or "home" in parts[:-1]:
            return "belief"
        if trigger.choice is not None and ".ask." not in trigger.name and ".answer" not in trigger.name:
            return "decision"
        agent = self.agents.get(trigger.agent, "")
        if agent == "posture":
            return "move" if parts[-1] == "moves" else "event"
        return {"sanctions": "sanctions", "diplomacy": "talks"}.get(agent, "event")

    @property
    def promises(self) -> frozenset[str]:
        """Threats and offers, by name."""
        return frozenset(map(str, (*self.game.scenario.threats, *self.game.scenario.offers)))

    @property
    def agents(self) -> Mapping[str, str]:
        """What kind each agent is of."""
        kinds = ("posture", "sanctions", "diplomacy")
        return {str(name): next((kind for kind in kinds if hasattr(agent, kind)), "")
                for name, agent in self.game.scenario.agents.items()}  # fmt: skip

    def says(self, trigger: Trigger, glimpse: Glimpse) -> str:
        """What is said of a firing."""
        if trigger.choice is not None:
            return self.chosen(trigger, glimpse.row.branch)
        if trigger.name.endswith(".leaks"):
            return self.leaked(trigger.name.removesuffix(".leaks"))
        if trigger.name.endswith(".moves") and (moved := self.ladders_moved(glimpse)):
            return moved
        told = self.past.says.get(glimpse.row.seq) if self.may_fill(trigger) else _GAP.sub("…", trigger.says)
        return self.speech.plain(told or trigger.says or words_of(trigger.name))

    def may_fill(self, trigger: Trigger) -> bool:
        """Whether the seat knows what stands in the gaps of a sentence."""
        names = {gap.strip("{}").removeprefix("not ").removesuffix(".*") for gap in _GAP.findall(trigger.says)}
        slots = [slot for slot, one in enumerate(self.program.quantities)
                 if one.name in names or one.name.rpartition(".")[0] in names]  # fmt: skip
        derived = [place for place, one in enumerate(self.program.derived) if one.name in names]
        return all(map(self.sight.knows, slots)) and all(map(self.sight.knows_derived, derived))

    def chosen(self, trigger: Trigger, branch: int) -> str:
        """Who chose what: `Russia: go one rung further`."""
        name = trigger.branches[branch].name
        seat = self.game.seat_of(trigger.name)
        says = self.game.seats[seat].question(trigger.name).option(name).says if seat else ""
        choice = trigger.choice
        says = says or (" ".join(choice.options[branch].says.split()) if choice else "") or self.unsaid(trigger, name)
        if "answer" in trigger.name.split(".") or "ask" in trigger.name.split("."):
            subject = trigger.name.split(".ask.")[0] if ".ask." in trigger.name else trigger.name.split(".answer")[0]
            says = f"{says} ({words_of(subject)})"
        return f"{self.speech.title(trigger.actor)}: {says}" if trigger.actor else says

    def unsaid(self, trigger: Trigger, name: str) -> str:
        """An option that says nothing of itself."""
        parts = trigger.name.split(".")
        if "agreement" in parts and name in ("kept", "broken"):
            duty = words_of(parts[parts.index("agreement") + 1])
            return f"carries out “{duty}”" if name == "kept" else f"does not carry out “{duty}”"
        if "consent" in parts:
            return f"{'consents to' if name == 'accept' else 'does not consent to'} “{words_of(parts[-3])}”"
        told = {"kept": "keeps its word", "broken": "does not keep its word"}
        return told.get(name, words_of(name))

    def leaked(self, key: str) -> str:
        """That something comes out, and what."""
        return f"It comes out: {self.told_of(key)}"

    def told_of(self, key: str) -> str:
        """What a hidden word or deed is, in words."""
        promise = {**self.game.scenario.threats, **self.game.scenario.offers}.get(key)  # type: ignore[call-overload]
        if promise is not None:
            by = self.speech.those(promise.by)
            return f"{by} to {self.speech.title(str(promise.to))}: {promise.says or words_of(key)}"
        owner, _, option = key.rpartition(".")
        place = next((at for at, one in enumerate(self.program.triggers) if one.name == owner), None)
        if place is None:
            return words_of(key)
        trigger = self.program.triggers[place]
        return self.chosen(trigger, [one.name for one in trigger.branches].index(option))

    def ladders_moved(self, glimpse: Glimpse) -> str:
        """The ladders that a firing moved: `Border army: massed → incursion`."""
        return "; ".join(
            f"{capital(words_of(self.program.quantities[slot].name))}: {self.speech.value(slot, old)} → "
            f"{self.speech.value(slot, new)}"
            for slot, old, new in glimpse.changes
            if self.program.quantities[slot].kind.names and not self.is_of_another(slot)
        )

    def is_of_another(self, slot: int) -> bool:
        """Whether a level is part of another ladder, or kept for itself by an agent."""
        name = self.program.quantities[slot].name
        return is_hidden(name) or is_part(self.program, slot) or ".stood." in name

    def changes(self, trigger: Trigger, glimpse: Glimpse) -> tuple[str, ...]:
        """What the seat may know of what changed, numbers and ladders; of flags the sentence tells enough."""
        told = []
        for slot, old, new in glimpse.changes:
            quantity = self.program.quantities[slot]
            if quantity.kind.word == "truth" or self.is_of_another(slot) or (".sees." in f".{quantity.name}." and (
                    "sees" not in trigger.name.split("."))):  # fmt: skip
                continue
            if trigger.name.endswith(".moves") and quantity.kind.names:
                continue
            told.append(f"{self.speech.named(quantity.name)} {self.speech.value(slot, old)} → "
                        f"{self.speech.value(slot, new)}")  # fmt: skip
        return tuple(told)

    # -------------------------------------------------------------------------------------- why

    def because(self, row: EventRow) -> str:
        """Why a firing came, as far as the seat may know."""
        trigger = self.program.triggers[row.trigger]
        if row.cause >= 0:
            cause = self.past.rows[row.cause]
            if is_relay(self.program, cause):
                return self.because(cause)
            glimpse = self.glimpses.get(cause.seq)
            if glimpse is None or not glimpse.is_known:
                return ""
            on = "" if cause.tick == row.tick else f" ({day_in_words(self.program, cause.tick)})"
            said = self.says(self.program.triggers[cause.trigger], glimpse).rstrip(".")
            return f"because of this: {said}{on}"
        match trigger.cause:
            case Rate():
                return "by chance"
            case Every(Constant()) | Every() | On():
                return ""
            case At():
                return "as the calendar has it"
            case When(condition, _):
                if not self.sight.can_tell(condition):
                    return ""
                return f"because {self.speech.condition(condition)}"

    # -------------------------------------------------------------------------------------- what else there is

    def came_out(self) -> Iterator[News]:
        """What came out in another way than by a leak: somebody published it, or told this seat."""
        for key, tick in self.sight.out.items():
            leak = f"{key}.leaks"
            if not any(row.tick == tick and self.program.triggers[row.trigger].name == leak for row in self.past.rows):
                yield self.line(tick, "leak", "", self.leaked(key), secret=key not in self.everybody.out)

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


def of_turn(lines: Sequence[News], turn: int) -> tuple[News, ...]:
    """The lines of one turn."""
    return tuple(line for line in lines if line.turn == turn)
