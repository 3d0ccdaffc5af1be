"""The pages for teachers say what the shipped class game says: dates, lessons, seats, questions."""

from __future__ import annotations

import re
from functools import cache

import pytest

from docs.roles import LESSONS, PARTS, SCENARIO, SEATS
from sim import api
from sim.clock import date_at
from sim.game.table import Game
from tests.documents import HOUSE

TEACHING = HOUSE / "docs" / "teaching"
GUIDE = (TEACHING / "guide.md").read_text(encoding="utf-8")


@cache
def game(minutes: int = 75) -> Game:
    """The class game in a lesson of so many minutes."""
    return api.game(SCENARIO, minutes=minutes)


def script(minutes: int) -> str:
    """The part of the guide that is the script for a lesson."""
    parts = re.split(r"^## ", GUIDE, flags=re.MULTILINE)
    (found,) = (part for part in parts if part.startswith(f"The script for {minutes} minutes"))
    return found


def day(tick: int) -> str:
    """A tick as the guide writes it."""
    moment = date_at(game().program.start, tick)
    assert moment is not None
    return f"{moment.day} {moment:%B}"


def test_every_part_is_asked_for_by_a_page() -> None:
    """What can be made of the scenario stands on some page, so that `python -m docs.tables --check` looks at it."""
    pages = "".join(page.read_text(encoding="utf-8") for page in TEACHING.glob("*.md"))
    assert [name for name in PARTS if f"<!-- table {name} -->" not in pages] == []


def test_every_seat_has_a_sheet_with_its_brief_aims_and_costs() -> None:
    """What a player reads on paper is what stands in the file."""
    sheets = (TEACHING / "role-sheets.md").read_text(encoding="utf-8")
    seats = game().seats
    assert tuple(seats) == SEATS
    for seat in seats.values():
        options = [option for question in seat.questions for option in question.options]
        wanted = [f"## {seat.title}", seat.brief, *(aim.says for aim in seat.aims), *(one.costs for one in options)]
        assert [text for text in wanted if text not in sheets] == []


@pytest.mark.parametrize("minutes", [50, 75])
def test_the_script_of_a_lesson_has_its_turns_in_their_order(minutes: int) -> None:
    """Each turn is opened by its date, and what is foretold ends where the turn does."""
    turns = game(minutes).turns
    assert re.findall(r"\*\*Turn \d, (\d+ \w+)", script(minutes)) == [day(turn.tick) for turn in turns]
    assert f"({('three', 'five')[minutes == 75]} turns)" in script(minutes)


def test_ninety_minutes_have_one_turn_more() -> None:
    """The script says which, and that the turn before it is shorter."""
    last = game(90).turns
    assert f"**Turn {len(last)}, {day(last[-1].tick)}" in script(90)
    assert f"it ends on {day(last[-1].tick)}" in script(90)


@pytest.mark.parametrize("minutes", LESSONS)
def test_the_minutes_of_a_script_go_up_to_its_end(minutes: int) -> None:
    """No step begins before the one above it, or when the lesson is over."""
    starts = [int(found) for found in re.findall(r"^\| (\d+)(?: to \d+)? \|", script(minutes), flags=re.MULTILINE)]
    assert starts == sorted(starts) and starts[0] == 0 and minutes - 3 <= starts[-1] < minutes


@pytest.mark.parametrize("minutes", LESSONS)
def test_what_is_said_before_a_reveal_is_what_the_turn_asks(minutes: int) -> None:
    """Each question of a turn is read out in its words, with the date on which the turn ends."""
    said = re.findall(r"How likely is it that ([^?]*)\?", script(minutes))
    turns = [turn for turn in game(minutes).turns if minutes < 90 or turn.name == "summer"]
    assert len(said) == len(turns)
    for sentence, turn in zip(said, turns, strict=True):
        asked = re.sub(r" (before|by) the next turn$", "", turn.forecast.says)
        end = "the end of September" if turn is game(minutes).turns[-1] else day(turn.until + 1)
        assert asked.casefold() in sentence.casefold() and end in sentence, (sentence, asked, end)
