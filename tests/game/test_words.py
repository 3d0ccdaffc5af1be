"""What students read: role sheets in words, numbers with two figures, no names of the file, what became of a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.game.marks import Marks
from sim.game.revealed import Trace, cards
from sim.game.session import Session
from sim.game.speech import Speech
from sim.game.views import view
from tests.documents import HOUSE
from tests.game.stage import DUEL, seated

SIGN = re.compile(r"[<>=*]=|[<>]|\w_\w|`")
"""What only the language of the file has: signs of comparison, names with underscores, backticks."""


@cache
def lesson(turns: int = 3) -> Session:
    """The class game after some turns: Russia pushes, the threat is called, and the EU's members vote."""
    session = api.open_session("ukraine-2014", seed=1)
    for actor in session.game.seats:
        session.join(actor, seat=actor)
    session.advance("brief")
    for turn in range(turns):
        session.advance("decide")
        if turn == 0:
            session.order("russia", {"border_army.push_further": "push"}, turn=0, seen=0)
            session.order("us", {"washington_on_the_threat": "name_it"}, turn=0, seen=0)
            session.order("eu", {"european_council": "prepare"}, turn=0, seen=0)
            session.order("ukraine", {"kiev_in_the_regions": "retake"}, turn=0, seen=0)
        session.advance("reveal")
    return session


def texts(found: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a record that people read, with the key that it has."""
    if isinstance(found, dict):
        for name, inner in found.items():
            yield from texts(inner, name)
    elif isinstance(found, list):
        for inner in found:
            yield from texts(inner, key)
    elif isinstance(found, str) and key in READ:
        yield key, found


READ = {
    "says", "asks", "title", "because", "closed_because", "when", "terms", "undone", "kept", "partly", "text", "does",
    "changes", "costs", "under_way", "came", "brief", "facts", "agenda", "demanded",
}  # fmt: skip


@pytest.mark.parametrize("role", ["host", "screen", "russia", "us", "eu", "ukraine"])
def test_nobody_reads_a_raw_name_or_expression(role: str) -> None:
    """No backtick, no underscore, no sign of comparison on any page, at the beginning and after turns."""
    for session in (lesson(1), lesson()):
        raw = [(key, text) for key, text in texts(view(session, role)) if SIGN.search(text)]
        assert raw == []


def test_people_and_things_are_called_as_people_call_them() -> None:
    """Questions by whoever put them, proposals with their article, a plan that is turned down."""
    asked = {one["trigger"]: one for one in view(lesson(1), "ukraine")["brief"]["decides"]}
    joint = asked["paris_track.joint_initiative.ask.ukraine"]
    assert joint["asks"] == "Do you accept the joint initiative?"
    assert [one["says"] for one in joint["options"]] == ["Accept the proposal", "Counter it", "Turn it down"]
    said = Speech(lesson(1).game)
    assert said.plain("`russia` replies to the questions `kerrys`") == (
        "the Russian Federation replies to the questions of the United States")  # fmt: skip
    assert said.plain("`lavrov_plan` is tabled") == "the Lavrov plan is tabled"
    everything = " ".join(text for role in ("host", "eu") for _, text in texts(view(lesson(), role)))
    for odd in (
        "Fight on",
        "cries wolf",
        "kerrys",
        "does not get what it needs",
        "Agree alike",
        "Staked of",
    ):
        assert odd not in everything


def test_a_role_sheet_says_when_an_aim_is_kept() -> None:
    """Each aim of the class game has its marks in words: shares in percent, first days as dates, counts as counts."""
    aims = {aim["says"]: (aim["kept"], aim["partly"])
            for actor in ("russia", "us", "eu", "ukraine")
            for aim in view(lesson(1), actor)["brief"]["aims"]}  # fmt: skip
    assert all(kept and partly for kept, partly in aims.values()) and len(aims) == 12
    assert aims["No further push"] == (
        "no days with troops inside Ukraine", "fewer than 30 days with troops inside Ukraine",
    )  # fmt: skip
    assert aims["The election is held in time"][0] == "somebody elected governs by 26 May 2014, 18:00"
    assert "support for the US president: at least 42 %" in aims["The word of the United States is worth something at "
                                                                 "home"]  # fmt: skip
    assert aims["The twenty-eight stay together"] == (
        "votes of the 28 that failed: none", "votes of the 28 that failed: exactly 1",
    )  # fmt: skip


def test_marks_of_any_file_are_words(tmp_path: Path) -> None:
    """Where metrics have no sentence their names stand there, without underscores; outcomes are quoted; not and or."""
    duel = (HOUSE / "tests" / "game" / "stage.py").read_text(encoding="utf-8").split('"""')[3]
    written = (
        duel
        + """  days_out: {days: army >= massed}
  was_open: {max: open}
seats:
  east:
    aims:
      - {says: one, kept: attacked or not was_open, partly: days_out < 5 and alarms >= 2}
      - {says: two, kept: not attacked, partly: highest <= massed}
"""
    )
    game = seated(tmp_path, written).game
    words = Marks(Speech(game))
    first, second = game.seats["east"].aims
    assert words.says(first.kept) == "the end is “attacked”; or not: was open"
    assert words.says(first.partly) == "fewer than 5 days out; and alarms: at least 2"
    assert words.says(second.kept) == "the end is not “attacked”"
    assert not SIGN.search(words.says(second.partly))


BOUNDS = [
    ("alarms < 12.5", "alarms: below 12.5"),
    ("alarms < 1236", "alarms: below 1,236"),
    ("alarms == 0.125", "alarms: exactly 0.125"),
    ("cost < 0.005", "cost: below 0.005 points of GDP"),
    ("liked >= 0.4275", "liked: at least 42.75 %"),
    ("liked < 0.57", "liked: below 57 %"),
    ("alarms + cost > 1236", "alarms + cost is above 1,236"),
    ("away < 10.4", "away: fewer than 10.4 days"),
    ("away < 1", "away: fewer than 1 day"),
    ("away <= 0", "away: never"),
    ("days_out < 1", "fewer than 1 day out"),
    ("days_out < 10.4", "fewer than 10.4 days out"),
    ("days_out == 0", "no days out"),
    ("days_out <= 0", "no days out"),
    ("days_out > 0", "any days out"),
    ("days_out != 0", "any days out"),
    ("warned < 1", "warned: none"),
    ("warned == 1", "warned: exactly 1"),
    ("warned > 0", "warned: at least 1"),
    ("told == 1", "the east was told: exactly 1 time"),
    ("told >= 1", "the east was told"),
    ("told < 3", "the east was told: fewer than 3 times"),
    ("was_open == 1", "was open"),
    ("was_open < 1", "was open: never"),
    ("out_on < 31", "out on: before the beginning of 1 February 2030"),
    ("out_on <= 31.5", "out on: by 1 February 2030, 12:00"),
    ("out_on > 31.5", "out on: after 1 February 2030, 12:00, or never"),
    ("out_on >= 31", "out on: not before the beginning of 1 February 2030, or never"),
    ("out_on == 31", "out on: exactly at the beginning of 1 February 2030"),
    ("out_on != 31", "out on: not exactly at the beginning of 1 February 2030, or never"),
    ("out_on > -1", "out on is above -1"),
    ("march_day <= 10.4", "the army is out by 11 January 2030, 09:36"),
]


def test_bounds_of_aims_are_those_that_are_reckoned_with(tmp_path: Path) -> None:
    """No bound is rounded, none is `less than` another; a first day has its moment, and counts are whole."""
    metrics = """  cost: {final: alarm, unit: points of GDP}
  liked: {final: alarm, unit: share}
  days_out: {days: army >= massed}
  away: {days: army >= massed}
  warned: {count: warn.shout}
  told: {count: warn.shout, says: the east was told}
  was_open: {max: open}
  out_on: {first: army >= massed}
  march_day: {first: army >= massed, says: day on which the army is out}
seats:
  east:
    aims:
"""
    aims = "".join(f"      - {{says: a{at}, kept: {kept}}}\n" for at, (kept, _) in enumerate(BOUNDS))
    game = seated(tmp_path, DUEL + metrics + aims).game
    words = Marks(Speech(game))
    told = [(kept, words.says(aim.kept)) for (kept, _), aim in zip(BOUNDS, game.seats["east"].aims, strict=True)]
    assert told == BOUNDS


def test_numbers_have_no_more_figures_than_anybody_reads() -> None:
    """At most three figures, shares in percent, durations in whole days, in brief, world and news."""
    for actor in ("russia", "us", "eu", "ukraine"):
        for one in (*view(lesson(), actor)["brief"]["knows"], *view(lesson(), actor)["world"]["numbers"]):
            assert not re.search(r"[1-9]\d*\.\d{2,}|\d\.0*[1-9]\d{2,}", one["text"]), one
    shown = {one["name"]: one["text"] for one in view(lesson(1), "eu")["brief"]["knows"]}
    assert shown["eu"].startswith("Poland 9") and "Germany and France" in shown["eu"]
    assert shown["eu.lag"].endswith(" days") and "." not in shown["eu.lag"]
    changes = [text for key, text in texts(view(lesson(), "host")) if key == "changes"]
    assert changes and not [one for one in changes if re.search(r"[1-9]\d*\.\d{2,}|\d\.0*[1-9]\d{2,}", one)]


def test_a_number_of_each_region_is_one_row() -> None:
    """A family of numbers stands in one row, with the names of all, whoever may know it."""
    (row,) = [one for one in view(lesson(), "ukraine")["brief"]["knows"] if "nrest" in one["says"]]
    assert all(place in row["text"] for place in ("Kharkiv", "Luhansk", "Donetsk", "Odesa", "Mykolaiv"))


def test_the_book_of_role_sheets_has_the_words_of_the_page() -> None:
    """What a seat reads on its page, numbers aside, stands in docs/teaching/role-sheets.md."""
    book = (HOUSE / "docs" / "teaching" / "role-sheets.md").read_text(encoding="utf-8")
    for actor in ("russia", "us", "eu", "ukraine"):
        brief = view(lesson(1), actor)["brief"]
        wanted = [brief["brief"], *(aim[key] for aim in brief["aims"] for key in ("says", "kept", "partly"))]
        wanted += [one["asks"] for one in brief["decides"]]
        wanted += [option[key] for one in brief["decides"] for option in one["options"] for key in ("says", "costs")]
        assert [text for text in wanted if text not in book] == []


def test_an_inject_says_what_it_does_in_words() -> None:
    """What rises and falls and by how much: relative in percent, shares in points, members together."""
    does = {one["name"]: one["does"] for one in view(lesson(1), "host")["injects"]}
    assert does["tapped_call"] == ["Germany, France, UK, Poland, Italy, Hungary, Cyprus and the others: "
                                   "the chance that it votes yes falls by 5 %"]  # fmt: skip
    assert does["mothers"] == ["Home support of the Russian Federation falls by 3 points"]
    assert does["hostages"] == ["Donetsk: unrest rises by 0.2", "Pretext rises by 0.1", "Tension rises by 0.1"]
    assert does["letter"] == []


def test_an_order_that_takes_its_time_says_so_to_those_who_may_know() -> None:
    """Its seat reads that it is under way, others nothing; when it has come, all read in which turn it was ordered."""
    first = {role: view(lesson(1), role) for role in ("russia", "us", "screen")}
    own = [one for one in first["russia"]["reveal"]["moves"] if one["trigger"] == "border_army.push_further"]
    assert [one["under_way"] for one in own] == ["under way, expected any day"]
    assert [one["says"] for one in first["russia"]["under_way"]] == ["Go one rung further"]
    assert not first["us"]["under_way"]
    for role in ("us", "screen"):
        assert not [one for one in first[role]["reveal"]["moves"] if one["under_way"] and one["seat"] == "russia"]
    second = view(lesson(2), "us")["reveal"]["earlier"]
    assert [(one["title"], one["says"], one["turn"], one["came"]) for one in second] == [
        ("The Russian Federation", "Go one rung further", 1, "Border army: “incursion” from 15 April 2014 on"),
    ]  # fmt: skip


VOTING = """
scenario: voting
start: 2030-01-01
horizon: 60 days
actors:
  east: {}
  club: {members: {ada: {willing: WILLING}, bo: {willing: WILLING}}}
agents:
  army:
    posture: {actor: east}
    rungs: {home: {}, out: {}}
    start: home
    pace: 3 days
    choices:
      move: {actor: east, every: 5 days, options: {stay: {usual: 50 %}, go: {usual: 50 %, do: order army up}}}
  measures:
    sanctions: {senders: club, target: east}
    tiers: {none: {}, some: {bite: 0.1}}
    start: none
    adopt: {club: {after: 4 days, vote: all members}}
threats:
  word: {by: club, to: east, when: army > home, then: raise measures to some, believed: 50 %, kept: 100 %}
outcomes: {done: {otherwise: true}}
metrics: {highest: {max: army}}
"""


@pytest.mark.parametrize(("willing", "says"), [("0 %", " (in word: its members did not agree)"), ("100 %", "")])
def test_a_word_kept_by_who_must_vote_says_whether_the_members_agreed(tmp_path: Path, willing: str, says: str) -> None:
    """Kept, but nothing came of it: the members did not agree; where they did, nothing is added."""
    session = voted(tmp_path, {"willing: 0 %": f"willing: {willing}"})
    for role in ("east", "screen"):
        (card,) = view(session, role)["world"]["commitments"]
        assert card["kept"] == f"kept by Club{says}"
    (told,) = cards(session.game, Trace.of(session.course()))
    assert list(told["kept"]) == ["club"] and told["followed"] == ({"club": says[2:-1]} if says else {})


@pytest.mark.parametrize(("willing", "came"), [
    ("0 %", "The vote failed on 5 February 2030"),
    ("100 %", "Measures of Club: “some” from 5 February 2030 on"),
])  # fmt: skip
def test_of_a_vote_on_an_order_of_the_turn_before_it_is_said_how_it_ended(
    tmp_path: Path, willing: str, came: str
) -> None:
    """The vote comes in the second turn: all read in which turn it was ordered, and that it failed or not."""
    text = VOTING.replace("WILLING", willing).replace("after: 4 days", "after: 34 days").replace("outcomes:", (
        "choices: {raise_it: {actor: club, every: 1 day, options: {wait: {}, now: {do: raise measures to some}}}}\n"
        "outcomes:"))  # fmt: skip
    session = seated(tmp_path, text, turns=2)
    for given in ({"raise_it": "now"}, {}):
        session.advance("decide")
        session.order("c", given, turn=session.state.turn, seen=0)
        session.order("e", {}, turn=session.state.turn, seen=0)
        session.advance("reveal")
    for role in ("east", "club", "screen"):
        (told,) = view(session, role)["reveal"]["earlier"]
        assert (told["seat"], told["turn"], told["came"]) == ("club", 1, came)


RAISED = "threats:\n  word: {by: club, to: east, when: army > home, then: raise measures to some"
LOWERED = "offers:\n  word: {by: club, to: east, when: army > home, then: lower measures to none"
LATER = "triggers: {later: {at: 2030-02-10, says: A summit, do: measures.club.agreed = TIER}}\noutcomes:"
YET, FAILED = " (its members have yet to vote)", " (in word: its members did not agree)"


def voted(folder: Path, changes: dict[str, str]) -> Session:
    """Two turns of a club whose members never agree, with something else in its text."""
    text = VOTING.replace("WILLING", "0 %")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    session = seated(folder, text, turns=2)
    for _ in range(2):
        session.advance("decide")
        session.order("e", {"army.move": "go"}, turn=session.state.turn, seen=0)
        session.advance("reveal")
    return session


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kept: 100 %}": "kept: 100 %, after: 5 days}", "after: 4 days": "after: 50 days"}, YET),
        ({RAISED: LOWERED, "start: none": "start: some"}, ""),
        ({"start: none": "start: some"}, ""),
        ({RAISED: LOWERED, "start: none": "start: some", "outcomes:": LATER.replace("TIER", "some")}, ""),
        ({"start: none": "start: some", "some: {": "some: {bite: 0.1}, more: {", "outcomes:":
          LATER.replace("TIER", "more")}, ""),
        ({"after: 4 days": "after: 50 days", "outcomes:": LATER.replace("TIER", "none")}, ""),
        ({"after: 4 days": "after: 45 days", "horizon: 60": "horizon: 90", "some: {": "some: {bite: 0.1}, more: {",
          "outcomes:": LATER.replace("TIER", "more")}, FAILED),
    ],
    ids=["before the vote", "an offer", "in force already", "an offer, and a later vote", "in force, and a later vote",
         "taken back", "raised further before the vote"],
)  # fmt: skip
def test_members_vote_on_a_word_only_where_its_keeping_raised_what_was_decided(
    tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    """What is lowered or in force already waits for no vote, and a later vote on something else is not its own."""
    session = voted(tmp_path, changes)
    for role in ("east", "screen", "host"):
        (card,) = view(session, role)["world"]["commitments"]
        assert card["kept"] == f"kept by Club{says}"
    (told,) = cards(session.game, Trace.of(session.course()))
    assert list(told["kept"]) == ["club"] and told["followed"] == ({"club": says[2:-1]} if says else {})


def test_where_a_decision_may_have_been_moved_in_silence_nothing_is_said_of_a_vote(tmp_path: Path) -> None:
    """Whether the word raised it would tell what was decided unseen: only who knows all of it reads of the vote."""
    silent = LATER.replace("says: A summit, ", "").replace("TIER", "some")
    session = voted(tmp_path, {"outcomes:": silent})
    told = {role: view(session, role)["world"]["commitments"][0]["kept"] for role in ("east", "screen", "host")}
    assert told == {"east": "kept by Club", "screen": "kept by Club", "host": f"kept by Club{FAILED}"}


def test_an_offer_of_measures_lifted_waits_for_no_vote_in_the_class_game() -> None:
    """The EU's members vote on what is raised alone: what it took back, as it had offered, is kept."""
    session = api.open_session("ukraine-2014", seed=2, turns=3)
    for phase in ("brief", *("decide", "reveal") * 3):
        session.advance(phase)
    kept = {one["name"]: one["kept"] for one in view(session, "russia")["world"]["commitments"]}
    assert kept["diplomatic_solution"] == "kept by the United States and the European Union"
