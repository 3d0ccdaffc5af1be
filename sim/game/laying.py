"""The table is laid: from a scenario and its program to the game that a class plays.

What the file does not say is made of what it has: an actor that chooses is a seat, turns share the horizon evenly, and
the class foretells the first outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.agents.seats import choices_named
from sim.agents.seminar import day_of
from sim.analysis.expect import check_seat_conditions, read_condition
from sim.clock import days_between, parse_date, ticks
from sim.errors import Text, UsageError
from sim.game.called import in_line
from sim.game.seats import seats_of
from sim.game.table import Forecast, Game, Happened, Inject, Turn
from sim.language.tree import Read
from sim.program.ir import Program
from sim.scenario import schema

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
    seats = {seat.actor: seat for seat in seats_of(scenario, program) if seat.questions}
    if not seats:
        raise UsageError(f"`{program.name}` cannot be played: no actor in it chooses anything; write `choices`")
    if (turns is not None and turns < 1) or minutes < 5:
        raise UsageError(f"{turns} turns in {minutes} minutes: there is at least one turn, and five minutes")
    return Game(
        name=program.name, title=in_line(scenario.title) or program.name, question=in_line(scenario.question),
        program=program, scenario=scenario, seats=seats, turns=_turns(scenario, program, minutes, turns),
        injects={str(name): _inject(scenario, program, name, one) for name, one in scenario.injects.items()},
        history=tuple(_history(scenario, program)), facts=tuple(in_line(fact.says) for fact in scenario.facts.values()),
        minutes=minutes,
    )  # fmt: skip


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
    written_clocks = [
        round((day_of(scenario, turn.clock) or 0.0) * 86_400) if turn.clock is not None else seconds
        for _, turn in written
    ]
    return tuple(
        Turn(
            number=number, name=name, tick=tick, until=until, says=in_line(turn.says), teaches=in_line(turn.teaches),
            asks=tuple(map(in_line, turn.asks)), forecast=_forecast(program, turn),
            seconds=clock, by_file=by_file,
        )
        for number, ((name, turn), tick, until, by_file, clock)
        in enumerate(zip(written, moments, ends, written_clocks, shortened(written_clocks, minutes), strict=True))
    )  # fmt: skip


def shortened(clocks: Sequence[int], minutes: int) -> list[int]:
    """Seconds to decide, of each turn, that leave a lesson its time to brief, to reveal and to talk.

    They are those of the file where these fit, as they do in lessons that it is written for; else all are shortened
    alike.

    >>> shortened([360, 360, 360], 50), shortened([360, 360, 360], 20)
    ([360, 360, 360], [168, 168, 168])
    """
    most = minutes * 60 * SHARE_OF_TURNS * SHARE_TO_DECIDE
    if sum(clocks) <= most + len(clocks):  # a second a turn for rounding
        return list(clocks)
    return [round(clock * most / sum(clocks)) for clock in clocks]


def _forecast(program: Program, turn: schema.Turn) -> Forecast:
    if turn.predict is not None:
        return Forecast(in_line(turn.predict_says) or str(turn.predict), read_condition(program, turn.predict), False)
    first = program.outcomes[0]
    says = f"It ends so: {in_line(first.says)}" if first.says else f"It ends as “{first.name.replace('_', ' ')}”"
    return Forecast(says, Read(0), True)


# ------------------------------------------------------------------------------------------------ what else there is


def _inject(scenario: schema.Scenario, program: Program, name: Text, inject: schema.Inject) -> Inject:
    day = day_of(scenario, inject.at) if inject.at is not None else None
    trigger = f"injects.{name}"
    does = any(one.name == trigger for one in program.triggers)
    return Inject(str(name), in_line(inject.says) or str(name), None if day is None else ticks(day),
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
        found.append(Happened(str(name), day, str(one.at), in_line(one.says), trigger, option if trigger else "",
                              sources.get(source, source)))  # fmt: skip
    yield from sorted(found, key=lambda one: one.day)
