"""Aims and scores, and the two baselines of the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.engine.record import Runs
from sim.game.reckoning import marks_of, reckoned, score_of, scores_of
from sim.program.sides import movers, side_of
from tests.game.stage import DUEL

AIMED = (
    DUEL
    + """
seats:
  east:
    aims:
      - {says: The army stands at the border, kept: highest >= massed, partly: quiet}
      - {says: Nobody laughs}
  west:
    aims: [{says: Quiet, kept: quiet}, {says: Few alarms, kept: alarms <= 1, partly: alarms <= 3}]
"""
)


def played(model: api.Model) -> Runs:
    """Some hundred histories."""
    return api.play(model, runs=range(300))


def test_an_aim_is_kept_partly_kept_or_lost(tmp_path: Path) -> None:
    """Marks follow from the conditions run by run, and a score is the mean of those aims that have one."""
    file = tmp_path / "aimed.yaml"
    file.write_text(AIMED, encoding="utf-8")
    model = api.load(file)
    seats, runs = api.game(model).seats, played(model)
    marks = marks_of(seats["west"].aims, runs)
    alarms = runs.metrics[:, 1]
    assert np.array_equal(marks[:, 0], (runs.outcome == 1).astype(float))
    assert np.array_equal(marks[:, 1], np.where(alarms <= 1, 1.0, np.where(alarms <= 3, 0.5, 0.0)))
    assert np.array_equal(scores_of(marks), marks.mean(axis=1))
    east = marks_of(seats["east"].aims, runs)
    assert np.isnan(east[:, 1]).all() and np.array_equal(scores_of(east), east[:, 0])
    assert set(np.unique(marks)) == {0.0, 0.5, 1.0}


def test_the_class_marks_what_no_condition_says(tmp_path: Path) -> None:
    """An aim without a condition has the mark that the class gave it, and none before that; so has the score."""
    file = tmp_path / "aimed.yaml"
    file.write_text(AIMED, encoding="utf-8")
    model = api.load(file)
    seat, runs = api.game(model).seats["east"], played(model)
    first = reckoned(seat, runs)
    assert first[1] is None and score_of(first) == first[0]
    assert reckoned(seat, runs, {1: "partly"})[1] == 0.5
    assert score_of((None, None)) is None


def test_a_changed_assumption_gives_two_baselines(tmp_path: Path) -> None:
    """Both are told, each change with its sort; without a change nothing differs, and one that matters is seen."""
    file = tmp_path / "duel.yaml"
    file.write_text(DUEL, encoding="utf-8")
    path = "choices.march.options.go.usual"
    found = api.baselines(file, [(path, "90 %")], runs=400)
    assert found.levers[0].sort == "an assumption" and path in found.says
    kept = api.baselines("ukraine-2014", [("raft_of_new_measures.kept.eu", "0 %")], runs=20).levers[0]
    assert (kept.sort, kept.movers) == ("a move of eu", ("eu",))
    attacked = found.rows[0]
    assert attacked.name == "attacked" and attacked.more_low > 0
    assert attacked.changed[0] - attacked.written[0] == pytest.approx(attacked.more)
    assert json.loads(json.dumps(found.record()))["n"] == 400
    same = api.baselines(file, [], runs=200)
    assert all(row.more == 0 and row.written == row.changed for row in same.rows)


def test_whose_move_a_value_is_whatever_ending_of_its_path_is_written() -> None:
    """What an issuer decides of its word and whether what is owed is kept; belief and harm are assumed."""
    scenario = api.load("ukraine-2014").scenario
    moves = {
        "threats.raft_of_new_measures.kept": ("us", "eu"), "raft_of_new_measures.kept.eu": ("eu",),
        "early_relief.kept": ("us",), "diplomatic_solution.after": ("us", "eu"),
        "paris_track.agreement.dialogue.kept": ("russia", "ukraine"), "withdraw.kept": ("russia",),
    }  # fmt: skip
    assert {path: movers(path, scenario) for path in moves} == moves
    for assumed in ("raft_of_new_measures.believed", "offers.diplomatic_solution.helps", "eu.agree_alike", "kept.eu"):
        assert movers(assumed, scenario) == () and side_of(assumed, scenario) == "an assumption"
