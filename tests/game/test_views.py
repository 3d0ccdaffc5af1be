"""What each role is shown: every part of it, in every phase, for games with much and games with little in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.game.session import Session
from sim.game.views import view
from tests.game.secrets import SEALED
from tests.game.stage import DUEL, seated

COMMON = {
    "role", "revision", "phase", "turn", "title", "question", "minutes", "is_blank", "clock", "seats", "news", "world",
    "facts", "forecast",
}  # fmt: skip
OWN = {"envelope", "me", "brief", "questions", "sealed", "under_way"}
LED = {
    "hands", "settled", "overrides", "injects", "can_undo", "next_phases", "notes", "players", "people", "forecasts",
    "asks",
}  # fmt: skip


def on_to(session: Session, *phases: str) -> Session:
    """The session, some phases on."""
    for phase in phases:
        session.advance(phase)
    return session


def moves(session: Session, role: str) -> Mapping[str, dict[str, Any]]:
    """What was done in the turn that is over, by trigger."""
    return {one["trigger"]: one for one in view(session, role)["reveal"]["moves"]}


def test_each_role_has_its_parts_in_every_phase(tmp_path: Path) -> None:
    """What is common, what is a seat's own, what is for whoever leads; moves once there are any to reveal."""
    session = seated(tmp_path, SEALED)
    for phase in ("brief", "decide", "reveal", "decide", "reveal", "decide", "reveal", "debrief", "closed"):
        session.advance(phase)
        revealed = {"reveal"} if phase in ("reveal", "debrief", "closed") else set()
        assert set(view(session, "screen")) == COMMON | revealed
        assert set(view(session, "host")) == COMMON | LED | revealed
        assert set(view(session, "south")) == COMMON | OWN | revealed
        assert view(session, "south")["phase"] == phase


def test_there_is_no_view_for_nobody(tmp_path: Path) -> None:
    """A role that is none is a fault, not an empty page."""
    with pytest.raises(KeyError):
        view(seated(tmp_path), "north")


def test_a_view_is_the_same_however_often_it_is_asked_for(tmp_path: Path) -> None:
    """Asking changes nothing, kept parts are those that would be made afresh, and no caller can spoil them."""
    session = on_to(seated(tmp_path, SEALED, keep=True), "decide", "reveal", "decide")
    session.vote("e", "ops", "plant", turn=1)
    first = {role: json.dumps(view(session, role, person="e")) for role in ("host", "screen", "east", "west")}
    digest = session.digest()
    view(session, "east")["me"] = "spoilt"
    again = api.resume_session(tmp_path / "session")
    for role, text in first.items():
        assert json.dumps(view(session, role, person="e")) == text == json.dumps(view(again, role, person="e"))
    assert session.digest() == digest


def test_a_step_that_is_taken_back_takes_its_view_with_it(tmp_path: Path) -> None:
    """After undoing a reveal the news and the world are those of before."""
    session = on_to(seated(tmp_path), "decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    before = view(session, "west")
    session.advance("reveal")
    assert view(session, "west")["news"] != before["news"]
    session.undo()
    assert (view(session, "west")["news"], view(session, "west")["world"]) == (before["news"], before["world"])


def test_the_room_sees_who_has_spoken_and_not_what_was_said(tmp_path: Path) -> None:
    """How many of each team have voted, and whether it has sealed."""
    session = seated(tmp_path)
    session.join("e2", seat="east")
    session.advance("decide")
    session.vote("e", "march", "go", turn=0)
    session.order("w", {"warn": "shout"}, turn=0, seen=0)
    chairs = {one["actor"]: one for one in view(session, "screen")["seats"]}
    assert (chairs["east"]["votes_in"], chairs["east"]["has_sealed"], len(chairs["east"]["members"])) == (1, False, 2)
    assert (chairs["west"]["votes_in"], chairs["west"]["has_sealed"]) == (0, True)


def test_a_reveal_tells_orders_and_what_became_of_them(tmp_path: Path) -> None:
    """By whom, when it was carried out, and that it was not where no occasion came at which the option was open."""
    shut = DUEL.replace("start: true", "start: false")
    for text, day in ((DUEL, "8 January 2030"), (shut, None)):
        session = on_to(seated(tmp_path, text), "decide")
        session.order("e", {"march": "go"}, turn=0, seen=0)
        session.override("warn", "shout", turn=0)
        session.advance("reveal")
        for role in ("east", "west", "screen"):
            told = moves(session, role)
            assert (told["march"]["says"], told["march"]["by"]) == ("One rung further", "people")
            assert told["march"]["carried_out"] == day
            assert (told["warn"]["option"], told["warn"]["by"]) == ("shout", "host")


def test_an_order_that_was_not_carried_out_says_why(tmp_path: Path) -> None:
    """No occasion came in the turn, or it was not open at those that came: how many, when the last was, and why."""
    for every, closed, says in (
        ("7 days", "open", "it was not open at any of the 2 occasions that came, the last on 15 January 2030: "
                           "only if open is so"),
        ("15 days", "open", "on 16 January 2030 it was not open: only if open is so"),
        ("15 days", "army > home", "on 16 January 2030 it was not open: only if army is above “home”"),
        ("15 days", "not open or alarm > 5", "on 16 January 2030 it was not open"),
        ("50 days", "open", "it did not come up"),
    ):  # fmt: skip
        text = DUEL.replace("every: 7 days", f"every: {every}").replace("if: open,", f'if: "{closed}",')
        is_shut = closed.startswith("open")
        session = seated(tmp_path, text.replace("open: {flag: true, start: true}", "open: {flag: true, start: false}")
                         if is_shut else text)  # fmt: skip
        session.advance("decide")
        session.order("e", {"march": "go"}, turn=0, seen=0)
        session.advance("reveal")
        told = next(one for one in view(session, "host")["reveal"]["moves"] if one["trigger"] == "march")
        assert told["carried_out"] is None and told["undone"].startswith(says), told["undone"]


def test_what_people_read_holds_no_names_of_the_file() -> None:
    """No backticks and no underscores in what is said, places and people with their capitals, on every kind of page."""
    session = api.open_session("ukraine-2014", seed=3)
    for actor in session.game.seats:
        session.join(actor, seat=actor)
    on_to(session, "decide")
    for turn in range(3):
        session.order("russia", {"moscow_at_the_table": "joint"}, turn=turn, seen=0)
        for role in ("host", "russia"):
            for place, text in _sayings(view(session, role)):
                assert "`" not in text and "_" not in text, f"{place}: {text}"
                assert not re.search(r"\b(odesa|donetsk|luhansk|lavrov|kerry|germany)\b", text), f"{place}: {text}"
        on_to(session, "reveal", "decide")


SAID = {"says", "asks", "title", "because", "closed_because", "when", "costs", "terms", "undone", "teaches"}


def _sayings(found: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """What is said in a record, with the name of its field."""
    if isinstance(found, dict):
        for name, one in found.items():
            yield from _sayings(one, name)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _sayings(one, key)
    elif isinstance(found, str) and key in SAID:
        yield key, found


def test_a_seat_of_the_model_reveals_what_the_model_did(tmp_path: Path) -> None:
    """Each thing that it did once; where it did nothing, that; the chance for those who may know what it weighed."""
    session = seated(tmp_path, SEALED)
    session.hand("west", "model")
    on_to(session, "decide", "reveal")
    host, south = moves(session, "host"), moves(session, "south")
    assert host["notes"]["by"] == "model" and 0 < host["notes"]["had_been"] <= 1
    assert "notes" not in south and south["army.march"]["had_been"] is None  # to wait there looks like a private word
    chances = {one["trigger"]: one["had_been"] for one in view(session, "west")["reveal"]["moves"]}
    assert chances["notes"] == host["notes"]["had_been"]


def test_whoever_leads_sees_every_hand(tmp_path: Path) -> None:
    """What each team wants and has sealed, what would be played now, overrides, injects, what can be undone."""
    session = on_to(seated(tmp_path, SEALED), "decide")
    session.vote("w", "notes", "warn", turn=0)
    session.order("e", {"ops": "plant"}, turn=0, seen=0, why="it is dark")
    session.override("dry", "dam", turn=0)
    session.throw("letter")
    session.note("They whisper")
    led = view(session, "host")
    assert led["hands"]["east"]["sealed"]["why"] == "it is dark"
    assert led["settled"] == {"east": {"ops": "plant"}, "west": {"notes": "warn"}, "south": {"dry": "dam"}}
    assert [(one["seat"], one["says"]) for one in led["overrides"]] == [("south", "Build a dam")]
    assert [(one["name"], one["thrown"], one["to"]) for one in led["injects"]] == [
        ("storm", None, []), ("letter", 1, ["West"]),
    ]  # fmt: skip
    assert led["injects"][0]["does"] == ["Mood falls by 0.1"]
    assert led["can_undo"] == "thrown in: A letter"
    assert led["notes"] == [{"turn": 1, "text": "They whisper"}]
    assert led["next_phases"] == ["reveal"]


def test_the_brief_has_aims_with_the_marks_of_the_class_and_what_the_seat_knows(tmp_path: Path) -> None:
    """An aim that the class has judged says so; numbers stand there with their sentence and their unit."""
    session = seated(tmp_path, SEALED)
    session.mark("south", 0, "partly")
    brief = view(session, "south")["brief"]
    assert brief["aims"] == [{"says": "rain", "kept": "", "partly": "", "mark": "partly"}]
    assert [(one["name"], one["value"]) for one in brief["knows"]] == [("mood", 0.5)]


def test_a_game_without_agents_has_a_view_with_empty_parts(tmp_path: Path) -> None:
    """No posture, no threat, no track: ladders of the file itself, no cards, no links, and no fault."""
    world = view(on_to(seated(tmp_path), "decide", "reveal"), "west")["world"]
    assert [one["title"] for one in world["ladders"]] == ["Army"]
    assert world["matrix"] == world["tracks"] == world["commitments"] == world["links"] == []


def test_the_world_of_a_crisis_has_all_its_parts() -> None:
    """Ladders with their path, measures by sender, tracks, cards with who believes where that is known, links."""
    session = on_to(api.open_session("ukraine-2014", seed=3), "decide", "reveal")
    russia, eu = view(session, "russia")["world"], view(session, "eu")["world"]
    assert {"border_army", "western_measures.us"} <= {one["name"] for one in eu["ladders"]}
    assert all(one["steps"][0][0] == 0 for one in eu["ladders"])
    assert {one["kind"] for one in eu["links"]} >= {"army", "sanctions", "talks"}
    assert "paris_track" in {one["name"] for one in eu["tracks"]}
    offer = next(one for one in russia["commitments"] if one["name"] == "diplomatic_solution")
    assert [one["by"] for one in offer["believed"]] == [view(session, "russia")["me"]["title"]]
    assert next(one for one in eu["commitments"] if one["name"] == "diplomatic_solution")["believed"] == []
    assert "eu.sees.border_army.troops" in {one["name"] for one in eu["numbers"]}
    assert "border_army.troops" not in {one["name"] for one in eu["numbers"]}


def test_news_is_in_plain_words() -> None:
    """No line shows a name of the file in backticks, an underscore or a gap that was left open."""
    session = on_to(api.open_session("ukraine-2014", seed=3), "decide", "reveal", "decide", "reveal")
    for role in ("host", "screen", *session.game.seats):
        for line in view(session, role)["news"]:
            said = f"{line['says']} {line['because']} {' '.join(line['changes'])}"
            assert not set("`_{}") & set(said), said


def test_a_reveal_says_whether_what_was_foretold_came(tmp_path: Path) -> None:
    """Beside it what the class had said, and to each person what they had; how it ends is told at the end alone."""
    asks = "turns: {first: {at: 0 days, predict: highest >= massed}, last: {at: 30 days}}\n"
    session = seated(tmp_path, DUEL + asks, turns=None)
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    session.foretell("e", 0.9, turn=0)
    session.foretell("w", 0.2, turn=0)
    session.advance("reveal")
    told = view(session, "west", person="w")["reveal"]["foretold"]
    assert (told["came"], told["n"], told["lowest"], told["highest"], told["mine"]) == (True, 2, 0.2, 0.9, 0.2)
    assert view(session, "screen")["reveal"]["foretold"]["mine"] is None
    session.advance("decide")
    session.order("e", {"march": "stay"}, turn=1, seen=0)
    session.advance("reveal")
    assert view(session, "screen")["reveal"]["foretold"]["came"] is False, "the last turn asks for the first outcome"
