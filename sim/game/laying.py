"""The table is laid: from a scenario and its program to the game that a class plays.

What the file does not say is made of what it has: an actor that chooses is a seat, turns share the horizon evenly, and
the class foretells the first outcome.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from sim.agents.choices import default_choice
from sim.agents.draft import Draft, Known
from sim.agents.seats import REPLIES, choices_named, is_one
from sim.agents.seminar import day_of
from sim.agents.tracks import Track
from sim.analysis.expect import check_seat_conditions, read_condition
from sim.clock import days_between, parse_date, ticks
from sim.errors import Text, UsageError
from sim.game.called import called, option_says
from sim.game.idle import idle_branches
from sim.game.table import Aim, Forecast, Game, Happened, Inject, Option, Question, Seat, Turn
from sim.language.tree import Constant, Read
from sim.program.ir import Choice, Effect, Program
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
    ScenarioError
        If an aim or what is foretold cannot be understood.
    """
    check_seat_conditions(program, scenario)
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


# ------------------------------------------------------------------------------------------------ seats


def _seats(scenario: schema.Scenario, program: Program) -> Iterator[Seat]:
    """The seats of the file, then every other actor that chooses, in the order of the actors."""
    blocks, answers, idle = dict(_choice_blocks(scenario)), dict(_answers(scenario)), idle_branches(program)
    choosing = {one.name: one.actor for one in program.triggers if one.choice is not None and one.enabled}
    written = {str(name): seat for name, seat in scenario.seats.items()}
    others = [] if written else [str(actor) for actor in scenario.actors] or sorted({*choosing.values()} - {""})
    for actor in [*written, *others]:
        seat = written.get(actor, schema.Seat())
        own = [name for name, whose in choosing.items() if whose == actor]
        meant = [(word, choices_named(word, actor, choosing)) for word in seat.decides]
        named = [name for word, found in meant if len(found) == 1 or is_one(word, found) for name in found]
        theirs = [name for name in own if is_answer(name) and ".consent." not in name]
        names = named or [name for name in own if name in blocks] + theirs
        names = names or [name for name in own if REPLIES in name]
        asked = [_question(scenario, program, name, blocks.get(name) or answers.get(name), idle)
                 for name in dict.fromkeys(names)]  # fmt: skip
        asked = [replace(one, is_answer=one.trigger not in blocks and is_answer(one.trigger)) for one in asked]
        yield Seat(
            actor=actor, title=_plain(seat.title) or _titled(actor),
            says=_plain(seat.says) or _plain(_actor(scenario, actor)), brief=_plain(seat.brief),
            aims=tuple(_aim(program, aim) for aim in seat.aims), red_lines=tuple(map(_plain, seat.red_lines)),
            knows=tuple(map(str, seat.knows)),
            questions=tuple(sorted(_told_apart(asked), key=lambda one: one.is_answer)),
            orders=int(seat.orders) if seat.orders else ORDERS,
        )  # fmt: skip


def _told_apart(questions: Sequence[Question]) -> Iterator[Question]:
    """The questions of a seat; where two ask the same, each says what it is called."""
    for question in questions:
        if sum(one.asks == question.asks for one in questions) == 1:
            yield question
        else:
            named = question.trigger.replace(".", ": ").replace("_", " ")
            yield replace(question, asks=f"{question.asks} ({named})")


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


def is_answer(trigger: str) -> bool:
    """Whether a choice that the vocabulary brings answers what may come: a word, a proposal, what is due, a request."""
    return trigger.endswith((".answer", ".due")) or any(word in trigger for word in (".answer.", ".ask.", ".consent."))


def _answers(scenario: schema.Scenario) -> Iterator[tuple[str, schema.ChoiceBlock]]:
    """What those who are asked about proposals may answer, with what the terms are worth to them."""
    for name, agent in scenario.agents.items():
        if not isinstance(agent, schema.Diplomacy):
            continue
        track = Track(name, agent, scenario, ())
        for proposal in agent.proposals:
            for actor in track.asked(proposal):
                worth = track.as_drafted(proposal, actor)
                accept = schema.Option(costs=Text(worth, proposal.place) if worth else None)
                yield f"{name}.{proposal}.ask.{actor}", schema.ChoiceBlock(options={Text("accept"): accept})


def _aim(program: Program, aim: schema.Aim) -> Aim:
    kept, partly = (None if text is None else read_condition(program, text) for text in (aim.kept, aim.partly))
    return Aim(_plain(aim.says), kept, partly)


_BY_NAME = {
    "kept": "Keep the word", "broken": "Let it pass: the word is broken", "accept": "Accept", "dismiss": "Dismiss it",
    "counter": "Answer with a counter-proposal", "refuse": "Refuse",
}  # fmt: skip
"""What options of choices say that the vocabulary brings and no file writes."""


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
    brought = [_brought(program, trigger.actor, branch.effects) for branch in trigger.branches]
    options = tuple(
        replace(option, stands_by=tuple(replace(_question(scenario, program, ask, None, still), idle="")
                                        for ask in asks if ask != name))
        for option, asks in zip(options, brought, strict=True)
    )  # fmt: skip
    idle = next((option.name for option in options if option.does_nothing), "")
    may_close = any(one.name == idle and not _always_open(one) for one in choice.options)
    asks = _worded(scenario, choice.asks) if block is not None or ".answer" not in name else ""
    return Question(name, place, asks or _asked(scenario, name), options, idle, may_close)


def _brought(program: Program, actor: str, effects: Sequence[Effect]) -> list[str]:
    """The triggers by which an actor is asked about the proposals that these effects say it has accepted."""
    said = [program.quantities[one.slot].name for one in effects
            if isinstance(one.value, Constant) and one.value.value == 1.0]  # fmt: skip
    asks = [name.removesuffix(f".accepted.{actor}") + f".ask.{actor}" for name in said
            if name.endswith(f".accepted.{actor}")]  # fmt: skip
    there = {one.name for one in program.triggers}
    return [ask for ask in asks if ask in there]


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


def _asked(scenario: schema.Scenario, name: str) -> str:
    """A question for a choice that the vocabulary brings."""
    parts = name.split(".")
    thing = parts[0].replace("_", " ")
    if "answer" in parts and Text(parts[0]) in scenario.offers:
        return f"If the {thing} is earned: is the promise kept?"
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
