"""The table that a class sits down at: seats and their questions, turns, injects, what really happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sim.game.idle import idle_branches
from sim.language.tree import Tree
from sim.program.ir import At, Program
from sim.scenario import schema

ACCEPT = "accept"
"""The option by which a proposal is agreed to."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question, as it stands on a card."""

    name: str
    says: str
    costs: str = ""
    channel: str = "public"
    needs: tuple[str, ...] = ()
    does_nothing: bool = False
    stands_by: tuple[str, ...] = ()  # the questions whether its seat accepts what it brings: in that turn it does


@dataclass(frozen=True, slots=True)
class Question:
    """A trigger that chooses, as a seat meets it. `idle` is the option that changes nothing; "" if there is none."""

    trigger: str
    place: int
    asks: str
    options: tuple[Option, ...]
    idle: str = ""
    idle_may_close: bool = False  # whether there may be occasions at which the idle option is not open
    is_answer: bool = False  # to what may come: a word that is called, a proposal, what is due; it costs no order

    def option(self, name: str) -> Option:
        """The option of this name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for option in self.options:
            if option.name == name:
                return option
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Its options by name, in the order of the branches of the trigger."""
        return tuple(option.name for option in self.options)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a seat wants; without a condition the class itself says at the end whether it was kept."""

    says: str
    kept: Tree | None = None
    partly: Tree | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A role: one actor, what it wants and knows, what it decides, how much of it in one turn."""

    actor: str
    title: str
    says: str
    brief: str
    aims: tuple[Aim, ...]
    red_lines: tuple[str, ...]
    knows: tuple[str, ...]
    questions: tuple[Question, ...]
    orders: int

    def costly(self, given: Iterable[str]) -> int:
        """How many orders it takes to answer these questions."""
        free = {question.trigger for question in self.questions if question.is_answer}
        return sum(trigger not in free for trigger in given)

    def implied(self, trigger: str, option: str) -> dict[str, str]:
        """What an order answers besides: who brings a proposal agrees to it."""
        return dict.fromkeys(self.question(trigger).option(option).stands_by, ACCEPT)

    def with_implied(self, given: Mapping[str, str]) -> dict[str, str]:
        """Orders and answers with what they imply; what is said of it in so many words goes before."""
        implied = {ask: said for one in given.items() for ask, said in self.implied(*one).items()}
        return {**implied, **given}

    def within(self, sought: Mapping[str, str]) -> dict[str, str]:
        """Of what is sought, trigger -> option, all answers, and as many orders as one turn has, the first ones."""
        kept: dict[str, str] = {}
        for trigger, option in sought.items():
            if self.costly((*kept, trigger)) <= self.orders:
                kept[trigger] = option
        return kept

    def question(self, trigger: str) -> Question:
        """The question of this trigger.

        Raises
        ------
        KeyError
            If the seat has none.
        """
        for question in self.questions:
            if question.trigger == trigger:
                return question
        raise KeyError(trigger)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a class foretells before a reveal: a condition over outcomes and metrics.

    `at_end`: as the run ends; else as things stand when the turn is over.
    """

    says: str
    condition: Tree
    at_end: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: from its tick on its orders hold, until `until` (that tick included)."""

    number: int
    name: str
    tick: int
    until: int
    says: str
    teaches: str
    asks: tuple[str, ...]
    forecast: Forecast
    seconds: int  # to decide
    by_file: int  # as many as the file gives, which a short lesson has not


@dataclass(frozen=True, slots=True)
class Inject:
    """What may be thrown in. `trigger` is what it does; "" if it is news alone."""

    name: str
    says: str
    tick: int | None
    to: tuple[str, ...]
    trigger: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A piece of what really happened: `day` since the start, and the option that stands for it."""

    name: str
    day: float
    date: str
    says: str
    trigger: str
    option: str
    source: str


@dataclass(frozen=True)
class Game:
    """A scenario as a class plays it."""

    name: str
    title: str
    question: str
    program: Program
    scenario: schema.Scenario
    seats: Mapping[str, Seat]
    turns: tuple[Turn, ...]
    injects: Mapping[str, Inject]
    history: tuple[Happened, ...]
    facts: tuple[str, ...]
    minutes: int

    @cached_property
    def idle(self) -> frozenset[tuple[int, int]]:
        """(trigger, branch) of what changes nothing: see `sim.game.idle`."""
        return idle_branches(self.program)

    def seat_of(self, trigger: str) -> str:
        """The actor whose seat answers this trigger; "" if it is the model's alone."""
        for actor, seat in self.seats.items():
            if any(question.trigger == trigger for question in seat.questions):
                return actor
        return ""

    @property
    def short_of_time(self) -> str:
        """That a lesson is too short for the time to decide that the file gives; "" if it is not."""
        given, left = sum(turn.by_file for turn in self.turns), sum(turn.seconds for turn in self.turns)
        if given == left:
            return ""
        return (
            f"The file gives {given / 60:.0f} minutes to decide in all; a lesson of {self.minutes} minutes has "
            f"{left / 60:.0f} for it, if there is to be time to talk. So each turn's clock is shorter; fewer turns "
            "(`--turns`) leave more to each."
        )

    def with_injects(self, thrown: Mapping[str, int]) -> Program:
        """The program in which these injects come, each at its tick; nobody's place or luck is moved by that."""
        places = {self.program.trigger(self.injects[name].trigger): tick for name, tick in thrown.items()
                  if self.injects[name].trigger}  # fmt: skip
        if not places:
            return self.program
        triggers = [
            replace(one, enabled=True, cause=At((places[at],))) if at in places else one
            for at, one in enumerate(self.program.triggers)
        ]
        return replace(self.program, triggers=tuple(triggers), origin=None)
