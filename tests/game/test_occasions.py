"""When a question comes and why an option is closed, in plain words; what cannot come in a turn is not asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.game.session import Session
from sim.game.speech import Speech
from sim.game.views import view
from tests.game.secrets import SEALED
from tests.game.stage import DUEL, seated


def questions(session: Session, seat: str) -> dict[str, dict[str, Any]]:
    """What a seat is asked now, by trigger."""
    return {one["trigger"]: one for one in view(session, seat)["questions"]}


def option(session: Session, seat: str, trigger: str, name: str) -> dict[str, Any]:
    """One card."""
    return next(one for one in questions(session, seat)[trigger]["options"] if one["name"] == name)


def test_a_question_without_a_date_in_the_turn_is_left_out(tmp_path: Path) -> None:
    """A choice of two dates is asked in the turns that hold them, with the day; once its times are spent, not again."""
    session = seated(tmp_path, SEALED)  # three turns of 20 days, from 1 January; 10 January and 20 February
    session.advance("decide")
    assert questions(session, "south")["dry"]["when"] == "on 10 January 2030"
    session.order("s", {"dry": "leave"}, turn=0, seen=0)
    session.advance("reveal")
    session.advance("decide")
    assert questions(session, "south") == {}
    session.advance("reveal")
    session.advance("decide")
    assert questions(session, "south") == {}, "it was asked once, which is all that its `times` allow"


def test_nothing_is_asked_outside_the_time_to_decide(tmp_path: Path) -> None:
    """In the lobby, the brief and the reveal there is no question."""
    session = seated(tmp_path, SEALED)
    for phase in ("brief", "decide", "reveal"):
        assert bool(questions(session, "east")) == (session.state.phase == "decide")
        session.advance(phase)
    assert session.state.phase == "reveal" and questions(session, "east") == {}


def test_a_closed_option_says_what_it_waits_for(tmp_path: Path) -> None:
    """The condition in plain words, as it stands now; an open option says nothing."""
    session = seated(tmp_path, SEALED)
    session.advance("decide")
    assert option(session, "west", "notes", "assure")["closed_because"] == ""
    session.order("w", {"notes": "assure"}, turn=0, seen=0)
    session.advance("reveal")
    session.advance("decide")
    card = option(session, "west", "notes", "assure")
    assert (card["is_open"], card["closed_because"]) == (False, "relief stands")
    assert option(session, "south" if questions(session, "south") else "west", "notes", "wait")["is_open"]


def test_a_ladder_says_where_it_stands(tmp_path: Path) -> None:
    """An army on its lowest rung, one on its way, measures that are decided on: in so many words, without a formula."""
    session = api.open_session("ukraine-2014", seed=3)
    for actor in session.game.seats:
        session.join(actor, seat=actor)
    session.advance("decide")
    said = []
    for turn, orders in enumerate(({"border_army.push_further": "pull_back"}, {})):
        session.order("russia", orders, turn=turn, seen=0)
        session.order("eu", {"european_council": "sectoral"}, turn=turn, seen=0)
        session.advance("reveal")
        session.advance("decide")
        said.append([option(session, "russia", "border_army.push_further", "pull_back")["closed_because"],
                     option(session, "eu", "european_council", "sectoral")["closed_because"]])  # fmt: skip
    assert said[0][0] == "a move of border army is under way"
    assert said[1] == ["border army is on the lowest rung already",
                       "the European Union has decided on “sectoral” already"]  # fmt: skip


def test_a_question_that_is_closed_closes_its_options(tmp_path: Path) -> None:
    """The `if` of the choice itself, false now, is said of every option; the question stays, for it may open."""
    session = seated(tmp_path, DUEL.replace("    every: 7 days\n", "    every: 7 days\n    if: army >= attack\n"))
    session.advance("decide")
    asked = questions(session, "east")["march"]
    assert not asked["is_open"] and asked["closed_because"] == "only if army is at least “attack”"
    assert [one["is_open"] for one in asked["options"]] == [False, False]


def test_what_a_seat_cannot_tell_does_not_close_its_options(tmp_path: Path) -> None:
    """An option that hangs on another's secret looks open, and says that the seat cannot be sure."""
    text = SEALED.replace("{says: Warn them, usual: 10 %", "{says: Warn them, if: east.nerve < 0.4, usual: 10 %")
    session = seated(tmp_path, text)
    session.advance("decide")
    card = option(session, "west", "notes", "warn")
    assert (card["is_open"], card["closed_because"], card["is_sure"]) == (True, "", False)
    assert option(session, "west", "notes", "assure")["is_sure"]


def test_cards_say_who_wants_what(tmp_path: Path) -> None:
    """Handles of the team on each card, one's own wish marked for oneself alone, and what is sealed."""
    session = seated(tmp_path, SEALED)
    session.join("e2", seat="east")
    session.advance("decide")
    session.vote("e", "ops", "shout", turn=0)
    session.vote("e2", "ops", "plant", turn=0)
    session.order("e", {"ops": "plant"}, turn=0, seen=0)
    handles = {one.id: one.handle for one in session.state.people.values()}
    for person, own in (("e", "shout"), ("e2", "plant")):
        asked = next(one for one in view(session, "east", person=person)["questions"] if one["trigger"] == "ops")
        assert {one["name"]: one["wanted_by"] for one in asked["options"]} == {
            "none": [], "plant": [handles["e2"]], "shout": [handles["e"]],
        }  # fmt: skip
        assert [one["name"] for one in asked["options"] if one["mine"]] == [own]
        assert [one["name"] for one in asked["options"] if one["sealed"]] == ["plant"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every: 7 days", "every 7 days"),
        ("every: 1 day", "every day"),
        ("every: {lognormal: {median: 11 days, p90: 70 days}}", "every 11 days (median; nine in ten within 70 days)"),
        ("every: 7 days\n    on: wall.called", "every 7 days; and when wall is called"),
        ("on: [wall.answer.west, army.moves]", "when wall is called or army moves"),
        ("at: [2030-01-05, 2030-01-12, 2030-02-15]", "on 5 January 2030 and 12 January 2030"),
    ],
)
def test_when_it_comes_reads_well(tmp_path: Path, text: str, says: str) -> None:
    """In plain words, of its clocks, its dates in the turn and what it follows."""
    old = "  notes:\n    actor: west\n    every: 7 days\n"
    assert old in SEALED
    game = SEALED.replace(old, old.replace("every: 7 days", text)).replace("wall.answer.west", "wall.answer")
    session = seated(tmp_path, game)
    session.advance("decide")
    assert questions(session, "west")["notes"]["when"] == says


@pytest.mark.parametrize(
    ("scenario", "seat", "trigger", "says"),
    [
        ("first-lesson", "challenger", "army.what_next", "when tripwire is called; and every 14 days"),
        ("sanctions-spiral", "west", "answer.west",
         "every 60 days (median; nine in ten within 240 days); and when East raises east measures"),
        ("ukraine-2014", "eu", "raft_of_new_measures.answer.eu", "when the raft of new measures is called"),
        ("ukraine-2014", "us", "washington_at_the_table", "when Paris track meets"),
    ],
)  # fmt: skip
def test_when_it_comes_reads_well_in_shipped_games(scenario: str, seat: str, trigger: str, says: str) -> None:
    """Also of choices that the vocabulary brings, and of those that follow what agents do."""
    session = api.open_session(scenario)
    session.advance("decide")
    assert questions(session, seat)[trigger]["when"] == says


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("not relief.standing", "relief does not stand"),
        ("army < attack", "army is below “attack”"),
        ("not relief.standing and mood > 0.5", "relief does not stand and mood is above 0.5"),
        ("cell", "cell is so"),
        ("not cell", "it is not so that cell is so"),
        ("count(ops.plant) > 0", "how often ops plant came is above 0"),
        ("east.nerve * 2 > 1 or cell", None),
    ],
)
def test_conditions_read_as_sentences(tmp_path: Path, condition: str, says: str | None) -> None:
    """Names without dots, signs as words; what has no words of its own is at least without underscores."""
    text = SEALED.replace("if: not relief.standing", f'if: "{condition}"')
    model = tmp_path / "game.yaml"
    model.write_text(text, encoding="utf-8")
    game = api.game(model, turns=3)
    place = game.program.trigger("notes")
    choice = game.program.triggers[place].choice
    assert choice is not None
    tree = choice.options[1].condition
    assert tree is not None
    told = Speech(game).condition(tree)
    assert told == says if says is not None else "_" not in told
