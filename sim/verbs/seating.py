"""A scenario as a game: the table, a session at it, and what may be asked of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.verbs.model import Model, Overrides, load

if TYPE_CHECKING:
    from sim.game.baselines import Baselines
    from sim.game.foresight import Ask, Chunk
    from sim.game.prospects import Prospects
    from sim.game.session import Session
    from sim.game.table import Game


def game(model: Model | str | Path, *, minutes: int = 75, turns: int | None = None) -> Game:
    """The game of a scenario for a lesson of so many minutes; `turns` share the horizon evenly, in place of the file's.

    Raises
    ------
    UsageError
        If nobody in the scenario chooses anything.
    ScenarioError
        If the scenario cannot be played.
    """
    from sim.game.table import game_of

    model = load(model) if isinstance(model, str | Path) else model
    return game_of(model.scenario, model.program, minutes=minutes, turns=turns)


def open_session(
    model: Model | str | Path, *, seed: int = 1, minutes: int = 75, turns: int | None = None, folder: Path | None = None
) -> Session:
    """Open a session; in a folder it is kept there, event by event, and `resume_session` goes on with it.

    Raises
    ------
    UsageError
        If a session lies in the folder already, or nobody in the scenario chooses anything.
    """
    from sim import __version__
    from sim.game.session import Opened, Session
    from sim.program.listing import core_text

    model = load(model) if isinstance(model, str | Path) else model
    table = game(model, minutes=minutes, turns=turns)
    text = core_text(model.scenario.model_copy(update={"extends": (), "policies": {}, "variants": {}}))
    digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    if folder is not None:
        if (folder / "log.jsonl").exists():
            raise UsageError(f"in `{folder}` lies a session already; go on with it, or name another folder")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return Session(table, Opened(table.name, digest, seed, minutes, turns, __version__), folder=folder)


def resume_session(folder: str | Path, *, reads_only: bool = False) -> Session:
    """The session that lies in a folder, as it stood when its last event was told.

    Parameters
    ----------
    reads_only
        Look at it alone, whoever leads it: nothing in the folder is locked or mended, and nothing can be said.

    Raises
    ------
    UsageError
        If no session lies there, or another program leads it.
    """
    from sim.game.log import read_log
    from sim.game.session import Opened, Session

    folder = Path(folder)
    first = next(iter(read_log(folder / "log.jsonl")), None)
    if first is None or first["kind"] != "opened" or not (folder / "scenario.yaml").exists():
        raise UsageError(f"`{folder}` holds no session; `sim seminar SCENARIO` opens one")
    if not set(Opened.__slots__) <= set(first):
        raise UsageError(f"`{folder}` holds no session that this version can read: its first line lacks a field")
    opened = Opened(**{name: first[name] for name in Opened.__slots__})
    table = game(folder / "scenario.yaml", minutes=opened.minutes, turns=opened.turns)
    return Session(table, opened, folder=folder, reads_only=reads_only)


def view(session: Session, role: str, *, person: str = "") -> dict[str, Any]:
    """What a role sees of a session now, as plain data: `host`, `screen` (the projector), or the actor of a seat.

    Raises
    ------
    KeyError
        If there is no such seat.
    """
    from sim.game.views import view

    return view(session, role, person=person)


# ---------------------------------------------------------------------------------------- what might come


def ask(
    session: Session, seat: str, trigger: str, *, options: Sequence[str] = (),
    pending: Mapping[str, str] | None = None, person: str = "",
) -> Ask:  # fmt: skip
    """What the options of a question lead to, as a seat can know it now; to be answered by `chunk` in any process.

    Parameters
    ----------
    options
        Those to look at, at most four; the first four if nothing is said. The one that changes nothing comes first.
    pending
        What else the seat would order in this turn: trigger -> option; what `person` wants, if nothing is said.

    Raises
    ------
    Refused
        If nothing is decided now, or there is no such seat, question or option.
    """
    from sim.game import foresight

    return foresight.ask(session, seat, trigger, options=options, pending=pending, person=person)


def ask_truly(
    session: Session, turn: int, orders: Mapping[str, Mapping[str, Mapping[str, str]]], *, seat: str = "",
    trigger: str = "",
) -> Ask:  # fmt: skip
    """What orders (by a name each: seat -> trigger -> option) lead to from the true state before a turn.

    A seat that is not named is the model's: `{"before": {}}` is what was to come before anybody moved.

    Parameters
    ----------
    seat
        Whose aims are marked.
    trigger
        Whose order is followed: in what share of the futures it is carried out.
    """
    from sim.game import foresight

    return foresight.ask_truly(session, turn, orders, seat=seat, trigger=trigger)


def chunk(asked: Ask, first: int, count: int) -> Chunk:
    """Futures first..first+count of all that is asked: the same in every process, however it is cut into chunks."""
    from sim.game import foresight

    return foresight.chunk(asked, first, count)


def warm(asked: Ask, first: int = 0, count: int = 0) -> None:
    """Make in this process what is made once for the moment that is asked about, so that the first chunk is quick.

    The pasts of futures first..first+count are drawn, too: they are the same for all that a seat asks in a turn.
    """
    from sim.game import foresight

    foresight.warm(asked, first, count)


def prospects(asked: Ask, chunks: Sequence[Chunk]) -> Prospects:
    """What the chunks say that are there: shares, aims and differences, each with its interval."""
    from sim.game.prospects import Prospects

    return Prospects.of(asked, chunks)


def baselines(
    model: Model | str | Path, changes: Overrides, *, policy: str | None = None, seed: int = 1, runs: int = 1_000
) -> Baselines:  # fmt: skip
    """The model as it is written beside the model with some values changed, on the same luck: the instructor's sandbox.

    Raises
    ------
    ScenarioError
        If the changed model makes no sense.
    UsageError
        If there is no such policy, or a value cannot be read.
    """
    from sim.game.baselines import baselines_of

    written = load(model) if isinstance(model, str | Path) else model
    changed = load(written.asked, policy or written.policy, (*written.overrides, *changes), variant=written.variant)
    return baselines_of(written.program, changed.program, tuple(changes), seed=seed, runs=runs, policy=policy or "")
