"""The path that was played over the fan of what might have been: ladders over time, and how it might have ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.causes import replayed
from sim.clock import days, say_date
from sim.engine.choose import choose
from sim.engine.record import Recording, Runs
from sim.game.course import Course
from sim.game.hindsight import starts
from sim.game.regret import outcome_shares
from sim.game.speech import Speech
from sim.game.table import Game
from sim.language.evaluate import meaning
from sim.language.tree import Read
from sim.program.ir import Program, Series
from sim.program.sayings import capital
from sim.streams import Luck

FAN = 1_000
"""Runs from the start: a share of one half is known to three points."""

MOST_LADDERS, MOMENTS = 6, 60
SAMPLED = Recording(series=True, counters=False)


def fan(game: Game, own: Course, count: int = FAN) -> dict[str, Any]:
    """What might have been from the start: `n`, `outcomes`, and `fans`, one for each ladder.

    Parameters
    ----------
    own
        The history as it was, to its end, with every inject that was thrown in.
    """
    program = sampled(own.program, game)
    start = Course(program, own.seed, -1, {}, (0,) * len(program.triggers), 0)
    runs = starts(start, count, recording=SAMPLED)
    path = choose("auto", runs=count).run(
        program, luck=Luck(own.seed), runs=[0], recording=SAMPLED, decisions=own.decisions
    )
    steps = path.series[0] if path.outcome[0] >= 0 else _up_to_its_end(program, own)
    return {"n": count, "outcomes": outcome_shares(game, runs), "fans": list(_fans(game, program, runs, steps))}


def _up_to_its_end(program: Program, own: Course) -> NDArray[np.float64]:
    """(S, C) the series of a history that failed, as far as it went: engines keep none of such a run."""
    assert program.series is not None and own.runs is not None
    world, meanings = replayed(own.runs, 0), [meaning(tree) for tree in program.series.columns]
    rows: list[list[float]] = []
    for moment in program.series.moments(program.horizon):
        if rows and moment > int(own.runs.ended[0]):
            break
        while world.position < len(world.rows) and world.rows[world.position].tick <= moment:
            world.step()
        world.now = moment
        rows.append([one(world) for one in meanings])
    return np.array(rows)


def sampled(program: Program, game: Game) -> Program:
    """The program with a series of its ladders; its own series where it has one."""
    if program.series is not None:
        return program
    found = [
        (slot, one) for slot, one in enumerate(program.quantities)
        if one.kind.names and "_" not in {part[:1] for part in one.name.split(".")} and not one.name.endswith(_INNER)
    ]  # fmt: skip
    series = Series(
        max(1, program.horizon // MOMENTS), tuple(one.name for _, one in found),
        tuple(Read(slot) for slot, _ in found), tuple(one.kind for _, one in found),
    )  # fmt: skip
    return replace(program, series=series)


_INNER = (".ordered", ".peak", ".agreed")
"""Parts of ladders that say what is to become of them, or was."""


def _fans(game: Game, program: Program, runs: Runs, path: NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    series = program.series
    assert series is not None
    moments = series.moments(program.horizon)
    told = [days(tick) for tick in moments]
    columns, speech = [column for column, kind in enumerate(series.kinds) if kind.names], Speech(game)
    for column in columns[:MOST_LADDERS]:
        rungs = series.kinds[column].names
        own = path[:, column].astype(int).tolist()
        yield {
            "name": series.names[column], "title": capital(speech.named(series.names[column])),
            "rungs": [name.replace("_", " ") for name in rungs], "days": told,
            "shares": _standing(runs.series[:, :, column], len(rungs)).tolist(),
            "path": [[told[at], own[at]] for at in range(len(own)) if at == 0 or own[at] != own[at - 1]],
            "turns": [[max(0.0, days(turn.tick)), str(turn.number + 1)] for turn in game.turns],
            "n": int((runs.outcome >= 0).sum()),
            "start": say_date(program.start, 0), "end": say_date(program.start, program.horizon),
        }  # fmt: skip


def titled(name: str) -> str:
    """A name of a scenario as a title."""
    words = name.replace("_", " ").replace(".", ": ")
    return words[:1].upper() + words[1:]


def _standing(values: NDArray[np.float64], rungs: int) -> NDArray[np.float64]:
    """(S, L) the share of runs on each rung at each moment; of those that did not fail."""
    known = values[~np.isnan(values).any(axis=1)]
    shares = [(known == rung).mean(axis=0) if len(known) else np.zeros(values.shape[1]) for rung in range(rungs)]
    return np.array(shares).T
