"""One run as a past: where in it futures may begin, and which clocks are wound with new luck there."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from sim.analysis.differing.operands import holds_draw
from sim.analysis.differing.parting import told_day
from sim.analysis.differing.witness import Called, Course
from sim.clock import DATE_PATTERN, days_between, parse_date, say_date, ticks
from sim.engine.record import EventRow
from sim.errors import UsageError, did_you_mean
from sim.program.ir import Every, Program, Rate, Trigger, When
from sim.study.design import Experiment
from sim.study.parts import placed_decision

Decided = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which past, where in it, and what is to be compared there."""

    seed: int = 1
    run: int = 0
    at: str | float | None = None  # a day, a date, a trigger, or one of its branches
    choice: str | None = None
    decisions: Decided = ()  # what persons decided in the past
    file: str = "FILE"  # what the scenario is called in a command


def call(bare: Experiment, asked: Asked) -> Called:
    """The past as it is played."""
    import numpy as np

    from sim.program.parameters import draw_parameters
    from sim.streams import Luck

    drawn = draw_parameters(bare.program, asked.seed, np.array([asked.run], dtype=np.uint32))[0].tolist()
    placed = dict(_placed(bare.program, *one) for one in asked.decisions)
    return Called(bare.program, asked.run, Luck(asked.seed), tuple(drawn), placed)


def _placed(program: Program, trigger: str, occasion: int, option: str) -> tuple[tuple[int, int], int]:
    """A decision of the past by places."""
    try:
        return placed_decision(program, trigger, occasion, option)
    except (KeyError, ValueError):
        raise UsageError(
            f"nobody can decide `{option}` at `{trigger}`: there is no such option; {choosers(program)}"
        ) from None


def choosers(program: Program) -> str:
    """The triggers that choose, as the end of a sentence."""
    names = [trigger.name for trigger in program.triggers if trigger.choice is not None]
    return f"those that do: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else "nothing does here"


# ------------------------------------------------------------------------------------------------ moments


def is_day(at: str | float | None) -> bool:
    """Whether a moment is a day or a date, and no trigger."""
    return isinstance(at, int | float) or (at is not None and bool(_DAY.fullmatch(at) or DATE_PATTERN.fullmatch(at)))


_DAY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:days?)?\s*")


def tick_of(course: Course, asked: Asked) -> int:
    """The tick of a day or a date, within the run."""
    program, at = course.program, asked.at
    day = _DAY.fullmatch(str(at))
    try:
        length = float(day[1]) if day else days_between(program.start, parse_date(str(at)))
    except ValueError as error:
        raise UsageError(f"`--at {at}`: {error}") from None
    if length < 0:
        raise UsageError(f"`--at {at}` lies before the start, {say_date(program.start, 0)}")
    tick = ticks(length)
    ended = int(course.runs.ended[0])
    if tick > program.horizon:
        raise UsageError(f"`--at {at}` lies after the horizon, {say_date(program.start, program.horizon)}")
    if tick >= ended:
        name = (
            course.program.outcomes[int(course.runs.outcome[0])].name if int(course.runs.outcome[0]) >= 0 else "failed"
        )
        raise UsageError(
            f"{run_named(asked)} is over on {told_day(program, ended)} (`{name}`): nothing comes after `--at {at}`"
        )
    return tick


def moment_of(course: Course, asked: Asked) -> tuple[int, int, int]:
    """(turn, tick, firings) at which the past ends: all that is due at the moment belongs to it."""
    if is_day(asked.at):
        tick = tick_of(course, asked)
        common = sum(row.tick <= tick for row in course.rows)
        return turn_of(course, asked, common, tick), tick, common
    row = first_of(course, asked, *trigger_named(course.program, str(asked.at)))
    return row.turn, row.tick, row.seq + 1


def turn_of(course: Course, asked: Asked, common: int, tick: int) -> int:
    """The turn with which the past ends, in a run that has these firings up to that tick."""
    if not is_day(asked.at):
        return course.rows[common - 1].turn
    return bisect_right([moment.tick for moment in course.moments], tick)


def first_of(course: Course, asked: Asked, place: int, branch: int) -> EventRow:
    """The first firing of a trigger, or of one of its branches, in the past."""
    found = next((row for row in course.rows if row.trigger == place and branch in (-1, row.branch)), None)
    if found is None:
        raise UsageError(f"`{asked.at}` does not come in {run_named(asked)}; {elsewhere(course, asked, place, branch)}")
    return found


LOOKED_AT = 50
"""Other runs that are looked at for one in which something comes."""


def elsewhere(course: Course, asked: Asked, place: int = -1, branch: int = -1) -> str:
    """Another run in which it comes, or how to look for one."""
    from sim.engine.choose import choose
    from sim.engine.record import Recording
    from sim.streams import Luck

    if place >= 0:
        runs = choose("auto").run(
            course.program, luck=Luck(asked.seed), runs=range(LOOKED_AT), recording=Recording(events=True)
        )
        for run, rows in zip(runs.runs.tolist(), runs.events, strict=True):
            if any(row.trigger == place and branch in (-1, row.branch) for row in rows):
                return f"it does in `--run {run}`"
        return f"nor does it in the first {LOOKED_AT} runs of this seed"
    return f"`sim trace {asked.file} --seed {asked.seed}` tells what comes in a run"


def run_named(asked: Asked) -> str:
    """What the past is called."""
    return f"run {asked.run} of seed {asked.seed}"


def told_moment(course: Course, asked: Asked, tick: int) -> str:
    """When the past ends, in words."""
    day = told_day(course.program, tick)
    return day if is_day(asked.at) else f"{day}, after `{asked.at}`"


def trigger_named(program: Program, name: str) -> tuple[int, int]:
    """(place, branch) of `TRIGGER` or `TRIGGER.BRANCH`, by its whole name or an ending of it that is unique; branch -1.

    Raises
    ------
    UsageError
        If there is none of that name, or several.
    """
    known: dict[str, tuple[int, int]] = {}
    for place, trigger in enumerate(program.triggers):
        known[trigger.name] = (place, -1)
        for number, branch in enumerate(trigger.branches):
            known.setdefault(f"{trigger.name}.{branch.name}", (place, number))
    if name in known:
        return known[name]
    found = [one for one in known if one.endswith(f".{name}")]
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise UsageError(f"`{name}` may mean several triggers: {', '.join(found[:5])}")
    hint = did_you_mean(name, known) or "`sim show FILE --program` lists the triggers"
    raise UsageError(f"`{name}` is no day, no date and no trigger; {hint}")


# ------------------------------------------------------------------------------------------------ clocks


def redrawn_after(course: Course, turn: int) -> tuple[int, ...]:
    """The triggers whose clocks are wound with new luck after a turn: that of the turn, or after the start all."""
    if turn == 0:
        return tuple(place for place, trigger in enumerate(course.program.triggers) if winds_by_chance(trigger))
    moment = course.moments[turn - 1]
    draws = moment.by_clock and winds_by_chance(course.program.triggers[moment.place])
    return (moment.place,) if draws else ()


def winds_by_chance(trigger: Trigger) -> bool:
    """Whether the clock, or hold, of a trigger is drawn."""
    match trigger.cause:
        case Rate():
            return True
        case Every(interval):
            return holds_draw(interval)
        case When(_, hold):
            return holds_draw(hold) or holds_draw(trigger.after)
    return False
