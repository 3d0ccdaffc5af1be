"""Ten lines about a threat, an offer, an ultimatum and a secret already behave sensibly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from sim.engine.record import Engine, Runs
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from tests.agents.stage import ended_as, play
from tests.statistics.claims import assert_share

FOLDER = Path(__file__).parent / "ten_lines"
HEADER = ("scenario:", "start:", "horizon:")
KINDS = ("threat", "offer", "ultimatum", "secret")


def played(engine: Engine, kind: str, *overrides: tuple[str, str], runs: int = 500, events: bool = False) -> Runs:
    """Runs of one of the files, some of its texts replaced."""
    found = build_program(read_scenario(str(FOLDER / f"{kind}.yaml"), overrides=overrides))
    return play(engine, found, runs=runs, events=events)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_ten_lines(kind: str) -> None:
    """Behind the three lines of the header stand ten at most."""
    lines = (FOLDER / f"{kind}.yaml").read_text().splitlines()
    assert len([line for line in lines if line.strip() and not line.startswith(HEADER)]) <= 10


def test_a_threat_holds_armies_back_and_a_bluff_is_paid_for(engine: Engine) -> None:
    """With the threat fewer attack than without it; who breaks it loses its audience there and then."""
    there, gone = played(engine, "threat", events=True), played(engine, "threat", ("tripwire.start", "unsaid"))
    assert sum(ended_as(there, "attack")) < 0.7 * sum(ended_as(gone, "attack"))
    broken, support = there.program.quantity("tripwire.broken"), there.program.quantity("south.home.support")
    breaks = [{slot: new - old for slot, old, new in row.changes} for rows in there.events for row in rows
              if broken in {slot for slot, _, _ in row.changes}]  # fmt: skip
    assert breaks
    assert {round(changes[support], 9) for changes in breaks} == {-0.1}


def test_an_offer_brings_armies_home(engine: Engine) -> None:
    """With the offer more have gone home at the end than without it."""
    there, gone = played(engine, "offer"), played(engine, "offer", ("reward.start", "unsaid"))
    assert sum(ended_as(there, "home")) > 1.2 * sum(ended_as(gone, "home"))


def test_an_ultimatum_is_met_more_often_than_nothing_is_and_called_on_its_day(engine: Engine) -> None:
    """More are home than without it; each run meets it before day 30 or is called on that day, and never both."""
    there, gone = played(engine, "ultimatum", events=True), played(engine, "ultimatum", ("leave.start", "unsaid"))
    program = there.program
    met, called = program.trigger("leave.met"), program.trigger("leave.called")
    for rows in there.events:
        ends = [(row.trigger, row.tick) for row in rows if row.trigger in (met, called)]
        assert len(ends) == 1
        ((trigger, tick),) = ends
        assert tick == 30 * TICKS_PER_DAY if trigger == called else tick <= 30 * TICKS_PER_DAY
    early = sum(any(row.trigger == met for row in rows) for rows in there.events)
    army, home = gone.program.quantity("army"), 0.0
    alone = play(engine, gone.program, runs=500, events=True)
    without = sum(
        any(
            (slot, new) == (army, home)
            for row in rows
            if row.tick <= 30 * TICKS_PER_DAY
            for slot, _, new in row.changes
        )
        for rows in alone.events
    )
    assert early > without + 20


def test_a_secret_comes_out_now_and_then_and_costs_only_then(fast_engine: Engine) -> None:
    """One in five within the month; support is lost in those runs, and in no other."""
    runs = played(fast_engine, "secret", runs=4_600)
    out = np.array(ended_as(runs, "out"))
    assert_share(out, expected=0.2, detects=0.08)
    assert set(runs.metrics[~out, 0].tolist()) == {0.6}
    assert set(np.round(runs.metrics[out, 0], 9).tolist()) <= {0.5, 0.4} and np.all(runs.metrics[out, 0] < 0.6)
