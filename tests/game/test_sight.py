"""What a seat must not know is not in its view: not sealed, not secret, not another's number, until it comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.engine.record import EventRow
from sim.errors import UsageError
from sim.game import views
from sim.game.course import Course
from sim.game.rules import EVERYBODY, Rules
from sim.game.session import Session
from sim.game.sight import Sight
from sim.game.views import view
from sim.language.tree import Read, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import Kind
from tests.game.secrets import LEAKY, SEALED
from tests.game.stage import seated

ROLES = ("east", "west", "south", "screen", "host")
Orders = Mapping[str, Mapping[str, str]]


def texts(session: Session) -> dict[str, str]:
    """Every view, as text."""
    return {role: json.dumps(view(session, role, person=role[0]), allow_nan=False) for role in ROLES}


def play(session: Session, turns: list[Orders]) -> list[dict[str, str]]:
    """Play these turns; the views at each step on the way, up to the last reveal."""
    seen = [texts(session)]
    for orders in turns:
        session.advance("decide")
        seen.append(texts(session))
        for seat, given in orders.items():
            session.order(seat[0], given, turn=session.state.turn, seen=0)
        seen.append(texts(session))
        session.advance("reveal")
        seen.append(texts(session))
    return seen


def differing(one: list[dict[str, str]], other: list[dict[str, str]]) -> set[str]:
    """The roles whose views differ anywhere."""
    return {role for here, there in zip(one, other, strict=True) for role in ROLES if here[role] != there[role]}


def test_what_a_seat_says_before_the_reveal_is_in_no_other_view(tmp_path: Path) -> None:
    """Votes, orders, reasons and forecasts of one team change only its own view and the host's, byte for byte."""
    found = []
    for option, why, chance in (("plant", "they sleep", 0.2), ("shout", "they listen", 0.9)):
        session = seated(tmp_path, SEALED)
        session.advance("decide")
        session.vote("e", "ops", option, turn=0)
        session.foretell("e", chance, turn=0)
        session.order("e", {"ops": option, "army.march": "up"}, turn=0, seen=0, why=why)
        found.append([texts(session)])
    assert differing(*found) == {"east", "host"}
    assert "they sleep" in found[0][0]["east"] and "they sleep" not in found[0][0]["west"]


def test_a_secret_deed_changes_no_view_of_those_who_do_not_know(tmp_path: Path) -> None:
    """To plant a cell or to do nothing looks alike to the others in every step of a game, if nothing comes out."""
    quiet: list[Orders] = [{"east": {"ops": "none"}, "west": {"notes": "warn"}, "south": {"dry": "dam"}}] * 3
    planted: list[Orders] = [{**turn, "east": {"ops": "plant"}} for turn in quiet]
    assert differing(play(seated(tmp_path, SEALED), quiet), play(seated(tmp_path, SEALED), planted)) == {"east", "host"}


def test_a_private_word_is_known_to_those_named_alone(tmp_path: Path) -> None:
    """An offer made in private is in the views of who made it and of whom it was made to, and in no other."""
    quiet: list[Orders] = [{"east": {"ops": "none"}, "west": {"notes": "wait"}, "south": {"dry": "leave"}}] * 2
    said: list[Orders] = [{**turn, "west": {"notes": "assure"}} for turn in quiet]
    silent, assured = play(seated(tmp_path, SEALED), quiet), play(seated(tmp_path, SEALED), said)
    assert differing(silent, assured) == {"east", "west", "host"}
    assert "elief" not in silent[-1]["east"] and "Early relief" in assured[-1]["east"]


def test_a_word_that_was_not_given_is_in_no_view_of_its_addressee(tmp_path: Path) -> None:
    """What the east would believe of an offer moves with every word kept, and it is told so once the offer is made."""
    kept: list[Orders] = [{"east": {"army.march": "up"}, "west": {"wall.answer": "kept"}}] * 2
    session = seated(tmp_path, SEALED.replace("decides: [notes]", "decides: [notes, wall.answer]"))
    seen = play(session, kept)
    assert any("wall believed" in change for one in view(session, "east")["news"] for change in one["changes"])
    assert all("elief" not in texts["east"] for texts in seen)
    play(session, [{"west": {"notes": "assure"}}])
    assert "Early relief" in texts(session)["east"]


def test_a_hidden_parameter_changes_no_view_of_others(tmp_path: Path) -> None:
    """Another actor's resolve, drawn low or high, is nowhere in the views of the others, whatever is ordered."""
    orders: list[Orders] = [
        {"east": {"ops": "plant", "army.march": "up"}, "west": {"notes": "warn"}, "south": {"dry": "dam"}},
        {"east": {"ops": "none", "army.march": "down"}, "west": {"notes": "assure"}, "south": {"dry": "leave"}},
    ]
    low, high = (
        play(seated(tmp_path, SEALED.replace("{uniform: {low: 0.2, high: 0.8}}", resolve)), orders)
        for resolve in ("0.21", "0.79")
    )
    assert differing(low, high) == {"east", "host"}
    assert '"value": 0.21' in low[0]["east"]


def test_what_comes_out_is_known_from_then_on(tmp_path: Path) -> None:
    """A secret deed that leaks stands in the news of all, with the day on which it was done and when it came out."""
    session = seated(tmp_path, LEAKY)
    play(session, [{"east": {"ops": "plant"}, "west": {"notes": "wait"}, "south": {"dry": "leave"}}])
    for role in ("west", "south", "screen"):
        told = [(one["kind"], one["says"], one["secret"]) for one in view(session, role)["news"]]
        assert ("decision", "East: Plant a cell", False) in told, role
        assert ("leak", "It comes out: East: Plant a cell", False) in told, role
        moves = view(session, role)["reveal"]["moves"]
        assert [one["option"] for one in moves if one["trigger"] == "ops"] == ["plant"], role


def test_everything_is_told_in_the_debrief(tmp_path: Path) -> None:
    """From the debrief on every role sees what the host sees of the course, the chances of all moves included."""
    session = seated(tmp_path, SEALED)
    play(session, [{"east": {"ops": "plant"}, "west": {"notes": "assure"}}] * 3)
    session.advance("debrief")
    host = view(session, "host")
    for role in ("east", "west", "south", "screen"):
        seen = view(session, role)
        assert (seen["news"], seen["world"], seen["reveal"]) == (host["news"], host["world"], host["reveal"])
    assert all(move["had_been"] is not None for move in host["reveal"]["moves"] if move["carried_out"])


@pytest.mark.parametrize(
    ("seat", "known", "unknown"),
    [
        ("east", ["east.resolve", "army.ordered", "cell", "wall.believed", "relief.standing"],
         ["relief.believed", "mood", "west.home.support", "west.believes.east.resolve", "ops.plant.public",
          "army._before"]),
        ("west", ["west.home.support", "west.armed", "west.sees.army.troops", "west.believes.east.resolve",
                  "army", "army.peak"],
         ["east.resolve", "east.nerve", "cell", "wall.believed", "mood", "relief.public"]),
        ("south", ["mood", "south.sees.army", "wall.standing"],
         ["army", "army.peak", "cell", "relief.standing", "west.armed"]),
        (EVERYBODY, ["wall.standing", "dams"], ["army", "mood", "east.resolve", "south.sees.army", "relief.standing"]),
    ],
)  # fmt: skip
def test_each_seat_knows_its_own_what_is_public_and_what_it_is_told(
    tmp_path: Path, seat: str, known: list[str], unknown: list[str]
) -> None:
    """Rungs, words and flags in public are for all; numbers for whom they belong to; reports stand in for the truth."""
    game = seated(tmp_path, SEALED).game
    sight = Sight(Rules.of(game, seat))
    assert [name for name in known if not sight.knows(game.program.quantity(name))] == []
    assert [name for name in unknown if sight.knows(game.program.quantity(name))] == []


def test_who_has_reports_sees_the_report_and_not_the_truth(tmp_path: Path) -> None:
    """South sees the rung of the army as it was reported, days late; its move is no news to it, nor to the screen."""
    session = seated(tmp_path, SEALED)
    play(session, [{"east": {"army.march": "up"}, "west": {}, "south": {}}])
    ladders = {role: {one["name"]: one for one in view(session, role)["world"]["ladders"]} for role in ROLES}
    assert ladders["south"]["army"]["is_report"] and not ladders["west"]["army"]["is_report"]
    assert "army" not in ladders["screen"]
    assert ladders["south"]["army"]["steps"][1][0] > ladders["west"]["army"]["steps"][1][0]
    moved = {role: [one["says"] for one in view(session, role)["news"] if one["kind"] == "move"] for role in ROLES}
    assert moved["west"] == ["Army: massed → attack"] and moved["south"] == moved["screen"] == []


def test_an_inject_reaches_those_to_whom_it_is_addressed(tmp_path: Path) -> None:
    """A letter to one seat is in no other seat's news, nor on the projector."""
    session = seated(tmp_path, SEALED)
    session.advance("decide")
    session.throw("letter")
    session.throw("storm")
    told = {role: [one["says"] for one in view(session, role)["news"]] for role in ROLES}
    assert told["west"] == ["A letter", "A storm"] == told["host"]
    assert told["east"] == told["south"] == told["screen"] == ["A storm"]


def test_an_inject_for_the_next_turn_waits_for_it(tmp_path: Path) -> None:
    """What is thrown in at a reveal is news when the next turn begins, and not before."""
    session = seated(tmp_path, SEALED)
    play(session, [{}])
    session.throw("storm")
    assert "A storm" not in texts(session)["host"].partition('"injects"')[0]
    session.advance("decide")
    assert all("A storm" in text for text in texts(session).values())


def test_what_follows_on_a_secret_is_told_without_its_cause(tmp_path: Path) -> None:
    """Who knows the mood sees it rise and people talk, and neither why nor by whom; who does not know it, only talk."""
    text = SEALED.replace("do: [cell = true", "do: [mood += 0.2, cell = true")
    session = seated(tmp_path, text)
    play(session, [{"east": {"ops": "plant"}, "west": {"notes": "wait"}, "south": {"dry": "leave"}}])
    talk = {role: next(one for one in view(session, role)["news"] if one["says"] == "People talk") for role in ROLES}
    assert "Plant a cell" in talk["east"]["because"] and "Plant a cell" in talk["host"]["because"]
    assert talk["west"]["because"] == talk["south"]["because"] == talk["screen"]["because"] == ""
    mood = [one["value"] for one in view(session, "south")["world"]["numbers"] if one["name"] == "mood"]
    assert mood == [0.7]
    assert "Plant a cell" not in texts(session)["south"]


def test_a_condition_is_told_to_those_who_can_tell_it(tmp_path: Path) -> None:
    """That the mood is high from the start is the reason of the talk for who knows the mood, and for nobody else."""
    session = seated(tmp_path, SEALED.replace("mood: {start: 0.5}", "mood: {start: 0.9}"))
    play(session, [{}])
    talk = {role: next(one for one in view(session, role)["news"] if one["says"] == "People talk") for role in ROLES}
    assert talk["south"]["because"] == "because mood is at least 0.6"
    assert talk["west"]["because"] == talk["east"]["because"] == talk["screen"]["because"] == ""


def test_reports_stand_in_for_the_truth_also_where_it_could_be_worked_out(tmp_path: Path) -> None:
    """West sees the rung and knows the file, and is nevertheless shown the report on the troops alone."""
    session = seated(tmp_path, SEALED.replace("troops: true_troops", "troops: 31_000"))
    numbers = {one["name"]: one["value"] for one in view(session, "west")["world"]["numbers"]}
    assert numbers["west.sees.army.troops"] == 40_000 and "army.troops" not in numbers
    assert "31000" not in texts(session)["west"] and "31000" in texts(session)["east"]


def test_a_breach_is_known_to_who_commits_it_until_it_is_seen(played: Session) -> None:
    """That Moscow does not carry out what it signed is Moscow's own knowledge; that it does is for all to see."""
    program = played.game.program
    due = program.trigger("paris_track.agreement.withdraw.due")
    kept, broken = (
        next(at for at, one in enumerate(program.triggers[due].branches) if one.name == word)
        for word in ("kept", "broken")
    )
    for seat, knows in (("russia", True), ("us", False), (EVERYBODY, False)):
        sight = Sight(Rules.of(played.game, seat))
        assert sight.knows(program.quantity("paris_track.agreement.withdraw.broken")) is knows
        assert sight.knows_firing(due, broken) is knows
        assert sight.knows_firing(due, kept)


# ---------------------------------------------------------------------------------------------- shipped scenarios


def scrambled(course: Course, sight: Sight) -> Course:
    """The course with all that this sight must not know turned into something else."""
    assert course.runs is not None
    known = {one.row.seq: one for one in sight.seen(course.runs.events[0])}
    bound_slots, bound_parameters = bound(course, sight)
    turned = [_turned(one.kind) for one in course.program.quantities]

    def other(row: EventRow) -> EventRow:
        glimpse = known.get(row.seq)
        seen = set(glimpse.changes) if glimpse is not None else set()
        left = bound_slots | set(sight.rules.reveals)  # what has come out to the seat is not hidden from it
        changes = tuple(
            change if change in seen or change[0] in left else (change[0], *map(turned[change[0]], change[1:]))
            for change in row.changes
        )
        return replace(row, changes=changes)

    rows = tuple(other(row) for row in course.runs.events[0])
    decisions = tuple(
        one if course.program.triggers[one.trigger].actor == sight.seat
        else replace(one, shares=tuple(0.123 for _ in one.shares), terms=tuple((0.5,) for _ in one.terms))
        for one in course.runs.decisions[0]
    )  # fmt: skip
    parameters = course.runs.parameters.copy()
    for place in set(range(parameters.shape[1])) - bound_parameters:
        parameters[0, place] *= 1.7
    return replace(course, runs=replace(course.runs, events=(rows,), decisions=(decisions,), parameters=parameters))


def _turned(kind: Kind) -> Callable[[float], float]:
    """Another value of the same kind: another rung, the opposite, another number."""
    if kind.names:
        return lambda value: float((int(value) + 1) % len(kind.names))
    return (lambda value: 1.0 - value) if kind.word == "truth" else (lambda value: value + 3.0)


def bound(course: Course, sight: Sight) -> tuple[set[int], set[int]]:
    """The quantities and parameters on which something hangs that the seat may know."""
    program = course.program
    slots: set[int] = set()
    parameters: set[int] = set()

    def read(tree: Tree) -> None:
        for node in walk(tree):
            if isinstance(node, ReadParameter):
                parameters.add(node.slot)
            elif isinstance(node, ReadDerived):
                read(program.derived[node.slot].tree)
            elif isinstance(node, Read) and node.slot not in slots:
                slots.add(node.slot)
                read(program.quantities[node.slot].start)

    for slot, quantity in enumerate(program.quantities):
        if sight.knows(slot):
            read(quantity.start)
    for place, derived in enumerate(program.derived):
        if sight.knows_derived(place):
            read(derived.tree)
    return slots, parameters


@pytest.fixture(scope="module")
def played() -> Session:
    """The shipped crisis after three turns, two seats played by people."""
    session = api.open_session("ukraine-2014", seed=5)
    seats = list(session.game.seats)
    for actor in seats[:2]:
        session.join(actor, seat=actor)
    for _ in range(3):
        session.advance("decide")
        for actor in seats[:2]:
            asked = view(session, actor)["questions"][: session.game.seats[actor].orders]
            given = {one["trigger"]: next(o["name"] for o in reversed(one["options"]) if o["is_open"]) for one in asked
                     if one["is_open"]}  # fmt: skip
            session.order(actor, given, turn=session.state.turn, seen=0)
        session.advance("reveal")
    return session


def test_nothing_that_a_seat_must_not_know_reaches_its_view_of_a_shipped_crisis(
    played: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turn every hidden number, parameter and weight of the course into another: each view stays, byte for byte."""
    course, changed = played.course(), 0
    for role in (*played.game.seats, "screen"):
        before = json.dumps(view(played, role))
        sight = Sight.of(played.game, course, EVERYBODY if role == "screen" else role)
        other = scrambled(course, sight)
        assert other.runs is not None and course.runs is not None
        changed += sum(a != b for a, b in zip(course.runs.events[0], other.runs.events[0], strict=True))
        with monkeypatch.context() as patch:
            patch.setattr(Session, "course_of", lambda self, windows, other=other: other)
            desk = views._Desk(played)
            assert json.dumps(desk.view(played, role, "")) == before, role
    assert changed > 500


def test_the_host_sees_what_is_turned_into_another(played: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same change is in the host's view: the test above could fail."""
    course = played.course()
    before = json.dumps(view(played, "host"))
    other = scrambled(course, Sight.of(played.game, course, EVERYBODY))
    monkeypatch.setattr(Session, "course_of", lambda self, windows: other)
    assert json.dumps(views._Desk(played).view(played, "host", "")) != before


def test_every_shipped_game_has_a_view_for_every_role() -> None:
    """Whatever a scenario has or lacks, each role is shown something that is plain data."""
    played = 0
    for shipped in api.shipped():
        try:
            session = api.open_session(shipped.name, turns=2)
        except UsageError:
            continue  # nobody chooses anything in it
        for phase in ("decide", "reveal"):
            session.advance(phase)
            for role in ("host", "screen", *session.game.seats):
                seen: dict[str, Any] = view(session, role)
                assert json.loads(json.dumps(seen, allow_nan=False)) == seen, (shipped.name, role)
        played += 1
    assert played >= 3


def test_whoever_threatens_does_not_see_how_far_it_is_believed() -> None:
    """In the shipped crisis neither issuer of the raft reads Moscow's mind; Moscow knows of a warning to it."""
    game = api.game("ukraine-2014")
    slot = next(at for at, one in enumerate(game.program.quantities) if one.name == "raft_of_new_measures.believed")
    promised = next(at for at, one in enumerate(game.program.quantities) if one.name == "early_relief.believed")
    for seat in ("us", "eu", "ukraine"):
        assert Rules.of(game, seat).slots[slot] is False and Rules.of(game, seat).slots[promised] is not True
    assert Rules.of(game, "russia").slots[slot] is True
    warn = "washington_on_the_threat.warn"
    told = {seat: Rules.of(game, seat).reveals for seat in ("russia", "eu")}
    flags = {seat: [game.program.quantities[at].name for at, key in one.items() if key == warn]
             for seat, one in told.items()}  # fmt: skip
    place = game.program.trigger("washington_on_the_threat")
    written = {game.program.quantities[effect.slot].name for branch in game.program.triggers[place].branches
               for effect in branch.effects if branch.name == "warn"}  # fmt: skip
    assert set(flags["russia"]) & written and not set(flags["eu"]) & written
