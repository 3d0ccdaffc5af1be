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


def test_a_study_and_a_model_are_told_in_one_line(tmp_path: Path) -> None:
    """What Python prints of them is a line with kind, scenario, runs and folder, and not their insides."""
    run = api.run("first-lesson", runs=10, out=tmp_path)
    compared = api.compare("ukraine-2014", "silence", runs=10, out=tmp_path)
    assert repr(run) == f"<Study: {run.title}; 10 runs, seed 1; {run.folder}>"
    for said in map(repr, (compared, api.study(compared.folder), api.load("first-lesson"))):
        assert "\n" not in said and len(said) < 300
    assert repr(api.load("first-lesson")) == "<Model: first-lesson; first-lesson>"
    assert str(compared.folder) in repr(compared)


def test_a_file_of_ones_own_is_named_by_a_path_that_can_be_shown(tmp_path: Path) -> None:
    """The commands that a study of no shipped scenario gives name the copy beside its tables, which is there."""
    file = api.create(tmp_path / "strait.yaml")
    study = api.study(api.run(file, runs=10, out=tmp_path).folder)
    assert api.load(study.ensemble.file).name == "strait"
    assert api.study(api.run("first-lesson", runs=10, out=tmp_path).folder).ensemble.file == "first-lesson"
    assert f"`sim show {file} --core`" in api.show(api.load(file)).replace("\n", " ")
