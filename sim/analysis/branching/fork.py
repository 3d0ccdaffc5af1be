"""Where the futures of one past begin, and what each of them is given there: an option of a decision, or a policy.

The past is one run up to a turn; what is drawn after that turn is drawn anew in every future (`sim.streams.Luck`).
A decision is branched at the turn before it, so that all that comes of an option is new; the option is dictated at that
occasion once, and later decisions are the model's own. `docs/decisions/branching.md` says why it is done so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.analysis.branching.pasts import (
    Asked,
    call,
    choosers,
    elsewhere,
    first_of,
    is_day,
    moment_of,
    redrawn_after,
    run_named,
    tick_of,
    told_moment,
    trigger_named,
    turn_of,
)
from sim.analysis.differing.parting import Difference, Parting, part, told_day
from sim.analysis.differing.witness import Course, witnessed
from sim.clock import days
from sim.engine.record import Decision, EventRow
from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program, Trigger
from sim.study.design import Design, Experiment, Past


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
        turn, tick, common = moment_of(course, asked)
        redrawn = is_day(asked.at) and redrawn_after(course, turn) != ()
        plain = replace(bare, label="as it goes on", decisions=asked.decisions, past=Past(asked.run, turn))
        return Fork((plain,), asked.seed, tick, common, told_moment(course, asked, tick), redrawn=redrawn)
    return _at_decision(bare, asked, course, choosing)


# ------------------------------------------------------------------------------------------------ a decision


def _choice_of(program: Program, asked: Asked) -> Trigger | None:
    """The trigger whose options are compared: the one that is named, or the one at whose decision the past ends."""
    if asked.choice is not None:
        try:
            trigger = program.triggers[trigger_named(program, asked.choice)[0]]
        except UsageError:
            choosing = [trigger.name for trigger in program.triggers if trigger.choice is not None]
            short = [name.rpartition(".")[2] for name in choosing]
            hint = did_you_mean(asked.choice, [*choosing, *short]) or choosers(program)
            raise UsageError(f"`--choice {asked.choice}`: there is no such trigger; {hint}") from None
        if trigger.choice is None:
            raise UsageError(f"`{trigger.name}` does not choose; {choosers(program)}")
        return trigger
    if asked.at is None:
        raise UsageError("say where the futures begin: `--at DAY`, `--at DATE`, `--at TRIGGER`, or `--choice TRIGGER`")
    if is_day(asked.at):
        return None
    trigger = program.triggers[trigger_named(program, str(asked.at))[0]]
    return trigger if trigger.choice is not None else None


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
    redrawn = redrawn_after(course, turn)
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
    if asked.at is not None and not is_day(asked.at):
        named, wanted = trigger_named(course.program, str(asked.at))
        if named == place:
            branch = wanted
        else:
            since = first_of(course, asked, named, wanted).seq
    elif asked.at is not None:
        tick = tick_of(course, asked)
        since = next((row.seq for row in course.rows if row.tick >= tick), len(course.rows))
    fitting = (row for row in course.rows[since:] if row.trigger == place and branch in (-1, row.branch))
    found = next(fitting, None)
    if found is None:
        chose = f" `{trigger.branches[branch].name}`" if branch >= 0 else ""
        later = " from then on" if since else ""
        mend = elsewhere(course, asked) if since else elsewhere(course, asked, place, branch)
        raise UsageError(f"`{trigger.name}` does not choose{chose}{later} in {run_named(asked)}; {mend}")
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
            turn, tick, common = moment_of(course, asked)
            when = told_moment(course, asked, tick)
        elif found.common < common or not _goes_on(course, asked, common, tick):
            raise UsageError(_another_past(found, name, course, when))
        else:
            turn = turn_of(course, asked, common, tick)
            notes += _already(name, [one for one in found.differences if one.sort in ("start", "state", "parameter")])
        rows.append(replace(bare, decisions=asked.decisions, past=Past(asked.run, turn)))
        redrawn |= is_day(asked.at) and redrawn_after(course, turn) != ()
    return Fork(tuple(rows), asked.seed, tick, common, when, redrawn=redrawn, notes=tuple(notes))


def _goes_on(course: Course, asked: Asked, common: int, tick: int) -> bool:
    """Whether a run has fired no further, up to a day, than what is common."""
    return not is_day(asked.at) or len(course.rows) == common or course.rows[common].tick > tick


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
