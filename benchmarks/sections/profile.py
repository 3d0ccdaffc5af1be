"""Where the time of a turn goes: the same model with only some of its triggers, and a run that ends where it begins."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.nine_triggers import nine_triggers
from benchmarks.sections.table import Table, three
from benchmarks.sections.timing import Effort, by_engine, fitting, interleaved
from sim.program.ir import Program

DAILY = ("accounts",)
WEEKLY = (*DAILY, "round")
HAZARDS = ("incident", "calm")
ALL = "all nine triggers"


def only(program: Program, *names: str) -> Program:
    """The program with all other triggers disabled."""
    return replace(
        program, triggers=tuple(replace(trigger, enabled=trigger.name in names) for trigger in program.triggers)
    )


def measured(effort: Effort) -> Table:
    """What a run costs by its parts."""
    nine = nine_triggers()
    programs = {
        "no turn: a run that ends at its start": replace(nine, horizon=1),
        "days alone": only(nine, *DAILY),
        "days, and rounds that are refused": only(nine, *WEEKLY),
        "two hazards alone": only(nine, *HAZARDS),
        ALL: nine,
    }
    ways = {name: by_engine(effort.engine, program) for name, program in programs.items()}
    samples = interleaved(
        ways, runs={name: fitting(play, effort.seconds) for name, play in ways.items()}, effort=effort
    )
    best = {name: min(mine, key=lambda sample: sample.seconds / sample.runs) for name, mine in samples.items()}
    per_run = {name: sample.seconds / sample.runs * 1e9 for name, sample in best.items()}
    turns = {name: sample.events / sample.runs for name, sample in best.items()}
    start, days, rounds, hazards, _ = programs
    day = (per_run[days] - per_run[start]) / turns[days]
    refused = max(0.0, per_run[rounds] - per_run[days]) / (turns[rounds] - turns[days])
    hazard = (per_run[hazards] - per_run[start]) / turns[hazards]
    quiet = counted(nine)
    left = per_run[ALL] - per_run[start] - quiet[0] * day - quiet[1] * refused
    rows = [
        ("start and end of a run", "1", three(per_run[start]), three(per_run[start])),
        ("a day: the accounts, and a metric that looks", three(quiet[0]), three(day), three(quiet[0] * day)),
        ("a round that is refused or missed", three(quiet[1]), three(refused), three(quiet[1] * refused)),
        ("any other turn: hazards, delays, holds", three(quiet[2]), three(left / quiet[2]), three(left)),
        ("all", three(turns[ALL]), three(per_run[ALL] / turns[ALL]), three(per_run[ALL])),
    ]  # fmt: skip
    notes = (f"A hazard that only two others look at takes {three(hazard)} ns, its uniform and logarithm included.",)
    return Table("Where a run's time goes", ("", "in a run", "ns each", "ns in a run"), tuple(rows), notes)


def counted(program: Program) -> tuple[float, float, float]:
    """Of the model as it is: days, rounds that come to nothing, and all other turns in a run."""
    played = by_engine("compiled", program)(20_000, 1)
    counters, names = played.counters.mean(axis=0), [trigger.name for trigger in program.triggers]
    days, rounds = counters[names.index("accounts")][0], counters[names.index("round")][1:3].sum()
    return float(days), float(rounds), float(played.turns.mean() - days - rounds)
