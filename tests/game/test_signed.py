"""Agreements that are signed in a game: which, when, what is in them, and what became of each obligation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.game.atlas import Atlas
from sim.game.debrief import debrief
from sim.game.headings import named_in_change
from sim.game.occasions import Occasions
from sim.game.page import html
from sim.game.session import Session
from sim.game.views import view
from tests.game.stage import DUEL, seated

TALKS = (
    DUEL
    + """
agents:
  talks:
    diplomacy: {parties: [east, west]}
    rounds: {every: 200 days, slips: 0 %}
    issues:
      pull_back: {east: 1, west: 1}
      monitors: {east: 1, west: 1}
      ransom: {east: 1, west: -1}
    proposals:
      peace_plan: {contains: [pull_back, monitors], by: east, to: west, says: all are at peace}
      ransom_plan: {contains: [ransom], by: east, to: west, start: unsaid, says: A ransom}
    agreement:
      withdraw: {by: east, do: army = home, due: 5 days, kept: 100 %, under: pull_back, says: the army goes home}
      observe: {by: west, do: alarm += 1, due: 8 days, kept: 0 %, seen: 4 days, says: monitors may look}
      relieve: {by: west, do: alarm = 0, due: 30 days, kept: 100 %, says: the alarm ends}
      pay: {by: west, do: alarm += 1, due: 2 days, kept: 100 %, under: ransom, says: a ransom is paid}
triggers:
  pact: {at: 6 days, do: sign talks}
"""
)

AGREED = TALKS.replace("every: 200 days", "every: 3 days").replace("at: 6 days", "at: 59 days")


def ended(folder: Path, text: str = TALKS) -> Session:
    """A game of which every turn is over."""
    session = seated(folder, text)
    while session.next_phases() and session.state.phase != "debrief":
        session.advance(session.next_phases()[0])
    return session


def test_an_agreement_is_told_with_the_fate_of_each_obligation(tmp_path: Path) -> None:
    """Kept with its day, broken with its day, fallen away with the agreement; what was not owed is not in it."""
    (pact,) = debrief(ended(tmp_path), futures=4).agreements
    assert (pact["says"], pact["date"][:10], pact["parties"]) == ("The peace plan", "2030-01-07", ["east", "west"])
    assert pact["contains"] == ["pull back", "monitors"] and pact["breached"][:10] == "2030-01-19"
    fate = {one["name"]: (one["state"], (one["date"] or "")[:10]) for one in pact["duties"]}
    assert fate == {"withdraw": ("kept", "2030-01-12"), "observe": ("broken", "2030-01-15"), "relieve": ("off", "")}


def test_what_is_not_due_at_the_end_is_open(tmp_path: Path) -> None:
    """The game is over before it can be seen whether it is kept."""
    later = TALKS.replace("due: 30 days", "due: 90 days").replace("kept: 0 %", "kept: 100 %")
    (pact,) = debrief(ended(tmp_path, later), futures=4).agreements
    assert [one["state"] for one in pact["duties"]] == ["kept", "kept", "open"] and pact["breached"] is None


def test_the_report_says_what_was_signed(tmp_path: Path) -> None:
    """The page of the archive names the agreement, what is in it and each duty; without one there is no such part."""
    text = html(debrief(ended(tmp_path), futures=4).record())
    assert "The peace plan" in text and "pull back, monitors" in text
    assert "the army goes home: kept on 2030-01-12" in text and "fell away" in text
    assert 'href="#signed"' in text
    (tmp_path / "other").mkdir()
    assert 'id="signed"' not in html(debrief(ended(tmp_path / "other", DUEL), futures=4).record())


@pytest.mark.parametrize("role", ["screen", "east", "host"])
def test_world_says_which_agreement_is_in_force_and_what_is_in_it(tmp_path: Path, role: str) -> None:
    """And since when, what of it was kept and who still owes what."""
    kept = TALKS.replace("kept: 0 %", "kept: 100 %")
    session = seated(tmp_path, kept)
    for phase in ("brief", "decide", "reveal"):
        session.advance(phase)
    (track,) = view(session, role)["world"]["tracks"]
    assert "the peace plan (pull back, monitors) is in force, signed on 7 January 2030" in track["says"]
    assert "the army goes home" in track["says"] and "owed: the alarm ends (west)" in track["says"].lower()


def signing(session: Session, role: str) -> list[dict[str, Any]]:
    """News of agreements, as a role was told."""
    return [one for one in view(session, role)["news"] if one["kind"] == "agreement"]


@pytest.mark.parametrize("role", ["screen", "west"])
def test_a_signing_and_a_breach_are_news_of_their_own_kind(tmp_path: Path, role: str) -> None:
    """Who signs which proposal and what is in it; the breach once it is seen."""
    (tmp_path / "agreed").mkdir()
    told = signing(ended(tmp_path), role)
    assert signing(ended(tmp_path / "agreed", AGREED), role)[0]["says"] == told[0]["says"]
    assert told[0]["says"] == "East and West sign the peace plan: pull back and monitors"
    assert len(told) == 2 and "not kept" in told[1]["says"]


VOTING = DUEL.replace(
    "actors: {east: {}, west: {}}",
    """actors:
  east: {}
  west: {members: {germany: {willing: 80 %}, france: {willing: 90 %}}}""",
).replace("shout: {usual: 50 %, do: alarm += 1}", "shout: {usual: 50 %, do: west.germany.willing += 0.05}")


def test_a_number_that_changed_is_called_in_plain_english(tmp_path: Path) -> None:
    """Whose chance it is, and of what."""
    speech = Atlas(seated(tmp_path, VOTING).game).speech
    slot = next(at for at, one in enumerate(speech.program.quantities) if one.name == "west.germany.willing")
    assert named_in_change(speech, slot).lower().endswith("germany, the chance that it votes yes:")


def test_talks_that_are_called_so_are_not_talks_on_talks(tmp_path: Path) -> None:
    """A round of talks on `talks` is a round of talks; what comes to a seat there is what is on the table."""
    game = seated(tmp_path, TALKS.replace("by: east, to: west, says: all", "says: all").replace(
        "by: east, to: west, start: unsaid, says: A ransom", "says: A ransom")).game  # fmt: skip
    speech = Atlas(game).speech
    assert speech.plain("a round of talks on `talks`") == "a round of talks"
    assert speech.plain("Talks on `talks` go on") == "Talks go on"
    assert Occasions(game, speech)._of_answer("talks.ask.east") == "when what is on the table comes to you"
    assert Occasions(game, speech)._of_answer("talks.peace_plan.ask.east").startswith("when the peace plan comes")
