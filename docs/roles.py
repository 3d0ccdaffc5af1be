"""The parts of the class game as a facilitator reads and prints them, made from the shipped scenario.

`docs.tables` puts them into the pages of `docs/teaching`, so that paper says what the screen says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from sim.analysis.intervals import wilson
from sim.api import game, load
from sim.clock import say_date
from sim.engine.choose import choose
from sim.game.reckoning import KEPT, PARTLY, marks_of
from sim.game.table import Game, Question, Seat
from sim.scenario import schema
from sim.streams import Luck

SCENARIO = "ukraine-2014"
SEATS = ("russia", "us", "eu", "ukraine")
LESSONS = (50, 75, 90)
RUNS = 1_000

CHANNELS = {"public": "all", "private": "you and who is told; it may leak", "secret": "you alone; it may leak"}


@cache
def _scenario() -> schema.Scenario:
    return load(SCENARIO).scenario


@cache
def _game(minutes: int = max(LESSONS)) -> Game:
    return game(SCENARIO, minutes=minutes)


def role(actor: str) -> str:
    """One seat on one page: brief, aims, red lines, decisions with what they cost."""
    seat = _game().seats[actor]
    return "\n\n".join([seat.brief, *_aims(seat), *_red_lines(seat), *_decisions(seat)])


def _aims(seat: Seat) -> Iterator[str]:
    written = _scenario().seats
    rows = next(one.aims for name, one in written.items() if str(name) == seat.actor)
    yield "**What you want**"
    lines = []
    for number, aim in enumerate(rows, 1):
        kept = f" *Kept* if `{aim.kept}`" if aim.kept else ""
        partly = f", *partly* if `{aim.partly}`" if aim.partly else ""
        lines.append(f"{number}. {' '.join(str(aim.says).split())}.{kept}{partly}.")
    yield "\n".join(lines)


def _red_lines(seat: Seat) -> Iterator[str]:
    if seat.red_lines:
        yield f"**What must not happen:** {'; '.join(seat.red_lines)}."


def _decisions(seat: Seat) -> Iterator[str]:
    yield f"**What you decide:** at most {seat.orders} of these in a turn. (0) is what is done where you say nothing."
    rows = [row for question in seat.questions for row in _options(question)]
    yield "\n".join(["| question | option | what it costs | who learns of it |", "| --- | --- | --- | --- |", *rows])


def _options(question: Question) -> Iterator[str]:
    for number, option in enumerate(question.options):
        asks = question.asks if number == 0 else ""
        mark = " (0)" if option.name == question.idle else ""
        cells = asks, f"{option.says}{mark}", option.costs, CHANNELS[option.channel]
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


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
