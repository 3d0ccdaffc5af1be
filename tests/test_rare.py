"""A study of a rare outcome: what the file says, what is played, kept, taken up again, told and drawn."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import api
from sim.analysis.splitting.rare import RareEvent
from sim.cli.group import code_of
from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.errors import UsageError
from sim.figures.rare import draw_levels, rows_of
from sim.program.build import build_program
from sim.program.importance import REACHED, importance_for, splitting_program
from sim.program.listing import core_text, resolved_text
from sim.scenario.read import read_scenario, scenario_from_text
from sim.streams import Luck
from sim.study.splitting.repeated import estimate_of
from sim.study.splitting.splitting import Splitter, Task, switched
from sim.study.splitting.tables import stored_hits
from tests.ruins import PRESSURE, ruin, ruin_text
from tests.studies import tables
from tests.test_figures import assert_readable, words

HOUSE = Path(__file__).resolve().parent.parent
SMALL = {"particles": 40, "repetitions": 10, "workers": 1}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ladder on which war is known to come once in two thousand runs."""
    path = tmp_path_factory.mktemp("rare") / "ruin.yaml"
    path.write_text(ruin_text(10, up="pressure", parameters=PRESSURE))
    return path


@pytest.fixture(scope="module")
def study(scenario: Path) -> RareEvent:
    return api.rare(scenario, "war", out=scenario.parent, **SMALL)


@dataclass(frozen=True)
class Said:
    """What a command wrote, and how it ended."""

    exit_code: int
    output: str


Sim = Callable[..., Said]


@pytest.fixture
def sim(capsys: pytest.CaptureFixture[str]) -> Sim:
    """Run a command in this process; standard output, then what went to standard error."""

    def run(*arguments: object) -> Said:
        code = code_of([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return Said(code, out + err)

    return run


# ------------------------------------------------------------------------------------------------ the file


def test_an_importance_says_where_runs_are_split():
    """Rungs by name or numbers, ascending; a bare value is `is`."""
    text = ruin_text(9, importance="importance: {war: {is: rung, levels: [4, 6.5]}, settled: 9 - rung}")
    war, settled = build_program(scenario_from_text(text)).importance
    assert (war.outcome, war.levels, settled.levels) == ("war", (4.0, 6.5), ())


def test_an_importance_acts_on_nothing():
    """Runs are the same with and without it, to the last bit."""
    plain = ruin(9)
    marked = ruin(9, importance="importance: {war: {is: rung, levels: [4, 6]}}")
    ran = [choose("simpy").run(one, luck=Luck(3), runs=range(20)) for one in (plain, marked)]
    assert ran[0].ended.tolist() == ran[1].ended.tolist()


@pytest.mark.parametrize("text", [resolved_text, lambda scenario: core_text(api.Model("", scenario).core)])
def test_an_importance_is_printed_and_read_again(text):
    """The resolved file and the core hold it, so that a stored study knows its levels."""
    scenario = scenario_from_text(ruin_text(9, importance="importance: {war: {is: rung, levels: [4, 6], says: up}}"))
    again = build_program(scenario_from_text(text(scenario)))
    assert again.importance == build_program(scenario).importance


def test_a_scenario_in_prose_says_its_importance():
    """`sim show` tells what rises on the way, and where runs are split."""
    text = ruin_text(
        9, importance="importance: {war: {is: rung, levels: [4, 6], says: up the ladder}, settled: 9 - rung}"
    )
    told = api.show(api.Model("", scenario_from_text(text)))
    assert "- war: the nearer, the higher rung; runs are split at 4 and 6. Up the ladder." in told
    assert "- settled: the nearer, the higher 9 - rung; where runs are split is found by playing." in told


def test_a_ladder_that_ends_in_an_outcome_is_its_importance():
    """Nothing need be written where an outcome comes when something is high enough."""
    program = build_program(read_scenario("ukraine-2014"))
    importance = importance_for(program, "open_war")
    assert importance.kind.names and not importance.levels
    with pytest.raises(UsageError, match="nothing says what rises on the way to `standoff`; write it in the file"):
        importance_for(program, "standoff")
    with pytest.raises(UsageError, match="no outcome `open_wor`; did you mean `open_war`"):
        importance_for(program, "open_wor")


# ------------------------------------------------------------------------------------------------ the method


def test_a_run_ends_at_the_turn_in_which_it_reaches_a_level(engine: Engine):
    """One program for all levels: the level is a parameter, and the run stops where it is first reached."""
    program = splitting_program(ruin(9), importance_for(ruin(9), "war"))
    runs = engine.run(
        program, luck=Luck(3), runs=[5] * 3, parameters=np.array([[3.0], [2.0], [math.inf]]), recording=Recording(),
    )  # fmt: skip
    assert program.outcome_names[0] == REACHED
    assert (int(runs.outcome[1]), int(runs.turns[1])) == (0, 0)  # it stood there at the start
    assert runs.turns[0] <= runs.turns[2]
    assert runs.outcome[2] != 0


def test_both_engines_split_alike():
    """The same repetition, run by run and seed by seed."""
    program = ruin(7, up="pressure", parameters=PRESSURE)
    task = Task(program, importance_for(program, "war"), 11, 25)
    one, other = (Splitter(task, choose(name)) for name in ("simpy", "compiled"))
    assert one.pilot(60) == other.pilot(60)
    assert one.repetition(3, (3.0, 5.0)) == other.repetition(3, (3.0, 5.0))


def test_repetitions_share_nothing():
    """Each has runs of its own, so that their scatter is the scatter of the estimate."""
    task = Task(ruin(7), importance_for(ruin(7), "war"), 11, 50)
    splitter = Splitter(task, choose("compiled"))
    first, second = (splitter.repetition(number, (3.0, 5.0)) for number in (0, 1))
    assert first.stages != second.stages
    assert not {hit.run for hit in first.hits} & {hit.run for hit in second.hits}


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=8))
def test_a_clone_has_one_seed_after_each_turn(steps: list[tuple[int, int]]):
    """Reached again in the same turn, the later level's seed stands, for the earlier one was never used."""
    switches: tuple[tuple[int, int], ...] = ()
    for turn, seed in sorted(steps, key=lambda step: step[0]):
        switches = switched(switches, turn, seed)
        assert switches[-1] == (turn, seed)
    assert all(before < after for (before, _), (after, _) in pairwise(switches))


def test_a_pilot_names_rungs_that_it_did_not_reach():
    """Of a ladder the rungs are known, so that more runs may find what the pilot did not."""
    text = ruin_text(12, up="0.02").replace("rung: {start: 2, within: [0, 12]}", f"rung: {{level: {RUNGS}, start: r2}}")
    program = build_program(
        scenario_from_text(text.replace("rung >= 12", "rung >= r9").replace("rung <= 0", "rung <= r0"))
    )
    task = Task(program, importance_for(program, "war"), 1, 50)
    assert Splitter(task, choose("compiled")).pilot(100).levels[-3:] == (6.0, 7.0, 8.0)


RUNGS = "[" + ", ".join(f"r{number}" for number in range(10)) + "]"


# ------------------------------------------------------------------------------------------------ the study


def test_a_study_is_the_same_whoever_plays_it(study: RareEvent, scenario: Path, tmp_path: Path):
    """One worker or two, at once or in two commands: equal tables, row by row."""
    there = tables(study.folder)
    api.rare(scenario, "war", out=tmp_path, **{**SMALL, "workers": 2})
    assert tables(tmp_path / study.folder.name) == there
    shorter = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        api.rare(scenario, "war", out=shorter, on_progress=Interrupting(3), **SMALL)
    status = api.status(shorter / study.folder.name)
    assert (status["status"], status["runs_done"]) == ("interrupted", 3)
    again = api.rare(scenario, "war", out=shorter, **SMALL)
    assert tables(again.folder) == there
    assert api.status(again.folder)["status"] == "complete"


class Interrupting:
    """Ctrl-C after so many repetitions."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, now: object) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.soak
@pytest.mark.kills
def test_killed_again_and_again_a_study_comes_out_whole(study: RareEvent, scenario: Path, tmp_path: Path):
    """kill -9 before a write, a sync or a rename, each time a little later: the next command goes on, and finishes."""
    command = [sys.executable, "-m", "tests.dying", str(tmp_path), "rare", str(scenario)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 4
    assert tables(tmp_path / study.folder.name) == tables(study.folder)


def test_more_repetitions_extend_a_study(study: RareEvent, scenario: Path, tmp_path: Path):
    """Those that are there stay as they are; fewer ask for nothing."""
    few = api.rare(scenario, "war", out=tmp_path, **SMALL)
    stages = few.found.stages
    more = api.rare(scenario, "war", out=tmp_path, **{**SMALL, "repetitions": 14})
    assert (more.repetitions, more.found.stages[:10]) == (14, stages)
    assert api.rare(scenario, "war", out=tmp_path, **SMALL).repetitions == 14


def test_until_adds_repetitions_until_the_interval_is_narrow(scenario: Path, tmp_path: Path):
    """As few as are enough, the same for any number of workers."""
    found = [
        api.rare(scenario, "war", out=tmp_path / str(workers), until=0.4, **{**SMALL, "workers": workers})
        for workers in (1, 2)
    ]
    assert found[0].repetitions == found[1].repetitions > 10
    values = found[0].found.hit.sum(axis=1)
    assert estimate_of(values).relative <= 0.4 < estimate_of(values[:-1]).relative


def test_a_stored_study_opens_as_what_it_is(study: RareEvent):
    """By its folder alone, with the same numbers; status, report and CSV know it."""
    opened = api.study(study.folder)
    assert isinstance(opened, RareEvent)
    assert opened.found.estimate == study.found.estimate
    assert opened.record() == study.record()
    assert (opened.record()["kind"], opened.record()["outcome"]) == ("rare", "war")
    names = {path.relative_to(study.folder / "csv").as_posix() for path in api.export(opened, out=study.folder / "csv")}
    sheets = {f"sheets/{sheet.name}.csv" for sheet in study.sheets}
    assert names == {"runs.csv", "stages.csv", "hits.csv", "design.csv", "pilot.csv", *sheets}


def test_a_study_without_its_levels_says_how_to_mend_it(scenario: Path, tmp_path: Path):
    """A file that is gone is told in a sentence, and the same command makes it again."""
    found = api.rare(scenario, "war", out=tmp_path, **SMALL)
    (found.folder / "pilot.parquet").write_bytes(b"torn")
    with pytest.raises(UsageError, match=r"pilot.parquet` is damaged; the command of the study, given again, mends it"):
        _ = api.study(found.folder).found
    again = api.rare(scenario, "war", out=tmp_path, **SMALL)
    assert again.found.estimate == found.found.estimate


# ------------------------------------------------------------------------------------------------ told


def test_every_run_that_is_kept_comes_to_the_outcome_again(study: RareEvent, engine: Engine):
    """Run number and switches are all it takes, on any engine."""
    some = range(0, len(study.hits), max(1, len(study.hits) // 12))
    runs = study.replayed(some, engine=engine.name)
    assert {runs.program.outcome_names[outcome] for outcome in runs.outcome} == {"war"}
    assert len(study.hits) == len(stored_hits(study.ensemble)) > 12


def test_a_run_that_came_to_it_is_told_like_a_diary(sim: Sim, study: RareEvent):
    """`sim replay STUDY 0` tells it; which run it was stands in its title; what is not there is said."""
    told = sim("replay", study.folder, 0)
    assert told.exit_code == 0, told.output
    assert "number 0 of those that came to war: run " in told.output and ", its luck new" in told.output
    assert "it ends: war" in told.output
    refused = sim("replay", study.folder, 10**6)
    assert (refused.exit_code, "runs that came to `war`, numbered from 0" in refused.output) == (2, True)
    refused = sim("explain", study.folder)
    assert (refused.exit_code, "cannot be counted" in refused.output) == (2, True)


def test_the_page_says_the_chance_its_price_and_what_is_not_known(study: RareEvent):
    """Estimate, interval, brute force beside it and its price, level by level, the parameter that it hangs on."""
    told = " ".join(study.says)
    assert "war comes in about 1 of " in told and "Brute force needs about " in told
    assert "over thirds of `pressure` war comes in" in told
    chance, levels = study.sheets
    assert [row["way"] for row in chance.rows] == ["splitting", "brute force"]
    assert [row["level"] for row in levels.rows][-1] == "war"
    assert {caution.trap for caution in study.cautions} <= {"digits_of_luck", "few_ancestors", "repetitions_disagree"}


def test_a_level_that_starves_gives_a_bound_and_says_so(tmp_path: Path):
    """No run at all: no estimate but an upper bound, of the level that was reached, and what would help."""
    path = tmp_path / "steep.yaml"
    path.write_text(ruin_text(60, up="0.2", importance="importance: {war: {is: rung, levels: [3, 4, 5, 6, 7, 8, 40]}}"))
    found = api.rare(path, "war", out=tmp_path, **{**SMALL, "particles": 200})
    assert found.found.bound is not None and found.found.bound.level == "rung >= 8"
    assert found.found.bound.high == pytest.approx(found.found.rows[5].chance.high)
    (says,) = found.says
    assert says.startswith("No run came to war, so there is an upper bound and no estimate: it is rarer than 1 in ")
    assert "for rung >= 8 comes before it and is no more frequent" in says
    assert "In 10 of 10 repetitions no run came to rung >= 40." in " ".join(one.says for one in found.cautions)
    assert found.record()["share"] == 0 and found.record()["high"] == found.found.bound.high
    assert_readable(draw_levels(found))
    aside = ruin_text(60, up="0.1", importance="importance: {war: {is: rung / 2, levels: [1.5, 20]}}")
    path.write_text(aside)
    plain = api.rare(path, "war", out=tmp_path, **SMALL)
    assert "it came in none of 400 independent runs" in plain.says[0]  # nobody knows that rung / 2 comes before it


def test_an_importance_that_leads_elsewhere_is_told(tmp_path: Path):
    """Where most come to the outcome without a level, the page says so."""
    path = tmp_path / "aside.yaml"
    path.write_text(ruin_text(8, start=3, up="0.4", importance="importance: {war: {is: 10 - rung, levels: [9]}}"))
    found = api.rare(path, "war", out=tmp_path, **SMALL)
    assert "importance_leads_elsewhere" in {caution.trap for caution in found.cautions}


def test_failed_runs_are_counted_and_told(sim: Sim, tmp_path: Path):
    """A run that fails came to no outcome; the command ends with 3."""
    path = tmp_path / "failing.yaml"
    text = ruin_text(8, up="0.4").replace(
        "outcomes:", "  root: {when: rung >= 4, chance: 30 %, do: rung = sqrt(0 - rung)}\noutcomes:"
    )
    path.write_text(text)
    done = sim("rare", path, "--outcome", "war", "-n", 40, "-r", 10, "-j", 1, "--no-plots", "-o", tmp_path)
    assert done.exit_code == 3, done.output
    assert "runs failed; they count as runs that came to no war" in " ".join(done.output.split())


def test_the_picture_shows_every_level_and_both_ways(study: RareEvent):
    """A row for each level, the outcome by splitting and by brute force; what it shows and n stand on it."""
    rows = rows_of(study)
    assert len(rows) == len(study.found.rows) + 1
    assert rows[-2].chance == study.found.estimate.mean
    assert rows[-1].high == study.found.plain_interval[1]
    figure = draw_levels(study)
    assert_readable(figure)
    assert "10 repetitions of 40 runs a level" in words(figure) and "95 % intervals" in words(figure)


# ------------------------------------------------------------------------------------------------ the command


def test_the_command_prints_and_goes_on(sim: Sim, scenario: Path, tmp_path: Path):
    """A page to read, records for a machine; given again, it says that all is there."""
    asked = ("rare", scenario, "--outcome", "war", "-n", 40, "-r", 10, "-j", 1, "-o", tmp_path)
    first = sim(*asked)
    assert first.exit_code == 0, first.output
    assert max(len(line) for line in first.output.splitlines() if str(tmp_path) not in line) <= 80
    assert "The chance of war" in first.output and "in figures/)" in first.output
    again = sim(*asked, "--no-plots", "--format", "json", "-q")
    record = json.loads(again.output)
    assert record["low"] < record["share"] < record["high"]
    assert record["levels"][-1]["level"] == "war"
    rows = sim(*asked, "--no-plots", "--format", "csv", "-q").output.splitlines()
    assert rows[0].split(",")[0] == "way" and len(rows) == 3
    assert "10 of them there already" in sim(*asked, "--dry-run").output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--outcome", "wor"), "no outcome `wor`; did you mean `war`?"),
        (("--outcome", "undecided"), "nothing says what rises on the way to `undecided`"),
        (("--outcome", "war", "-n", "3"), "3 particles are too few to split: ask for 10 or more"),
        (("--outcome", "war", "-r", "2"), "`--repetitions` takes a whole number from 10 on"),
        (("--outcome", "war", "--until", "soon"), "is no share of the estimate; write such as `10%` or `0.1`"),
        (("--outcome", "war", "-n", "4000000"), "are too many"),
        ((), "'--outcome'"),
    ],
)
def test_the_command_says_what_is_wrong(sim: Sim, scenario: Path, tmp_path: Path, options: tuple[str, ...], says: str):
    """In a sentence, before anything is played."""
    refused = sim("rare", scenario, "-o", tmp_path, *options)
    assert refused.exit_code == 2
    assert says in " ".join(refused.output.split())
    assert not list(tmp_path.iterdir())
