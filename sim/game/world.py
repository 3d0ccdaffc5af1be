"""How the world stands for one seat: ladders, measures, talks, words given, who faces whom, the seat's own numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from sim.analysis.narrative import is_hidden
from sim.clock import days
from sim.errors import Text
from sim.game.atlas import Atlas
from sim.game.news import News
from sim.game.past import Past
from sim.game.sight import EVERYBODY, Sight
from sim.game.speech import day_in_words, words_of
from sim.language.words import DURATION, NUMBER
from sim.program.sayings import capital, done, plain
from sim.scenario import schema


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder and the path on it so far; `is_report`: as this seat's reports have it."""

    name: str
    title: str
    kind: str  # posture, sanctions or ladder
    actor: str
    rungs: tuple[str, ...]
    rung: int
    steps: tuple[tuple[float, int], ...]  # (day, rung)
    is_ordered: bool
    is_report: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """What one sender has in force against a target, as a whole (`sector` "") or in one sector."""

    regime: str
    sender: str
    target: str
    sector: str
    tier: int
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talks:
    """A track."""

    name: str
    title: str
    parties: tuple[str, ...]
    is_open: bool
    rounds: int
    agenda: tuple[str, ...]
    demanded: tuple[str, ...]
    proposals: tuple[tuple[str, str, str], ...]  # (name, what it says, how it stands)
    is_signed: bool
    is_breached: bool
    done: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Word:
    """A card for a threat or an offer: made by whom, to whom, believed by whom, called, kept."""

    name: str
    kind: str  # threat or offer
    by: str
    to: str
    voice: str
    says: str
    terms: str
    made: str  # the day, "" if from the start
    stands: bool
    believed: tuple[tuple[str, float], ...]  # (who, chance), where the seat may know it
    called: str | None
    kept: str | None
    until: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What runs between two actors: army, sanctions or talks."""

    kind: str
    by: str
    to: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that the seat may know. `kind`: own, report, belief or told."""

    name: str
    says: str
    value: float | str
    unit: str
    kind: str


@dataclass(frozen=True, slots=True)
class World:
    """How the world stands for one seat."""

    date: str
    start: str
    day: float
    outcome: str
    actors: tuple[tuple[str, str], ...]  # (name, title)
    ladders: tuple[Ladder, ...]
    measures: tuple[Measure, ...]
    tracks: tuple[Talks, ...]
    words: tuple[Word, ...]
    links: tuple[Link, ...]
    numbers: tuple[Figure, ...]
    timeline: tuple[News, ...]

    def record(self) -> dict[str, Any]:
        """As plain data."""
        talks = [{**asdict(one), "proposals": [dict(zip(("name", "says", "state"), each, strict=True))
                                               for each in one.proposals]} for one in self.tracks]  # fmt: skip
        words = [{**asdict(one), "believed": [{"by": who, "share": share} for who, share in one.believed]}
                 for one in self.words]  # fmt: skip
        found = {
            "date": self.date, "start": self.start, "day": self.day, "days": self.day, "outcome": self.outcome,
            "actors": [{"name": name, "title": title} for name, title in self.actors],
            "ladders": [asdict(one) for one in self.ladders], "matrix": [asdict(one) for one in self.measures],
            "tracks": talks, "commitments": words, "links": [asdict(one) for one in self.links],
            "numbers": [asdict(one) for one in self.numbers], "timeline": [one.record() for one in self.timeline],
        }  # fmt: skip
        listed: dict[str, Any] = _listed(found)
        return listed


def _listed(value: Any) -> Any:
    """The same with lists for tuples, as JSON has it."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def world(atlas: Atlas, past: Past, sight: Sight, everybody: Sight, timeline: Sequence[News]) -> World:
    """The world after a course, as a seat may know it."""
    looks, game = _Looks(atlas, past, sight, everybody), atlas.game
    tick = max(past.tick, 0)
    ladders = tuple(looks.ladders())
    return World(
        date=day_in_words(game.program, tick), start=day_in_words(game.program, 0), day=round(days(tick), 2),
        outcome=past.course.outcome if past.course.is_over else "",
        actors=tuple((str(actor), looks.speech.title(str(actor))) for actor in game.scenario.actors),
        ladders=ladders, measures=tuple(looks.measures()), tracks=tuple(looks.tracks()), words=tuple(looks.words()),
        links=tuple(looks.links(ladders)), numbers=tuple(looks.numbers()),
        timeline=tuple(one for one in timeline if one.kind not in ("report", "belief")),
    )  # fmt: skip


class _Looks:
    """Looks at one course with the eyes of one seat."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> None:
        self.atlas, self.past, self.sight, self.everybody = atlas, past, sight, everybody
        self.game, self.program, self.speech, self.slots = atlas.game, atlas.program, atlas.speech, atlas.slots
        self.scenario = atlas.game.scenario

    def known(self, name: str) -> float | None:
        """The value of a quantity by name; None if there is none, or the seat may not know it."""
        slot = self.slots.get(name)
        return self.past.value(slot) if slot is not None and self.sight.knows(slot) else None

    def is_so(self, name: str) -> bool:
        """Whether a flag is true, as far as the seat may know."""
        return bool(self.known(name))

    def turned(self, name: str) -> str | None:
        """The day on which a flag last turned true; "" if it was so from the start, None if it is not."""
        slot = self.slots.get(name)
        if slot is None or not self.sight.knows(slot):
            return None
        ticks = [tick for tick, value in self.past.steps.get(slot, ()) if value]
        if not ticks:
            return None
        began = self.past.steps[slot][0]
        return "" if began[1] and len(ticks) == 1 else day_in_words(self.program, ticks[-1])

    # -------------------------------------------------------------------------------------- ladders

    def ladders(self) -> Iterator[Ladder]:
        """Every ladder that the seat follows, by its own eyes or by reports."""
        for slot in sorted(self.atlas.ladders):
            quantity = self.program.quantities[slot]
            report = self.slots.get(f"{self.sight.seat}.sees.{quantity.name}")
            shown = slot if self.sight.knows(slot) else report
            if shown is None:
                continue
            kind, actor = self.kind_of(quantity.name)
            steps = tuple(
                (round(days(tick), 2), int(value)) for tick, value in self.past.steps[shown] if value == value
            )
            if steps:
                title, rungs = self.title_of(quantity.name, kind, actor), tuple(map(words_of, quantity.kind.names))
                yield Ladder(quantity.name, title, kind, actor, rungs, steps[-1][1], steps,
                             bool(quantity.kind.ordered), shown != slot)  # fmt: skip

    def kind_of(self, name: str) -> tuple[str, str]:
        """What kind of a ladder it is, and whose."""
        head, _, rest = name.partition(".")
        match self.scenario.agents.get(Text(name)) or self.scenario.agents.get(Text(head)):
            case schema.Posture() as agent:
                return "posture", str(agent.posture.actor)
            case schema.Sanctions():
                return "sanctions", rest
            case _:
                return "ladder", head if head in self.speech.titles else ""

    def title_of(self, name: str, kind: str, actor: str) -> str:
        """What a ladder is called."""
        if kind == "sanctions" and actor:
            return f"{capital(self.speech.words(name.partition('.')[0]))}: {self.speech.title(actor)}"
        return capital(self.speech.named(name)) if actor and kind == "ladder" else capital(self.speech.words(name))

    # -------------------------------------------------------------------------------------- measures, talks, words

    def measures(self) -> Iterator[Measure]:
        """A row for each sender, and one for each sector in which its tier is applied in part."""
        for name, agent in self.scenario.agents.items():
            if not isinstance(agent, schema.Sanctions):
                continue
            target = self.speech.title(str(agent.sanctions.target))
            tiers = tuple(map(words_of, map(str, agent.tiers)))
            for sender in agent.sanctions.senders:
                value = self.known(f"{name}.{sender}")
                if value is None or value != value:
                    continue
                tier, by = int(value), self.speech.title(str(sender))
                yield Measure(str(name), by, target, "", tier, tiers)
                for sector in list(agent.tiers.values())[tier].sectors:
                    applied = self.known(f"{name}.{sector}")
                    part = "" if applied is None or applied >= 1 else f", {100 * applied:.0f} % of it"
                    yield Measure(str(name), by, target, f"{words_of(str(sector))}{part}", tier, tiers)

    def tracks(self) -> Iterator[Talks]:
        """Every track."""
        for name, agent in self.scenario.agents.items():
            if isinstance(agent, schema.Diplomacy):
                yield self.track(str(name), agent)

    def track(self, name: str, agent: schema.Diplomacy) -> Talks:
        """One track, as it stands."""
        parties = tuple(self.speech.title(str(one)) for one in agent.diplomacy.parties)
        is_open, rounds = self.is_so(f"{name}.open"), int(self.known(f"{name}.round") or 0)
        flag = "on_agenda"
        agenda = tuple(
            words_of(str(issue)) for issue in agent.issues
            if f"{name}.{issue}.{flag}" not in self.slots or self.is_so(f"{name}.{issue}.{flag}")
        )  # fmt: skip
        demanded = tuple(words_of(str(issue)) for issue in agent.issues if self.is_so(f"{name}.{issue}.demanded"))
        proposals = tuple((self.speech.words(str(key)), plain(one.says or ""), self.stage(f"{name}.{key}"))
                          for key, one in agent.proposals.items()
                          if one.start != "unsaid" or self.stage(f"{name}.{key}"))  # fmt: skip
        signed, breached = self.is_so(f"{name}.agreement.signed"), self.is_so(f"{name}.agreement.breached")
        done_ = tuple(words_of(str(duty)) for duty in agent.agreement if self.is_so(f"{name}.agreement.{duty}"))
        held = "no round held yet" if not rounds else "one round held" if rounds == 1 else f"{rounds} rounds held"
        state = "an agreement is in force" if signed else "the agreement was broken" if breached else (
            "open" if is_open else "closed")  # fmt: skip
        on_table = [f"{key}: {stage}" for key, _, stage in proposals if stage]
        those = capital(self.speech.those([str(one) for one in agent.diplomacy.parties]))
        says = "; ".join([f"{those}: {state}, {held}", *on_table])
        title = capital(self.speech.words(name))
        return Talks(name, title, parties, is_open, rounds, agenda, demanded, proposals, signed, breached, done_, says)

    def stage(self, proposal: str) -> str:
        """How a proposal stands; "" if nobody has brought it."""
        accepted = [name.rpartition(".")[2] for name in self.slots
                    if name.startswith(f"{proposal}.accepted.") and self.is_so(name)]  # fmt: skip
        for flag, says in (("dismissed", "turned down"), ("countered", "came back changed"),
                           ("submitted", "submitted"), ("tabled", "on the table")):  # fmt: skip
            if self.is_so(f"{proposal}.{flag}"):
                return (
                    f"{says}, accepted by {self.speech.those(accepted)}" if accepted and flag != "dismissed" else says
                )
        return ""

    def words(self) -> Iterator[Word]:
        """Threats and offers that were made, as far as the seat knows of them."""
        for kind, blocks in (("threat", self.scenario.threats), ("offer", self.scenario.offers)):
            for name, promise in blocks.items():
                made = self.turned(f"{name}.standing")
                if made is not None:
                    is_secret = not self.everybody.knows(self.slots[f"{name}.standing"])
                    yield self.word(str(name), kind, promise, made, is_secret=is_secret)

    def word(self, name: str, kind: str, promise: schema.Commitment, made: str, *, is_secret: bool) -> Word:
        """One threat or offer."""
        believed = self.known(f"{name}.believed")
        to = self.speech.title(str(promise.to))
        after = f" then {_spaced(done(promise.then))}" if promise.then else ""
        said = f"if {_spaced(plain(promise.when))}," if promise.when is not None else (
            f"unless {_spaced(plain(promise.unless))}," if promise.unless is not None else "")  # fmt: skip
        voice = self.speech.title(str(promise.voice)) if promise.voice else ""
        return Word(
            name, kind, capital(self.speech.those(promise.by)), to, voice,
            plain(promise.says or "") or capital(self.speech.words(name)), f"{said}{after}".strip(" ,"), made,
            self.is_so(f"{name}.standing"), ((to, round(believed, 4)),) if believed is not None else (),
            self.turned(f"{name}.called"), self.kept(name, promise), plain(promise.until or ""), is_secret,
        )  # fmt: skip

    def kept(self, name: str, promise: schema.Commitment) -> str | None:
        """Who has kept it and who has broken it; None while nobody was called."""
        told = []
        for word in ("kept", "broken"):
            alone = [str(promise.by[0])] if self.is_so(f"{name}.{word}") and len(promise.by) == 1 else []
            who = alone or [str(one) for one in promise.by if self.is_so(f"{name}.{word}.{one}")]
            told += [f"{word} by {self.speech.those(who)}"] if who else []
        return "; ".join(told) or None

    # -------------------------------------------------------------------------------------- who faces whom

    def links(self, ladders: Sequence[Ladder]) -> Iterator[Link]:
        """Armies, measures and talks between actors."""
        stands = {one.name: one.rungs[one.rung] for one in ladders}
        for name, agent in self.scenario.agents.items():
            match agent:
                case schema.Posture() if agent.posture.against and str(name) in stands:
                    yield Link("army", str(agent.posture.actor), str(agent.posture.against), str(name),
                               f"{self.speech.words(str(name))}: {stands[str(name)]}")  # fmt: skip
                case schema.Sanctions():
                    for sender in agent.sanctions.senders:
                        tier = self.known(f"{name}.{sender}")
                        if tier:
                            yield Link("sanctions", str(sender), str(agent.sanctions.target), str(name),
                                       words_of(str(list(agent.tiers)[int(tier)])))  # fmt: skip
                case schema.Diplomacy():
                    says = f"{self.speech.words(str(name))}: {'open' if self.is_so(f'{name}.open') else 'closed'}"
                    for one, other in combinations(map(str, agent.diplomacy.parties), 2):
                        yield Link("talks", one, other, str(name), says)
                case _:
                    continue

    # -------------------------------------------------------------------------------------- numbers

    def numbers(self) -> Iterator[Figure]:
        """The plain numbers that a seat may know: its own, its reports and beliefs, what its `knows` names."""
        if self.sight.seat == EVERYBODY:
            return
        for slot, quantity in enumerate(self.program.quantities):
            if quantity.kind in (NUMBER, DURATION) and self.sight.knows(slot) and self.is_of_interest(slot):
                value = self.past.value(slot)
                if math.isfinite(value):
                    yield Figure(quantity.name, self.heading(quantity.name, quantity.says), self.shown(slot, value),
                                 quantity.unit, self.sort(quantity.name))  # fmt: skip
        for place, derived in enumerate(self.program.derived):
            if self.is_asked_for(derived.name) and self.sight.knows_derived(place) and not is_hidden(derived.name):
                value = self.past.derived(place)
                if math.isfinite(value) and derived.kind == NUMBER:
                    yield Figure(derived.name, self.heading(derived.name, derived.says), _rounded(value), derived.unit,
                                 "told")  # fmt: skip

    def shown(self, slot: int, value: float) -> float | str:
        """A number, or a duration in words."""
        return _rounded(value) if self.program.quantities[slot].kind == NUMBER else self.speech.value(slot, value)

    def heading(self, name: str, says: str) -> str:
        """What a number is, in words."""
        said = capital(self.speech.plain(says))
        named = capital(self.speech.named(name.replace(".sees.", ".").replace(".believes.", ".")))
        if ".sees." in name or ".believes." in name:
            sees = ".sees." in name
            what = self.speech.named(name.partition(".sees." if sees else ".believes.")[2])
            return f"{capital(what)}, as your last report has it" if sees else f"{capital(what)}, as you believe"
        return f"{named}: {said[:1].lower()}{said[1:]}" if said else named

    def sort(self, name: str) -> str:
        """Where the seat has a number from."""
        parts = name.split(".")
        return "report" if "sees" in parts else "belief" if "believes" in parts or parts[-1] == "believed" else "own"

    def is_of_interest(self, slot: int) -> bool:
        """Whether a number says something to this seat alone: no ballots and rounds, no words given, no books."""
        name = self.program.quantities[slot].name
        is_word = any(name.startswith(f"{one}.") for one in self.atlas.promises)
        return not is_word and not is_hidden(name) and not name.endswith(".rallied") and (
            self.sight.sees_all or not self.everybody.knows(slot))  # fmt: skip

    def is_asked_for(self, name: str) -> bool:
        """Whether `knows` names a derived quantity, or that of which it is an attribute."""
        seat = self.game.seats.get(self.sight.seat or "")
        return seat is not None and (name in seat.knows or name.rpartition(".")[0] in seat.knows)


def _rounded(value: float) -> float:
    """A number with no more figures than anybody reads."""
    return float(f"{value:.6g}")


def _spaced(text: str) -> str:
    return text.replace("_", " ")
