"""The table that a class sits down at: seats and their questions, turns, injects, what really happened.

All of it follows from the scenario. What the file does not say is made of what it has: an actor that chooses is a
seat, turns share the horizon evenly, and the class foretells the first outcome.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sim.agents.choices import default_choice
from sim.agents.draft import Draft, Known
from sim.agents.seats import choices_named
from sim.agents.seminar import day_of
from sim.analysis.expect import read_condition
from sim.clock import days_between, parse_date, ticks
from sim.errors import Text, UsageError
from sim.game.idle import idle_branches
from sim.language.tree import Constant, Read, Tree
from sim.program.ir import At, Choice, Program
from sim.program.ir import Option as Weighed
from sim.scenario import schema

_QUOTED = re.compile(r"`([^`]+)`")

ORDERS = 2
"""How many questions a seat may answer in one turn. Source: chosen for teaching."""

SHARE_OF_TURNS, SHARE_TO_DECIDE = 0.6, 0.7
"""Of a lesson the share that turns take, and of a turn the share that deciding takes; the rest is brief, reveal and
talk afterwards. Source: chosen for teaching."""

LESSONS = {50: 3, 75: 5, 90: 6}
"""Minutes of a lesson, and the turns in it where a file says none."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question, as it stands on a card."""

    name: str
    says: str
    costs: str = ""
    channel: str = "public"
    needs: tuple[str, ...] = ()
    does_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A trigger that chooses, as a seat meets it. `idle` is the option that changes nothing; "" if there is none."""

    trigger: str
    place: int
    asks: str
    options: tuple[Option, ...]
    idle: str = ""
    idle_may_close: bool = False  # whether there may be occasions at which the idle option is not open

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


def game_of(scenario: schema.Scenario, program: Program, *, minutes: int = 75, turns: int | None = None) -> Game:
    """The game of a scenario for a lesson of so many minutes.

    Parameters
    ----------
    turns
        So many turns that share the horizon evenly, in place of those of the file.

    Raises
    ------
    UsageError
        If nobody in the scenario chooses anything, or there cannot be so many turns.
    """
    seats = {seat.actor: seat for seat in _seats(scenario, program) if seat.questions}
    if not seats:
        raise UsageError(f"`{program.name}` cannot be played: no actor in it chooses anything; write `choices`")
    if (turns is not None and turns < 1) or minutes < 5:
        raise UsageError(f"{turns} turns in {minutes} minutes: there is at least one turn, and five minutes")
    return Game(
        name=program.name, title=_plain(scenario.title) or program.name, question=_plain(scenario.question),
        program=program, scenario=scenario, seats=seats, turns=_turns(scenario, program, minutes, turns),
        injects={str(name): _inject(scenario, program, name, one) for name, one in scenario.injects.items()},
        history=tuple(_history(scenario, program)), facts=tuple(_plain(fact.says) for fact in scenario.facts.values()),
        minutes=minutes,
    )  # fmt: skip


def _plain(text: Text | str | None) -> str:
    return " ".join(str(text or "").split())


def _worded(scenario: schema.Scenario, text: Text | str | None) -> str:
    """A sentence in which names in backticks have become words: a class reads it."""
    said = _QUOTED.sub(lambda found: called(scenario, found[1]), _plain(text))
    return f"“{said[1:2].upper()}{said[2:]}" if said.startswith("“") else f"{said[:1].upper()}{said[1:]}"


def called(scenario: schema.Scenario, name: str) -> str:
    """What a thing of the file is called in a sentence: the army, the Lavrov plan; a name of nothing in quotes.

    A word has a capital where the sentence that the file has for the thing writes one.
    """
    proposals = {key: one for agent in scenario.agents.values() for key, one in _proposals(agent)}
    words = name.replace("_", " ").replace(".", " ")
    if name in proposals:
        proper = set(re.findall(r"\b[A-Z][a-z]+\b", _plain(proposals[name].says)))
        return f"the {' '.join(word.title() if word.title() in proper else word for word in words.split())}"
    return f"the {words}" if Text(name) in scenario.agents else f"“{words}”"


def _proposals(agent: object) -> Iterator[tuple[str, schema.Proposal]]:
    if isinstance(agent, schema.Diplomacy):
        yield from ((str(key), one) for key, one in agent.proposals.items())


# ------------------------------------------------------------------------------------------------ seats


def _seats(scenario: schema.Scenario, program: Program) -> Iterator[Seat]:
    """The seats of the file, then every other actor that chooses, in the order of the actors."""
    blocks, idle = dict(_choice_blocks(scenario)), idle_branches(program)
    choosing = {one.name: one.actor for one in program.triggers if one.choice is not None and one.enabled}
    written = {str(name): seat for name, seat in scenario.seats.items()}
    others = [] if written else [str(actor) for actor in scenario.actors] or sorted({*choosing.values()} - {""})
    for actor in [*written, *others]:
        seat = written.get(actor, schema.Seat())
        own = [name for name, whose in choosing.items() if whose == actor]
        named = [found[0] for word in seat.decides if len(found := choices_named(word, actor, choosing)) == 1]
        names = named or [name for name in own if name in blocks] or [name for name in own if ".answer" in name]
        yield Seat(
            actor=actor, title=_plain(seat.title) or _titled(actor),
            says=_plain(seat.says) or _plain(_actor(scenario, actor)), brief=_plain(seat.brief),
            aims=tuple(_aim(program, aim) for aim in seat.aims), red_lines=tuple(map(_plain, seat.red_lines)),
            knows=tuple(map(str, seat.knows)),
            questions=tuple(
                _question(scenario, program, name, blocks.get(name), idle) for name in dict.fromkeys(names)
            ),
            orders=int(seat.orders) if seat.orders else ORDERS,
        )  # fmt: skip


def _titled(actor: str) -> str:
    words = actor.replace("_", " ")
    return words.upper() if len(words) <= 3 else words.title()


def _actor(scenario: schema.Scenario, actor: str) -> Text | None:
    found = scenario.actors.get(Text(actor))
    return found.says if found is not None else None


def _choice_blocks(scenario: schema.Scenario) -> Iterator[tuple[str, schema.ChoiceBlock]]:
    """Every choice that the file writes, by its whole name, and those that postures have by default."""
    for name, agent in scenario.agents.items():
        for key, block in agent.choices.items():
            yield f"{name}.{key}", block
        if isinstance(agent, schema.Posture) and not agent.choices:
            yield f"{name}.what_next", default_choice(Draft(scenario, Known()), name, agent)
    for key, block in scenario.choices.items():
        yield str(key), block


def _aim(program: Program, aim: schema.Aim) -> Aim:
    kept, partly = (None if text is None else read_condition(program, text) for text in (aim.kept, aim.partly))
    return Aim(_plain(aim.says), kept, partly)


_BY_NAME = {
    "kept": "Keep the word", "broken": "Let it pass: the word is broken", "accept": "Accept", "dismiss": "Dismiss it",
    "counter": "Answer with a counter-proposal", "refuse": "Refuse",
}  # fmt: skip
"""What options of choices say that the vocabulary brings and no file writes."""


def option_says(trigger: str, says: str) -> str:
    """What an option says; of a proposal that is turned down, that it is."""
    return "Turn it down" if ".ask." in trigger and says == FIGHT_ON else says


FIGHT_ON = "Fight on"
"""What the vocabulary calls it to turn a proposal down: the word of the theory, not of a class."""


def _question(
    scenario: schema.Scenario, program: Program, name: str, block: schema.ChoiceBlock | None,
    still: Container[tuple[int, int]],
) -> Question:  # fmt: skip
    place = program.trigger(name)
    trigger = program.triggers[place]
    choice = trigger.choice
    assert choice is not None
    written = {str(key): option for key, option in (block.options.items() if block else ())}
    idle_ones = {branch for branch in range(len(trigger.branches)) if (place, branch) in still}
    options = tuple(_options(scenario, name, choice, written, idle_ones))
    idle = next((option.name for option in options if option.does_nothing), "")
    may_close = any(one.name == idle and not _always_open(one) for one in choice.options)
    asks = _worded(scenario, choice.asks) if block is not None or ".answer" not in name else ""
    return Question(name, place, asks or _asked(name), options, idle, may_close)


def _always_open(option: Weighed) -> bool:
    return option.condition is None and isinstance(option.usual, Constant) and option.usual.value > 0.0


def _options(
    scenario: schema.Scenario, trigger: str, choice: Choice, written: Mapping[str, schema.Option],
    still: Container[int],
) -> Iterator[Option]:  # fmt: skip
    for number, option in enumerate(choice.options):
        block = written.get(option.name, schema.Option())
        says = option_says(trigger, _worded(scenario, option.says)) or _BY_NAME.get(option.name)
        says = says or option.name.replace("_", " ").capitalize()
        yield Option(
            name=option.name, says=says, costs=_plain(block.costs), channel=block.channel or "public",
            needs=tuple(map(str, block.needs or ())), does_nothing=number in still and not block.needs,
        )  # fmt: skip


def _asked(name: str) -> str:
    """A question for a choice that the vocabulary brings."""
    parts = name.split(".")
    thing = parts[0].replace("_", " ")
    if "answer" in parts:
        return f"If the {thing} is called: is the word kept?"
    if "ask" in parts:
        return f"If it is submitted: what do you answer to {parts[-3].replace('_', ' ')}?"
    return f"{thing.capitalize()}: what do you do?"


# ------------------------------------------------------------------------------------------------ turns


def _turns(scenario: schema.Scenario, program: Program, minutes: int, count: int | None) -> tuple[Turn, ...]:
    written = [
        (str(name), turn) for name, turn in scenario.turns.items() if turn.lesson is None or int(turn.lesson) <= minutes
    ]
    if count is not None or not written:
        count = count or next((turns for most, turns in LESSONS.items() if minutes <= most), LESSONS[90])
        moments = [program.horizon * number // count for number in range(count)]
        written = [(f"turn_{number + 1}", schema.Turn(at=Text("0 days"))) for number in range(count)]
    else:
        moments = [ticks(day_of(scenario, turn.at) or 0.0) for _, turn in written]
    ends = [*(tick - 1 for tick in moments[1:]), program.horizon]
    seconds = round(minutes * 60 * SHARE_OF_TURNS / len(moments) * SHARE_TO_DECIDE)
    clocks = [day_of(scenario, seat.clock) or 0.0 for seat in scenario.seats.values() if seat.clock is not None]
    seconds = round(max(clocks) * 86_400) if clocks else seconds
    return tuple(
        Turn(
            number=number, name=name, tick=tick, until=until, says=_plain(turn.says), teaches=_plain(turn.teaches),
            asks=tuple(map(_plain, turn.asks)), forecast=_forecast(program, turn),
            seconds=round((day_of(scenario, turn.clock) or 0.0) * 86_400) if turn.clock is not None else seconds,
        )
        for number, ((name, turn), tick, until) in enumerate(zip(written, moments, ends, strict=True))
    )  # fmt: skip


def _forecast(program: Program, turn: schema.Turn) -> Forecast:
    if turn.predict is not None:
        return Forecast(_plain(turn.predict_says) or str(turn.predict), read_condition(program, turn.predict), False)
    first = program.outcomes[0]
    says = f"It ends so: {_plain(first.says)}" if first.says else f"It ends as “{first.name.replace('_', ' ')}”"
    return Forecast(says, Read(0), True)


# ------------------------------------------------------------------------------------------------ what else there is


def _inject(scenario: schema.Scenario, program: Program, name: Text, inject: schema.Inject) -> Inject:
    day = day_of(scenario, inject.at) if inject.at is not None else None
    trigger = f"injects.{name}"
    does = any(one.name == trigger for one in program.triggers)
    return Inject(str(name), _plain(inject.says) or str(name), None if day is None else ticks(day),
                  tuple(map(str, inject.to)), trigger if does else "")  # fmt: skip


def _history(scenario: schema.Scenario, program: Program) -> Iterator[Happened]:
    choosing = {one.name: one.actor for one in program.triggers if one.choice is not None}
    sources = {str(key): str(says) for key, says in scenario.sources.items()}
    found = []
    for name, one in scenario.history.items():
        choice, _, option = str(one.choice or "").rpartition(".")
        trigger = next(iter(choices_named(choice, "", choosing)), "") if choice else ""
        source = str(one.source or "")
        day = days_between(parse_date(scenario.start), parse_date(one.at))
        found.append(Happened(str(name), day, str(one.at), _plain(one.says), trigger, option if trigger else "",
                              sources.get(source, source)))  # fmt: skip
    yield from sorted(found, key=lambda one: one.day)
