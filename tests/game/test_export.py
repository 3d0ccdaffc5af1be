"""A session as one file: it replays to the same digest, its page asks for nothing, its tables say what that says."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sim import api
from sim.errors import UsageError
from sim.game.bots import play_out, sit_down
from sim.game.session import Session
from tests.game.stage import DUEL, seated
from tests.game.test_debrief import SECRET, WANTED, played

NASTY = "=HYPERLINK(1)<script>alert(1)</script> & “so”"


def exported(session: Session, path: Path, futures: int = 40) -> dict[str, str]:
    """The files of an archive as text."""
    with zipfile.ZipFile(api.export_session(session, path, futures=futures)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    """A table as it reads."""
    return list(csv.DictReader(io.StringIO(text)))


class Page(HTMLParser):
    """Everything on a page that a browser would fetch or run, its headings, and what it leaves open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "link", "img", "br", "input", "rect", "line", "circle", "path"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster") and value:
                self.fetched += [] if value.startswith(("#", "data:")) else [value]
            assert not name.startswith("on"), f"<{tag} {name}> would run something"

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
            self.open.pop()


@pytest.mark.parametrize("keep", [True, False])
def test_an_export_replays_to_the_same_digest(tmp_path: Path, keep: bool) -> None:
    """Of a session on the disk, and of one in memory; in mid-game too, with what was taken back."""
    session = played(tmp_path, DUEL + WANTED, "go", keep=keep)
    exported(session, tmp_path / "whole.zip")
    assert api.replay_export(tmp_path / "whole.zip") == session.digest()
    other = seated(tmp_path / "session", DUEL, seed=4) if keep else seated(tmp_path, DUEL, seed=4)
    other.advance("decide")
    other.override("march", "go", turn=0)
    other.advance("reveal")
    other.undo()
    exported(other, tmp_path / "half.zip")
    assert api.replay_export(tmp_path / "half.zip") == other.digest()


def test_equal_sessions_give_equal_archives(tmp_path: Path) -> None:
    """Byte for byte, written twice; no secret of the folder is in it."""
    session = played(tmp_path, DUEL, "go", keep=True)
    (tmp_path / "session" / "secret").write_text("the key of the cookies", encoding="utf-8")
    first = api.export_session(session, tmp_path / "a" / "x.zip", futures=40).read_bytes()
    again = api.export_session(api.resume_session(tmp_path / "session"), tmp_path / "b" / "x.zip", futures=40)
    assert again.read_bytes() == first
    files = exported(session, tmp_path / "x.zip")
    assert set(files) == {"README.txt", "report.html", "log.jsonl", "scenario.yaml", "moves.csv", "forecasts.csv",
                          "counterfactuals.csv", "whatifs.json", "debrief.json"}  # fmt: skip
    assert not any("the key of the cookies" in text for text in files.values())


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    """No address but its own parts, no script, every tag closed; whatever people and scenarios write stays text."""
    quoted = json.dumps(NASTY, ensure_ascii=False)
    text = SECRET.replace("Does the army march?", quoted).replace("says: Stay where it is", f"says: {quoted}") + WANTED
    session = seated(tmp_path, text)
    session.advance("decide")
    session.order("e", {"march": "stay"}, turn=0, seen=0, why=NASTY)
    session.foretell("e", 0.25, turn=0)
    session.advance("reveal")
    session.note(NASTY)
    session.advance("debrief")
    files = exported(session, tmp_path / "x.zip")
    page = Page(files["report.html"])
    assert page.fetched == [] and page.open == [] and "script" not in page.tags
    assert not re.search(r"https?://|@import|url\(", files["report.html"])
    assert files["report.html"].count("&lt;script&gt;") >= 3
    assert all(not row["why"] or row["why"].startswith("'=") for row in rows(files["moves.csv"]))


def test_the_page_reads_with_a_reader_of_screens(tmp_path: Path) -> None:
    """One title, headings that skip no level, a language, a caption for every table, a name for every picture."""
    session = played(tmp_path, SECRET + WANTED, "go", west="shout")
    text = exported(session, tmp_path / "x.zip", futures=20)["report.html"]
    page = Page(text)
    assert page.tags.count("h1") == 1 and page.tags.count("table") == page.tags.count("caption")
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.tags.count("svg") and text.count("<desc>") >= text.count('role="img"') > 0
    assert '<html lang="en">' in text and "prefers-color-scheme: dark" in text and "@media print" in text


def test_the_tables_say_what_the_debrief_says(tmp_path: Path) -> None:
    """Moves, forecasts and counterfactuals are those of debrief.json, number by number; so is the page."""
    session = played(tmp_path, DUEL + WANTED, "stay")
    files = exported(session, tmp_path / "x.zip")
    record = json.loads(files["debrief.json"])
    assert record == api.debrief(session, futures=40).record()
    told = [move for turn in record["turns"] for move in turn["moves"]]
    moves = rows(files["moves.csv"])
    assert [(row["seat"], row["option"]) for row in moves] == [(move["seat"], move["option"]) for move in told]
    assert [row["regret"] for row in moves if row["seat"] == "east"] == [
        str(move["regret"]["value"]) for move in told if move["seat"] == "east"
    ]
    assert len(rows(files["forecasts.csv"])) == record["forecasts"]["all"]["n"] == 3
    counted = rows(files["counterfactuals.csv"])
    start = [float(row["value"]) for row in counted if row["moment"] == "start"]
    assert start == [one["share"] for one in record["outcomes"]]
    assert all(row["futures"] for row in counted)
    page = unescape(files["report.html"])
    assert all(move["regret"]["says"] in page for move in told if move["regret"])


def test_what_teams_asked_is_kept(tmp_path: Path) -> None:
    """As the server handed it over."""
    session = played(tmp_path, DUEL, "stay")
    path = api.export_session(session, tmp_path / "x.zip", whatifs=[{"seat": "east", "n": 100}], futures=40)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("whatifs.json")) == [{"seat": "east", "n": 100}]


def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """No such file, no archive, an archive of something else, a log that somebody edited."""
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "something else")
    for name, says in (("none.zip", "there is no file"), ("text.zip", "no export"), ("other.zip", "no export")):
        with pytest.raises(UsageError, match=says):
            api.replay_export(tmp_path / name)


def test_a_damaged_export_is_called_by_its_own_name(tmp_path: Path) -> None:
    """Whether the archive or the log in it is damaged: nobody is told of a folder that was never theirs."""
    whole = exported(played(tmp_path, DUEL, "go"), tmp_path / "whole.zip")
    events = whole["log.jsonl"].splitlines()
    logs = {"log.zip": "\n".join([events[0], "{}", *events[2:]]), "opening.zip": "{}\n", "good.zip": whole["log.jsonl"]}
    for name, log in logs.items():
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for one, text in {**whole, "log.jsonl": log}.items():
                archive.writestr(one, text)
    found = bytearray((tmp_path / "good.zip").read_bytes())
    at = found.index(b"log.jsonl") + 60
    found[at : at + 8] = b"\xff" * 8
    (tmp_path / "archive.zip").write_bytes(bytes(found))
    for name in ("log.zip", "opening.zip", "archive.zip"):
        with pytest.raises(UsageError, match="damaged") as refused:
            api.replay_export(tmp_path / name)
        assert str(tmp_path / name) in str(refused.value) and "sim-session-" not in str(refused.value)


def test_what_is_no_study_is_told_so_before_a_run_is_asked_for(tmp_path: Path) -> None:
    """Of a folder of sessions nobody can say which run, and the sentence says what is replayed instead."""
    from click.testing import CliRunner

    from sim.cli.play import replay_command

    (tmp_path / "seminars" / "first").mkdir(parents=True)
    (tmp_path / "seminars" / "first" / "log.jsonl").touch()
    (tmp_path / "empty").mkdir()
    for name, says in (("seminars", "holds sessions, not a study"), ("empty", "holds no study")):
        found = CliRunner().invoke(replay_command, [str(tmp_path / name)]).exception
        assert says in str(found) and "which run" not in str(found)


def test_a_session_of_nobody_can_be_exported(tmp_path: Path) -> None:
    """Before anything was played, and of a rehearsal without a forecast."""
    lobby = seated(tmp_path)
    assert "No turn was played" in exported(lobby, tmp_path / "x.zip")["report.html"]
    alone = seated(tmp_path, seed=2)
    sit_down(alone)
    play_out(alone, random.Random(1), manner="random")
    exported(alone, tmp_path / "y.zip")
    assert api.replay_export(tmp_path / "y.zip") == alone.digest()


FAULT = "  bad: {at: 25 days, do: alarm = sqrt(alarm - 50)}\n"
RUNAWAY = """  begin: {at: 25 days, do: alarm = 1000}
  up: {when: alarm > 900 and not open, do: open = true}
  down: {when: alarm > 900 and open, do: open = false}
"""


@pytest.mark.parametrize("trigger", [FAULT, RUNAWAY])
def test_a_history_that_failed_is_told_as_far_as_it_went(tmp_path: Path, trigger: str) -> None:
    """It can be debriefed, shown and exported; what nobody can tell of it is scored as nothing, and that is said."""
    text = f"{DUEL}triggers:\n{trigger}turns: {{one: {{at: 0 days, predict: attacked}}, two: {{at: 20 days}}}}\n"
    files = exported(played(tmp_path, text.replace("when: army", "at_end: army"), "go"), tmp_path / "x.zip")
    record = json.loads(files["debrief.json"])
    assert record["says"] == "The scenario failed on 2030-01-26: how this history would have ended cannot be told."
    found = record["forecasts"]
    assert found["all"] is None and found["forecasts"] == [] and rows(files["forecasts.csv"]) == []
    assert {one["came"] for one in found["questions"]} == {None}
    assert {one[share]["n"] for one in found["questions"] for share in ("base", "before", "sealed")} == {0}
    assert any("is not scored" in caution for caution in record["cautions"])
    path = next(one["path"] for one in record["fans"] if one["name"] == "army")
    assert [rung for _, rung in path] == [0, 1, 2] and path[-1][0] <= 25
    assert not Page(files["report.html"]).open
