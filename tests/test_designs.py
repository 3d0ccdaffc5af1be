"""Studies of many experiments: blocks of experiments in one part, counts of all of them at once, disabled triggers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import api
from sim.engine.record import LEAN, Engine
from sim.errors import UsageError
from sim.program.parameters import draw_parameters
from sim.streams import Luck, future_seed
from sim.study.design import Design, Experiment, Past, parts_of
from sim.study.designs.space import points, uncertain
from sim.study.ensemble import Ensemble, open_study
from sim.study.execute import run_design, status_of
from sim.study.tallies import tallies_of
from tests.studies import EVENTS, TEXT, program, tables

HELD = tuple((("pace", pace),) for pace in (0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2))


def many(*, block: int = 3, seed: int = 7) -> Design:
    """Seven experiments that hold a parameter, in blocks of three, three and one."""
    played = program()
    rows = tuple(Experiment(played, TEXT, held=held, label=f"pace {held[0][1]:g}") for held in HELD)
    return Design(rows, seed, ((0, 10),), kind="sweep", block=block)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    """23 runs of each of seven experiments."""
    return run_design(many(), runs=23, workers=1, out=tmp_path_factory.mktemp("many"), recording=LEAN)


def test_experiments_of_a_block_share_a_part() -> None:
    """A part holds the same runs of each experiment of its block, and blocks hold neighbours."""
    parts = list(many().parts(23))
    assert many().blocks == ((0, 1, 2), (3, 4, 5), (6,))
    assert [part.runs for part in parts if part.block == 0] == [30, 30, 9]
    assert sum(part.runs for part in parts) == 7 * 23


def test_blocks_hold_one_program_each() -> None:
    """An engine is asked for one program and one set of dictated decisions at a time."""
    rows = many().experiments
    other = replace(rows[0], program=program())
    dictated = replace(rows[0], decisions=(("escalate", 0, "x"),))
    mixed = Design((rows[0], rows[1], other, dictated, rows[2]), 7, block=25)
    assert mixed.blocks == ((0, 1), (2,), (3,), (4,))


@pytest.mark.parametrize("count", [1, 2, 3, 9, 64])
def test_every_block_is_played_once_in_a_spread_order(count: int) -> None:
    """However many blocks there are, each has its part, and the first few lie far apart."""
    order = [part.block for part in parts_of(((0, 5),), 5, tuple((number,) for number in range(count)))]
    assert sorted(order) == list(range(count))
    if count == 64:
        assert order[:4] == [0, 32, 16, 48]


def test_a_block_changes_no_row(study: Ensemble, tmp_path: Path) -> None:
    """The runs of an experiment are the same whether it shares its parts with others or not."""
    alone = run_design(many(block=1), runs=23, workers=1, out=tmp_path, recording=LEAN)
    blocks, single = tables(study.folder), tables(alone.folder)
    assert set(blocks) == {"runs", "failures", "design"}

    def rows(found: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
        return sorted(found["runs"], key=lambda row: row[:2])

    assert rows(blocks) == rows(single)
    assert len(rows(blocks)) == 7 * 23


def test_two_workers_store_what_one_does(study: Ensemble, tmp_path: Path) -> None:
    """Threads and processes alike write the same files as this process alone."""
    for engine in ("simpy", "compiled"):
        both = run_design(many(), runs=23, workers=2, out=tmp_path / engine, recording=LEAN, engine=engine)
        assert tables(both.folder)["runs"] == tables(study.folder)["runs"]


def test_an_experiment_is_read_alone(study: Ensemble) -> None:
    """Of a part that several share, each reads its own runs; failures belong to the experiment in which they came."""
    held = [float(one.parameter(0)[0]) for one in study.experiments]
    assert held == pytest.approx([pace for ((_, pace),) in HELD])
    assert all(len(one) == 23 and (one.runs == np.arange(23)).all() for one in study.experiments)
    assert [one.label for one in study.experiments][:2] == ["pace 0.02", "pace 0.05"]
    failed = [failure for one in study.experiments for failure in one.failures]
    assert failed, "the scenario is made so that some runs fail"
    assert tuple(failed) == study.failures_of_all
    for failure in failed:
        one = study.experiments[failure.experiment]
        assert one.outcome[failure.run] == -1
        assert failure.command.endswith(
            f"{failure.run}" + (f" --experiment {failure.experiment}" * (failure.experiment > 0))
        )


def test_all_experiments_are_counted_by_one_query(study: Ensemble) -> None:
    """Shares, means and variances are those of each experiment's own runs; void values are left out."""
    found = tallies_of(study)
    for number, one in enumerate(study.experiments):
        counts = [int((one.outcome == place).sum()) for place in range(len(one.outcome_names))]
        assert found.outcomes[number].tolist() == counts
        assert found.failed[number] == (one.outcome == -1).sum()
        for place, name in enumerate(found.metric_names):
            values = one.metric(name)
            values = values[np.isfinite(values)]
            assert found.valid[number, place] == len(values)
            assert found.means[number, place] == pytest.approx(values.mean())
            assert found.variances[number, place] == pytest.approx(values.var(ddof=1), abs=1e-12)
    assert found.shares.sum(axis=1) == pytest.approx(1 - found.failed / 23)


def test_the_folder_tells_what_the_study_is(study: Ensemble) -> None:
    """Kind, blocks and runs come back from the folder, and it counts as whole."""
    opened = open_study(study.folder)
    assert (opened.kind, opened.label) == ("sweep", "pace 0.02")
    told = status_of(study.folder)
    assert (told["status"], told["done"]) == ("complete", [23] * 7)
    assert study.folder.name.startswith("ladder-sweep-")


def test_a_study_grows(study: Ensemble, tmp_path: Path) -> None:
    """More runs extend the parts; the runs that were there stay as they were."""
    few = run_design(many(), runs=12, workers=1, out=tmp_path, recording=LEAN)
    more = run_design(many(), runs=23, workers=1, out=tmp_path, recording=LEAN)
    assert (few.folder, tables(more.folder)["runs"]) == (more.folder, tables(study.folder)["runs"])


def test_kind_and_settings_make_another_study() -> None:
    """What a study is for is part of its digest, as plain runs of the same experiments are another study."""
    swept, plain = many(), replace(many(), kind="run")
    other = replace(many(), settings={"method": "grid"})
    assert len({swept.digest, plain.digest, other.digest}) == 3


def test_a_design_that_grows_is_known_by_how_it_is_made() -> None:
    """With more experiments by the same rule it is the same study."""
    whole = replace(many(), grows=True, settings={"rule": "every second"})
    part = replace(whole, experiments=whole.experiments[:3])
    assert whole.digest == part.digest != many().digest


@pytest.mark.parametrize("block", [1, 3])
def test_a_design_that_was_larger_before_has_its_own_runs(block: int, tmp_path: Path) -> None:
    """Fewer experiments and more runs than are there: each has all its runs, and nothing of the others is counted."""
    whole = replace(many(), grows=True, block=block, settings={"rule": "every second"})
    options: dict[str, Any] = {"workers": 1, "recording": LEAN}
    run_design(whole, runs=12, out=tmp_path, **options)
    part = replace(whole, experiments=whole.experiments[:4])  # of blocks of three, half of the second
    again = run_design(part, runs=15, out=tmp_path, **options)
    fresh = run_design(part, runs=15, out=tmp_path / "fresh", **options)
    assert tallies_of(again).runs.tolist() == [15] * 4
    assert tallies_of(again).outcomes.tolist() == tallies_of(fresh).outcomes.tolist()
    assert status_of(again.folder)["done"] == [15] * 4


def test_a_disabled_trigger_never_fires(engine: Engine) -> None:
    """It stays in the program and fires in no run, and no draw of another moves."""
    whole = program()
    without = whole.without(["impose"])
    parameters = draw_parameters(whole, 7, np.arange(40))
    here = engine.run(whole, luck=Luck(7), runs=range(40), parameters=parameters)
    gone = engine.run(without, luck=Luck(7), runs=range(40), parameters=parameters)
    fired = [trigger.name for trigger in whole.triggers].index("impose")
    assert here.counters[:, fired, 0].sum() > 0
    assert gone.counters[:, fired, 0].sum() == 0
    assert whole.without([]) is whole
    with pytest.raises(KeyError):
        whole.without(["nobody"])


def test_a_disabled_trigger_comes_back_from_the_folder(tmp_path: Path) -> None:
    """Whoever opens the study plays the program without it."""
    played = program()
    rows = (Experiment(played, TEXT), Experiment(played.without(["impose"]), TEXT, disabled=("impose",)))
    folder = run_design(Design(rows, 7, ((0, 10),), kind="ablate"), runs=10, workers=1, out=tmp_path).folder
    first, second = open_study(folder).experiments
    assert [trigger.enabled for trigger in first.program.triggers] == [True, True, True]
    assert [trigger.enabled for trigger in second.program.triggers] == [True, False, True]


def test_points_lie_at_the_quantiles_of_each_parameter() -> None:
    """The unit cube becomes values by the inverse of each distribution, one column for each parameter."""
    played = program()
    assert uncertain(played) == ("pace", "luck")
    ((first, second),) = points(played, ("pace", "luck"), np.array([[0.25, 0.5]]))
    assert first == ("pace", pytest.approx(0.02 + 0.25 * 0.18))
    assert second == ("luck", pytest.approx(2.0))
    with pytest.raises(UsageError, match="did you mean `pace`"):
        uncertain(played, ["pase"])


def test_runs_of_a_past_are_its_futures(engine: Engine, tmp_path: Path) -> None:
    """Run j is the past's run up to the turn, then luck number j: equal for both experiments, unlike for two runs."""
    played, turn = program(), 1
    held = (("pace", 0.1),)
    rows = tuple(Experiment(played, TEXT, held=held, label=name, past=Past(5, turn)) for name in ("one", "two"))
    design = Design(rows, 7, ((0, 10),), kind="branch", block=2)
    study = run_design(design, runs=12, workers=1, out=tmp_path, recording=EVENTS, engine=engine)
    parameters = draw_parameters(played, 7, np.array([5]))
    parameters[0, 0] = 0.1
    whole = engine.run(played, luck=Luck(7), runs=[5], parameters=parameters, recording=EVENTS)
    first, second = study.experiments
    before = [(row.tick, row.trigger) for row in whole.events[0][:turn]]
    futures = []
    for future in range(12):
        alone = engine.run(
            played, luck=Luck(7, ((turn, future_seed(7, future)),)), runs=[5], parameters=parameters, recording=EVENTS
        )
        told = [(row.tick, row.trigger) for row in alone.events[0]]
        names = [(tick, played.trigger(name)) for _, tick, name, _, _ in first.events_of(future)]
        assert names == told[: len(names)] == [(t, played.trigger(n)) for _, t, n, _, _ in second.events_of(future)]
        assert told[: len(before)] == before
        futures.append(tuple(told))
    assert len(set(futures)) > 3
    assert (first.outcome == second.outcome).all()


def test_an_experiment_may_have_luck_of_its_own(tmp_path: Path) -> None:
    """Run r of an experiment that begins at run 5 is run 5 + r, parameters and all."""
    base = Experiment(program(), TEXT)
    later = replace(base, first_run=5, label="later")
    whole = run_design(Design((base, later), 7), runs=12, workers=1, out=tmp_path, recording=LEAN)
    first, second = whole.experiments
    np.testing.assert_array_equal(second.outcome[:7], first.outcome[5:])
    np.testing.assert_array_equal(second.metrics[:7], first.metrics[5:])
    np.testing.assert_array_equal(second.parameters[:7], first.parameters[5:])
    told = api.study(whole.folder, experiment=1).replayed([3])
    assert told.runs.tolist() == [3]
    np.testing.assert_array_equal(told.metrics[0], first.metrics[8])


def test_designs_that_begin_elsewhere_are_other_studies() -> None:
    """Where luck begins is part of the digest; where it begins at run 0 nothing is said of it."""
    base = Experiment(program(), TEXT)
    assert Design((base,), 7).digest != Design((replace(base, first_run=1),), 7).digest
    assert "first_run" not in base.says
