"""A scenario as a game: the table, a session at it, and what may be asked of one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import UsageError
from sim.verbs.model import Model, load

if TYPE_CHECKING:
    from sim.game.session import Refused, Session
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


def resume_session(folder: str | Path) -> Session:
    """The session that lies in a folder, as it stood when its last event was told.

    Raises
    ------
    UsageError
        If no session lies there.
    """
    from sim.game.log import read_log
    from sim.game.session import Opened, Session

    folder = Path(folder)
    first = next(iter(read_log(folder / "log.jsonl")), None)
    if first is None or first["kind"] != "opened" or not (folder / "scenario.yaml").exists():
        raise UsageError(f"`{folder}` holds no session; `sim seminar SCENARIO` opens one")
    opened = Opened(**{name: first[name] for name in Opened.__slots__})
    table = game(folder / "scenario.yaml", minutes=opened.minutes, turns=opened.turns)
    return Session(table, opened, folder=folder)


def refused(says: str, reason: str) -> Refused:
    """What a face raises where it refuses by itself, in the way of a session."""
    from sim.game.session import Refused

    return Refused(says, reason)
