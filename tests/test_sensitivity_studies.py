"""Sensitivity studies, from the file to the tables: designs, luck, growth, what is told and what is drawn."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.cli.group import code_of
from sim.engine.record import LEAN
from sim.errors import UsageError
from sim.figures.gallery import pictures_of
from sim.program.ir import Program
from sim.study.design import Design, Experiment
from sim.study.designs import sampling
from sim.study.ensemble import open_study
from sim.study.execute import run_design
from sim.study.nested import nested
from tests.ishigami import FIRST, TOTAL, VARIANCE
from tests.studies import TEXT, program, tables
from tests.test_sensitivity import within

DESCRIBED = Path(__file__).parent / "described"

SMALL = """
scenario: small
start: 2030-01-01
horizon: 20 days
sources: {us: "our judgement; change it", count: "counted"}
parameters:
  pace: {uniform: {low: 0.02, high: 0.3}, source: us}
  kind: {choice: {1: 1, 2: 1, 4: 2}, source: count}
  idle: {normal: {mean: 0, sd: 1}, source: us}
correlated: [{of: [pace, idle], rank: 0.5, source: us}]
quantities: {army: {level: [home, massed, attack], start: home}}
triggers: {escalate: {rate: pace / kind, do: army += 1, times: 2}}
outcomes: {war: {when: army >= attack}, peace: {otherwise: true}}
metrics: {worst: {max: army}, first: {first: army >= massed}}
"""


def test_moment_is_told_by_whether_it_comes(small: Path) -> None:
    """Of a `first` metric it is told what moves the share of runs in which it comes, and that it is so."""
    study = api.sensitivity(small, method="tornado", runs=60, workers=1, out=small.parent)
    (output,) = [one for one in study.outputs if one.name == "first"]
    came = [np.isfinite(one.metric("first")).mean() for one in study.ensemble.experiments]
    assert output.means == pytest.approx(came)
    assert 0 < min(came) < max(came) < 1
    assert output.says == "P(first)"
    asked = study.of("first")
    assert any("`first` is a moment that may not come" in one.says for one in asked.cautions)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A scenario of three uncertain numbers: one that matters, one of three values, one that does nothing."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


# -------------------------------------------------------------------------------------- functions of known indices


def test_the_noisy_function_of_ishigami_has_its_indices_once_luck_is_taken_out(tmp_path: Path) -> None:
    """Corrected indices are those of the textbook, naive ones too small, and luck's share of variance is 4/17.84."""
    study = api.sensitivity(
        DESCRIBED / "ishigami_noisy.yaml", samples=1024, runs=2, of="y", out=tmp_path, engine="compiled"
    )
    (found,) = study.found
    for place, row in enumerate(found.rows):
        assert within(row.first, FIRST[place])
        assert within(row.total, TOTAL[place])
    assert found.rows[1].naive_first < 0.41  # 0.442 / (1 + 2 / 13.84) is 0.387
    assert abs(found.luck.value - 4 / (4 + VARIANCE)) < 5 * found.luck.half_width / 1.96


@pytest.mark.parametrize(("name", "samples"), [("ishigami", 256), ("sobol_g", 256)])
def test_functions_without_luck_have_their_indices(name: str, samples: int, tmp_path: Path) -> None:
    """Ishigami's and Sobol's G: every index as in the textbook, no luck, and no noise floor."""
    study = api.sensitivity(DESCRIBED / f"{name}.yaml", samples=samples, runs=2, of="y", out=tmp_path)
    (found,) = study.found
    weights = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    part = 1 / (3 * (1 + weights) ** 2)
    whole = (1 + part).prod() - 1
    first, total = part / whole, part * (1 + part).prod() / (1 + part) / whole
    known = {"ishigami": (FIRST, TOTAL), "sobol_g": (first, total)}[name]
    for row, alone, together in zip(found.rows, *known, strict=True):
        assert abs(row.first.value - alone) < 5 * row.first.half_width / 1.96 + 1e-6
        assert abs(row.total.value - together) < 5 * row.total.half_width / 1.96 + 1e-6
    assert (found.luck.value, found.floor_first, found.floor_total) == (0.0, 0.0, 0.0)
    assert "No luck within a run touches it." in study.says[0]


# ---------------------------------------------------------------------------------------------- designs and luck


def experiment(text: str = SMALL, built: Program | None = None) -> Experiment:
    return Experiment(built or program(), text)


def test_points_that_are_compared_share_luck_and_no_others_do() -> None:
    """A and A with a column of B have one luck, B another, and no two base samples the same."""
    one = experiment(TEXT)
    for second in (False, True):
        what = sampling.asked(one, "sobol", samples=16, second=second)
        design = sampling.design_of(one, what, 3)
        lucks = np.array([row.first_run for row in design.experiments]).reshape(16, what.width)
        of_a = [not row.label.split(" ", 1)[1].startswith("B") for row in design.experiments[: what.width]]
        for row in lucks:
            assert len(set(row[of_a])) == len(set(row[~np.array(of_a)])) == 1
        assert len(set(lucks.ravel().tolist())) == 32
    what = sampling.asked(one, "morris", samples=6)
    trajectories = [row.first_run for row in sampling.design_of(one, what, 3).experiments]
    assert trajectories == [number // what.width * sampling.APART for number in range(6 * what.width)]


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_a_longer_design_begins_with_the_shorter(method: str) -> None:
    """Twice the samples are the same study, and its first points are the same points with the same luck."""
    one = experiment(TEXT)
    few, many = (sampling.design_of(one, sampling.asked(one, method, samples=n), 3) for n in (16, 32))
    assert many.experiments[: len(few.experiments)] == few.experiments
    assert (few.digest, few.blocks) == (many.digest, many.blocks[: len(few.blocks)])


def test_moments_of_points_are_those_of_their_runs(tmp_path: Path) -> None:
    """Means, variances and covariances of pairs equal those of the columns; failed runs count, void values do not."""
    one = experiment(TEXT)
    rows = tuple(replace(one, held=(("pace", pace),), label=f"{pace}") for pace in (0.02, 0.1, 0.2))
    study = run_design(Design(rows, 7, block=3, kind="sensitivity"), runs=40, workers=1, out=tmp_path, recording=LEAN)
    for found in nested(study, "experiment - 1"):
        for number, each in enumerate(study.experiments):
            if found.sort == "outcome":
                columns = [one.outcome == one.outcome_names.index(found.name) for one in study.experiments]
            else:
                columns = [one.metric(found.name) for one in study.experiments]
            values = np.asarray(columns[number], dtype=float)
            known = np.isfinite(values)
            assert found.runs[number] == known.sum()
            assert found.means[number] == pytest.approx(values[known].mean())
            assert found.within[number] == pytest.approx(values[known].var(ddof=1), abs=1e-12)
            if number:
                before = np.asarray(columns[number - 1], dtype=float)
                both = known & np.isfinite(before)
                pairs = np.cov(values[both], before[both])[0, 1] * both.sum()
                assert found.shared[number] == pytest.approx(pairs / known.sum() / np.isfinite(before).sum(), abs=1e-12)
            assert len(each) == 40
    assert study.manifest["failed"] > 0  # so that void values were looked at


# --------------------------------------------------------------------------------------------------- whole studies


def test_a_study_of_a_scenario(small: Path, tmp_path: Path) -> None:
    """Pace and kind move war, what does nothing has no index at all, and what was assumed is said."""
    study = api.sensitivity(small, samples=64, runs=40, out=tmp_path)
    war = study.found[0]
    by_name = {row.parameter: row for row in war.rows}
    assert war.is_told
    assert {war.ranked[0].parameter, war.ranked[1].parameter} == {"pace", "kind"}
    assert by_name["idle"].first.value == by_name["idle"].total.value == 0.0
    assert 0 < war.floor_first < 0.5
    traps = {caution.trap: caution.says for caution in study.cautions}
    assert "pace and idle (rank +0.5)" in traps["correlated"]
    assert "3 of 4 numbers are judgement" in traps["guesses"]
    assert "turns on 1 of the 2 that were moved: pace" in traps["guesses"]
    assert f"{war.floor_first:.2g}"[:4] in traps["noise_floor"]
    assert study.says[0].startswith("What moves P(war): ")
    assert "Luck within a run is" in study.says[0]
    again = api.study(study.folder)
    assert again.record() == study.record() | {"cautions": again.record()["cautions"]}
    assert again.sheets == study.sheets


def test_a_study_grows_and_what_is_there_is_used(small: Path, tmp_path: Path) -> None:
    """Fewer samples or runs than are there are not another study: all that is there is taken."""
    large = api.sensitivity(small, samples=64, runs=10, out=tmp_path)
    plan = api.plan_sensitivity(api.load(small), samples=16, runs=5, out=tmp_path)
    assert (plan.to_play, plan.runs, len(plan.design.experiments)) == (0, 10, 64 * 5)
    alone = api.sensitivity(small, samples=32, runs=10, out=tmp_path / "alone")
    grown = api.sensitivity(small, samples=64, runs=10, out=tmp_path / "alone")
    assert alone.folder == grown.folder
    assert tables(grown.folder)["runs"] == tables(large.folder)["runs"]


def test_samples_are_doubled_until_indices_are_narrow_enough(tmp_path: Path) -> None:
    """`until` plays more base samples, and stops at the first number that will do."""
    plans = []

    def play(plan: api.Plan) -> object:
        plans.append(plan)
        return api.run(plan)

    study = api.sensitivity(
        DESCRIBED / "ishigami.yaml", until=0.12, of="y", runs=2, out=tmp_path, play=play, engine="compiled"
    )
    assert study.half_width <= 0.12
    assert [len(plan.design.experiments) // 5 for plan in plans] == [128 * 2**n for n in range(len(plans))]
    assert len(plans) >= 2


def test_a_tornado_differs_run_by_run(small: Path, tmp_path: Path) -> None:
    """Ends and swings are those of the experiments; what does nothing has no swing, the others drawn or not."""
    study = api.sensitivity(small, method="tornado", runs=200, out=tmp_path)
    war, names = study.found[0], study.parameters
    shares = [float((each.outcome == 0).mean()) for each in study.ensemble.experiments]
    for place, row in enumerate(war.drawn):
        assert (row.low, row.high) == (shares[2 * len(names) + 2 + 2 * place], shares[2 * len(names) + 3 + 2 * place])
    assert war.drawn[names.index("idle")].swing.value == 0.0
    assert war.beside("pace").swing.low > 0.0
    assert war.drawn[0].values == pytest.approx((0.034, 0.286))
    held = [row for row in study.sheets[1].rows if row["parameter"] == "kind"]
    assert (held[0]["low"], held[0]["high"]) == ("1", "4")


def test_a_screening_ranks(small: Path, tmp_path: Path) -> None:
    """A step of the pace makes war likelier and a step of what does nothing nothing, whichever way it goes."""
    study = api.sensitivity(small, method="morris", samples=20, runs=100, out=tmp_path)
    rows = {row.parameter: row for row in study.found[0].rows}
    assert rows["pace"].mean.low > 0.0 > rows["kind"].mean.high
    assert rows["idle"].size.value == rows["idle"].noise == 0.0
    assert all(row.steps == 20 for row in rows.values())


def test_some_parameters_may_be_moved_and_the_others_drawn(small: Path, tmp_path: Path) -> None:
    """Those that are not named are drawn for each run, and it is said that they count as luck."""
    study = api.sensitivity(small, parameters=("pace",), samples=32, runs=10, out=tmp_path)
    assert study.parameters == ("pace",)
    assert len(np.unique(study.ensemble.parameter(1))) == 3
    assert len(np.unique(study.ensemble.parameter(0))) == 1
    assert "2 other parameters are drawn" in " ".join(caution.says for caution in study.cautions)


@pytest.mark.parametrize("method", ["sobol", "morris", "tornado"])
def test_pictures_show_the_numbers_of_the_tables(method: str, small: Path, tmp_path: Path) -> None:
    """Each panel is drawn from what was found: one for each outcome and metric that varies, at most six on a slide."""
    study = api.sensitivity(
        small, method=method, runs=20, out=tmp_path, **({} if method == "tornado" else {"samples": 16})
    )
    drawn = pictures_of(study)
    assert set(drawn) == {f"{method}-outcomes", f"{method}-metrics"}
    figure = drawn[f"{method}-outcomes"]()
    said = " ".join(text.get_text() for text in figure.texts)
    assert "war" in said
    assert "20 runs at each" in " ".join(said.split())
    if method == "sobol":
        widths = {round(patch.get_width(), 9) for axes in figure.axes for patch in axes.patches}
        for row in study.found[0].rows:
            assert round(row.first.value, 9) in widths
            assert round(row.total.value, 9) in widths
        assert round(2 * study.found[0].floor_first, 9) in widths
    if method == "morris":
        points = {round(float(line.get_xdata()[0]), 9) for axes in figure.axes for line in axes.lines}
        assert {round(100 * row.size.value, 9) for row in study.found[0].rows} <= points


# ------------------------------------------------------------------------------------------------------ the command


def test_the_command_says_it_in_eighty_columns(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, sentences and cautions fit; the record has every index with its interval, naive value and floor."""
    command = ["sensitivity", str(small), "--samples", "32", "-n", "20", "-o", str(tmp_path), "--no-plots", "-q"]
    assert code_of(command) == 0
    printed = capsys.readouterr().out
    assert max(len(line) for line in printed.splitlines() if "sim " not in line and "study" not in line) <= 80
    assert "cannot be told from noise" in " ".join(printed.split())
    assert code_of([*command, "--format", "json", "--of", "war"]) == 0
    record = json.loads(capsys.readouterr().out)
    row = record["indices"][0]
    assert {"of", "parameter", "first", "first_low", "first_high", "total", "naive_first", "floor_first"} <= set(row)
    assert {each["of"] for each in record["variance"]} == {"war"}


@pytest.mark.parametrize("method", ["sobol", "morris", "tornado"])
def test_what_is_proposed_next_plays_nothing_more(method: str, small: Path, tmp_path: Path) -> None:
    """The next command asks about the points and runs that are there, and begins no larger study."""
    samples = 16 if method != "tornado" else None
    study = api.sensitivity(api.load(small), method=method, samples=samples, runs=20, workers=1, out=tmp_path)
    before = dict(study.ensemble.manifest)
    words = shlex.split(study._command)
    assert code_of([*words[1:], "-q", "--no-plots"]) == 0
    after = api.study(study.folder).ensemble.manifest
    assert (len(after["experiments"]), after["runs"]) == (len(before["experiments"]), before["runs"])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--samples", "100"], "take 64 or 128"),
        (["--parameters", ","], "with a comma between each two"),
        (["-n", "1"], "cannot tell luck from parameters"),
        (["-n", "70000"], "at most 65,536"),
        (["--parameters", "pacee"], "did you mean `pace`"),
        (["--of", "warr"], "did you mean `war`"),
        (["--until", "5"], "write the half-width of an index"),
        (["--until", "0.1", "--samples", "64"], "take one of them"),
        (["--until", "0.1", "--method", "morris"], "take `--method sobol`"),
        (["--second", "--method", "morris"], "second-order indices are Sobol's"),
        (["--samples", "5", "--method", "tornado"], "a tornado has no samples"),
        (["--samples", "2", "--method", "morris"], "take 4 to"),
    ],
)
def test_what_cannot_be_played_gets_a_sentence(
    more: list[str], says: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong request ends with code 2 and says how to mend it, before anything is played."""
    assert code_of(["sensitivity", str(small), "-o", str(tmp_path / "none"), *more]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_file_without_uncertain_numbers_gets_a_sentence() -> None:
    """There is nothing to move in it."""
    with pytest.raises(UsageError, match="no uncertain parameter"):
        api.plan_sensitivity(api.load("first-lesson"))


def test_runs_that_fail_leave_a_study_standing(tmp_path: Path) -> None:
    """Failed runs count in no outcome and are told; points that all failed leave their base sample out."""
    path = tmp_path / "failing.yaml"
    nerve = "quantities: {nerve: {start: 1}, "
    doubt = "triggers: {doubt: {at: 5 days, do: nerve = sqrt(idle + 1)}, "
    path.write_text(SMALL.replace("quantities: {", nerve).replace("triggers: {", doubt))
    study = api.sensitivity(path, samples=16, runs=10, out=tmp_path)
    opened = open_study(study.folder)
    assert opened.manifest["failed"] > 0
    told = {caution.trap: caution.says for caution in study.cautions}
    assert "runs failed" in told["failed_runs"]
    worst = next(one for one in study.of("worst").found)
    assert worst.left_out > 0
