"""What mattered: answers that are known beforehand, both engines, and what is said of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import api
from sim.analysis.ablating.ablation import Ablation
from sim.analysis.ablating.effects import Without
from sim.analysis.outcomes import Share
from sim.cli.group import cli, code_of
from sim.engine.choose import ENGINES
from sim.errors import UsageError
from sim.figures.gallery import pictures_of
from sim.program.removing import Thing
from sim.study.designs.ablation import COALITIONS, ablation_design, sampled_orders
from tests.statistics.claims import SEED, assert_share

HEADER = """
scenario: known
question: Which of them led to war?
start: 2030-01-01
horizon: 10 days
quantities: {one: {start: 0}, other: {start: 0}}
triggers:
"""
EITHER = "outcomes: {war: {at_end: one + other > 0}, peace: {otherwise: true}}\nmetrics: {sum: {final: one + other}}\n"
BOTH = EITHER.replace("one + other > 0", "one + other > 1")
SURE = """
  left: {at: 3 days, do: one = 1}
  right: {at: 4 days, do: other = 1}
"""
LIKELY = """
  left: {at: 3 days, chance: 50 %, do: one = 1}
  right: {at: 4 days, chance: 50 %, do: other = 1}
  bluff: {at: 5 days, chance: 0 %, do: one = 0}
"""


@pytest.fixture(params=ENGINES)
def on(request: pytest.FixtureRequest) -> str:
    """The name of every engine there is."""
    return str(request.param)


def ablated(text: str, folder: Path, *, engine: str = "auto", runs: int = 60, **options: object) -> Ablation:
    path = folder / "known.yaml"
    path.write_text(text, encoding="utf-8")
    return api.ablate(api.load(path), runs=runs, engine=engine, out=folder / "results", workers=1, **options)


def _hits(share: Share) -> list[bool]:
    return [place < share.count for place in range(share.of)]


def rows_of(found: Ablation) -> dict[str, Without]:
    return {row.thing.name: row for row in found.rows}


# ------------------------------------------------------------------------------------------------ known answers


def test_where_either_suffices_neither_is_necessary(tmp_path: Path, on: str) -> None:
    """Two triggers each of which leads to war: without one of them nothing changes, and no run tells if it suffices."""
    found = ablated(HEADER + SURE + EITHER, tmp_path, engine=on, shapley=["left", "right"])
    for row in rows_of(found).values():
        effect = row.of("war")
        assert (effect.change, effect.necessary.share, effect.enough.of) == (0.0, 0.0, 0)
        assert effect.low < 0 < effect.high
        assert not row.is_silent
    assert found.shapley is not None
    assert [value.value for value in found.shapley.of("war")] == [0.5, 0.5]
    assert [pair.value for pair in found.shapley.pairs if pair.outcome == "war"] == [-1.0]
    assert any("stand-in" in caution.says for caution in found.cautions)


def test_where_both_are_needed_each_is_necessary(tmp_path: Path, on: str) -> None:
    """Two triggers that lead to war together alone: each is necessary in every run, and enough in every one."""
    found = ablated(HEADER + SURE + BOTH, tmp_path, engine=on, shapley=["left", "right"])
    for row in rows_of(found).values():
        war = row.of("war")
        assert (war.change, war.necessary.share, war.enough.share) == (-1.0, 1.0, 1.0)
        assert (war.necessary.of, war.enough.of) == (60, 60)
        assert row.of("peace").necessary.of == 0
        assert row.largest.is_sure
    assert found.shapley is not None
    assert [value.value for value in found.shapley.of("war")] == [0.5, 0.5]
    assert [pair.value for pair in found.shapley.pairs if pair.outcome == "war"] == [1.0]


def test_what_luck_decides_is_counted_run_by_run(tmp_path: Path) -> None:
    """Either of two coins leads to war: each is necessary in a third of the wars, and enough where the other fails."""
    found = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=4_000, seed=SEED % 2**64, shapley=["left", "right"])
    for name in ("left", "right"):
        war = rows_of(found)[name].of("war")
        assert_share(_hits(war.necessary), expected=1 / 3, detects=0.1)
        assert_share(_hits(war.enough), expected=1 / 2, detects=0.13)
        assert war.change == -war.necessary.count / 4_000
        assert war.low < war.change < war.high
    assert found.shapley is not None
    one, other = found.shapley.of("war")
    together = sum(row.of("war").necessary.count for row in found.rows if not row.is_silent) / 4_000
    assert one.value + other.value == pytest.approx(rows_of(found)["left"].of("war").ended_so / 4_000)
    assert abs(one.value - other.value) == pytest.approx(
        abs(rows_of(found)["left"].of("war").change - rows_of(found)["right"].of("war").change)
    )
    assert together < one.value + other.value


def test_a_bluff_that_never_fires_changes_nothing(tmp_path: Path, on: str) -> None:
    """It is told apart from what fired and moved nothing, is exactly 0, stands last, and is no test among others."""
    found = ablated(HEADER + LIKELY + EITHER, tmp_path, engine=on)
    last = found.rows[-1]
    assert (last.thing.name, last.is_silent, last.fires_in.count) == ("bluff", True, 0)
    record = found.sheets[0].records()[-1]
    assert (record["change"], record["low"], record["silent"], record["war.change"]) == (0.0, None, True, 0.0)
    assert "Never fired" in " ".join(found.says)
    assert "Of 4 changes" in found.sheets[0].notes[0]


def test_engines_agree(tmp_path: Path) -> None:
    """Every number of an ablation is the same from both engines."""
    told = []
    for name in ENGINES:
        (tmp_path / name).mkdir()
        record = ablated(HEADER + LIKELY + EITHER, tmp_path / name, engine=name, shapley=["left", "bluff"]).record()
        told.append({key: value for key, value in record.items() if key != "study"})
    assert told[0] == told[1]


def test_a_threat_that_deters_is_missed_where_it_does_not_fire(tmp_path: Path) -> None:
    """Without the threat of the first lesson there are more attacks, as many as where it is never made."""
    found = api.ablate("first-lesson", runs=2_000, what="threats", out=tmp_path)
    (row,) = found.rows
    assert (row.thing.sort, row.thing.name) == ("threat", "tripwire")
    assert row.of("attack").low > 0
    silent = api.run(api.load("first-lesson", overrides=[("tripwire.start", "unsaid")]), runs=2_000, out=tmp_path)
    assert silent.summary.outcomes[0].count == row.of("attack").ended_so_without
    assert any(caution.trap == "deterrence" for caution in found.cautions)


def test_chains_and_ablations_point_the_same_way(tmp_path: Path) -> None:
    """The trigger behind most wars is the one without which most wars do not happen."""
    text = (
        HEADER
        + """
  spark: {rate: 0.08, times: 1, do: one = 1}
  mishap: {rate: 0.02, times: 1, do: one = 1}
outcomes: {war: {when: one > 0}, peace: {otherwise: true}}
"""
    )
    found = ablated(text, tmp_path, runs=1_500)
    chains = api.explain(api.run(api.load(tmp_path / "known.yaml"), runs=1_500, out=tmp_path), "war")[0].chains
    shares = {str(chain).split()[0].strip("`"): chain.share for chain in chains}
    rows = rows_of(found)
    assert next(iter(found.rows)).thing.name == "spark" == max(shares, key=lambda name: shares[name])
    assert rows["spark"].of("war").necessary.share > rows["mishap"].of("war").necessary.share
    assert rows["mishap"].of("war").change < 0


# ------------------------------------------------------------------------------------------------ Shapley values


def test_values_sum_to_what_the_group_adds(tmp_path: Path) -> None:
    """Over all coalitions and over sampled orders alike, in every outcome, to the last run."""
    exact = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=400, shapley=["left", "right", "bluff"])
    few = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=400, shapley=["left", "right", "bluff"], orders=3)
    none = next(one for one in exact.ensemble.experiments if one.label == "without left and right and bluff")
    for found in (exact, few):
        assert found.shapley is not None
        for place, total in enumerate(found.shapley.sums):
            counted = (exact.ensemble.outcome == place).mean() - (none.outcome == place).mean()
            assert total.value == pytest.approx(counted, abs=1e-15)
            assert sum(value.value for value in found.shapley.of(total.outcome)) == pytest.approx(counted, abs=1e-12)
    assert few.shapley is not None and few.shapley.orders == 3 and not few.shapley.pairs


def test_sampled_orders_come_to_the_same(tmp_path: Path) -> None:
    """With many orders each value is within its interval of the exact one; a dummy adds exactly nothing."""
    exact = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=200, shapley=["left", "right", "bluff"]).shapley
    sampled = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=200, shapley=["left", "right", "bluff"], orders=200)
    assert exact is not None and sampled.shapley is not None
    for one, other in zip(exact.values, sampled.shapley.values, strict=True):
        assert other.low <= one.value <= other.high
    assert [value.value for value in sampled.shapley.values if value.members == (2,)] == [0.0, 0.0]


def test_a_value_of_nothing_is_not_certain(tmp_path: Path) -> None:
    """A member that moved nothing in n runs has an interval of about 3 / n to both sides, and not of no width."""
    found = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=400, shapley=["left", "right", "bluff"]).shapley
    assert found is not None
    for value in found.values:
        if value.members == (2,):
            assert value.value == 0.0
            assert 0.5 * 3 / 400 < value.high == -value.low < 2 * 3 / 400


def test_large_groups_are_sampled() -> None:
    """Of ten members every coalition is played, of eleven about a thousand, in orders that the seed decides."""
    assert sampled_orders(range(10), None, 1) == []
    orders = sampled_orders(range(11), None, 1)
    assert len(orders) == COALITIONS // 10
    assert all(sorted(order) == list(range(11)) for order in orders)
    assert orders != sampled_orders(range(11), None, 2) and orders == sampled_orders(range(11), None, 1)
    firsts = [order[0] for order in sampled_orders(range(3), 3_000, 7)]
    assert all(880 < firsts.count(member) < 1_120 for member in range(3))


# ------------------------------------------------------------------------------------------------ what is taken out


@pytest.fixture(scope="module")
def model() -> api.Model:
    return api.load("ukraine-2014")


def test_what_the_file_writes_is_taken_out(model: api.Model) -> None:
    """Families as one thing, plumbing never alone, actors only when they are asked for; each once."""
    design = api.plan_ablate(model, runs=1).design
    things = [thing["name"] for thing in design.settings["things"]]
    assert len(things) == len(set(things)) == 43
    assert {"buildings", "border_army.shots", "election", "early_relief", "paris_track"} <= set(things)
    assert not {"border_army.moves", "buildings.donetsk", "russia", "raft_of_new_measures.called"} & set(things)
    actors = api.plan_ablate(model, what="actors", runs=1).design.settings["things"]
    assert [thing["name"] for thing in actors] == ["russia", "us", "eu", "ukraine", "osce"]
    one = api.plan_ablate(model, only=["buildings.donetsk", "russia"], runs=1).design
    assert one.experiments[1].disabled == ("buildings.donetsk",)
    assert "moscow_in_the_regions" in one.experiments[2].disabled


def test_what_is_out_already_is_no_thing(tmp_path: Path) -> None:
    """A trigger that the file or a policy has disabled is not listed; a policy is ablated as it would be played."""
    text = HEADER + LIKELY + EITHER + "policies: {calm: {without: left}}\n"
    (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
    design = api.plan_ablate(api.load(tmp_path / "known.yaml", "calm"), runs=1).design
    assert [thing["name"] for thing in design.settings["things"]] == ["right", "bluff"]
    assert design.experiments[1].policy == "calm"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"only": ["buildngs"]}, "did you mean `buildings`"),
        ({"what": "trigger"}, "did you mean `triggers`"),
        ({"only": ["election"], "what": "threats"}, "nothing called `election`"),
        ({"shapley": ["border_army", "border_army.shots"]}, "a group is made of things apart"),
        ({"shapley": ["election"]}, "two or more"),
        ({"shapley": ["election", "calm"], "orders": 0}, "2 orders or more"),
        ({"orders": 5}, "name it with `--shapley"),
    ],
)
def test_what_is_not_there_is_told(model: api.Model, options: dict[str, object], says: str) -> None:
    """Each gets a sentence that says what to write."""
    with pytest.raises(UsageError, match=says):
        api.plan_ablate(model, runs=1, **options)  # type: ignore[arg-type]


def test_groups_share_experiments(model: api.Model) -> None:
    """Each coalition is played once, and those without one member are the rows of the table."""
    plan = api.plan_ablate(model, shapley=["election", "calm", "early_relief"], runs=1)
    taken = plan.design.settings["taken"]
    assert len(taken) == len({tuple(places) for places in taken}) == 1 + 43 + (8 - 1 - 3)
    thing = Thing("a", "trigger", ("calm",))
    with_one = ablation_design(plan.design.experiments[0], [thing], seed=1)
    assert [experiment.label for experiment in with_one.experiments] == ["the whole", "without a"]


# ------------------------------------------------------------------------------------------------ kept and said


def test_a_stored_ablation_is_read_as_it_was_played(tmp_path: Path) -> None:
    """From its folder come the same tables; a single experiment of it plays the program that was played."""
    found = api.ablate("first-lesson", runs=50, shapley=["tripwire", "army"], out=tmp_path)
    again = api.study(found.folder)
    assert again.record() == found.record()
    for number, experiment in enumerate(found.ensemble.programs):
        assert api.study(found.folder, experiment=number).ensemble.program == experiment


def test_firings_of_the_whole_are_kept_and_mended(tmp_path: Path) -> None:
    """Of the whole alone counters are kept; where they are gone the same command makes them again."""
    plan = api.plan_ablate(api.load("first-lesson"), runs=50, out=tmp_path)
    found = api.run(plan)
    before = found.record()
    files = sorted((found.folder / "counters").iterdir())
    assert {path.stem.split("-")[1] for path in files} == {"00000"}
    files[0].unlink()
    plan = api.plan_ablate(api.load("first-lesson"), runs=50, out=tmp_path)
    assert plan.to_play == 50
    assert api.run(plan).record() == before


def test_more_runs_extend_it(tmp_path: Path) -> None:
    """A study of more runs holds those of the smaller one, and slices of any size count the same."""
    from unittest.mock import patch

    from sim.analysis.ablating import crossed

    api.ablate("first-lesson", runs=20, out=tmp_path)
    found = api.ablate("first-lesson", runs=700, out=tmp_path, shapley=[])
    whole = found.record()
    with patch.object(crossed, "AT_ONCE", 100):
        assert api.study(found.folder).record() == whole
    assert found.n == 700


def test_a_study_without_runs_says_so(tmp_path: Path) -> None:
    """Of an ablation that was stopped those runs count that every experiment has; without any, nothing is claimed."""
    found = api.ablate("first-lesson", runs=700, out=tmp_path, shapley=["tripwire", "army"])
    manifest = json.loads((found.folder / "study.json").read_text())
    (found.folder / "study.json").write_text(json.dumps(manifest | {"status": "interrupted"}))
    files = sorted((found.folder / "runs").iterdir())
    files.pop().unlink()  # of a coalition
    stopped = api.study(found.folder)
    assert stopped.n == 700 and stopped.shapley is not None and stopped.shapley.runs == 500
    files.pop(-2).unlink()
    assert api.study(found.folder).n == 500
    for file in files:
        file.unlink()
    none = api.study(found.folder)
    assert none.says == ("There is no run yet that every experiment has; the same command goes on.",)
    assert not none.silent and none.record()["ablation"][0]["change"] != 0.0
    assert set(pictures_of(none)) == {"ablation"}
    pictures_of(none)["ablation"]()


def test_metrics_are_paired_too(tmp_path: Path) -> None:
    """The mean of paired differences is the difference of means, with an interval around it."""
    found = ablated(HEADER + LIKELY + EITHER, tmp_path, runs=500)
    row = next(row for row in found.sheets[-1].records() if row["without"] == "left")
    other = next(one for one in found.ensemble.experiments if one.label == "without left")
    difference = other.metric("sum").mean() - found.ensemble.metric("sum").mean()
    assert row["change"] == pytest.approx(difference)
    assert row["low"] < -0.5 < row["high"]


def test_pictures_show_the_numbers_of_the_table(tmp_path: Path) -> None:
    """A mark for each thing that fired in a panel of each outcome, and of a group's values beside them."""
    found = ablated(HEADER + LIKELY + EITHER, tmp_path, shapley=["left", "right"])
    drawn = {name: draw() for name, draw in pictures_of(found).items()}
    assert set(drawn) == {"ablation", "shapley"}
    war = next(axes for axes in drawn["ablation"].axes if axes.lines)
    marks = [float(line.get_xdata()[0]) for line in war.lines if line.get_marker() == "o"]
    assert marks == [100 * row.of("war").change for row in found.rows if not row.is_silent]
    assert "Never fired: bluff" in str(drawn["ablation"].get_label())


def test_the_command_prints_tables_and_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 80 columns for a reader, everything for a machine; a plan when nothing is to be played."""
    monkeypatch.chdir(tmp_path)
    command = ["ablate", "first-lesson", "-n", "300", "--no-plots", "-q"]
    table = CliRunner().invoke(cli, command)
    assert table.exit_code == 0
    assert max(map(len, table.output.splitlines()[:30])) <= 80
    assert "Without `tripwire`" in table.output
    (record, *_) = json.loads(CliRunner().invoke(cli, [*command, "--format", "json"]).output)["ablation"]
    assert {"without", "change", "low", "high", "attack.necessary", "deterred.change", "fired"} <= set(record)
    rows = CliRunner().invoke(cli, [*command, "--format", "csv"]).output.splitlines()
    assert len(rows) == 1 + 2
    assert "3 experiments of 300 runs" in CliRunner().invoke(cli, [*command[:2], "-n", "300", "--dry-run"]).output
    assert code_of(["ablate", "first-lesson", "--only", "nobody"]) == 2
    assert code_of(["ablate", "first-lesson", "--only", ","]) == 2
