"""Comparisons on the same luck: what is counted, what is said, and that nothing grows with the runs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import api
from sim.analysis.comparing.comparison import Comparison
from sim.cli.group import code_of
from sim.engine.record import Engine
from sim.errors import UsageError
from sim.figures.gallery import pictures_of
from sim.study import pairs, store
from sim.study.pairs import Truth, pairs_of

TEXT = """
scenario: steps
question: Does it help to wait?
start: 2030-01-01
horizon: 20 days
parameters:
  pace: {uniform: {low: 0.02, high: 0.2}}
  luck: {uniform: {low: 0.2, high: 3}}
quantities:
  army: {level: [home, massed, attack], start: home}
  tier: {start: 0, within: [0, 3]}
  nerve: {start: 1}
  worry: {start: 0}
triggers:
  escalate: {rate: pace, do: army += 1, times: 2}
  impose: {when: army >= massed, after: {lognormal: {median: 3 days, p90: 9 days}}, do: tier += 1}
  doubt: {when: army >= attack, do: nerve = sqrt(luck - worry)}
outcomes:
  war: {when: army >= attack and tier < 1}
  quiet: {at_end: army <= home}
  tension: {otherwise: "true"}
metrics:
  worst: {max: army}
  nerves: {final: nerve}
  run: {count: impose}
  when: {first: army >= massed}
policies:
  slow: {pace: 0.03}
  fast: {pace: 0.3}
  worried: {worry: 1}
variants:
  bold: {impose.after: 30 days}
"""
"""Under `worried` some runs take the root of a negative number, and fail. One metric is named like a column."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the scenario, to stand in."""
    folder, before = tmp_path_factory.mktemp("compare"), Path.cwd()
    (folder / "steps.yaml").write_text(TEXT)
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="module")
def study(place: Path) -> Comparison:
    """400 runs of each alternative on the SimPy engine or the other: which does not matter."""
    return api.compare("steps.yaml", ["slow", "fast", "worried", "slow"], runs=400, out=place / "results")


def said(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    capsys.readouterr()
    code = code_of(["compare", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


# ------------------------------------------------------------------------------------------------ what is counted


def test_pairs_are_what_a_plain_count_finds(study: Comparison) -> None:
    """Joined by SQL or run by run in memory, pairs say the same: ends, truths, means, variances, failures."""
    truths = (Truth("war"), Truth("when", "when"), Truth("massed", "worst", 1))
    first, second = study.players[0], study.players[3]
    told = pairs_of(first, second, truths, ("nerves", "run"))
    fine = (first.outcome >= 0) & (second.outcome >= 0)
    assert 0 < told.failed == int((~fine).sum())
    assert told.pairs == int(fine.sum())
    sides = [np.array([*player.outcome_names, None])[player.outcome] for player in (first, second)]
    ends = Counter(zip(*sides, strict=True))
    assert {(one.first, one.second): one.pairs for one in told.changes} == ends
    for one in told.changes:
        assert (sides[0][one.example], sides[1][one.example]) == (one.first, one.second)
        assert not ((sides[0] == one.first) & (sides[1] == one.second))[: one.example].any()
    holds = [
        [(side == "war")[fine] for side in sides],
        [np.isfinite(player.metric("when"))[fine] for player in (first, second)],
        [(player.metric("worst") == 1)[fine] for player in (first, second)],
    ]
    for place, (one, other) in enumerate(holds):
        expected = [(one & other).sum(), (one & ~other).sum(), (~one & other).sum(), (~one & ~other).sum()]
        assert told.truths[:, place].sum(axis=0).tolist() == expected
    groups = np.arange(400)[fine] % pairs.GROUPS
    for place, name in enumerate(("nerves", "run")):
        here, there = (player.metric(name)[fine] for player in (first, second))
        for group in range(pairs.GROUPS):
            some = groups == group
            values = [here[some], there[some], (there - here)[some]]
            assert told.valid[group, place] == some.sum()
            assert told.means[group, place] == pytest.approx([each.mean() for each in values])
            assert told.variances[group, place] == pytest.approx([each.var() for each in values], abs=1e-12)
        assert told.differ[place] == (here != there).sum()


def test_stretches_add_up(study: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few parts are joined at once, the sums are the same."""
    asked = ((Truth("war"),), ("nerves",))
    whole = pairs_of(study.players[0], study.players[2], *asked)
    monkeypatch.setattr(pairs, "STRETCH", 1)
    pieces = pairs_of(study.players[0], study.players[2], *asked)
    assert whole.changes == pieces.changes
    assert np.array_equal(whole.truths, pieces.truths)
    assert pieces.means == pytest.approx(whole.means)
    assert pieces.variances == pytest.approx(whole.variances, abs=1e-12)


def test_no_query_hands_back_runs(study: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables of a comparison are made of sums: no query gives more rows than there are groups and outcomes."""
    rows: list[int] = []
    ask = store.ask

    def counting(*arguments: Any, **named: Any) -> Any:
        found = ask(*arguments, **named)
        rows.append(len(found))
        return found

    monkeypatch.setattr(store, "ask", counting)
    fresh = api.study(study.folder)
    fresh.record()
    assert rows
    assert max(rows) <= max(pairs.GROUPS, 4 * 4)


def test_policy_against_itself_differs_nowhere(place: Path, engine: Engine) -> None:
    """The same policy twice ends alike in every run, and every difference is exactly 0, on either engine."""
    study = api.compare("steps.yaml", ["fast", "fast"], runs=40, engine=engine.name, out=place / engine.name)
    again = study.read(api.reading(baseline="fast"))
    (contrast,) = [one for one in again.contrasts if one.second.name == "fast (2)"]
    assert contrast.pairs.pairs == contrast.alike[0] == 40
    assert contrast.changed == []
    assert contrast.pairs.apart == 0
    assert not contrast.pairs.differ.any()
    rows = [row for sheet in again.sheets for row in sheet.rows if row.get("alternative") == "fast (2)"]
    assert [row["difference"] for row in rows if "difference" in row] == [0.0] * sum(
        "difference" in row for row in rows
    )
    assert any("in every one of 40 pairs" in sentence for sentence in again.says)


def test_both_engines_compare_alike(place: Path) -> None:
    """Whichever engine plays, the comparison says the same to the last digit."""
    told = [
        api.compare("steps.yaml", ["fast"], runs=60, engine=name, out=place / f"with-{name}").record()
        for name in ("simpy", "compiled")
    ]
    words = [json.dumps(one).replace(one["study"], "STUDY") for one in told]
    assert words[0] == words[1]


def test_a_comparison_that_grew_says_the_same_to_the_last_digit(place: Path) -> None:
    """Played in two goes or in one, asked once or again, it gives the same record."""
    goes = ((100, "grown"), (250, "grown"), (250, "at-once"), (250, "at-once"))
    told = [api.compare("steps.yaml", ["fast"], runs=runs, out=place / folder).record() for runs, folder in goes]
    words = {json.dumps(one).replace(one["study"], "STUDY") for one in told[1:]}
    assert len(words) == 1


# ------------------------------------------------------------------------------------------------ how it is read


def test_fewer_runs_than_are_there_are_told_as_such(place: Path) -> None:
    """A reading of the first runs of a larger study says so, and its header says as many runs as its tables."""
    whole = api.compare("steps.yaml", runs=60, out=place / "larger")
    some = api.compare("steps.yaml", runs=20, out=place / "larger")
    assert some.folder == whole.folder
    assert some.runs == 20
    assert "20 runs of each" in some.what
    assert some.what.endswith("; the first 20 of 60 that are there, as asked")
    assert "20 pairs" in some.sheets[0].title
    assert "that are there" not in whole.what


def test_what_stands_is_said(study: Comparison) -> None:
    """The sentence counts the differences of shares that Holm's procedure leaves, and names the largest first."""
    rows = [row for row in study.by_name["differences"].rows if row.get("p_holm") is not None]
    stand = [row for row in rows if row["p_holm"] <= 0.05]
    (says,) = [one for one in study.says if "differences of shares" in one and "taken together" in one]
    assert 0 < len(stand) < len(rows)
    assert says.startswith(f"Of {len(rows)} differences of shares {len(stand)} differ")
    most = max(stand, key=lambda row: abs(row["difference"]))
    assert f": {most['outcome']} under `{most['alternative']}` " in says


def test_methods_are_those_of_the_tables(study: Comparison) -> None:
    """The paragraph for a paper names the interval, the test and the procedure; regret only where there are worlds."""
    assert all(name in study.methods for name in ("Tango", "McNemar", "Holm", "Student", "Wilson"))
    assert "Savage" not in study.methods


def test_status_counts_the_runs_of_all_alternatives(study: Comparison) -> None:
    """What is wanted and what is done are counted alike, over all experiments."""
    told = api.status(study.folder)
    assert (told["kind"], told["experiments"]) == ("compare", len(study.alternatives))
    assert told["runs_done"] == told["runs_wanted"] == study.runs * len(study.alternatives)


def test_differences_are_those_of_pairs(study: Comparison) -> None:
    """A row of the table is a share of all runs, and the difference that pairs show, in the order of the scenario."""
    sheet = study.by_name["differences"]
    rows = {(row["outcome"], row["alternative"]): row for row in sheet.rows}
    assert next(iter(rows)) == ("war", "as_it_stands")
    base, fast = (player.outcome for player in (study.players[0], study.players[2]))
    row = rows["war", "fast"]
    assert row["share"] == np.mean(fast == 0)
    assert row["difference"] == pytest.approx(np.mean(fast == 0) - np.mean(base == 0))
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert rows["war", "as_it_stands"].get("difference") is None
    assert rows["war", "slow"]["difference"] == rows["war", "slow (2)"]["difference"]


def test_failed_pairs_are_counted_and_told(study: Comparison) -> None:
    """A pair with a failed run counts in no difference, in a column, and in a sentence with the command to see it."""
    rows = {row["alternative"]: row for row in study.by_name["changes"].rows}
    failed = int((study.players[3].outcome < 0).sum())
    assert rows["worried"]["failed"] == failed > 0
    assert rows["worried"]["pairs"] == 400 - failed
    (caution,) = [one for one in study.cautions if one.trap == "failed_runs"]
    assert f"{failed} pairs have a run that failed" in caution.says
    assert "sim replay" in caution.says


def test_another_baseline_plays_nothing_anew(study: Comparison) -> None:
    """Read against another alternative, the differences change their sign and no file of runs is touched."""
    before = {path: path.stat().st_mtime_ns for path in study.folder.rglob("*.parquet")}
    other = study.read(api.reading(baseline="fast"))
    assert {path: path.stat().st_mtime_ns for path in study.folder.rglob("*.parquet")} == before

    def difference(comparison: Comparison, alternative: str) -> float:
        rows = comparison.by_name["differences"].rows
        return next(r["difference"] for r in rows if r["outcome"] == "war" and r["alternative"] == alternative)

    assert difference(other, "as_it_stands") == -difference(study, "fast")
    assert api.study(study.folder).reading.baseline == "fast"  # the study remembers
    study.read(api.reading())


def test_each_against_each_and_together(study: Comparison) -> None:
    """All pairs are told on request, and intervals that hold together are wider than those that hold each by itself."""
    every = study.read(api.reading(all_pairs=True))
    assert len(every.contrasts) == 5 * 4 // 2
    assert {(one.first.name, one.second.name) for one in every.contrasts} >= {
        ("slow", "fast"),
        ("as_it_stands", "fast"),
    }
    together = study.read(api.reading(simultaneous=True))

    def width(comparison: Comparison) -> float:
        row = next(r for r in comparison.by_name["differences"].rows if r["alternative"] == "fast")
        return float(row["difference_high"] - row["difference_low"])

    assert width(together) > width(study)
    assert "Bonferroni" in together.by_name["differences"].notes[0]
    study.read(api.reading())


def test_moments_are_told_in_pairs(study: Comparison) -> None:
    """Of a moment that need not come: in which share of runs it comes, and the median day of those, as counted."""
    rows = {row["alternative"]: row for row in study.by_name["moments"].rows}
    days = study.players[2].metric("when")
    assert rows["fast"]["share"] == np.isfinite(days).mean()
    assert rows["fast"]["median"] == np.quantile(days[np.isfinite(days)], 0.5, method="inverted_cdf")
    assert rows["fast"]["median_low"] <= rows["fast"]["median"] <= rows["fast"]["median_high"]


def test_rungs_have_shares_and_no_mean(study: Comparison) -> None:
    """A metric that names a rung is told rung by rung."""
    assert "worst" not in {row["metric"] for row in study.by_name["metrics"].rows}
    rows = [row for row in study.by_name["rungs"].rows if row["alternative"] == "fast"]
    assert [row["rung"] for row in rows] == ["home", "massed", "attack"]
    assert sum(row["share"] for row in rows) == pytest.approx(1.0)


def test_policies_are_compared_within_each_variant(place: Path) -> None:
    """With variants each policy is played in each, and held against what stands in the same one."""
    study = api.compare("steps.yaml", ["fast"], variants=["bold"], runs=50, out=place / "crossed")
    names = {one.second.name: one.first.name for one in study.contrasts}
    assert names == {"fast": "as_it_stands", "fast, bold": "as_it_stands, bold"}
    alone = api.compare("steps.yaml", variants=["bold"], runs=50, out=place / "crossed")
    assert {one.second.name: one.first.name for one in alone.contrasts} == {"bold": "as_it_stands"}
    assert "assumptions" in {caution.trap for caution in alone.cautions}


# ------------------------------------------------------------------------------------------------ worlds


@pytest.fixture(scope="module")
def many(place: Path) -> Comparison:
    """Three alternatives in twelve worlds, and what is asked of them."""
    reading = api.reading(objectives=("avoid:war", "min:nerves"), satisfice=("war<30%", "nerves>0.5"))
    options = {"worlds": 12, "runs": 200, "out": place / "worlds"}
    return api.compare("steps.yaml", ["slow", "fast"], reading=reading, **options)


def test_worlds_are_the_same_for_all(many: Comparison) -> None:
    """In a world every alternative holds the same point of what is uncertain for it."""
    rows = many.ensemble.manifest["experiments"]
    assert len(rows) == 3 * 13
    assert rows[0]["held"] == {}
    for world in range(1, 13):
        stands, slow = rows[world]["held"], rows[13 + world]["held"]
        assert set(stands) == {"pace", "luck"}
        assert slow == {"luck": stands["luck"]}  # under `slow` the pace is known


def test_regret_is_that_of_the_means_in_worlds(many: Comparison) -> None:
    """The naive regret is what the shares in each world give, and the least expected one comes first."""
    told = many.fared[0]
    shares = np.array([
        [np.mean(many.ensemble.experiments[a * 13 + 1 + w].outcome == 0) for w in range(12)] for a in range(3)
    ])  # fmt: skip
    assert told.regrets.by_world == pytest.approx(shares - shares.min(axis=0))
    rows = many.by_name["regret-avoid-war"].rows
    assert [row["expected"] for row in rows] == sorted(row["expected"] for row in rows)
    assert rows[0]["alternative"] == "slow"
    assert {row["alternative"]: row["mean"] for row in rows}["fast"] == pytest.approx(shares[2].mean())


def test_conditions_are_looked_at_world_by_world(many: Comparison) -> None:
    """Kept, open and missed worlds add up, and fast escalation misses more of them than slow."""
    rows = {(row["condition"], row["alternative"]): row for row in many.by_name["satisficing"].rows}
    for row in rows.values():
        assert row["kept"] + row["undecided"] + row["missed"] == 12
        assert row["low"] <= row["share"] <= row["high"]
    assert rows["war<30%", "slow"]["kept"] > rows["war<30%", "fast"]["kept"]


def test_worlds_in_which_all_runs_agree_are_open(place: Path) -> None:
    """A metric that is the same in all runs decides no condition, and shows no regret but 0; n is said."""
    reading = api.reading(objectives=("min:fixed",), satisfice=("fixed<1",))
    text = TEXT.replace("metrics:\n", "metrics:\n  fixed: {final: nerve * 0 + 0.1}\n").replace(
        "sqrt(luck - worry)", "2"
    )
    (place / "fixed.yaml").write_text(text)
    study = api.compare("fixed.yaml", ["slow"], reading=reading, worlds=6, runs=50, out=place / "fixed")
    sheet = study.by_name["satisficing"]
    assert [(row["undecided"], row["no_interval"], row["runs"]) for row in sheet.rows] == [(6, 6, 50)] * 2
    assert "50 runs" in sheet.title
    assert "in up to 6 of 6 worlds luck cannot be told" in sheet.notes[1]
    assert [row["naive_largest"] for row in study.by_name["regret-min-fixed"].rows] == [0.0, 0.0]
    assert pictures_of(study)["regret-min-fixed"]().axes[0].get_xlim() == (0.0, 1.0)


def test_too_few_runs_say_so(place: Path) -> None:
    """Regret is not told of groups of runs that hold one run each."""
    reading = api.reading(objectives=("avoid:war",))
    study = api.compare("steps.yaml", ["fast"], reading=reading, worlds=2, runs=20, out=place / "few")
    assert study.fared == ()
    assert any("Too few runs for regrets" in caution.says for caution in study.cautions)


def test_pictures_show_what_the_tables_say(many: Comparison) -> None:
    """The points of the pictures are the differences, shares and regrets of the tables."""
    drawn = pictures_of(many)
    assert set(drawn) == {"differences", "shares", "regret-avoid-war", "regret-min-nerves"}
    axes = drawn["differences"]().axes
    rows = [row for row in many.by_name["differences"].rows if row.get("difference") is not None]
    seen = [line.get_xdata()[0] for one in axes for line in one.lines if line.get_marker() == "o"]  # type: ignore[index]
    assert seen == pytest.approx([100 * row["difference"] for row in rows])
    assert all(0.0 in line.get_xdata() for one in axes for line in one.lines[:1])  # the zero line
    regret = drawn["regret-avoid-war"]()
    diamonds = [line.get_xdata()[0] for line in regret.axes[0].lines if line.get_marker() == "D"]  # type: ignore[index]
    assert diamonds == pytest.approx([100 * one.expected for one in many.fared[0].regrets.each])
    drawn["shares"]()


def test_shares_beside_differences_are_whole_and_not_too_exact(many: Comparison) -> None:
    """A share has the digits that its interval leaves, and its text ends before the next panel begins."""
    figure = pictures_of(many)["differences"]()
    figure.canvas.draw()
    edges = [axes.get_window_extent().x0 for axes in figure.axes[1:]] + [figure.bbox.x1]
    rows = {(row["outcome"], row["alternative"]): row for row in many.by_name["differences"].rows}
    for axes, edge in zip(figure.axes, edges, strict=True):
        assert len(axes.texts) == 2
        assert all(text.get_window_extent().x1 < edge for text in axes.texts)
        assert axes.get_window_extent().height > figure.bbox.height / 2  # two alternatives fill the slide
    said = [text.get_text() for text in figure.axes[0].texts]
    for name, text in zip(("slow", "fast"), said, strict=True):
        row = rows["war", name]
        assert float(text.removesuffix(" %")) == pytest.approx(100 * row["share"], abs=0.51)
        assert ("." in text) == (row["high"] - row["low"] < 2 * 0.0355)  # the rule of the Particle Data Group


# ------------------------------------------------------------------------------------------------ the command


def test_page_fits_80_columns(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page of a comparison is no wider than a terminal, commands and folders apart, and says what it compares."""
    code, out, _ = said("steps.yaml", "--policies", "slow,fast", "-n", "200", "-q", "--no-plots", "-v", capsys=capsys)
    assert code == 0
    lines = out.partition("\nstudy ")[0].splitlines()
    assert max(map(len, lines)) <= 80
    assert "3 alternatives, 200 runs of each on the same luck; seed 1" in lines
    assert "a hypothesis, not a test" in out
    assert "sim diff" in out


@pytest.mark.parametrize(
    "arguments",
    [("compare", "steps.yaml", "--policies", "slow"), ("sweep", "steps.yaml", "-s", "pace=0.1,0.2"),
     ("ablate", "steps.yaml"), ("run", "steps.yaml")],
)  # fmt: skip
def test_one_is_no_plural(arguments: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run is `1 run`, on every page and in what is said before."""
    capsys.readouterr()
    code_of([*arguments, "-n", "1", "-j", "1", "--no-plots", "-o", str(place / "single")])
    told = capsys.readouterr()
    page = " ".join(f"{told.out} {told.err}".split())
    assert "1 run" in page
    assert not re.findall(r"(?<![\d,.])1 (?:runs|pairs|intervals|experiments|points|differences|alternatives)\b", page)


def test_policy_against_itself_says_0(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--policies slow,slow` is no fault, and the second differs by 0 from the first."""
    asked = ("steps.yaml", "--policies", "slow,slow", "--baseline", "slow", "-n", "100", "-q", "--no-plots")
    code, out, _ = said(*asked, "--format", "json", capsys=capsys)
    told = json.loads(out)
    assert code == 0
    assert told["baseline"] == "slow"
    rows = [row for row in told["differences"] if row["alternative"] == "slow (2)"]
    assert [row["difference"] for row in rows] == [0.0, 0.0, 0.0]
    assert {row["gained"] for row in rows} == {0}


def test_settings_are_alternatives(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each -s is an alternative, several settings in one with `and`; --everywhere holds in all of them."""
    asked = ("-s", "pace=0.1", "-s", "pace=0.1 and luck=2", "--everywhere", "nerve=2", "-n", "20", "-q", "--no-plots")
    code, out, _ = said("steps.yaml", *asked, "--format", "csv", capsys=capsys)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(dict.fromkeys(row["alternative"] for row in rows)) == ["as_it_stands", "pace=0.1", "pace=0.1, luck=2"]


def test_failed_runs_end_with_3(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A comparison with failed runs is finished, and says so by its exit code."""
    asked = ("steps.yaml", "--policies", "worried", "-n", "200", "-q", "--no-plots")
    code, out, _ = said(*asked, capsys=capsys)
    assert code == 3
    assert "count in no difference" in out


def test_dry_run_plays_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run says how many experiments there would be: each alternative, and each in each of 64 worlds."""
    code, out, _ = said("steps.yaml", "--objective", "avoid:war", "--dry-run", "-n", "123", capsys=capsys)
    assert code == 0
    assert "260 experiments of 123 runs each" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--policies", "slwo"), "did you mean `slow`"),
        (("--policies", "slow,,fast"), "a comma between each two"),
        (("--policies", ""), "write names with a comma between"),
        (("--baseline", "fsat"), "did you mean `fast`"),
        (("--objective", "war"), "`avoid:OUTCOME`, `seek:OUTCOME`, `min:METRIC` or `max:METRIC`"),
        (("--objective", "avoid:wra"), "did you mean `war`"),
        (("--objective", "min:when"), "does not come in every run"),
        (("--objective", "min:worst"), "there is no mean rung"),
        (("--satisfice", "war is rare"), "such as `open_war<2%`"),
        (("--satisfice", "war<30"), "write `%` behind a percentage"),
        (("--worlds", "8"), "name an objective, such as `--objective avoid:war`"),
        (("--worlds", "0", "--objective", "avoid:war"), "over worlds"),
        (("--variants", "bold", "--objective", "avoid:war"), "variants are worlds of their own"),
        (("--variants", "bold", "--variant", "bold"), "among the variants instead"),
        (("-s", "pace=1,2"), "several values"),
    ],
)
def test_fault_of_the_user_is_a_sentence(
    arguments: tuple[str, ...], says: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be compared is told before anything is played, with a remedy."""
    code, out, err = said("steps.yaml", *arguments, "-q", "--no-plots", capsys=capsys)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_explained_runs_are_told_by_a_command_that_tells_them(
    study: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of another experiment than the first, what one would type next names it, and the page says which it is."""
    assert code_of(["explain", str(study.folder), "--experiment", "1", "--sample", "5"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"{study.alternatives[1].name}: experiment 1 of" in out
    assert out.count("sim replay") == out.count("--experiment 1") > 0
    next_commands = api.study(study.folder, experiment=1).next_commands
    assert all(command.endswith(" --experiment 1") for command in next_commands)


def test_failed_run_of_another_experiment_is_told_by_its_command(study: Comparison) -> None:
    """What is typed to see the first failed run of one experiment names that experiment."""
    number = next(one.experiment for one in study.alternatives if one.name == "worried")
    failed = api.study(study.folder, experiment=number)
    (says,) = [one.says for one in failed.cautions if one.trap == "failed_runs"]
    assert says.endswith(f"sim replay {study.folder} {failed.ensemble.failures[0].run} --experiment {number}")


def test_which_experiment_was_taken_is_said(study: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """Run 5 beside run 5 of one study is the same run unless experiments are named, and the page says so."""
    folder, names = str(study.folder), [one.name for one in study.alternatives]
    of = len(names)

    def page(*arguments: str) -> str:
        capsys.readouterr()
        assert code_of([*arguments]) == 0
        return " ".join(capsys.readouterr().out.split())

    unasked = page("diff", folder, "5", folder, "5")
    assert unasked.count(f"{names[0]}: experiment 0 of {of}") == 2
    assert f"Both are the same run, for no experiment was asked for: there are {of}, counted from 0" in unasked
    assert "`--experiment K`" in unasked
    asked = page("diff", folder, "5", folder, "5", "--experiment", "0", "--experiment", "2")
    assert f"{names[2]}: experiment 2 of {of}" in asked
    assert "asked for" not in asked
    assert "No experiment was asked for" in page("diff", folder, "5", folder, "6")
    assert page("diff", folder, "5", folder, "5", "--format", "csv").count(f"{names[0]}: experiment 0 of {of}") == 2
    assert f"{names[0]}: experiment 0 of {of}, counted from 0 (--experiment K for another)" in page(
        "replay", folder, "5"
    )
    assert f"{names[1]}: experiment 1 of {of}," in page("replay", folder, "5", "--experiment", "1")
    told = api.diff(api.study(folder, experiment=1), 5, api.study(folder, experiment=2), 5)
    assert (told.notes, told.which) == ((), (f"{names[1]}: experiment 1 of {of}", f"{names[2]}: experiment 2 of {of}"))


def test_computed_tables_are_exported(study: Comparison, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each sheet is a CSV file of its records beside the stored tables; one alone is had by its name."""
    opened = api.study(study.folder)
    files = {path.relative_to(tmp_path).as_posix(): path for path in api.export(opened, out=tmp_path)}
    assert set(files) == {"runs.csv", "design.csv", "failures.csv", *(f"sheets/{name}.csv" for name in opened.by_name)}
    for name, sheet in opened.by_name.items():
        records = list(csv.DictReader(io.StringIO(files[f"sheets/{name}.csv"].read_text())))
        assert records == [{key: "" if value is None else str(value) for key, value in row.items()}
                           for row in sheet.records()]  # fmt: skip
    (alone,) = api.export(opened, out=tmp_path / "one", tables=["sheets/differences"])
    assert alone.read_text() == files["sheets/differences.csv"].read_text()
    capsys.readouterr()
    assert api.export(opened, out="-", tables=["differences"]) == ()
    assert capsys.readouterr().out == alone.read_text()
    with pytest.raises(UsageError, match="did you mean `sheets/differences`"):
        api.export(opened, out=tmp_path, tables=["sheets/diferences"])


def test_nothing_to_compare_is_a_sentence(place: Path) -> None:
    """A scenario without policies is compared only with what is named."""
    with pytest.raises(UsageError, match="has no policies; name variants or settings"):
        api.plan_compare("first-lesson")
