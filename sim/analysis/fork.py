"""Where the futures of one past begin, and what each of them is given there: an option of a decision, or a policy.

The past is one run up to a turn; what is drawn after that turn is drawn anew in every future (`sim.streams.Luck`).
A decision is branched at the turn before it, so that all that comes of an option is new; the option is dictated at that
occasion once, and later decisions are the model's own. `docs/decisions/branching.md` says why it is done so.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.analysis.operands import holds_draw
from sim.analysis.parting import Difference, Parting, part, told_day
from sim.analysis.witness import Called, Course, witnessed
from sim.clock import DATE_PATTERN, days, days_between, parse_date, say_date, ticks
from sim.engine.record import Decision, EventRow
from sim.errors import UsageError, did_you_mean
from sim.program.ir import Every, Program, Rate, Trigger, When
from sim.study.design import Design, Experiment, Past
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


@dataclass(frozen=True, slots=True)
class Fork:
    """The turn at which futures leave their past, the experiments that begin there, and what is to be said of it."""

    experiments: tuple[Experiment, ...]
    seed: int
    tick: int
    common: int  # firings of the past
    when: str
    trigger: str = ""  # whose decision it is; "" if none is compared
    occasion: int = 0
    chosen: str = ""  # what was chosen in the past
    shares: tuple[float, ...] = ()  # the model's own, of each experiment's option
    closed: tuple[str, ...] = ()  # options that could not be chosen there
    redrawn: bool = False  # a clock is wound anew, and may come before the moment at which the past ends
    is_timed: bool = True  # the decision comes when it came in the past, unless something comes before it
    notes: tuple[str, ...] = field(default=())

    @property
    def settings(self) -> dict[str, Any]:
        """All that whoever reads the study has to know besides the experiments, in the words of JSON."""
        names = ("tick", "common", "when", "trigger", "occasion", "chosen", "redrawn", "is_timed")
        return {name: getattr(self, name) for name in names} | {
            "shares": list(self.shares), "closed": list(self.closed), "notes": list(self.notes),
        }  # fmt: skip

    @property
    def design(self) -> Design:
        """The futures as a study."""
        return Design(self.experiments, self.seed, kind="branch", settings=self.settings)


def fork(bare: Experiment, asked: Asked) -> Fork:
    """The futures of a past: of each option of a decision, or as it goes on where no decision is named.

    Raises
    ------
    UsageError
        If the run has no such moment, or the decision no options to compare.
    """
    course = witnessed(call(bare, asked))
    choosing = _choice_of(course.program, asked)
    if choosing is None:
        turn, tick, common = _moment(course, asked)
        redrawn = _is_day(asked.at) and _redrawn(course, turn) != ()
        plain = replace(bare, label="as it goes on", decisions=asked.decisions, past=Past(asked.run, turn))
        return Fork((plain,), asked.seed, tick, common, _when(course, asked, tick), redrawn=redrawn)
    return _at_decision(bare, asked, course, choosing)


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
            f"nobody can decide `{option}` at `{trigger}`: there is no such option; {_choosers(program)}"
        ) from None


# ------------------------------------------------------------------------------------------------ a decision


def _choice_of(program: Program, asked: Asked) -> Trigger | None:
    """The trigger whose options are compared: the one that is named, or the one at whose decision the past ends."""
    if asked.choice is not None:
        try:
            trigger = program.triggers[trigger_named(program, asked.choice)[0]]
        except UsageError:
            raise UsageError(f"`--choice {asked.choice}`: there is no such trigger; {_choosers(program)}") from None
        if trigger.choice is None:
            raise UsageError(f"`{trigger.name}` does not choose; {_choosers(program)}")
        return trigger
    if asked.at is None:
        raise UsageError("say where the futures begin: `--at DAY`, `--at DATE`, `--at TRIGGER`, or `--choice TRIGGER`")
    if _is_day(asked.at):
        return None
    trigger = program.triggers[trigger_named(program, str(asked.at))[0]]
    return trigger if trigger.choice is not None else None


def _choosers(program: Program) -> str:
    names = [trigger.name for trigger in program.triggers if trigger.choice is not None]
    return f"those that do: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else "nothing does here"


def _at_decision(bare: Experiment, asked: Asked, course: Course, trigger: Trigger) -> Fork:
    """Each open option of the first decision from the moment that was asked for on."""
    place, row = course.program.trigger(trigger.name), _decided(course, asked, trigger)
    decision = course.decision(row.seq)
    assert decision is not None and trigger.choice is not None
    names = [option.name for option in trigger.choice.options]
    opened = [number for number, share in enumerate(decision.shares) if share > 0.0 or number == decision.chosen]
    chosen = names[decision.chosen]
    if len(opened) < 2:
        raise UsageError(
            f"`{trigger.name}` could choose `{chosen}` alone on {told_day(course.program, row.tick)}; "
            "name a later moment with `--at`"
        )
    opened.sort(key=lambda number: number != decision.chosen)  # what was chosen comes first
    turn = row.turn - 1
    past = Past(asked.run, turn)
    given = tuple(one for one in asked.decisions if one[:2] != (trigger.name, decision.occasion))
    rows = tuple(
        replace(bare, label=names[number], past=past,
                decisions=(*given, (trigger.name, decision.occasion, names[number])))
        for number in opened
    )  # fmt: skip
    redrawn = _redrawn(course, turn)
    return Fork(
        rows, asked.seed, row.tick, row.seq, f"{told_day(course.program, row.tick)}", trigger.name,
        decision.occasion, chosen, _own(decision, opened),
        tuple(name for number, name in enumerate(names) if number not in opened),
        redrawn=bool(redrawn), is_timed=place not in redrawn,
    )  # fmt: skip


def _own(decision: Decision, opened: Sequence[int]) -> tuple[float, ...]:
    return tuple(decision.shares[number] for number in opened)


def _decided(course: Course, asked: Asked, trigger: Trigger) -> EventRow:
    """The first decision of a trigger from a moment on."""
    place, branch, since = course.program.trigger(trigger.name), -1, 0
    if asked.at is not None and not _is_day(asked.at):
        named, wanted = trigger_named(course.program, str(asked.at))
        if named == place:
            branch = wanted
        else:
            since = _first(course, asked, named, wanted).seq
    elif asked.at is not None:
        tick = _tick(course, asked)
        since = next((row.seq for row in course.rows if row.tick >= tick), len(course.rows))
    fitting = (row for row in course.rows[since:] if row.trigger == place and branch in (-1, row.branch))
    found = next(fitting, None)
    if found is None:
        chose = f" `{trigger.branches[branch].name}`" if branch >= 0 else ""
        later = " from then on" if since else ""
        mend = _elsewhere(course, asked) if since else _elsewhere(course, asked, place, branch)
        raise UsageError(f"`{trigger.name}` does not choose{chose}{later} in {_run(asked)}; {mend}")
    return found


# ------------------------------------------------------------------------------------------------ policies


def fork_policies(bares: Sequence[Experiment], asked: Asked) -> Fork:
    """The futures of a past under several policies, each in force from the start; the first is that of the past.

    A policy is compared only where it would have had the same past, firing by firing, up to the moment: else its
    futures would be those of another past.

    Raises
    ------
    UsageError
        If the run has no such moment, or a policy would have had another past.
    """
    if asked.choice is not None:
        raise UsageError("options of a decision or policies: ask for one at a time")
    if asked.at is None:
        raise UsageError("say where the futures of the policies begin: `--at DAY`, `--at DATE` or `--at TRIGGER`")
    base = call(bares[0], asked)
    rows, notes, redrawn, when, tick, common = [], [], False, "", 0, 0
    for number, bare in enumerate(bares):
        name = bare.label
        found = part(base, call(bare, asked))
        course = found.right
        if number == 0:
            turn, tick, common = _moment(course, asked)
            when = _when(course, asked, tick)
        elif found.common < common or not _goes_on(course, asked, common, tick):
            raise UsageError(_another_past(found, name, course, when))
        else:
            turn = _turn(course, asked, common, tick)
            notes += _already(name, [one for one in found.differences if one.sort in ("start", "state", "parameter")])
        rows.append(replace(bare, decisions=asked.decisions, past=Past(asked.run, turn)))
        redrawn |= _is_day(asked.at) and _redrawn(course, turn) != ()
    return Fork(tuple(rows), asked.seed, tick, common, when, redrawn=redrawn, notes=tuple(notes))


def _goes_on(course: Course, asked: Asked, common: int, tick: int) -> bool:
    """Whether a run has fired no further, up to a day, than what is common."""
    return not _is_day(asked.at) or len(course.rows) == common or course.rows[common].tick > tick


def _another_past(found: Parting, name: str, course: Course, when: str) -> str:
    """Why a policy is not compared: where its past parts from this one, and which moment would do."""
    program, tick = course.program, 0 if found.tick is None else found.tick
    why = f": {found.says[0]}" if found.says else ""
    why = why.replace("in the left", "in this past").replace("in the right", f"under `{name}`")
    before = math.floor(100 * days(tick) - 1e-6) / 100
    mend = f"`--at {before:g}` or earlier would do" if before > 0 else "there is no moment of this run that would do"
    return f"under `{name}` this run parts on {told_day(program, tick)}, before {when}{why}; {mend}"


def _already(name: str, differences: Sequence[Difference]) -> list[str]:
    """What stood otherwise under a policy all along, though nothing came of it yet."""
    if not differences:
        return []
    told = ", ".join(f"{one.name} {one.texts[0]} | {one.texts[1]}" for one in differences[:4])
    more = f" and {len(differences) - 4} more" if len(differences) > 4 else ""
    return [
        f"`{name}` is in force from the start; the past is the same, and what stands otherwise in it is: {told}{more}."
    ]


# ------------------------------------------------------------------------------------------------ moments


def _is_day(at: str | float | None) -> bool:
    """Whether a moment is a day or a date, and no trigger."""
    return isinstance(at, int | float) or (at is not None and bool(_DAY.fullmatch(at) or DATE_PATTERN.fullmatch(at)))


_DAY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:days?)?\s*")


def _tick(course: Course, asked: Asked) -> int:
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
            f"{_run(asked)} is over on {told_day(program, ended)} (`{name}`): nothing comes after `--at {at}`"
        )
    return tick


def _moment(course: Course, asked: Asked) -> tuple[int, int, int]:
    """(turn, tick, firings) at which the past ends: all that is due at the moment belongs to it."""
    if _is_day(asked.at):
        tick = _tick(course, asked)
        common = sum(row.tick <= tick for row in course.rows)
        return _turn(course, asked, common, tick), tick, common
    row = _first(course, asked, *trigger_named(course.program, str(asked.at)))
    return row.turn, row.tick, row.seq + 1


def _turn(course: Course, asked: Asked, common: int, tick: int) -> int:
    """The turn with which the past ends, in a run that has these firings up to that tick."""
    if not _is_day(asked.at):
        return course.rows[common - 1].turn
    return bisect_right([moment.tick for moment in course.moments], tick)


def _first(course: Course, asked: Asked, place: int, branch: int) -> EventRow:
    """The first firing of a trigger, or of one of its branches, in the past."""
    found = next((row for row in course.rows if row.trigger == place and branch in (-1, row.branch)), None)
    if found is None:
        raise UsageError(f"`{asked.at}` does not come in {_run(asked)}; {_elsewhere(course, asked, place, branch)}")
    return found


LOOKED_AT = 50
"""Other runs that are looked at for one in which something comes."""


def _elsewhere(course: Course, asked: Asked, place: int = -1, branch: int = -1) -> str:
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


def _run(asked: Asked) -> str:
    return f"run {asked.run} of seed {asked.seed}"


def _when(course: Course, asked: Asked, tick: int) -> str:
    day = told_day(course.program, tick)
    return day if _is_day(asked.at) else f"{day}, after `{asked.at}`"


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


def _redrawn(course: Course, turn: int) -> tuple[int, ...]:
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
