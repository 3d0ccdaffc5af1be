"""The parts of the class game as a facilitator reads and prints them, made from the shipped scenario.

`docs.tables` puts them into the pages of `docs/teaching`, so that paper says what the screen says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sim.analysis.intervals import wilson
from sim.api import game, open_session, view
from sim.clock import say_date
from sim.engine.choose import choose
from sim.game.reckoning import KEPT, PARTLY, marks_of
from sim.game.table import Game
from sim.seminar.pages.words import channel
from sim.streams import Luck

SCENARIO = "ukraine-2014"
SEATS = ("russia", "us", "eu", "ukraine")
LESSONS = (50, 75, 90)
RUNS = 1_000


@cache
def _game(minutes: int = max(LESSONS)) -> Game:
    return game(SCENARIO, minutes=minutes)


def role(actor: str) -> str:
    """One seat, in the words of its page in the seminar: all but the numbers, which differ from game to game."""
    sheet = _brief(actor)
    return "\n\n".join([
        f"*It is {sheet['begins']}.*", sheet["brief"], *_aims(sheet), *_red_lines(sheet), *_decisions(sheet),
        *_knows(sheet),
    ])  # fmt: skip


@cache
def _brief(actor: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = view(open_session(SCENARIO, seed=1, minutes=max(LESSONS)), actor)["brief"]
    return found


def _aims(sheet: Mapping[str, Any]) -> Iterator[str]:
    yield "**What you want**"
    yield "\n".join(
        f"{number}. {aim['says']}. *Kept:* {aim['kept']}. *In part:* {aim['partly']}."
        for number, aim in enumerate(sheet["aims"], 1)
    )


def _red_lines(sheet: Mapping[str, Any]) -> Iterator[str]:
    if sheet["red_lines"]:
        yield f"**What must not happen:** {'; '.join(sheet['red_lines'])}."


def _decisions(sheet: Mapping[str, Any]) -> Iterator[str]:
    yield (f"**What you may decide:** at most {sheet['orders']} of these in a turn. (0) is what is done where you say "
           "nothing.")  # fmt: skip
    yield _table([one for one in sheet["decides"] if not one["is_answer"]])
    if answers := [one for one in sheet["decides"] if one["is_answer"]]:
        yield "**What you may be asked:** answers cost no order. Where you say nothing the model answers for you."
        yield _table(answers)


def _table(questions: Sequence[Mapping[str, Any]]) -> str:
    rows = [row for question in questions for row in _options(question)]
    return "\n".join(["| question | option | what it costs |", "| --- | --- | --- |", *rows])


def _options(question: Mapping[str, Any]) -> Iterator[str]:
    for number, option in enumerate(question["options"]):
        asks = question["asks"] if number == 0 else ""
        mark = " (0)" if option["name"] == question["idle"] else ""
        known = f" *({channel(option['channel'])})*" if option["channel"] != "public" else ""
        cells = asks, f"{option['says']}{mark}", f"{option['costs']}{known}"
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _knows(sheet: Mapping[str, Any]) -> Iterator[str]:
    yield "**What you know in numbers** (your page and the sheet printed in the lobby have their values): " + "; ".join(
        f"{one['says'][:1].lower()}{one['says'][1:]}" for one in sheet["knows"]
    ) + "."  # fmt: skip


def turns() -> str:
    """The turns, when they are, in which lessons they are played, what each teaches and what the class foretells."""
    shared = {minutes: {turn.name for turn in _game(minutes).turns} for minutes in LESSONS}
    rows = []
    for turn in _game().turns:
        lessons = ", ".join(str(minutes) for minutes in LESSONS if turn.name in shared[minutes])
        date = say_date(_game().program.start, turn.tick)
        cells = f"`{turn.name}`", date, lessons, f"{turn.teaches}.", f"{turn.forecast.says}."
        rows.append(f"| {' | '.join(cells)} |")
    head = "| turn | it is | played in (minutes) | it teaches | the class foretells |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *rows])


def hot_wash() -> str:
    """What to ask after each turn."""
    parts = []
    for turn in _game().turns:
        parts.append("\n".join([f"**{say_date(_game().program.start, turn.tick)}, `{turn.name}`**", "",
                                *(f"- {asks}" for asks in turn.asks)]))  # fmt: skip
    return "\n\n".join(parts)


def injects() -> str:
    """What whoever leads may throw in."""
    rows = []
    for inject in _game().injects.values():
        says = "all" if not inject.to else ", ".join(_game().seats[actor].title for actor in inject.to)
        date = "" if inject.tick is None else say_date(_game().program.start, inject.tick)
        rows.append(
            f"| `{inject.name}` | {date} | {inject.says}. | {says} | {'yes' if inject.trigger else 'news alone'} |"
        )
    return "\n".join(
        ["| inject | meant for | news | who reads it | changes numbers |", "| --- | --- | --- | --- | --- |", *rows]
    )


def history() -> str:
    """What really happened, for the talk afterwards."""
    rows = []
    for one in _game().history:
        choice = f"`{one.trigger}.{one.option}`" if one.trigger else ""
        rows.append(f"| {one.date[:10]} | {one.says}. | {choice} |")
    return "\n".join(["| date | what happened | the option that stands for it |", "| --- | --- | --- |", *rows])


def reach() -> str:
    """How often each aim is kept, and partly kept, where the model plays every seat: how unequal the seats are."""
    program = _game().program
    runs = choose("auto", runs=RUNS).run(program, luck=Luck(1), runs=range(RUNS))
    rows = []
    for seat in _game().seats.values():
        marks = marks_of(seat.aims, runs)
        for number, aim in enumerate(seat.aims):
            kept, partly = (int((marks[:, number] == mark).sum()) for mark in (KEPT, PARTLY))
            low, high = wilson(kept, RUNS)
            share = f"{100 * kept / RUNS:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
            rows.append(f"| {seat.title if number == 0 else ''} | {aim.says} | {share} | {100 * partly / RUNS:.0f} % |")
    head = f"| seat | aim | kept in {RUNS:,} runs (95 % interval) | partly |"
    return "\n".join([head, "| --- | --- | --- | --- |", *rows])


PARTS: dict[str, Callable[[], str]] = {
    **{f"role {actor}": (lambda actor=actor: role(actor)) for actor in SEATS},
    "turns of the class": turns,
    "hot wash": hot_wash,
    "injects of the class": injects,
    "history of the class": history,
    "reach of the class": reach,
}
"""What a page may ask for, by name."""
