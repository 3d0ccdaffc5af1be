"""Looks at a course with the eyes of one seat: how the world stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from sim.clock import days
from sim.errors import Text
from sim.game.atlas import Atlas
from sim.game.followed import what_followed
from sim.game.news import News
from sim.game.numbers import numbers
from sim.game.past import Past
from sim.game.sight import Sight
from sim.game.signed import in_force, known_after, settled, terms
from sim.game.speech import day_in_words, words_of
from sim.game.world import Ladder, Link, Measure, Talks, Word, World
from sim.program.sayings import capital, done, joined, plain
from sim.scenario import schema


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
        links=tuple(looks.links(ladders)), numbers=numbers(atlas, past, sight, everybody),
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
            self.speech.words(str(issue)) for issue in agent.issues
            if f"{name}.{issue}.{flag}" not in self.slots or self.is_so(f"{name}.{issue}.{flag}")
        )  # fmt: skip
        demanded = tuple(
            self.speech.words(str(issue)) for issue in agent.issues if self.is_so(f"{name}.{issue}.demanded")
        )
        proposals = tuple((self.speech.words(str(key)), plain(one.says or ""), self.stage(f"{name}.{key}"))
                          for key, one in agent.proposals.items()
                          if one.start != "unsaid" or self.stage(f"{name}.{key}"))  # fmt: skip
        signed, breached = self.is_so(f"{name}.agreement.signed"), self.is_so(f"{name}.agreement.breached")
        done_ = tuple(
            self.speech.words(str(duty)) for duty in agent.agreement if self.is_so(f"{name}.agreement.{duty}")
        )
        held = "no round held yet" if not rounds else "one round held" if rounds == 1 else f"{rounds} rounds held"
        state = "the agreement was broken" if breached else "open" if is_open else "closed"
        state = f"{held}; {self.agreement(name, agent)}" if signed else f"{state}, {held}"
        on_table = [f"{key}: {stage}" for key, _, stage in proposals if stage]
        those = capital(self.speech.those([str(one) for one in agent.diplomacy.parties]))
        says = "; ".join([f"{those}: {state}", *on_table])
        title = capital(self.speech.words(name))
        return Talks(name, title, parties, is_open, rounds, agenda, demanded, proposals, signed, breached, done_, says)

    def agreement(self, name: str, agent: schema.Diplomacy) -> str:
        """The agreement in force: which, signed when, what is in it, what of it was kept and what is still owed."""
        slot, date = self.slots[f"{name}.agreement.signed"], self.turned(f"{name}.agreement.signed") or ""
        seq = next((row.seq for row in reversed(self.past.rows) if any(
            where == slot and new for where, _, new in row.changes)), -1)  # fmt: skip
        signed = terms(self.program, name, agent, known_after(self.past, self.sight, self.slots, seq))
        duties = settled(self.speech, agent, signed, lambda key: self.is_so(f"{name}.agreement.{key}"))
        return "; ".join(part for part in (in_force(self.speech, signed, date), duties) if part)

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
        then = [self.speech.written(one) for one in done(promise.then).split("; ")] if promise.then else []
        after = f" then {joined(then)}" if then else ""
        said = f"if {self.speech.written(promise.when)}," if promise.when is not None else (
            f"unless {self.speech.written(promise.unless)}," if promise.unless is not None else "")  # fmt: skip
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
            if who:
                told += [f"{word} by {joined([self.with_what_followed(name, one, word) for one in who])}"]
        return "; ".join(told) or None

    def with_what_followed(self, name: str, actor: str, word: str) -> str:
        """Who kept or broke a word, and of what was kept whether the members agreed."""
        rows = [one.row for one in self.sight.seen(self.past.rows) if one.is_known] if word == "kept" else []
        start = {slot: steps[0][1] for slot, steps in self.past.steps.items()}
        followed = what_followed(self.program, rows, name, actor, start=start, tells=self.tells)
        return self.speech.within(actor) + (f" ({followed})" if followed else "")

    def tells(self, slot: int) -> bool:
        """Whether the seat may know of all that can change a quantity: nothing moves it in silence."""
        return all(
            self.sight.knows_firing(place, branch)
            for place, trigger in enumerate(self.program.triggers)
            for branch, one in enumerate(trigger.branches)
            if any(effect.slot == slot for effect in one.effects)
        )

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
