"""Plays the futures of a past here and now, and finds those that do not keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.choose import choose
from sim.engine.record import Engine, Recording, Runs
from sim.program.parameters import draw_parameters
from sim.study.design import Experiment, Past
from sim.study.parts import luck_of, placed_decision


def kept_of(
    experiments: Sequence[Experiment], settings: Mapping[str, Any], seed: int, runs: Sequence[int],
    *, engine: str | Engine,
) -> NDArray[np.bool_]:  # fmt: skip
    """Which futures have the past, firing by firing up to its end, under every experiment.

    A clock that is wound in the turn with which the past ends is wound with new luck, and may come before the moment
    at which the past ends. Such futures are played up to that moment alone and looked at.
    """
    kept = np.ones(len(runs), dtype=bool)
    if not settings["redrawn"] or not settings["is_timed"]:
        return kept
    player = choose(engine, runs=len(runs)) if isinstance(engine, str) else engine
    seen: set[tuple[int, Past | None]] = set()
    for experiment in experiments:
        if (id(experiment.program), experiment.past) in seen:  # options differ from the decision on, and not before
            continue
        seen.add((id(experiment.program), experiment.past))
        for first in range(0, len(runs), SLICE):
            some = runs[first : first + SLICE]
            kept[first : first + SLICE] &= _same_past(experiment, settings, seed, some, player)
    return kept


SLICE = 1_000
"""Futures that are looked at together."""


def _same_past(
    experiment: Experiment, settings: Mapping[str, Any], seed: int, runs: Sequence[int], engine: Engine
) -> NDArray[np.bool_]:
    program, common, tick = experiment.program, int(settings["common"]), int(settings["tick"])
    short = replace(experiment, program=program.up_to(tick))
    events = played_futures(short, seed, runs, engine, Recording(events=True, series=False)).events
    if not settings["trigger"]:
        return np.array([len(rows) == common for rows in events], dtype=bool)
    place = program.trigger(settings["trigger"])
    assert experiment.past is not None
    turn = experiment.past.turn + 1
    return np.array(
        [
            len(rows) > common and (rows[common].trigger, rows[common].tick, rows[common].turn) == (place, tick, turn)
            for rows in events
        ],
        dtype=bool,
    )


def played_futures(
    experiment: Experiment, seed: int, runs: Sequence[int], engine: Engine, recording: Recording
) -> Runs:
    """Futures of these numbers of one experiment, in one call of an engine."""
    program, past = experiment.program, experiment.past
    assert past is not None
    numbers = np.full(len(runs), past.run, dtype=np.uint32)
    return engine.run(
        program,
        luck=[luck_of(seed, past, run) for run in runs],
        runs=numbers,
        parameters=np.repeat(draw_parameters(program, seed, numbers[:1]), len(runs), axis=0),
        recording=recording,
        decisions=dict(placed_decision(program, *one) for one in experiment.decisions),
    )
