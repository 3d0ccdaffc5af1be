"""More wanted than a turn allows, and less than a word: what is left out, and who plays a seat that says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.game.session import Refused, Session
from sim.game.state import fold
from tests.game.stage import DUEL, seated

QUESTIONS = """
  feed:
    actor: east
    asks: Is grain sold?
    every: 9 days
    options: {keep: {}, sell: {says: Sell it, do: alarm += 1}}
  sing:
    actor: east
    asks: Is there a song?
    every: 9 days
    options: {hum: {}, roar: {says: A roar, do: alarm += 1}}
outcomes:"""

SEATS = """
seats:
  east: {orders: 2, decides: [march, feed, sing]}
  west: {}
"""

THREE = DUEL.replace("\noutcomes:", QUESTIONS) + SEATS
"""East has three questions, and two orders a turn."""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """The first turn of it, with two in the east."""
    found = seated(tmp_path, THREE, keep=True)
    found.join("e2", seat="east")
    found.advance("decide")
    return found


def want(session: Session, person: str, **options: str) -> None:
    """Somebody wants something."""
    for trigger, option in options.items():
        session.vote(person, trigger, option, turn=session.state.turn)


def names(told: list[dict[str, Any]]) -> dict[str, str]:
    """Orders of a view as trigger -> option."""
    return {one["trigger"]: one["option"] for one in told}


def test_what_is_wanted_too_much_is_told_before_and_after(session: Session, tmp_path: Path) -> None:
    """To the team and to whoever leads, and to nobody else; the most wanted count, of equals the first on the page."""
    want(session, "e", march="go", sing="roar")
    assert api.view(session, "east")["envelope"]["left_out"] == []
    want(session, "e2", feed="sell", sing="roar")
    for view in (api.view(session, "east"), api.view(session, "host")["hands"]["east"]):
        told = view["envelope"]
        assert (told["by"], names(told["orders"])) == ("most", {"sing": "roar", "march": "go"})
        assert [(one["says"], one["asks"]) for one in told["left_out"]] == [("Sell it", "Is grain sold?")]
    assert "Sell it" not in str(api.view(session, "west")["envelope"])
    session.advance("reveal")
    assert session.state.played[0]["east"] == {"sing": "roar", "march": "go"}
    for role, title in (("east", ["East"]), ("host", ["East"]), ("west", []), ("screen", [])):
        assert [one["title"] for one in api.view(session, role)["reveal"]["left_out"]] == title, role
    again = api.resume_session(tmp_path / "session", reads_only=True)
    assert (again.state, again.digest()) == (session.state, session.digest())
    session.undo()
    assert session.state.left_out == {}
    session.order("e", {"feed": "sell"}, turn=0, seen=0)
    assert session.left_out("east") == {}, "what is sealed is all that was meant"
    session.advance("reveal")
    assert api.view(session, "east")["reveal"]["left_out"] == []


def test_what_whoever_leads_has_put_in_is_not_left_out(session: Session) -> None:
    """Neither beforehand, for the team and the console, nor afterwards: it is played; taken back, it is left out."""
    want(session, "e", march="go", feed="sell", sing="roar")
    for trigger, option, left in (("march", "stay", {"sing": "roar"}), ("sing", "hum", {})):
        session.override(trigger, option, turn=0)
        for view in (api.view(session, "east"), api.view(session, "host")["hands"]["east"]):
            assert names(view["envelope"]["left_out"]) == left
            assert names(view["envelope"]["orders"]).get(trigger) == option
    session.override("sing", "", turn=0)
    assert session.left_out("east") == {"sing": "roar"}
    session.undo()
    session.advance("reveal")
    assert session.state.played[0]["east"] == {"march": "stay", "feed": "sell", "sing": "hum"}
    assert session.state.left_out == {} and api.view(session, "east")["reveal"]["left_out"] == []


def test_a_page_counts_what_is_chosen_on_it(session: Session) -> None:
    """One's own, else what the team has sealed; in the third row there is one too many."""
    assert api.view(session, "east", person="e")["chosen"] == []
    want(session, "e", march="go", feed="sell", sing="roar")
    assert api.view(session, "east", person="e")["chosen"] == ["march", "feed", "sing"]
    assert api.view(session, "east", person="e2")["chosen"] == []
    with pytest.raises(Refused, match="3 orders; this seat gives at most 2"):
        session.order("e", {"march": "go", "feed": "sell", "sing": "roar"}, turn=0, seen=0)
    session.order("e2", {"march": "go"}, turn=0, seen=0)
    assert api.view(session, "east", person="e2")["chosen"] == ["march"]
    want(session, "e2", march="")
    told = api.view(session, "east", person="e2")
    assert told["chosen"] == [] and told["questions"][0]["is_left_open"], (
        "what was sealed can be taken back for another"
    )
    want(session, "e2", march="stay")
    assert api.view(session, "east", person="e2")["chosen"] == ["march"]


def test_silence_means_one_thing(session: Session) -> None:
    """Nobody says anything: the model's. Something is wanted: that. Sealed and empty: nothing is done, by nobody."""
    told = {actor: api.view(session, actor)["envelope"] for actor in ("east", "west")}
    assert [(one["by"], one["why"]) for one in told.values()] == [("model", "silent")] * 2
    session.override("warn", "shout", turn=0)
    told = {role: api.view(session, role)["envelope"] for role in ("east", "west")}
    assert (told["west"]["by"], names(told["west"]["put"])) == ("host", {"warn": "shout"}) and not told["east"]["put"]
    session.undo()
    session.order("e", {}, turn=0, seen=0)
    session.hand("west", "model")
    session.join("late")
    assert api.view(session, "east")["envelope"]["by"] == "sealed"
    assert api.view(session, "west")["envelope"]["why"] == "handed"
    session.advance("reveal")
    assert session.state.played[0] == {"east": {}}, "an empty envelope is one; a silent seat has none"
    assert all(one["option"] != "go" for one in api.view(session, "host")["reveal"]["moves"] if one["seat"] == "east")
    session.hand("west", "people")
    session.move("w", "")
    session.advance("decide")
    assert api.view(session, "host")["hands"]["west"]["envelope"]["why"] == "empty"


# ------------------------------------------------------------------------------------------------ who is taken out


def test_who_is_taken_out_counts_no_more_and_can_be_taken_back(session: Session, tmp_path: Path) -> None:
    """Their wants and forecasts are gone, what they sealed for the team stays; undone, all is as it was."""
    want(session, "e", march="go")
    want(session, "e2", march="stay", feed="sell")
    session.foretell("e2", 0.9, turn=0)
    session.order("e2", {"march": "stay"}, turn=0, seen=0)
    before, digest = session.state, session.digest()
    handle = before.people["e2"].handle
    session.remove("e2")
    assert "e2" not in session.state.people and not session.state.forecasts
    assert {person for _, _, person in session.state.votes} == {"e"}
    assert dict(session.settled()["east"]) == {"march": "stay"}
    assert api.view(session, "host")["can_undo"] == f"{handle} was taken out"
    for refused in (lambda: session.join("e2"), lambda: session.vote("e2", "march", "go", turn=0)):
        with pytest.raises(Refused):
            refused()
    session.join("new", seat="east")
    assert session.state.people["new"].handle != handle
    again = api.resume_session(tmp_path / "session", reads_only=True)
    assert (again.state, again.digest()) == (session.state, session.digest())
    session.undo()
    assert session.digest() == digest
    assert session.state.people["e2"] == before.people["e2"]
    assert session.state == fold(session.log.events)


def test_an_export_of_a_game_with_somebody_taken_out_replays(session: Session, tmp_path: Path) -> None:
    """To the same digest; and who only looked in is not among the people who played."""
    want(session, "e2", march="go")
    session.remove("e2")
    session.join("visitor")
    session.advance("reveal")
    session.advance("debrief")
    found = api.export_session(session, tmp_path / "export.zip", futures=20)
    assert api.replay_export(found) == session.digest()
    assert api.debrief(session, futures=20).record()["facts"]["people"] == 3, "e, e2, w"
