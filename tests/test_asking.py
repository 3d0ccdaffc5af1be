"""What a script may hand over: counts are whole numbers, and a single name is a list of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import api
from sim.errors import UsageError

VERBS = {
    "run": lambda **more: api.plan(api.load("first-lesson"), **more),
    "compare": lambda **more: api.plan_compare("ukraine-2014", "silence", **more),
    "sweep": lambda **more: api.plan_sweep("first-lesson", "tripwire.believed=0:1:3", **more),
    "sensitivity": lambda **more: api.plan_sensitivity("ukraine-2014", **more),
    "ablate": lambda **more: api.plan_ablate("first-lesson", **more),
    "branch": lambda **more: api.plan_branch("first-lesson", at=10, **more),
    "rare": lambda **more: api.plan_rare(api.load("first-lesson"), "attack", **more),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("runs", ["10", 10.5, 0, -3])
def test_runs_that_are_no_number_are_refused_in_a_sentence(verb: str, runs: object, tmp_path: Path) -> None:
    """Every verb that plays refuses runs in quotes, half runs and no runs, and says what it wants."""
    with pytest.raises(UsageError, match="`runs` takes a whole number from 1 on"):
        VERBS[verb](runs=runs, out=tmp_path)


def test_a_single_policy_or_axis_is_a_list_of_one(tmp_path: Path) -> None:
    """`compare(x, "silence")` names one policy, and `sweep(x, "path=0:1:3")` one axis."""
    compared = api.plan_compare("ukraine-2014", "silence", runs=10, out=tmp_path)
    assert [row.label for row in compared.design.experiments] == ["as_it_stands", "silence"]
    swept = api.plan_sweep("first-lesson", "tripwire.believed=0:1:3", runs=10, out=tmp_path)
    assert len(swept.design.experiments) == 3


def test_an_experiment_is_opened_by_number_and_by_name_alike(tmp_path: Path) -> None:
    """`study(folder, experiment="silence")` is experiment 1, and a misspelled name gets a suggestion."""
    folder = api.compare("ukraine-2014", "silence", runs=10, out=tmp_path).folder
    opened = [api.study(folder, experiment=wanted).ensemble.experiment for wanted in (1, "1", "silence")]
    assert opened == [1, 1, 1]
    with pytest.raises(UsageError, match="did you mean `silence`"):
        api.study(folder, experiment="silense")
