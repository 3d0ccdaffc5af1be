"""A session: every change is one event, its state is the fold of the log, and nothing that was told is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sim import api
from sim.errors import UsageError
from sim.game.log import read_log
from sim.game.session import Refused, Session
from sim.game.state import Clock, fold
from tests.game.stage import DUEL, seated


def decided(session: Session, east: str, west: str) -> None:
    """One turn, from deciding to its reveal."""
    session.advance("decide")
    turn = session.state.turn
    session.order("e", {"march": east}, turn=turn, seen=0)
    session.order("w", {"warn": west}, turn=turn, seen=0)
    session.advance("reveal")


def test_the_state_is_the_fold_of_the_log(tmp_path: Path) -> None:
    """After each event, and read back from the disk, it is the same."""
    session = seated(tmp_path, keep=True)
    decided(session, "go", "wait")
    session.note("They went at once")
    assert session.state == fold(session.log.events)
    again = api.resume_session(tmp_path / "session")
    assert (again.state, again.digest()) == (session.state, session.digest())


def test_undo_returns_to_the_former_digest(tmp_path: Path) -> None:
    """Of each step that can be taken back, and of several in a row."""
    session = seated(tmp_path)
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    digests = [session.digest()]
    steps = [
        lambda: session.override("warn", "shout", turn=0), lambda: session.hand("west", "model"),
        lambda: session.advance("reveal"), lambda: session.advance("decide"),
    ]  # fmt: skip
    for step in steps:
        step()
        digests.append(session.digest())
    assert len(set(digests)) == len(digests)
    session.vote("e", "march", "go", turn=1)
    session.foretell("e", 0.3, turn=1)
    for digest in reversed(digests[:-1]):
        session.undo()
        assert session.digest() == digest


def test_two_that_seal_at_once_are_told_who_was_first(tmp_path: Path) -> None:
    """One counts; the other is told, looks again, and may then seal anew."""
    session = seated(tmp_path)
    session.join("e2", seat="east")
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    with pytest.raises(Refused, match="was first") as refused:
        session.order("e2", {"march": "stay"}, turn=0, seen=0)
    assert refused.value.reason == "stale"
    session.order("e2", {"march": "stay"}, turn=0, seen=1)
    assert session.settled()["east"] == {"march": "stay"}


def test_what_was_said_twice_counts_once(tmp_path: Path) -> None:
    """The same key again changes nothing and is no fault: the answer to the first was lost on the way."""
    session = seated(tmp_path, keep=True)
    session.advance("decide", key="a")
    session.vote("e", "march", "go", turn=0, key="b")
    session.order("e", {"march": "go"}, turn=0, seen=0, key="c")
    before = session.state.revision
    session.vote("e", "march", "go", turn=0, key="b")
    session.order("e", {"march": "go"}, turn=0, seen=0, key="c")
    session.advance("decide", key="a")
    again = api.resume_session(tmp_path / "session")
    again.vote("e", "march", "go", turn=0, key="b")
    assert before == session.state.revision == again.state.revision


def test_what_counted_is_no_fault_when_it_is_said_again_later(tmp_path: Path) -> None:
    """Whatever has become of it since: the turn is over, the inject is in, the step was taken back."""
    session = seated(tmp_path, DUEL + "injects: {film: {says: A film is shown}}\n")
    said = [
        lambda: session.advance("decide", key="a"), lambda: session.vote("e", "march", "go", turn=0, key="b"),
        lambda: session.order("e", {"march": "go"}, turn=0, seen=0, key="c"), lambda: session.throw("film", key="d"),
        lambda: session.foretell("e", 0.5, turn=0, key="e"), lambda: session.override("warn", "shout", turn=0, key="f"),
        lambda: session.advance("reveal", key="g"), lambda: session.undo(key="h"),
    ]  # fmt: skip
    for does in said:
        does()
    before = session.state
    for does in said:
        does()
    assert session.state == before


def test_most_votes_decide_where_nothing_was_sealed(tmp_path: Path) -> None:
    """Of three one wants to stay and two to go; a seat that said nothing is the model's in this turn."""
    session = seated(tmp_path)
    for person in ("e2", "e3"):
        session.join(person, seat="east")
    session.advance("decide")
    session.vote("e", "march", "stay", turn=0)
    session.vote("e2", "march", "go", turn=0)
    session.vote("e3", "march", "go", turn=0)
    assert session.settled() == {"east": {"march": "go"}}


def test_a_seat_without_people_is_played_by_the_model(tmp_path: Path) -> None:
    """Nobody sits there, or whoever leads handed it over; handed back, people decide again."""
    session = seated(tmp_path)
    session.advance("decide")
    session.order("w", {"warn": "shout"}, turn=0, seen=0)
    session.hand("west", "model")
    assert "west" not in session.settled()
    with pytest.raises(Refused, match="the model plays your seat"):
        session.vote("w", "warn", "wait", turn=0)
    session.hand("west", "people")
    assert session.settled()["west"] == {"warn": "shout"}


def test_what_makes_no_sense_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """And leaves no trace in the log."""
    session = seated(tmp_path)
    session.advance("decide")
    before = len(session.log.events)
    wrong = [
        (lambda: session.vote("nobody", "march", "go", turn=0), "unknown"),
        (lambda: session.vote("e", "warn", "shout", turn=0), "unknown"),
        (lambda: session.vote("e", "march", "fly", turn=0), "unknown"),
        (lambda: session.vote("e", "march", "go", turn=1), "stale"),
        (lambda: session.foretell("e", 1.5, turn=0), "wrong"),
        (lambda: session.foretell("e", float("nan"), turn=0), "wrong"),
        (lambda: session.advance("debrief"), "closed"),
        (lambda: session.throw("nothing"), "unknown"),
        (lambda: session.hand("north", "model"), "unknown"),
        (lambda: session.undo() and session.undo() and session.undo(), "stale"),
    ]
    for does, reason in wrong[:-1]:
        with pytest.raises(Refused) as refused:
            does()
        assert refused.value.reason == reason and str(refused.value)
    assert len(session.log.events) == before
    with pytest.raises(Refused, match="nothing to take back"):
        wrong[-1][0]()


def test_a_line_that_a_crash_left_half_is_cut_off(tmp_path: Path) -> None:
    """Nobody was told that it counts; all before it stands, and the session goes on."""
    session = seated(tmp_path, keep=True)
    decided(session, "go", "shout")
    log, digest = tmp_path / "session" / "log.jsonl", session.digest()
    with log.open("a", encoding="utf-8") as file:
        file.write('{"at": "2030-01-01", "kind": "adv')
    again = api.resume_session(tmp_path / "session")
    assert again.digest() == digest
    again.advance("decide")
    events = list(read_log(log))
    assert [event["n"] for event in events] == list(range(len(events)))
    assert all(json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())


def test_a_log_that_somebody_edited_is_refused(tmp_path: Path) -> None:
    """A line in the middle that is no event: a sentence, and nothing is guessed."""
    session = seated(tmp_path, keep=True)
    decided(session, "go", "shout")
    log = tmp_path / "session" / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([lines[0], "what?", *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 2 is no event"):
        api.resume_session(tmp_path / "session")


def test_an_edited_scenario_changes_no_session_under_way(tmp_path: Path) -> None:
    """What is played lies beside the log."""
    session = seated(tmp_path, keep=True)
    decided(session, "go", "shout")
    (tmp_path / "game.yaml").write_text("scenario: other\n", encoding="utf-8")
    assert api.resume_session(tmp_path / "session").digest() == session.digest()


def test_a_whole_game_comes_to_its_end(tmp_path: Path) -> None:
    """Lobby, brief, three turns, debrief, closed; then whoever comes late may read, and closing can be taken back."""
    session = seated(tmp_path)
    session.advance("brief")
    for _ in range(3):
        decided(session, "stay", "wait")
    assert session.next_phases() == ("debrief",)
    session.advance("debrief")
    session.advance("closed")
    assert session.course().outcome == "quiet"
    with pytest.raises(Refused, match="over"):
        session.hand("east", "model")
    session.note("A quiet game")
    session.join("late")
    assert "late" in session.state.people and session.undo().phase == "debrief"


def test_who_changes_seats_takes_no_vote_along(tmp_path: Path) -> None:
    """A vote counts at the seat at which it was given alone, and the turn can be revealed whoever moved."""
    session = seated(tmp_path)
    session.advance("decide")
    session.vote("e", "march", "go", turn=0)
    session.move("e", "west")
    assert session.settled() == {}
    assert api.view(session, "host")["phase"] == "decide"
    session.move("e", "east")
    assert session.settled() == {"east": {"march": "go"}}
    session.move("e", "west")
    assert session.advance("reveal").phase == "reveal"


def test_nobody_looks_in_at_another_team_while_a_turn_is_decided(tmp_path: Path) -> None:
    """Who has a seat keeps it until the reveal; who has none may take one; whoever leads moves anybody."""
    session = seated(tmp_path)
    session.join("late")
    session.sit("w", "east")
    session.sit("w", "west")
    session.advance("decide")
    for seat in ("east", ""):
        with pytest.raises(Refused, match="everybody keeps their seat") as refused:
            session.sit("w", seat)
        assert refused.value.reason == "closed"
    session.sit("w", "west")
    session.sit("late", "east")
    assert session.move("w", "east").people["w"].seat == "east"
    session.advance("reveal")
    assert session.sit("w", "west").people["w"].seat == "west"


def test_what_was_sealed_counts_though_its_people_have_left(tmp_path: Path) -> None:
    """Unless whoever leads hands the seat to the model; in the next turn the model plays an empty seat."""
    session = seated(tmp_path)
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    session.move("e", "")
    assert session.settled() == {"east": {"march": "go"}}
    session.hand("east", "model")
    assert session.settled() == {}
    session.undo()
    session.advance("reveal")
    session.advance("decide")
    assert "east" not in session.settled() and not session.is_of_people("east")


def test_a_phase_that_undo_enters_anew_stands_with_its_clock_at_rest(tmp_path: Path) -> None:
    """What was left of it is left; of a clock that ran out, the whole time; never the clock of a later turn."""
    session = seated(tmp_path)
    session.advance("decide", seconds=90.0)
    session.set_clock(ends=time.time() - 5)
    session.advance("reveal")
    session.undo()
    assert (session.state.phase, session.state.clock) == ("decide", Clock(left=90.0))
    session.set_clock(ends=time.time() + 60)
    session.advance("reveal")
    session.advance("decide", seconds=300.0)
    session.set_clock(ends=time.time() + 300)
    session.undo()
    assert session.state.clock.ends is None
    session.undo()
    left = session.state.clock.left
    assert session.state.turn == 0 and session.state.clock.ends is None and left is not None and 50.0 < left < 61.0
    assert session.state == fold(session.log.events)
