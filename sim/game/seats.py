"""Seats of a game: which questions an actor answers, in which words, and what an option does besides.

A question is an order, or an answer to what may come: a word that is called, a proposal, what is due, a request for
consent. Answers are the choices that the vocabulary brings; they cost no order (`docs/decisions/orders.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sim.agents.choices import default_choice
from sim.agents.draft import Draft, Known
from sim.agents.seats import REPLIES, choices_named, is_one
from sim.agents.tracks import Track
from sim.analysis.expect import read_condition
from sim.errors import Text
from sim.game.called import in_line, option_says, worded
from sim.game.capitals import sentences_of_rules, titled
from sim.game.idle import idle_branches
from sim.game.table import Aim, Option, Question, Seat
from sim.language.tree import Constant
from sim.program.ir import Effect, Program
from sim.program.ir import Option as Weighed
from sim.scenario import schema

ORDERS = 2
"""How many orders a seat may give in one turn. Source: chosen for teaching."""


def seats_of(scenario: schema.Scenario, program: Program) -> Iterator[Seat]:
    """The seats of the file; without any, every actor that chooses, in the order of the actors."""
    asking = _Asking(scenario, program)
    written = {str(name): seat for name, seat in scenario.seats.items()}
    others = [str(actor) for actor in scenario.actors] or sorted({*asking.choosing.values()} - {""})
    for actor in written or others:
        seat = written.get(actor, schema.Seat())
        yield Seat(
            actor=actor, title=in_line(seat.title) or titled(actor),
            says=in_line(seat.says) or in_line(_says(scenario, actor)), brief=in_line(seat.brief),
            aims=tuple(_aim(program, aim) for aim in seat.aims), red_lines=tuple(map(in_line, seat.red_lines)),
            knows=tuple(map(str, seat.knows)), questions=tuple(asking.questions(actor, seat)),
            orders=int(seat.orders) if seat.orders else ORDERS,
        )  # fmt: skip


def _says(scenario: schema.Scenario, actor: str) -> Text | None:
    found = scenario.actors.get(Text(actor))
    return found.says if found is not None else None


def _aim(program: Program, aim: schema.Aim) -> Aim:
    kept, partly = (None if text is None else read_condition(program, text) for text in (aim.kept, aim.partly))
    return Aim(in_line(aim.says), kept, partly)


# ------------------------------------------------------------------------------------------------ questions


@dataclass(frozen=True)
class _Asking:
    """What the actors of a scenario may be asked."""

    scenario: schema.Scenario
    program: Program

    @cached_property
    def choosing(self) -> Mapping[str, str]:
        """Every choice, and whose it is."""
        return {one.name: one.actor for one in self.program.triggers if one.choice is not None and one.enabled}

    @cached_property
    def blocks(self) -> Mapping[str, schema.ChoiceBlock]:
        """Every choice that the file writes, by its whole name, and those that postures have by default."""
        found = {str(key): block for key, block in self.scenario.choices.items()}
        for name, agent in self.scenario.agents.items():
            found |= {f"{name}.{key}": block for key, block in agent.choices.items()}
            if isinstance(agent, schema.Posture) and not agent.choices:
                found[f"{name}.what_next"] = default_choice(Draft(self.scenario, Known()), name, agent)
        return found

    @cached_property
    def worth(self) -> Mapping[str, str]:
        """What the terms of a proposal are worth to who is asked about it, by the name of the choice."""
        tracks = [Track(name, agent, self.scenario, ()) for name, agent in self.scenario.agents.items()
                  if isinstance(agent, schema.Diplomacy)]  # fmt: skip
        return {
            f"{track.name}.{proposal}.ask.{actor}": track.as_drafted(proposal, actor)
            for track in tracks for proposal in track.block.proposals for actor in track.asked(proposal)
        }  # fmt: skip

    @cached_property
    def still(self) -> frozenset[tuple[int, int]]:
        """(trigger, option) of what changes nothing."""
        return idle_branches(self.program)

    def is_answer(self, name: str) -> bool:
        """Whether a choice answers what may come: one that the vocabulary brings, and that no posture asks itself."""
        return name not in self.blocks and REPLIES not in name

    def questions(self, actor: str, seat: schema.Seat) -> Iterator[Question]:
        """The questions of a seat, orders before answers; where two ask the same, each says what it is called."""
        names = list(dict.fromkeys(self.named(actor, seat)))
        asked = [self.question(name) for name in names]
        brought = dict.fromkeys(ask for one in asked for option in one.options for ask in option.stands_by)
        asked += [self.question(ask) for ask in brought if ask not in names]
        for question in sorted(asked, key=lambda one: one.is_answer):
            if sum(one.asks == question.asks for one in asked) == 1:
                yield question
            else:
                named = question.trigger.replace(".", ": ").replace("_", " ")
                yield replace(question, asks=f"{question.asks} ({named})")

    def named(self, actor: str, seat: schema.Seat) -> list[str]:
        """The choices that a seat makes: those that it names; else its own of the file, and its answers."""
        meant = [(word, choices_named(word, actor, dict(self.choosing))) for word in seat.decides]
        named = [name for word, found in meant if len(found) == 1 or is_one(word, found) for name in found]
        own = [name for name, whose in self.choosing.items() if whose == actor]
        theirs = [name for name in own if name in self.blocks or (self.is_answer(name) and ".consent." not in name)]
        return named or theirs or [name for name in own if REPLIES in name]

    def question(self, name: str) -> Question:
        """A choice as a seat meets it. To leave an answer open is to have the model answer, so none of them is idle."""
        place = self.program.trigger(name)
        choice = self.program.triggers[place].choice
        assert choice is not None
        options = tuple(self.option(place, number) for number in range(len(choice.options)))
        says = worded(self.scenario, choice.asks)
        if self.is_answer(name):
            asks = says if says and ".answer" not in name and ".consent." not in name else self.answered(name)
            return Question(name, place, asks, options, is_answer=True)
        idle = next((option.name for option in options if option.does_nothing), "")
        may_close = any(one.name == idle and not _always_open(one) for one in choice.options)
        thing = name.split(".")[0].replace("_", " ")
        return Question(name, place, says or f"{thing.capitalize()}: what do you do?", options, idle, may_close)

    def option(self, place: int, number: int) -> Option:
        """An option as it stands on a card."""
        trigger = self.program.triggers[place]
        assert trigger.choice is not None
        option, name = trigger.choice.options[number], trigger.name
        written = self.blocks[name].options if name in self.blocks else {}
        block = written.get(Text(option.name), schema.Option())
        is_request = name not in self.blocks and ".consent." in name
        says = "" if is_request else option_says(name, worded(self.scenario, option.says))
        says = says or _BY_NAME.get(option.name, "")
        costs = in_line(block.costs) or (self.worth.get(name, "") if option.name == "accept" else "")
        return Option(
            name=option.name, says=says or option.name.replace("_", " ").capitalize(), costs=costs,
            channel=block.channel or "public", needs=tuple(map(str, block.needs or ())),
            does_nothing=(place, number) in self.still and not block.needs,
            stands_by=self.stands_by(name, trigger.actor, trigger.branches[number].effects),
        )  # fmt: skip

    def stands_by(self, name: str, actor: str, effects: Sequence[Effect]) -> tuple[str, ...]:
        """The choices in which an actor is asked about proposals that these effects say it has accepted."""
        said = [self.program.quantities[one.slot].name for one in effects
                if isinstance(one.value, Constant) and one.value.value == 1.0]  # fmt: skip
        ends = f".accepted.{actor}"
        asks = [f"{one.removesuffix(ends)}.ask.{actor}" for one in said if one.endswith(ends)]
        return tuple(ask for ask in asks if ask in self.choosing and ask != name)

    def answered(self, name: str) -> str:
        """What is asked by a choice that the vocabulary brings without words of its own."""
        owner = name.split(".")[0]
        thing = owner.replace("_", " ")
        wanted, is_request, _ = name.partition(".consent.")
        if is_request:
            choice, _, option = wanted.rpartition(".")
            asking = self.program.triggers[self.program.trigger(choice)]
            assert asking.choice is not None
            says = next(one.says for one in asking.choice.options if one.name == option) or option.replace("_", " ")
            seat = self.scenario.seats.get(Text(asking.actor), schema.Seat())
            title = in_line(seat.title) or titled(asking.actor, " ".join(sentences_of_rules(self.program)))
            return f"Asked by {title}: “{worded(self.scenario, says)}”. Do you agree?"
        if Text(owner) in self.scenario.offers:
            return f"If the {thing} is earned: is the promise kept?"
        if Text(owner) in self.scenario.threats:
            return f"If the {thing} is called: is the word kept?"
        return f"{thing.capitalize()}: what do you answer?"


def _always_open(option: Weighed) -> bool:
    return option.condition is None and isinstance(option.usual, Constant) and option.usual.value > 0.0


_BY_NAME = {
    "kept": "Keep the word", "broken": "Let it pass: the word is broken", "accept": "Agree", "dismiss": "Dismiss it",
    "counter": "Answer with a counter-proposal", "refuse": "Refuse",
}  # fmt: skip
"""What options of choices say that the vocabulary brings and no file writes."""
