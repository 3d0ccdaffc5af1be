"""What a team sees of what its options lead to: asked of a session, answered in chunks by any process.

An `Ask` says all that is needed and nothing that the team does not know; a `Chunk` is a pure function of it and of
which futures are meant. So the answer is the same in whatever chunks it is played, by however many workers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.record import Engine, Runs
from sim.game.ahead import Table, play_ahead
from sim.game.clocks import unpaced
from sim.game.course import Course, Window
from sim.game.known import Past, past_of
from sim.game.laying import game_of
from sim.game.pasts import Drawn, draw_pasts
from sim.game.reckoning import marks_of
from sim.game.table import Aim, Game, Question
from sim.program.listing import played_text
from sim.program.parameters import draw_parameters
from sim.streams import Luck, digest_of

if TYPE_CHECKING:
    from sim.game.session import Session

MOST_OPTIONS = 4
"""Options that are looked at together."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Orders of a turn that are to be looked at, and what they are called."""

    name: str
    says: str
    window: Window


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to foresee: everything that a process needs which has never seen the session.

    `seed` is that of the true luck: an `Ask` stays on the machine that runs the session.
    """

    text: str  # the scenario
    minutes: int
    turns: int | None
    seed: int
    thrown: tuple[tuple[str, int], ...]  # injects and their ticks
    turn: int
    seat: str
    trigger: str
    alternatives: tuple[Alternative, ...]  # the first is what the others are compared with
    past: Past
    outcomes: tuple[tuple[str, str], ...]  # (name, what it says)
    aims: tuple[str, ...]  # of the seat
    metrics: tuple[tuple[str, str], ...] = ()  # (name, unit)

    @property
    def fresh(self) -> int:
        """The seed of the futures' luck: the same for all that is asked in a turn."""
        return digest_of(f"foresight/{self.seed}/{self.turn}")


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """How futures first..first+count ended under each of E alternatives; F of them found a past, and count."""

    first: int
    count: int
    outcome: NDArray[np.int16]  # (E, F)
    marks: NDArray[np.float64]  # (E, F, A) of the seat's aims
    metrics: NDArray[np.float64]  # (E, F, M)
    carried: NDArray[np.bool_]  # (E, F) whether the order that is asked about was carried out
    numbers: NDArray[np.int64]  # (F,) the futures that count
    renewed: int = 0  # those of them whose past has new luck alone


# ---------------------------------------------------------------------------------------- asking


def ask(
    session: Session, seat: str, trigger: str, *, options: Sequence[str] = (),
    pending: Mapping[str, str] | None = None, person: str = "",
) -> Ask:  # fmt: skip
    """What the options of a question lead to, as a seat can know it now.

    Parameters
    ----------
    options
        Those to look at, at most four; the first four if nothing is said. The one that changes nothing comes first.
    pending
        What else the seat would order in this turn: trigger -> option; what `person` wants, if nothing is said. Of
        more than the seat may give beside the one that is asked about, the first count.

    Raises
    ------
    Refused
        If nothing is decided now, or there is no such seat, question or option.
    """
    question = _question(session, seat, trigger)
    chosen = _chosen(question, options)
    others = dict(_wanted(session, person) if pending is None else pending)
    others.pop(trigger, None)
    for other, option in others.items():
        _check(_question(session, seat, other), option)
    table = session.game.seats[seat]
    others = {other: option for other, option in table.within({trigger: "", **_given(others)}).items() if option}
    turn = session.state.turn
    orders = {name: table.with_implied({**others, trigger: name}) for name in chosen}
    alternatives = [
        Alternative(name, question.option(name).says, Window.of(turn, {seat: orders[name]})) for name in chosen
    ]
    before, game = session.course(turn), session.game
    if before.is_over:
        raise _refused("it is over: there is nothing more to foresee", "closed")
    past = past_of(game, before, seat, _true_parameters(before))
    return _asked(session, turn, seat, trigger, alternatives, past, _heard_of(session, seat))


def _asked(
    session: Session, turn: int, seat: str, trigger: str, alternatives: Sequence[Alternative], past: Past,
    thrown: Mapping[str, int],
) -> Ask:  # fmt: skip
    game, opened = session.game, session.opened
    aims = game.seats[seat].aims if seat else ()
    return Ask(
        _text_of(game, opened.digest), opened.minutes, opened.turns, session.seed, tuple(sorted(thrown.items())), turn,
        seat, trigger, tuple(alternatives), past,
        tuple((one.name, " ".join(one.says.split())) for one in game.program.outcomes),
        tuple(aim.says for aim in aims), tuple((one.name, one.unit) for one in game.program.metrics),
    )  # fmt: skip


def _true_parameters(before: Course) -> Sequence[float]:
    if before.runs is not None:
        return list(map(float, before.runs.parameters[0]))
    return list(map(float, draw_parameters(before.program, before.seed, np.array([0]))[0]))


def _thrown(session: Session) -> dict[str, int]:
    return {name: session.game.turns[turn].tick for name, turn in session.state.thrown.items()}


def _heard_of(session: Session, seat: str) -> dict[str, int]:
    """Injects that were thrown in and are not for others alone."""
    injects = session.game.injects
    return {name: tick for name, tick in _thrown(session).items() if not injects[name].to or seat in injects[name].to}


def _wanted(session: Session, person: str) -> dict[str, str]:
    """What one person would have their seat choose in this turn."""
    return {trigger: option for (turn, trigger, who), option in session.state.votes.items()
            if turn == session.state.turn and who == person}  # fmt: skip


def _given(orders: Mapping[str, str]) -> dict[str, str]:
    return {trigger: option for trigger, option in orders.items() if option}


def _question(session: Session, seat: str, trigger: str) -> Question:
    if session.state.phase not in ("lobby", "brief", "decide"):
        raise _refused("nothing is decided at this moment: wait for the next turn", "closed")
    if seat not in session.game.seats:
        raise _refused(f"there is no seat `{seat}`; seats: {', '.join(session.game.seats)}", "unknown")
    try:
        return session.game.seats[seat].question(trigger)
    except KeyError:
        raise _refused(f"`{trigger}` is no question of this seat", "unknown") from None


def _chosen(question: Question, options: Sequence[str]) -> list[str]:
    """The options to look at, the one that changes nothing first."""
    for option in options:
        _check(question, option)
    wanted = list(dict.fromkeys(options)) or list(question.names)
    first = [question.idle] if question.idle else []
    return [*first, *(name for name in wanted if name != question.idle)][:MOST_OPTIONS]


def _check(question: Question, option: str) -> None:
    if option and option not in question.names:
        raise _refused(f"`{option}` is no option here; there are {', '.join(question.names)}", "unknown")


def _refused(says: str, reason: str) -> Exception:
    from sim.game.session import Refused

    return Refused(says, reason)


# ---------------------------------------------------------------------------------------- answering


def chunk(asked: Ask, first: int, count: int, *, engine: str | Engine = "auto") -> Chunk:
    """Futures first..first+count of each alternative: a pure function, in whatever process it is played."""
    table = _table(asked, engine)
    numbers = range(first, first + count)
    drawn = _pasts(table, asked, numbers, engine)
    game = table.game
    aims = game.seats[asked.seat].aims if asked.seat else ()
    found = [_ahead(table, drawn.pasts, one, aims, asked) for one in asked.alternatives]
    kept = np.array(numbers, dtype=np.int64)[drawn.found]
    outcome, marks, metrics, carried = (np.array(part) for part in zip(*found, strict=True))
    return Chunk(first, count, outcome, marks, metrics, carried, kept, drawn.renewed)


def _pasts(table: Table, asked: Ask, numbers: range, engine: str | Engine) -> Drawn:
    """The pasts of these futures: the same for all that a seat asks in a turn, so they are kept."""
    key = _key(asked, engine), asked.seed, asked.turn, asked.past, numbers
    if key not in _drawn:
        _keep(_drawn, key, draw_pasts(table, asked.past, asked.seed, asked.fresh, turn=asked.turn, numbers=numbers))
    return _drawn[key]


def warm(asked: Ask, first: int = 0, count: int = 0, *, engine: str | Engine = "auto") -> None:
    """Make what is made once in a process for the moment that is asked about; the pasts of so many futures, too."""
    table = _table(asked, engine)
    parameters = unpaced(table.bare, draw_parameters(table.bare, asked.fresh, np.array([0])))
    for until in (*(turn.until for turn in table.game.turns[: asked.turn + 1]), table.program.horizon):
        table.play(until, [Luck(asked.seed)], parameters, [()], lambda _: {}, lambda runs: list(runs.outcome))
    if count:
        _pasts(table, asked, range(first, first + count), engine)


def _ahead(table: Table, pasts: Any, one: Alternative, aims: tuple[Aim, ...], asked: Ask) -> tuple[Any, ...]:
    def look(runs: Runs) -> list[Any]:
        return list(zip(runs.outcome, marks_of(aims, runs), runs.metrics, strict=True))

    rows, fired = play_ahead(table, pasts, one.window, look)
    futures, program = len(pasts), table.program
    outcome = np.array([row[0] for row in rows], dtype=np.int16)
    marks = np.array([row[1] for row in rows]).reshape(futures, len(aims))
    metrics = np.array([row[2] for row in rows]).reshape(futures, len(program.metrics))
    return outcome, marks, metrics, _carried(table, fired, one, asked.trigger)


def _carried(table: Table, fired: NDArray[np.bool_], one: Alternative, trigger: str) -> NDArray[np.bool_]:
    from sim.game.orders import orders_by_place

    given = orders_by_place(table.game, one.window.given)
    for column, (question, _) in enumerate(given.values()):
        if question.trigger == trigger:
            return fired[:, column]
    return np.zeros(len(fired), dtype=bool)


_texts: dict[str, str] = {}
_games: dict[tuple[str, int, int | None], Game] = {}
_tables: dict[tuple[Any, ...], Table] = {}
_drawn: dict[tuple[Any, ...], Drawn] = {}
MOST_KEPT = 64
"""Of each of these so many are kept in a process; the oldest goes first."""


def _text_of(game: Game, digest: str) -> str:
    """The scenario as a worker reads it, made once for each session's scenario."""
    if digest not in _texts:
        _keep(_texts, digest, played_text(game.scenario))
    return _texts[digest]


def _game_of(asked: Ask) -> Game:
    from sim.program.build import build_program
    from sim.scenario.read import scenario_from_text

    key = asked.text, asked.minutes, asked.turns
    if key not in _games:
        scenario = scenario_from_text(asked.text)
        made = game_of(scenario, build_program(scenario), minutes=asked.minutes, turns=asked.turns)
        _keep(_games, key, made)
    return _games[key]


def _key(asked: Ask, engine: str | Engine) -> tuple[Any, ...]:
    return asked.text, asked.minutes, asked.turns, asked.thrown, engine


def _table(asked: Ask, engine: str | Engine) -> Table:
    key = _key(asked, engine)
    if key not in _tables:
        _keep(_tables, key, Table.of(_game_of(asked), dict(asked.thrown), engine).paced)
    return _tables[key]


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    while len(kept) >= MOST_KEPT:
        kept.pop(next(iter(kept)))
    kept[key] = value
