"""`sim play`: one person at one seat, at a terminal, through a pipe, and by what was written down beforehand."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import api
from sim.cli.group import code_of
from sim.cli.looking_back import _regret
from tests.documents import HOUSE
from tests.game.stage import DUEL

WANTED = """
seats:
  east:
    brief: Your army stands at home.
    aims: [{says: No attack, kept: highest < 2}, {says: A good name}]
    red_lines: [an attack on your own land]
    knows: [alarm]
  west: {}
"""

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(HOUSE),
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "PYTHONIOENCODING": "utf-8",
}
ENVIRONMENT.pop("NO_COLOR", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which a small game lies."""
    (tmp_path / "duel.yaml").write_text(DUEL + WANTED, encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Play = Callable[..., Done]


@pytest.fixture
def play(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """`sim play` in that folder, with lines in a pipe."""
    monkeypatch.chdir(folder)

    def run(*words: str, typed: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        code = code_of(["play", *words])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


def test_what_is_written_is_played_and_told_for_a_machine(play: Play) -> None:
    """Orders by turn; turns of which nothing is said change nothing; the same words give the same game."""
    words = ("duel.yaml", "--turns", "3", "--choose", "march=go, forecast=20; -; model", "--format", "json")
    first, second = play(*words), play(*words)
    assert (first.code, first.err) == (0, "")
    record = json.loads(first.out)
    assert [turn["orders"] for turn in record["turns"]] == [{"march": "go"}, {}, None]
    assert [turn["forecast"] for turn in record["turns"]] == [0.2, None, None]
    assert (record["seat"], record["phase"]) == ("east", "debrief")
    assert json.loads(second.out)["digest"] == record["digest"]
    assert record["debrief"]["turns"][0]["moves"][0]["option"] == "go"


def test_lines_of_a_pipe_are_keys(folder: Path, play: Play) -> None:
    """A number opens a question, a number orders, Enter seals; the page shows what was typed and has no colours."""
    done = play("duel.yaml", "--turns", "2", "--futures", "20", typed="1\n2\n\n35\n1\n1\n\n\n")
    assert (done.code, done.err) == (0, "")
    assert "-> go: One rung further" in done.out
    assert "model estimate from 20 futures, not a forecast" in done.out
    assert "you said 35 %" in done.out
    assert "\x1b" not in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_pipe_that_ends_early_loses_nothing(folder: Path, play: Play) -> None:
    """It ends with 0 and says the command that goes on, which does."""
    stopped = play("duel.yaml", "--turns", "3", "--futures", "0", typed="1\n2\n\n\n")
    assert stopped.code == 0
    assert "stopped at turn 2 of 3; nothing is lost" in stopped.err
    again = re.search(r"sim play (.*)", stopped.err)
    assert again is not None and "--choose march=go" in again[1]
    kept = play("duel.yaml", "--turns", "3", "--futures", "0", "--keep", "mine", typed="1\n2\n\n\n")
    assert "sim play --resume mine" in kept.err
    record = json.loads(play("--resume", "mine", "--choose", "2: march=go", "--format", "json").out)
    assert [turn["orders"] for turn in record["turns"]][:2] == [{"march": "go"}, {"march": "go"}]
    assert api.resume_session(folder / "mine").digest() == record["digest"]


def test_back_decides_a_turn_anew_on_the_same_luck(folder: Path, play: Play) -> None:
    """`b` takes the last turn back; ordered again as before, all comes as before."""
    plain = play("duel.yaml", "--turns", "2", "--futures", "0", "--keep", "a", typed="1\n2\n\n\n\n\n")
    back = play("duel.yaml", "--turns", "2", "--futures", "0", "--keep", "b", typed="1\n1\n\n\nb\n1\n2\n\n\n\n\n")
    assert plain.code == back.code == 0
    digests = [api.resume_session(folder / name).digest() for name in ("a", "b")]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("typed", ["x", "99", "-1", "1e3", "\u00e9\u00e9", "go home", "\x1b[A", "9" * 5_000, "²"])
def test_a_key_that_does_nothing_gets_a_sentence(folder: Path, play: Play, typed: str) -> None:
    """And the question stands."""
    done = play("duel.yaml", "--futures", "0", typed=f"{typed}\nq\n")
    assert done.code == 0
    assert "is nothing that can be done here" in done.out
    assert "\x1b" not in done.out.replace(f"> {typed}", "")


def test_what_only_looks_changes_nothing(folder: Path, play: Play) -> None:
    """Help, diary, world and role are shown from every prompt, and the log is as without them."""
    for name, keys in (("plain", "1\n2\n\n\n"), ("looked", "?\nd\nw\nr\n1\n?\nw\n2\n\nd\n\n")):
        play("duel.yaml", "--turns", "2", "--futures", "0", "--keep", name, typed=keys)
    logs = [[line["kind"] for line in map(json.loads, (folder / name / "log.jsonl").read_text().splitlines())]
            for name in ("plain", "looked")]  # fmt: skip
    assert logs[0] == logs[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name a scenario"),
        (("duel.yaml", "--as", "eats"), "did you mean `east`"),
        (("ladder",), "cannot be played"),
        (("duel.yaml", "--want", "quite"), "did you mean `quiet`"),
        (
            ("--resume", "nowhere"),
            "holds no session: there is no such folder; `sim play SCENARIO --keep DIR` keeps one",
        ),
        (("--resume", "."), "holds no session: there is no log.jsonl in it"),
        (("duel.yaml", "--resume", "nowhere"), "leave out either"),
        (("--resume", "nowhere", "--turns", "5", "-s", "start=2031-01-01"), "leave out `--turns`, `-s`, or"),
        (("duel.yaml", "--choose", "march=stop"), "has no option `stop`"),
        (("duel.yaml", "--choose", "march=go, march=stay"), "answers `march` twice"),
        (("duel.yaml", "--choose", "go=go"), "East has no question `go`; did you mean `march=go`?"),
        (("duel.yaml", "--turns", "2", "--choose", ";;"), "there is a turn 3, and the game has 2"),
        (("--resume", "duel.yaml"), "holds no session: it is a file"),
    ],
)
def test_what_cannot_be_played_gets_a_sentence(folder: Path, play: Play, words: tuple[str, ...], says: str) -> None:
    """Code 2, and no traceback."""
    done = play(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("sim: ") and says in done.err and "Traceback" not in done.err


def test_a_changed_scenario_is_played_as_it_was_changed(folder: Path, play: Play) -> None:
    """What `-s` sets holds in the game, and in the game that is gone on with."""
    done = play(
        "duel.yaml", "-s", "march.every=20 days", "--turns", "1", "--keep", "mine", "--futures", "0", typed="1\n2\nq\n"
    )
    assert "every 20 days" in done.out
    on = play("--resume", "mine", "--futures", "0", typed="1\n\nq\n")
    assert "every 20 days" in on.out and "-> go" in on.out


def test_who_wants_an_outcome_is_told_regret_by_it(play: Play) -> None:
    """A seat without aims that can be counted has no regret, unless one says what one is after."""
    words = ("duel.yaml", "--as", "west", "--turns", "1", "--choose", "warn=shout")
    assert "No regret can be told" in play(*words).out
    assert "how often it ends as quiet" in play(*words, "--want", "quiet").out


@pytest.mark.parametrize("value", [None, 0.0, -0.012])
def test_what_looked_better_by_less_than_nothing_is_no_regret(value: float | None) -> None:
    """Valued in the other half of the futures, what looked best may do worse than what was chosen."""
    found = {"is_best": False, "value": value, "low": -0.03, "high": 0.01, "best": "go", "stands": False}
    assert _regret(found) == "No regret: nothing looked better."


def test_another_game_in_the_folder_is_not_overwritten(folder: Path, play: Play) -> None:
    """The same command goes on; whoever asks for another seed, lesson or scenario is told that the folder is taken."""
    play("duel.yaml", "--turns", "2", "--keep", "mine", "--futures", "0", typed="1\n2\n\n\n")
    other = play("duel.yaml", "--turns", "2", "--keep", "mine", "--seed", "2", typed="")
    assert other.code == 2 and "lies another game: it has seed 1, not seed 2." in other.err
    other = play("duel.yaml", "--keep", "mine", "-s", "start=2031-01-01", "--minutes", "60")
    assert other.code == 2 and "settings of it are others; it has 75 minutes, not 60 minutes; it has 2" in other.err
    same = play("duel.yaml", "--turns", "2", "--keep", "mine", "--futures", "0", typed="\n\n")
    assert same.code == 0 and "Turn 2 of 2" in same.out and "you are East" not in same.out


def test_what_was_said_at_the_start_need_not_be_said_again(folder: Path, play: Play) -> None:
    """How many futures and what one is after are kept with the game, also where the same command goes on."""
    play(
        "duel.yaml",
        "--as",
        "west",
        "--turns",
        "2",
        "--keep",
        "mine",
        "--futures",
        "30",
        "--want",
        "quiet",
        typed="\n\n",
    )
    assert "estimate from 30 futures" in play("--resume", "mine", typed="1\n").out
    assert "estimate from 40 futures" in play("--resume", "mine", "--futures", "40", typed="1\n").out
    on = play("duel.yaml", "--as", "west", "--turns", "2", "--keep", "mine", typed="1\n2\n\n\n")
    assert "estimate from 40 futures" in on.out and "how often it ends as quiet" in on.out
    (folder / "mine" / "play.json").write_text("{", encoding="utf-8")
    assert "No regret can be told" in play("--resume", "mine").out, "what cannot be read says nothing"


@pytest.mark.parametrize(("words", "says"), [
    (("--turns", "2", "--minutes", "50"), "`--minutes` changes nothing beside `--turns`"),
    (("--want", "quiet"), "`--want` changes nothing: this seat has aims that are counted"),
    (("--turns", "2", "--futures", "50"), "`--futures` draws nothing here"),
])  # fmt: skip
def test_an_option_that_nothing_comes_of_is_told(folder: Path, play: Play, words: tuple[str, ...], says: str) -> None:
    """And the game is played."""
    done = play("duel.yaml", *words, "--choose", "march=stay")
    assert done.code == 0 and says in done.err and "Debrief" in done.out


def test_orders_for_a_turn_that_is_over_are_told(folder: Path, play: Play) -> None:
    """What was played stays; the same orders again are no matter; those after the end are told, too."""
    words = ("duel.yaml", "--turns", "2", "--keep", "mine")
    play(*words, "--choose", "march=stay; march=go")
    assert "is played already" not in play(*words, "--choose", "march=stay; march=go").err
    other = play(*words, "--choose", "march=go; model")
    assert "turn 1 is played already, and stays as it was" in other.err and "turn 2 is played already" in other.err
    (folder / "short.yaml").write_text(DUEL.replace("start: home", "start: massed"), encoding="utf-8")
    early = play("short.yaml", "--as", "east", "--turns", "3", "--choose", "march=go; -; model")
    assert "the game was over before turns 2, 3 of `--choose`" in early.err


@pytest.mark.parametrize("name", ["notes.txt", "study.json", "scenario.yaml", "port"])
def test_a_folder_with_other_things_is_no_session_s(folder: Path, play: Play, name: str) -> None:
    """A sentence, and nothing is changed; a file that a dying server left is no hindrance, nor is an empty folder."""
    (folder / "full").mkdir()
    (folder / "full" / name).write_text("mine", encoding="utf-8")
    done = play("duel.yaml", "--keep", "full", "--futures", "0")
    if name == "port":
        assert done.code == 0
        return
    assert done.code == 2 and "`full` holds no session but" in done.err and "such as `full/session`" in done.err
    assert [one.name for one in (folder / "full").iterdir()] == [name]
    assert (folder / "full" / name).read_text(encoding="utf-8") == "mine"
    (folder / "empty").mkdir()
    assert play("duel.yaml", "--session", "empty", "--futures", "0").code == 0
    assert "is a file, and a session lies in a folder" in play("duel.yaml", "--keep", f"full/{name}").err


def test_a_class_s_session_is_not_sat_down_in(folder: Path, play: Play) -> None:
    """It is known by its secret, however few have come."""
    api.open_session(folder / "duel.yaml", folder=folder / "class").log.release()
    (folder / "class" / "secret").write_bytes(b"x" * 32)
    done = play("--resume", "class")
    assert done.code == 2 and "`sim seminar duel --session class` goes on with it" in done.err


def test_others_come_first_and_what_was_foretold_is_answered(folder: Path, play: Play) -> None:
    """A reveal tells the others' moves, then one's own; what one said beforehand, and whether it came."""
    said = play("duel.yaml", "--turns", "2", "--choose", "march=go, forecast=20; -").out
    first = said[said.index("Turn 1 of 2: what all did") : said.index("Turn 2 of 2,")]
    assert first.index("West") < first.index("You, East")
    assert "What you foretold" in first and "you said 20 %" in first


def test_what_costs_no_order_says_so_and_is_not_counted(folder: Path, play: Play) -> None:
    """An answer to a word that may be called, on the agenda and in the question."""
    said = play("first-lesson", "--as", "defender", "--futures", "0", typed="1\n1\n").out
    assert "is the word kept? (costs no order)" in said
    assert "-> kept" in said and "(1 of at most" not in said


def test_the_diary_folds_and_all_of_it_can_be_had(folder: Path, play: Play) -> None:
    """`d` tells what repeats in a line with its count, `dd` each with its date."""
    days = [f"  crowd_{day}: {{at: 2030-01-{day:02}, says: A crowd gathers, do: alarm += 1}}" for day in (3, 8, 13, 18)]
    again = DUEL.replace("outcomes:", "\n".join(["triggers:", *days, "outcomes:"]))
    (folder / "again.yaml").write_text(again, encoding="utf-8")
    said = play("again.yaml", "--as", "east", "--turns", "2", "--futures", "0", typed="\n\nd\ndd\n").out
    short, long = said[said.index("> d\n") : said.index("> dd\n")], said[said.index("> dd\n") :]
    assert short.count("A crowd gathers") == 1 and re.search(r"A crowd gathers \(\d times,", short)
    assert long.count("A crowd gathers") == 4


def test_a_closed_input_is_the_end_of_a_pipe(folder: Path, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sim play FILE <&-` leaves as if nothing more had been typed."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", "play", "duel.yaml", "--futures", "0"], cwd=folder, env=ENVIRONMENT, check=False,
        capture_output=True, text=True, preexec_fn=lambda: os.close(0),
    )  # fmt: skip
    assert done.returncode == 0 and "stopped at turn 1" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(("old", "new", "says"), [
    ('"format": 1', '"format": 99', "holds no session that this version can read: it was kept by"),
    ('"minutes": 75, ', "", "holds no session that this version can read"),
    ('"name": "duel", ', "", "holds no session that this version can read"),
])  # fmt: skip
def test_a_log_of_another_making_is_refused(folder: Path, play: Play, old: str, new: str, says: str) -> None:
    """With a sentence, be it of another format or without a field."""
    play("duel.yaml", "--turns", "2", "--keep", "mine", "--futures", "0", typed="")
    log = folder / "mine" / "log.jsonl"
    assert old in log.read_text()
    log.write_text(log.read_text().replace(old, new))
    done = play("--resume", "mine")
    assert done.code == 2 and says in done.err and "Traceback" not in done.err


def test_a_damaged_log_is_told_and_what_can_go_on_goes_on(folder: Path, play: Play) -> None:
    """One that breaks off in mid-line goes on with a sentence; without a first line or a scenario it is refused."""
    play("duel.yaml", "--turns", "2", "--keep", "mine", "--futures", "0", typed="1\n2\n\n\n\n")
    log = folder / "mine" / "log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-30])
    done = play("--resume", "mine", "--futures", "0", typed="")
    lines = whole.count(b"\n")
    assert done.code == 0 and f"line {lines} of the log breaks off in the middle" in done.err
    assert "breaks off" not in play("--resume", "mine", "--futures", "0", typed="").err, "it was cut off"
    (folder / "mine" / "scenario.yaml").rename(folder / "aside.yaml")
    missing = play("--resume", "mine").err
    assert "scenario.yaml` is missing" in missing and "sim seminar" not in missing
    log.write_bytes(whole[5:60])
    broken = play("--resume", "mine").err
    assert "does not open one, so the file is damaged" in broken and "sim seminar" not in broken
    assert log.read_bytes() == whole[5:60], "nothing is overwritten"


def test_a_turn_without_orders_says_so(folder: Path, play: Play) -> None:
    """Before it is sealed and at the reveal; and it is another thing than a turn of the model."""
    done = play("duel.yaml", "--turns", "2", "--futures", "0", "--choose", "-; model", "--as", "east")
    said = " ".join(done.out.split())
    assert "An empty envelope: what you leave open is not done in this turn." in said
    assert "You, East You gave no order: of what you might have ordered nothing was done. What you were asked" in said
    assert said.count("An empty envelope") == said.count("You gave no order") == 1
    assert "The model decides for you in this turn." in said and "Nobody was asked anything" not in said
    card = play("duel.yaml", "--turns", "2", "--futures", "0", typed="1\n").out
    assert "the same as no order here, which costs none" in card


def test_what_the_model_answered_for_a_player_is_marked_as_its_own(folder: Path, play: Play) -> None:
    """An empty envelope, and a word that was called: under the player's name stands by whom it was answered."""
    (folder / "words.yaml").write_text(CALLED, encoding="utf-8")
    said = " ".join(play("words.yaml", "--turns", "1", "--choose", "-", "--futures", "0", "--as", "west").out.split())
    assert re.search(r"You, West (Do as was said|Leave it at words) \(deal\) \(by the model; on", said), said
    assert "You gave no order" in said


CALLED = """
scenario: words
start: 2030-01-01
horizon: 30 days
actors: {east: {}, west: {}}
quantities: {alarm: 0}
offers: {deal: {by: west, to: east, when: alarm >= 1, then: alarm = 0, helps: 0.1, kept: 50 %}}
triggers: {rises: {at: 10 days, do: alarm = 1}}
choices: {watch: {actor: west, every: 40 days, options: {look: {}, away: {}}}}
outcomes: {calm: {at_end: alarm < 1}, tense: {otherwise: true}}
"""


def test_where_only_the_player_was_asked_it_is_said_who_did_nothing(folder: Path, play: Play) -> None:
    """A scenario of one seat: its question came up, and no order was given."""
    alone = DUEL.replace("    actor: west\n", "    actor: east\n").replace(", west: {}", "")
    (folder / "alone.yaml").write_text(alone, encoding="utf-8")
    said = " ".join(play("alone.yaml", "--turns", "1", "--choose", "-", "--futures", "0").out.split())
    assert "left open the model answered. Nobody else did anything." in said
    assert "Nobody was asked anything" not in said


def test_a_session_goes_on_with_its_own_scenario_and_says_whose_version_it_was(folder: Path, play: Play) -> None:
    """An edited scenario is refused, for another history would follow; another version is told and gone on with."""
    play("duel.yaml", "--turns", "2", "--keep", "mine", "--futures", "0", typed="")
    log, file = folder / "mine" / "log.jsonl", folder / "mine" / "scenario.yaml"
    log.write_text(log.read_text().replace('"version": "', '"version": "9.'))
    done = play("--resume", "mine", "--futures", "0")
    assert done.code == 0 and "this session was opened with escalation-sim 9." in done.err
    file.write_text(file.read_text().replace("60 days", "30 days"))
    done = play("--resume", "mine", "--futures", "0")
    assert done.code == 2 and "is not what the session was opened with" in done.err


# ------------------------------------------------------------------------------------------------ at a terminal


class Terminal:
    """A process that believes that a person sits before it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.leader, follower = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sim", "play", *words], cwd=folder, env={**ENVIRONMENT, "TERM": "xterm"},
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        self.seen = ""

    def until(self, text: str, *, seconds: float = 30.0) -> str:
        """What is shown up to a text; what follows it is left for later."""
        ends = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.leader], [], [], max(0.0, ends - time.monotonic()))
            assert ready, f"`{text}` never came, but:\n{self.seen}"
            try:
                self.seen += os.read(self.leader, 65_536).decode("utf-8", "replace")
            except OSError:  # the process has gone
                raise AssertionError(f"`{text}` never came, but:\n{self.seen}") from None
        shown, _, self.seen = self.seen.partition(text)
        return shown + text

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.leader, keys.encode())

    def code(self) -> int:
        """The exit code, when all is read that it still has to say."""
        while True:
            try:
                more = os.read(self.leader, 65_536).decode("utf-8", "replace")
            except OSError:
                break
            if not more:
                break
            self.seen += more
        return self.process.wait(timeout=30)


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    """A game for a person who was not asked which seat."""
    one = Terminal(folder, "duel.yaml", "--turns", "2", "--futures", "20")
    yield one
    if one.process.poll() is None:
        one.process.send_signal(signal.SIGKILL)
    one.process.wait(timeout=30)
    os.close(one.leader)


def test_who_does_not_sit_down_has_lost_nothing(folder: Path, terminal: Terminal) -> None:
    """At the question whom one plays `q` ends with 0, and nothing is kept."""
    terminal.until("A number >")
    terminal.type("x\nq\n")
    assert terminal.code() == 0
    assert "Type a number from 1 to 2" in terminal.seen and not (folder / "results").exists()


def test_a_person_plays_a_whole_game_by_keyboard(folder: Path, play: Play, terminal: Terminal) -> None:
    """Seat, brief, question, order, forecast, reveal, to the debrief; the game is kept and shown again."""
    terminal.until("A number >")
    terminal.type("1\n")
    assert "\x1b[1m" in terminal.until("Enter begins")  # a terminal has colours
    terminal.type("\n")
    terminal.until("Enter seals your orders")
    terminal.type("1\n")
    terminal.until("not a forecast")
    terminal.until("Enter goes back >")
    terminal.type("2\n")
    terminal.until("-> go")
    terminal.type("\n")
    terminal.until("Enter skips >")
    terminal.type("30\n")
    terminal.until("Enter goes on")
    terminal.type("\n")
    terminal.until("Enter seals your orders")
    terminal.type("\n")
    terminal.until("Enter skips >")
    terminal.type("\n")
    terminal.until("Enter goes on")
    terminal.type("\n")
    terminal.until("Nobody counts this aim")
    terminal.type("k\n")
    assert "Debrief" in terminal.until("Enter goes on"), "a page of it at a time"
    terminal.type("\n\n\n")
    assert terminal.code() == 0
    assert "you said 30 %" in terminal.seen
    kept = re.search(r"kept in (\S+)\.\s", terminal.seen)
    assert kept is not None
    again = play("--resume", kept[1])
    assert again.code == 0 and "you said 30 %" in again.out


@pytest.mark.parametrize(("keys", "code"), [("q\n", 0), ("\x04", 0), ("\x03", 130)], ids=["q", "ctrl-d", "ctrl-c"])
def test_a_person_may_leave_at_any_prompt(folder: Path, play: Play, terminal: Terminal, keys: str, code: int) -> None:
    """What was chosen is kept, and the command that is printed goes on with it."""
    terminal.until("A number >")
    terminal.type("1\n")
    terminal.until("Enter begins")
    terminal.type("\n")
    terminal.until("Enter seals your orders")
    terminal.type("1\n")
    terminal.until("Enter goes back >")
    terminal.type("2\n")
    terminal.until("-> go")
    terminal.until("helps >")
    if keys == "\x03":  # what a terminal makes of the key for its foreground process
        terminal.process.send_signal(signal.SIGINT)
    else:
        terminal.type(keys)
    assert terminal.code() == code
    assert "stopped at turn 1 of 2; nothing is lost" in terminal.seen and "Traceback" not in terminal.seen
    again = re.search(r"sim play --resume (\S+)", terminal.seen)
    assert again is not None
    on = play("--resume", again[1], "--futures", "0", typed="q\n")
    assert "-> go: One rung further" in on.out
