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


def fan(game: Game, start: Course, count: int = FAN) -> dict[str, Any]:
    """What might have been from the start: `n`, `outcomes`, and `fans`, one for each ladder.

    Parameters
    ----------
    start
        The history before the first turn, with every inject that was thrown in.
    """
    program = sampled(start.program, game)
    runs = starts(replace(start, program=program), count, recording=SAMPLED)
    return {"n": count, "outcomes": outcome_shares(game, runs), "fans": list(_fans(game, program, runs))}


def paths(game: Game, own: Course) -> list[list[list[float]]]:
    """Of each ladder of a fan the history as it was: (days, rung) at the start, and at each sample that differs."""
    program = sampled(own.program, game)
    one = choose("auto", runs=1).run(
        program, luck=Luck(own.seed), runs=[0], recording=SAMPLED, decisions=own.decisions
    )  # fmt: skip
    steps = one.series[0] if one.outcome[0] >= 0 else _up_to_its_end(program, own)
    told = _moments(program)
    every = (steps[:, column].astype(int).tolist() for column in _ladders(program))
    return [[[told[at], rungs[at]] for at in range(len(rungs)) if at == 0 or rungs[at] != rungs[at - 1]]
            for rungs in every]  # fmt: skip


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
        if one.kind.names and _is_shown(one.name)
    ]  # fmt: skip
    series = Series(
        max(1, program.horizon // MOMENTS), tuple(one.name for _, one in found),
        tuple(Read(slot) for slot, _ in found), tuple(one.kind for _, one in found),
    )  # fmt: skip
    return replace(program, series=series, origin=None)


_INNER = (".ordered", ".peak", ".agreed")
"""Parts of ladders that say what is to become of them, or was."""


def _is_shown(name: str) -> bool:
    """Whether a ladder is one that a class would call so."""
    return "_" not in {part[:1] for part in name.split(".")} and not name.endswith(_INNER)


def _fans(game: Game, program: Program, runs: Runs) -> Iterator[dict[str, Any]]:
    series = program.series
    assert series is not None
    speech = Speech(game)
    for column in _ladders(program):
        rungs = series.kinds[column].names
        yield {
            "name": series.names[column], "title": capital(speech.named(series.names[column])),
            "rungs": [name.replace("_", " ") for name in rungs], "days": _moments(program),
            "shares": _standing(runs.series[:, :, column], len(rungs)).tolist(),
            "turns": [[max(0.0, days(turn.tick)), str(turn.number + 1)] for turn in game.turns],
            "n": int((runs.outcome >= 0).sum()),
            "start": say_date(program.start, 0), "end": say_date(program.start, program.horizon),
        }  # fmt: skip


def _ladders(program: Program) -> list[int]:
    """The columns of the ladders that are drawn."""
    assert program.series is not None
    named = zip(program.series.names, program.series.kinds, strict=True)
    return [column for column, (name, kind) in enumerate(named) if kind.names and _is_shown(name)][:MOST_LADDERS]


def _moments(program: Program) -> list[float]:
    """The days of the samples."""
    assert program.series is not None
    return [days(tick) for tick in program.series.moments(program.horizon)]


def titled(name: str) -> str:
    """A name of a scenario as a title."""
    words = name.replace("_", " ").replace(".", ": ")
    return words[:1].upper() + words[1:]


def _standing(values: NDArray[np.float64], rungs: int) -> NDArray[np.float64]:
    """(S, L) the share of runs on each rung at each moment; of those that did not fail."""
    known = values[~np.isnan(values).any(axis=1)]
    shares = [(known == rung).mean(axis=0) if len(known) else np.zeros(values.shape[1]) for rung in range(rungs)]
    return np.array(shares).T
