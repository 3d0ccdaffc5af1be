"""The command `sim`: every example runs, every fault is a sentence, every exit code is as promised."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import Mock

import click
import pytest

from sim.cli import progress
from sim.cli.group import COMMANDS, cli, code_of
from sim.study.execute import Progress

Sim = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one small study of the first lesson lies."""
    place = tmp_path_factory.mktemp("cli")
    before = Path.cwd()
    os.chdir(place)
    try:
        assert code_of(["run", "first-lesson", "-n", "60", "-j", "1", "-q", "--no-plots"]) == 0
        (found,) = Path("results").iterdir()
        Path("study.txt").write_text(str(found))
    finally:
        os.chdir(before)
    return place


@pytest.fixture
def sim(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sim:
    """Runs one command in that folder: exit code, stdout, stderr."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = code_of(arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def study(folder: Path) -> str:
    """The folder of that study, as one would type it."""
    return (folder / "study.txt").read_text()


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    return {name: command for name in COMMANDS if (command := cli.get_command(context, name))}


def examples() -> list[str]:
    """The example that stands in the help of each command."""
    found = []
    for name, command in commands().items():
        match = re.search(r"Example:\s+(sim .+)", command.help or "")
        assert match, f"`sim {name}` has no example"
        found.append(match[1].strip())
    return found


# ------------------------------------------------------------------------------------------------ help


def test_first_help_line_is_a_sentence() -> None:
    """Each command says in one whole sentence what it does, short enough to stand in the list uncut."""
    for name, command in commands().items():
        line = (command.help or "").splitlines()[0]
        assert line.endswith(".") and line[0].isupper() and len(line) <= 64, (name, line)


NEEDS = {"discover": "ema_workbench"}
"""Commands that need an optional extra, and the module by which it is known."""


@pytest.mark.parametrize("example", examples())
def test_example_runs(example: str, sim: Sim, folder: Path) -> None:
    """The example in the help of a command does what it says, and ends with 0."""
    words = shlex.split(example)[1:]
    expanded = [str(found) for word in words for found in (sorted(Path().glob(word)) if "*" in word else [word])]
    if words[0] == "new":
        (folder / words[1]).unlink(missing_ok=True)
    if words[0] == "run":
        expanded += ["-j", "1"]
    code, out, err = sim(*expanded)
    if find_spec(NEEDS.get(words[0], "sim")) is None:
        assert (code, out) == (2, "") and "pip install" in err
        return
    assert code == 0, err
    assert out.strip()


def test_every_option_says_what_it_does() -> None:
    """No option is without help."""
    for name, command in commands().items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, (name, option.name)


# ------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["frobnicate"], "there is no command `frobnicate`"),
        (["rnu"], "did you mean `run`?"),
        (["run"], "missing argument"),
        (["explain", "one", "two"], "one thing at a time, and there is also `two`"),
        (["run", "no-such"], "no scenario is called `no-such`"),
        (["run", "first-lesson", "-n", "0"], "`--runs` takes a whole number from 1 on, in digits, not `0`"),
        (["run", "first-lesson", "--seed", "-1"], "`--seed` takes a whole number from 0 on"),
        (["run", "first-lesson", "-n", "1e9"], "`--runs` takes a whole number from 1 on, in digits, not `1e9`"),
        (["run", "first-lesson", "-n", "9999999999"], "`--runs` takes at most 4,294,967,296, not `9999999999`"),
        (["run", "first-lesson", "-j", "0"], "`--workers` takes a whole number from 1 on"),
        (["replay", "nowhere", "first"], "`RUN` takes a whole number from 0 on, in digits, not `first`"),
        (["run", "first-lesson", "-s", "nonsense"], "write `-s path=value`"),
        (["run", "first-lesson", "-s", "tripwire.believed=0.1,0.2"], "names several values"),
        (["run", "first-lesson", "-s", "tripwire.believed=0.1:0.9:5"], "names several values"),
        (["run", "first-lesson", "-s", "tripwire.believed=choice(0.1, 0.2)"], "names several values"),
        (["run", "first-lesson", "-s", "tripwire.beleived=0.1"], "did you mean `tripwire.believed`?"),
        (["run", "first-lesson", "--policy", "peace"], "the scenario has no policy `peace`"),
        (["run", "first-lesson", "--until", "attack"], "does not say when to stop; write such as `attack:0.5pp`"),
        (["run", "first-lesson", "--until", "war:1pp"], "no outcome or metric `war`"),
        (["replay", "nowhere", "1"], "`nowhere` holds no study"),
        (["explain", "nowhere"], "`nowhere` holds no study"),
        (["status", "nowhere"], "`nowhere` holds no study"),
        (["export", "nowhere"], "`nowhere` holds no study"),
        (["new", "mine.txt"], "a scenario is a YAML file"),
        (["new", "/proc/nowhere/mine.yaml"], "/proc/nowhere"),
        (["run", "first-lesson", "-n", "1", "-o", "/proc/nowhere"], "/proc/nowhere"),
    ],
)
def test_fault_of_the_user_is_a_sentence(arguments: list[str], says: str, sim: Sim) -> None:
    """What is wrong with a command is said in a sentence on stderr, with exit code 2 and no traceback."""
    code, out, err = sim(*arguments)
    assert code == 2, err
    assert says in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize("text", ["", "nope", "{}", "[]", '{"runs": 3}', "\x00"])
@pytest.mark.parametrize("command", ["status", "explain", "export", "plot"])
def test_damaged_study_is_a_sentence(text: str, command: str, sim: Sim, folder: Path) -> None:
    """A manifest that is no manifest is told as damaged, with what to do."""
    (folder / "damaged").mkdir(exist_ok=True)
    (folder / "damaged" / "study.json").write_text(text)
    code, _, err = sim(command, "damaged")
    assert code == 2, err
    assert "is damaged: remove it" in err


@pytest.mark.parametrize("out", ["/proc/nowhere", "taken/below"])
def test_place_that_cannot_be_written_to_is_told_first(out: str, sim: Sim, folder: Path) -> None:
    """Nothing is announced that could not be kept: the one line on stderr is what is wrong with the folder."""
    (folder / "taken").write_text("a file")
    code, _, err = sim("run", "first-lesson", "-n", "3", "-o", out)
    assert code == 2
    assert err.count("\n") == 1
    assert out.split("/below")[0] in err


def test_wrong_scenario_says_all_its_faults(sim: Sim, folder: Path) -> None:
    """Every fault of a file is told with its line, and nothing is played."""
    text = (
        "scenario: x\nstart: 2030-01-01\nhorizon: 10 days\nquantities: {a: {start: b}}\n"
        "triggers: {t: {rate: c, do: a += 1}}\noutcomes: {o: {otherwise: true}}\n"
    )
    (folder / "wrong.yaml").write_text(text)
    for command in (["run", "wrong.yaml"], ["trace", "wrong.yaml"], ["show", "wrong.yaml", "--core"]):
        code, _, err = sim(*command)
        if command[0] != "show":  # the core is printed as far as the vocabulary goes; names are looked at later
            assert code == 2
            assert "wrong.yaml:4" in err
            assert "wrong.yaml:5" in err
            assert "2 faults" in err


def test_new_does_not_write_over_a_file(sim: Sim, folder: Path) -> None:
    """A file that is there stays as it is, unless one says otherwise."""
    (folder / "kept.yaml").write_text("mine")
    code, _, err = sim("new", "kept.yaml")
    assert code == 2
    assert "is there already" in err
    assert (folder / "kept.yaml").read_text() == "mine"
    assert sim("new", "kept.yaml", "--force")[0] == 0
    assert "scenario: kept" in (folder / "kept.yaml").read_text()


def test_new_scenario_runs_and_holds_what_it_expects(sim: Sim, folder: Path) -> None:
    """What `sim new` writes has no fault, plays, and meets its own `expect:`."""
    assert sim("new", "fresh.yaml", "--force")[0] == 0
    code, out, err = sim("validate", "fresh.yaml")
    assert code == 0, out + err
    code, out, _ = sim("trace", "fresh.yaml")
    assert code == 0
    assert "it ends:" in out


# ------------------------------------------------------------------------------------------------ run


def test_run_prints_one_json_object(sim: Sim, study: str) -> None:
    """`sim run --format json` prints the object that scripts are promised, and nothing else."""
    code, out, _ = sim("run", "first-lesson", "-n", "60", "-j", "1", "--no-plots", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert (told["scenario"], told["seed"], told["runs"], told["study"]) == ("first-lesson", 1, 60, study)
    assert {row["outcome"] for row in told["outcomes"]} == {"attack", "deterred"}
    assert sum(row["count"] for row in told["outcomes"]) == 60
    for row in told["outcomes"]:
        assert set(row) == {"outcome", "share", "low", "high", "count"}
        assert row["low"] <= row["share"] <= row["high"]
    assert told["failures"] == []


def test_run_prints_the_same_shares_in_the_table(sim: Sim) -> None:
    """The table, the JSON and the CSV give the same counts."""
    arguments = ("run", "first-lesson", "-n", "60", "-j", "1", "--no-plots", "-q")
    _, table, _ = sim(*arguments)
    rows = list(csv.DictReader(io.StringIO(sim(*arguments, "--format", "csv")[1])))
    assert rows
    for row in rows:
        line = next(line for line in table.splitlines() if line.startswith(row["outcome"] + " "))
        assert f" {row['count']} " in f"{line} "


def test_run_says_first_how_many_and_where(sim: Sim) -> None:
    """Before it starts, the number of runs, the time and the folder are said on stderr."""
    _, out, err = sim("run", "first-lesson", "-n", "61", "-j", "1", "--no-plots", "--seed", "0")
    assert re.match(r"61 runs of first-lesson, seed 0: about .+ on 1 worker, into results.first-lesson-", err)
    assert "seed 0" in out


def test_dry_run_plays_nothing(sim: Sim, folder: Path) -> None:
    """`--dry-run` says what would be played and leaves no folder behind."""
    before = sorted((folder / "results").iterdir())
    code, out, _ = sim("run", "first-lesson", "-n", "7", "--seed", "77", "--dry-run")
    assert code == 0
    assert "7 runs of first-lesson, seed 77" in out
    assert sorted((folder / "results").iterdir()) == before


def test_setting_a_number_makes_another_study(sim: Sim) -> None:
    """A belief set on the command line is told with the result, and lies in a folder of its own."""
    arguments = ("run", "first-lesson", "-n", "40", "-j", "1", "--no-plots", "-q", "--format", "json")
    plain, changed = (json.loads(sim(*arguments, *more)[1]) for more in ((), ("-s", "tripwire.believed=100 %")))
    assert changed["overrides"] == {"tripwire.believed": "100 %"}
    assert changed["study"] != plain["study"]


def test_failed_runs_end_with_3_and_the_command_that_replays(sim: Sim, folder: Path) -> None:
    """A run that fails is told, counts in no outcome, can be replayed, and the exit code is 3."""
    text = (
        "scenario: failing\nstart: 2030-01-01\nhorizon: 10 days\nquantities: {a: {start: 1}}\n"
        "triggers: {t: {at: 5 days, chance: 0.5, do: a = log(-a)}}\noutcomes: {o: {otherwise: true}}\n"
    )
    (folder / "failing.yaml").write_text(text)
    code, out, err = sim("run", "failing.yaml", "-n", "40", "-j", "1", "--no-plots", "-q")
    assert code == 3, err
    assert "(failed)" in out
    command = re.search(r"sim (replay\s+\S+\s+\d+)", out)
    assert command
    code, out, _ = sim(*command[1].split())
    assert code == 3
    assert "it fails" in out
    assert "`t`" in out


def test_rungs_are_never_averaged(sim: Sim, folder: Path) -> None:
    """Of a metric that is a rung, the table and the JSON give shares of its rungs and no mean."""
    text = (
        "scenario: rungs\nstart: 2030-01-01\nhorizon: 90 days\nquantities: {army: {level: [home, out], start: home}}\n"
        "triggers: {t: {rate: 0.01, do: army = out}}\noutcomes: {o: {otherwise: true}}\nmetrics: {top: {max: army}}\n"
    )
    (folder / "rungs.yaml").write_text(text)
    arguments = ("run", "rungs.yaml", "-n", "50", "-j", "1", "--no-plots", "-q")
    assert re.search(r"^top  home [\d.]+ %, out [\d.]+ %$", sim(*arguments)[1], re.MULTILINE)
    (metric,) = json.loads(sim(*arguments, "--format", "json")[1])["metrics"]
    assert metric["mean"] is None
    assert sum(metric["rungs"].values()) == pytest.approx(1.0)


def test_long_names_do_not_widen_the_table(sim: Sim, folder: Path) -> None:
    """Where a metric's name and unit are too long for 80 columns, the unit is told below the table."""
    name = "days_the_army_stood_outside"
    text = (
        "scenario: wide\nstart: 2030-01-01\nhorizon: 90 days\nquantities: {army: {level: [home, out], start: home}}\n"
        "triggers: {t: {rate: 0.01, do: army = out}}\noutcomes: {o: {otherwise: true}}\n"
        f"metrics: {{{name}: {{days: army >= out, unit: days of the calendar}}, short: {{days: army <= home}}}}\n"
    )
    (folder / "wide.yaml").write_text(text)
    _, out, _ = sim("run", "wide.yaml", "-n", "50", "-j", "1", "--no-plots", "-q")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert f"{name} in days of the calendar" in out
    assert "short in days" in out


def test_outcome_and_next_commands_can_be_typed(sim: Sim) -> None:
    """The commands that the page proposes run as they stand."""
    _, out, _ = sim("run", "first-lesson", "-n", "60", "-j", "1", "--no-plots", "-q")
    proposed = [shlex.split(found) for found in re.findall(r"^(?:next|    ) +sim (.+)$", out, re.MULTILINE)]
    assert len(proposed) >= 2
    for words in proposed:
        assert sim(*words)[0] == 0, words


# ------------------------------------------------------------------------------------------------ reading


def test_replay_tells_what_trace_told(sim: Sim, study: str) -> None:
    """A stored run and the same run traced afresh are one story."""
    assert sim("replay", study, "5")[1] == sim("trace", "first-lesson", "--run", "5")[1]


def test_trace_says_what_was_changed(sim: Sim) -> None:
    """Policy and settings stand in the title, so that two diaries are not taken for one."""
    _, out, _ = sim("trace", "ukraine-2014", "--policy", "words_only", "-s", "russia.resolve=0.4", "--seed", "0")
    assert out.splitlines()[0] == "ukraine-2014, policy words_only, russia.resolve = 0.4, run 0 of seed 0"


def test_first_failed_run_can_stop_a_study(sim: Sim, folder: Path) -> None:
    """With --fail-fast a study ends after the part in which a run failed; without, it goes on to the end."""
    text = (
        "scenario: brittle\nstart: 2030-01-01\nhorizon: 10 days\nquantities: {a: {start: 1}}\n"
        "triggers: {t: {at: 5 days, chance: 0.5, do: a = log(-a)}}\noutcomes: {o: {otherwise: true}}\n"
    )
    (folder / "brittle.yaml").write_text(text)
    arguments = ("run", "brittle.yaml", "-n", "1000", "-j", "1", "--no-plots", "-q", "--format", "json")
    code, out, _ = sim(*arguments, "--fail-fast")
    assert code == 3
    stopped = json.loads(out)
    assert 0 < stopped["runs"] < 1000
    code, out, _ = sim(*arguments)
    assert (code, json.loads(out)["runs"]) == (3, 1000)


def test_trace_is_plain_in_a_pipe_and_within_80_columns(sim: Sim) -> None:
    """Without a terminal there is no colour, and no line is wider than 80 columns."""
    for scenario in ("first-lesson", "ukraine-2014"):
        _, out, _ = sim("trace", scenario)
        assert "\x1b" not in out
        assert max(len(line) for line in out.splitlines()) <= 80


def test_trace_in_colour_says_the_same(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour adds escape codes and nothing else."""
    _, plain, _ = sim("trace", "first-lesson")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sim.cli.paper.is_plain", lambda **_: False)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    _, coloured, _ = sim("trace", "first-lesson")
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["trace", "first-lesson"], ["replay", "STUDY", "2"], ["explain", "STUDY"], ["status", "STUDY"],
     ["doctor"], ["show", "first-lesson", "--ledger"], ["run", "first-lesson", "-n", "60", "-j", "1", "--dry-run"]],
)  # fmt: skip
def test_machines_get_flat_records(arguments: list[str], sim: Sim, study: str) -> None:
    """`--format json` is JSON and `--format csv` is CSV with the same fields, and nothing else is on stdout."""
    words = [study if word == "STUDY" else word for word in arguments]
    told = json.loads(sim(*words, "--format", "json")[1])
    rows = told if isinstance(told, list) else [told]
    assert rows
    lines = list(csv.DictReader(io.StringIO(sim(*words, "--format", "csv")[1])))
    assert [list(line) for line in lines] == [list(row) for row in rows]
    assert not any(isinstance(value, list | dict) for row in rows for value in row.values())


def test_validate_gives_records_of_faults(sim: Sim, folder: Path) -> None:
    """`sim validate --format json` says for each file whether it can be played, and each fault with its place."""
    (folder / "half.yaml").write_text("scenario: half\nstart: 2030-01-01\nhorizn: 3 days\n")
    code, out, _ = sim("validate", "first-lesson", "half.yaml", "--format", "json")
    good, bad = json.loads(out)
    assert code == 2
    assert (good["scenario"], good["holds"], good["faults"]) == ("first-lesson", True, [])
    assert not bad["holds"]
    assert any(fault["line"] == 3 and "horizn" in fault["says"] for fault in bad["faults"])


@pytest.mark.parametrize(("low", "high", "code"), [("0.2", "0.6", 0), ("0.6", "0.9", 1)])
def test_expectation_that_fails_ends_with_1(low: str, high: str, code: int, sim: Sim, folder: Path) -> None:
    """`sim validate --expect` looks at the file's own expectations: 0 when they hold, 1 when one does not."""
    text = (
        "scenario: coin\nstart: 2030-01-01\nhorizon: 3 days\nquantities: {heads: {flag: true, start: false}}\n"
        "triggers: {toss: {at: 1 day, chance: 0.4, do: heads = true}}\n"
        "outcomes: {up: {at_end: heads}, down: {otherwise: true}}\n"
        f"expect: [P(up) between {low} and {high}]\n"
    )
    (folder / "coin.yaml").write_text(text)
    given, out, _ = sim("validate", "coin.yaml", "--expect")
    assert given == code
    assert ("holds " if code == 0 else "FAILS ") in out
    assert "of 4,000 runs" in out


def test_verify_says_what_its_spread_is(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the table stands what +- means."""
    from sim import api

    row = {"case": "c", "quantity": "q", "expected": 1.0, "simulated": 1.1, "error": 0.1, "agrees": True}
    monkeypatch.setattr(api, "verify", lambda **options: [row])
    code, out, _ = sim("verify")
    assert code == 0
    assert out.index("+- is one standard error") < out.index("+- 0.1")


def test_case_that_is_off_ends_with_1(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sim verify` says which quantity is off, and ends with 1."""
    from sim.analysis.verifying import verify

    rows = verify.interval_rows()
    monkeypatch.setattr(verify, "verify", lambda **_: (replace(rows[0], off=rows[0].bound + 1.0), *rows[1:]))
    code, out, _ = sim("verify")
    assert code == 1
    assert "WRONG" in out


def test_explain_shares_sum_to_one(sim: Sim, study: str) -> None:
    """The chains behind an outcome share its runs out among them."""
    rows = json.loads(sim("explain", study, "--format", "json")[1])
    by_outcome: dict[str, float] = {}
    for row in rows:
        by_outcome[row["outcome"]] = by_outcome.get(row["outcome"], 0.0) + row["share"]
        assert row["low"] <= row["share"] <= row["high"]
    assert by_outcome
    assert all(abs(total - 1.0) < 1e-9 for total in by_outcome.values())


def test_status_says_how_far(sim: Sim, study: str) -> None:
    """The number of runs done and wanted are told, as is the seed."""
    record = json.loads(sim("status", study, "--format", "json")[1])
    assert record["runs_done"] == record["runs_wanted"] >= 60  # other tests make the study larger
    assert record["status"] == "complete"
    assert record["seed"] == 1


def test_plan_counts_what_is_whole(sim: Sim, folder: Path) -> None:
    """A part that lacks a table is not said to be there, `status` says what mends it, and that does."""
    command = ["run", "first-lesson", "-n", "250", "-j", "1", "--no-plots", "--seed", "77"]
    assert sim(*command)[0] == 0
    (study,) = [path for path in Path("results").iterdir() if '"seed": 77' in (path / "study.json").read_text()]
    (study / "series" / "part-00000-0000000100.parquet").unlink()
    _, out, _ = sim("status", str(study))
    assert re.search(r"status +damaged", out)
    assert re.search(r"runs done +150", out)
    assert re.search(r"command +\S+ ", out)
    assert "given again, mends it" in out
    for arguments in (["replay", str(study), "3"], ["explain", str(study)], ["plot", str(study)]):
        code, _, err = sim(*arguments)
        assert (code, "given again, mends it" in err) == (2, True), err
    assert "150 of them there already" in sim(*command)[2]
    assert re.search(r"status +complete", sim("status", str(study))[1])


def test_export_writes_every_run(sim: Sim, study: str, folder: Path) -> None:
    """The table of runs has one line for each run."""
    assert sim("export", study, "-o", "tables")[0] == 0
    rows = list(csv.DictReader(io.StringIO((folder / "tables" / "runs.csv").read_text())))
    assert len(rows) >= 60
    assert [row["run"] for row in rows] == [str(number) for number in range(len(rows))]


# ------------------------------------------------------------------------------------------------ processes


def test_reader_who_leaves_is_no_fault(folder: Path) -> None:
    """`sim trace ... | head -1` ends quietly."""
    command = f"{shlex.quote(sys.executable)} -m sim show ukraine-2014 --core | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_reader_who_leaves_a_study_is_no_fault(form: str, folder: Path) -> None:
    """`sim run ... | true` plays its study, and ends with 0 and nothing on stderr."""
    command = f"{shlex.quote(sys.executable)} -m sim run first-lesson -n 60 -j 1 -q --no-plots --format {form}"
    text = f"set -o pipefail; {command} | true"
    done = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["list", "run first-lesson -n 60 -j 1 -q --no-plots", "trace first-lesson"])
def test_closed_stream_is_no_fault(arguments: str, closed: str, folder: Path) -> None:
    """With a stream closed by the shell a command does its work, and what it would have said there is lost."""
    text = f"{shlex.quote(sys.executable)} -m sim {arguments} {closed}"
    done = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bar_is_for_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a long study has a bar from its first moment, a short one only if it takes longer after all."""
    bars: list[Mock] = []
    monkeypatch.setattr(progress, "_new_bar", lambda *, no_color: bars.append(Mock(task_ids=[0])) or bars[-1])
    monkeypatch.setattr(sys, "stderr", Mock(isatty=lambda: True))
    for expected, moments, seen in ((0.4, (0.0, 0.3), 0), (0.4, (0.0, 0.3, 1.6), 1), (20.0, (0.0,), 1)):
        bars.clear()
        with progress.progress(100, seconds=expected, quiet=False) as tell:
            for seconds in moments:
                tell(Progress(40, 100, 0, seconds, 0))
        assert len(bars) == seen
        for bar in bars:
            bar.update.assert_called_once_with(0, completed=40, total=100)
            bar.stop.assert_called_once_with()


def test_interrupted_run_says_that_it_goes_on(folder: Path) -> None:
    """Ctrl-C ends a study with 130 and a line; the same command finishes it."""
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        "first-lesson",
        "-n",
        "100000",
        "--seed",
        "9",
        "-j",
        "1",
        "--no-plots",
    ]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_interrupts
    )
    deadline = time.monotonic() + 60
    assert process.stderr is not None
    assert "100,000 runs" in _announced(process.stderr)
    while not _begun(folder, seed=9) and process.poll() is None and time.monotonic() < deadline:
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "the same command goes on" in err
    assert "Traceback" not in err


def _announced(lines: Iterable[str]) -> str:
    """The line that says what is going to be played; one before it may say that machine code is made."""
    return next(line for line in lines if not line.startswith("machine code"))


@pytest.mark.parametrize("tenths", range(6))
def test_interrupt_while_workers_start_is_one_line(tenths: int, tmp_path: Path) -> None:
    """Ctrl-C, which reaches the workers too, leaves one line and 130 at whatever moment of their start it comes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "ukraine-2014", "-n", "1000", "-j", "2", "-o", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_heed_interrupts,
    )  # fmt: skip
    assert process.stderr is not None
    assert "1,000 runs" in _announced(process.stderr)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=tenths / 10)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "sim: interrupted; nothing finished is lost, the same command goes on\n"


INTERRUPTED_AT_IMPORT = """
import signal, sys
class Finder:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
from sim.cli.main import main
main({arguments!r})
"""


@pytest.mark.parametrize("module", ["click", "numpy", "duckdb", "matplotlib"])
def test_interrupt_during_an_import_is_one_line(module: str, tmp_path: Path) -> None:
    """Ctrl-C in the midst of loading a library, before, while or after a study is played, leaves one line and 130."""
    arguments = ["run", "first-lesson", "-n", "3", "-j", "1", "-q", "-o", str(tmp_path)]
    text = INTERRUPTED_AT_IMPORT.format(module=module, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, preexec_fn=_heed_interrupts
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "sim: interrupted; nothing finished is lost, the same command goes on\n"


INTERRUPTED_IN_EXEC = """
import sim.cli.group as group

def code_of(arguments):
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        return 130

group.code_of = code_of
from sim.cli.main import main
main([])
"""


def test_interrupt_while_a_library_makes_a_class_ends_with_the_same_code() -> None:
    """Python would end by a signal after Ctrl-C has passed through an `exec`, as data classes are made by it."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_IN_EXEC], check=False, preexec_fn=_heed_interrupts)
    assert done.returncode == 130


def _heed_interrupts() -> None:
    """A process that was started in the background of a shell is deaf to Ctrl-C, and so are its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _begun(folder: Path, *, seed: int) -> bool:
    """Whether a study of this seed has been begun."""
    for path in (folder / "results").glob("*/study.json"):
        try:
            if json.loads(path.read_text())["seed"] == seed:
                return True
        except (OSError, ValueError):
            continue
    return False
