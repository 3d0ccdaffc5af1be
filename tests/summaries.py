"""Made-up ensembles for the tests of summaries and pictures: some plain, most of them awkward."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sim.analysis.summary import Summary, summary_of
from sim.clock import ticks
from sim.engine.record import UNNAMED, Ending
from sim.language.tree import Compare, Constant, Read
from sim.language.words import DURATION, NUMBER, TRUTH, level_of
from sim.program.ir import (
    Branch,
    Choice,
    Effect,
    Every,
    Metric,
    On,
    Option,
    Outcome,
    Program,
    Quantity,
    Rate,
    Series,
    Trigger,
    When,
)

LONG = "the_conference_on_security_and_cooperation_agrees_on_a_withdrawal_of_heavy_weapons_behind_the_line"
SHORT_OUTCOMES = ("open_war", "settlement", "occupation", "frozen")
RUNGS = ("garrison", "massed", "incursion", "open_war")


def made_program(
    *,
    outcomes: tuple[str, ...] = SHORT_OUTCOMES,
    rungs: tuple[str, ...] = RUNGS,
    days: float = 180,
    triggers: tuple[Trigger, ...] | None = None,
    question: str = "Does the threat of new measures hold the army at the border?",
) -> Program:
    """A program of one ladder, one flag and one number; the last outcome is `otherwise`, the last but one `at_end`."""
    ladder = level_of("border_army", rungs)
    quantities = (
        Quantity("border_army", ladder, Constant(0.0, ladder)),
        Quantity("talks_open", TRUTH, Constant(1.0, TRUTH)),
        Quantity("economy", NUMBER, Constant(100.0, NUMBER), unit="% of output in 2013"),
    )
    how = ["when"] * len(outcomes)
    how[-1] = "otherwise"
    if len(how) > 1:
        how[-2] = "at_end"
    condition = Compare(Read(0), ((">=", Constant(1.0, ladder)),))
    horizon = ticks(days)
    return Program(
        name="border-crisis",
        question=question,
        start=datetime(2014, 3, 30, 18),
        horizon=horizon,
        quantities=quantities,
        derived=(),
        parameters=(),
        correlated=(),
        triggers=made_triggers() if triggers is None else triggers,
        outcomes=tuple(
            Outcome(name, kind, None if kind == "otherwise" else condition)  # type: ignore[arg-type]
            for name, kind in zip(outcomes, how, strict=True)
        ),
        metrics=(
            Metric("days_pushed", "days", condition),
            Metric("first_push", "first", condition),
            Metric("worst", "max", Read(0)),
            Metric("cost", "final", Read(2), unit="musd"),
        ),
        series=Series(
            max(1, horizon // 26),
            ("border_army", "talks_open", "economy"),
            (Read(0), Read(1), Read(2)),
            (ladder, TRUTH, NUMBER),
        ),
        sites=(),
        digests=(),
    )


def made_triggers() -> tuple[Trigger, ...]:
    """A choice, its follower, an answer by condition, a hazard and the daily accounts."""
    up = Effect(0, Constant(1.0, NUMBER))
    bite = Effect(2, Constant(1.0, NUMBER))
    day = Constant(1.0, DURATION)
    army_moved = Compare(Read(0), ((">=", Constant(1.0, NUMBER)),))
    option = Option("push", None, Constant(1.0, NUMBER), Constant(0.0, NUMBER), ())
    choice = Choice((option, option), Constant(3.0, NUMBER))
    return (
        Trigger("push_further", Every(day), (Branch("push", (up,)), Branch("hold", ())), choice=choice, agent="army"),
        Trigger("threat_called", On(((0, 0),)), (Branch("do", (bite,)),), agent="sanctions"),
        Trigger("sectoral_measures", When(army_moved), (Branch("do", (bite,)),), agent="sanctions"),
        Trigger("shots", Rate(Read(0)), (Branch("do", (up,)),), agent="army"),
        Trigger("accounts", Every(day), (Branch("do", (bite,)),)),
    )


def made_summary(
    program: Program,
    *,
    runs: int = 1000,
    weights: tuple[float, ...] | None = None,
    failed: int = 0,
    seed: int = 7,
    scale: float = 1.0,
    overflow: int = 0,
) -> Summary:
    """An ensemble in which outcomes come with these weights, at any time before the horizon, and armies wander.

    The economy is multiplied by `scale`, and falls without end in the first `overflow` runs.
    """
    luck = np.random.default_rng(seed)
    k = len(program.outcomes)
    shares = np.array(weights if weights is not None else np.arange(k, 0, -1), dtype=np.float64)
    outcome = luck.choice(k, size=runs, p=shares / shares.sum()).astype(np.int16)
    ending = np.full(runs, Ending.HORIZON, dtype=np.int8)
    ended = np.full(runs, program.horizon, dtype=np.int64)
    early = np.array([each.how == "when" for each in program.outcomes])[outcome]
    ended[early] = (luck.random(early.sum()) ** 0.5 * program.horizon).astype(np.int64)
    ending[early] = Ending.OUTCOME
    assert program.series is not None
    moments = np.array(program.series.moments(program.horizon))
    rungs = len(program.quantities[0].kind.names)
    steps = luck.integers(-1, 2, size=(runs, len(moments)))
    army = np.clip(np.cumsum(steps, axis=1), 0, rungs - 1).astype(np.float64)
    talks = (luck.random((runs, 1)) * 2 > moments / program.horizon).astype(np.float64)
    economy = scale * (100 - np.cumsum(luck.exponential(1.0, size=army.shape) * army, axis=1))
    economy[:overflow, 3:] = -np.inf
    first = np.where(army.max(axis=1) >= 1, luck.random(runs) * 100, np.inf)
    metrics = np.stack([luck.gamma(2.0, 9.0, runs) * early, first, army.max(axis=1), 100 - economy[:, -1]], axis=1)
    series = np.stack([army, talks, economy], axis=2)
    outcome[:failed], ending[:failed] = UNNAMED, Ending.FAULT
    ending[: failed // 2] = Ending.RUNAWAY
    metrics[:failed], series[:failed] = np.nan, np.nan
    return summary_of(program, outcome=outcome, ending=ending, ended=ended, metrics=metrics,
                      columns=[series[:, :, column] for column in range(3)], seed=seed)  # fmt: skip


def awkward() -> dict[str, Summary]:
    """Ensembles that pictures find hard, by name."""
    twelve = tuple(f"{name}_{number}" for number in range(3) for name in SHORT_OUTCOMES)
    long_names = (LONG, "x" * 60, "war", "a.path.with.many.parts.that.goes.on.and.on.for.ever.and.ever")
    hard_rungs = (LONG, LONG + "_again", "$5 & <up>", "y" * 50)
    hard_question = "What if " + "the question is very long and goes on " * 12 + "?"
    return {
        "plain": made_summary(made_program()),
        "twelve outcomes": made_summary(made_program(outcomes=twelve), failed=7),
        "one outcome": made_summary(made_program(outcomes=("frozen",)), runs=3),
        "zero counts": made_summary(made_program(), weights=(0, 0, 0, 1)),
        "one run": made_summary(made_program(), runs=1),
        "all failed": made_summary(made_program(), runs=20, failed=20),
        "long names": made_summary(made_program(outcomes=long_names, rungs=hard_rungs, question=hard_question)),
        "many rungs": made_summary(made_program(rungs=tuple(f"rung_number_{n}" for n in range(14)))),
        "huge": made_summary(made_program(), runs=300, scale=1e13, overflow=100),
        "tiny": made_summary(made_program(), runs=300, scale=1e-9, overflow=10),
        "all overflow": made_summary(made_program(), runs=30, overflow=30),
        "two days": made_summary(made_program(days=2)),
        "five years": made_summary(made_program(days=5 * 365.25)),
        "an hour": made_summary(made_program(days=1 / 24)),
        "beyond the calendar": made_summary(made_program(days=365.25 * 9000)),
    }
