"""Model players go through a session as people do, and a whole game comes to its end without anybody."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sim import api
from sim.game.bots import inclined, play_out, sit_down, take_part
from sim.game.course import Window, course
from sim.game.state import fold
from sim.verbs.rehearsing import rehearsal_of, rehearsed
from sim.verbs.serving import copied
from tests.game.stage import DUEL, seated
from tests.statistics.claims import SEED, assert_share


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The duel as a file."""
    path = tmp_path / "duel.yaml"
    path.write_text(DUEL, encoding="utf-8")
    return path


def test_a_rehearsal_is_a_whole_game_that_replays(file: Path, tmp_path: Path) -> None:
    """Every seat seals and foretells in every turn that is played; read back from the disk it is the same game."""
    session = api.rehearse(file, seed=3, turns=3, folder=tmp_path / "rehearsal")
    assert session.state.phase == "debrief"
    turns = len(session.state.played)
    assert {turn for turn, _ in session.state.sealed} == set(range(turns))
    assert len(session.state.forecasts) == 2 * 2 * turns
    again = api.resume_session(tmp_path / "rehearsal")
    assert again.digest() == session.digest() and again.state == fold(session.log.events)


def test_the_same_seed_is_the_same_rehearsal(file: Path) -> None:
    """And another seed another one."""
    digests = [api.rehearse(file, seed=seed, turns=3).digest() for seed in (3, 3, 4)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("manner", ["model", "random"])
def test_players_never_want_what_their_seat_may_not_order(manner: str) -> None:
    """No more orders than the seat may give, each an option of a question of its own; the session would refuse it."""
    session = api.rehearse("ukraine-2014", seed=5, turns=2, manner=manner)  # type: ignore[arg-type]
    for orders in session.state.played:
        for actor, given in orders.items():
            seat = session.game.seats[actor]
            assert seat.costly(given) <= seat.orders
            assert all(option in seat.question(trigger).names for trigger, option in given.items())


def test_players_by_model_decide_as_often_as_the_model(tmp_path: Path) -> None:
    """An army that goes in 30 % of weeks goes in 51 % of turns of two weeks (1 - 0.7^2), over futures of one moment."""
    session = seated(tmp_path)
    session.advance("decide")
    game, before, turn = session.game, session.course(), session.game.turns[0]
    went = [inclined(game, before, turn, SEED % 2**31 + luck)["march"] == "go" for luck in range(700)]
    assert_share(went, expected=0.51, detects=0.21)


def test_players_leave_the_seats_of_people_and_of_the_model_alone(tmp_path: Path) -> None:
    """Where somebody sits nobody else sits down, and what the model plays is not sealed by a player."""
    session = seated(tmp_path)
    sit_down(session)
    assert len(session.state.people) == 2
    session.hand("west", "model")
    session.advance("decide")
    take_part(session, random.Random(1), manner="random")
    assert set(session.settled()) == {"east"}


def test_a_game_is_played_on_from_wherever_it_stands(tmp_path: Path) -> None:
    """From the reveal of the first turn to the end, keeping what was played."""
    session = seated(tmp_path)
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    session.advance("reveal")
    first = session.state.played[0]
    play_out(session, random.Random(2), manner="random", until="closed")
    assert (session.state.phase, session.state.played[0]) == ("closed", first)
    again = course(session.game, session.seed, [Window.of(at, one) for at, one in enumerate(session.state.played)])
    assert again.outcome == session.course().outcome


def test_a_rehearsal_in_one_piece_is_the_one_turn_by_turn(file: Path, tmp_path: Path) -> None:
    """A process that is at it plays on without handing the game over; pieces of one turn come to the same."""
    begun = rehearsal_of(copied(api.open_session(file, seed=1, turns=3, folder=tmp_path / "session")), 5)
    at_once, piece, pieces = rehearsed(begun, seconds=60), rehearsed(begun, seconds=0), 1
    while not piece.is_over:
        piece, pieces = rehearsed(piece, seconds=0), pieces + 1
    assert at_once.is_over and len(at_once.turns) == pieces > 1
    assert (at_once.turns, at_once.outcome) == (piece.turns, piece.outcome)
