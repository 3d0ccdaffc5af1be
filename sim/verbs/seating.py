"""A scenario as a game: the table, a session at it, and what may be asked of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.game.folded import ROUTINE as ROUTINE
from sim.verbs.model import Model, Overrides, load

if TYPE_CHECKING:
    from sim.game.baselines import Baselines
    from sim.game.folded import Again
    from sim.game.foresight import Ask, Chunk
    from sim.game.prospects import Prospects
    from sim.game.session import Session
    from sim.game.standing import Opened
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
    from sim.game.laying import game_of

    model = load(model) if isinstance(model, str | Path) else model
    return game_of(model.scenario, model.program, minutes=minutes, turns=turns)


def unseated(game: Game, *, on_purpose: bool = True) -> dict[str, str]:
    """Actor -> why it has no seat in a game and what to write; those that the file leaves out `on_purpose` too."""
    from sim.game import unseated as found

    return found.unseated(game) if on_purpose else found.not_meant(game)


def open_session(
    model: Model | str | Path, *, seed: int = 1, minutes: int = 75, turns: int | None = None, folder: Path | None = None
) -> Session:
    """Open a session; in a folder it is kept there, event by event, and `resume_session` goes on with it.

    Raises
    ------
    UsageError
        If a session lies in the folder already, or another `scenario.yaml`, or nobody in the scenario chooses
        anything.
    """
    from sim.game.session import Session

    model = load(model) if isinstance(model, str | Path) else model
    table = game(model, minutes=minutes, turns=turns)
    text, opened = _opened(model, table.name, seed=seed, minutes=minutes, turns=turns)
    if folder is not None:
        file = folder / "scenario.yaml"
        if (folder / "log.jsonl").exists():
            raise UsageError(f"in `{folder}` lies a session already; go on with it, or name another folder")
        if file.exists() and not (folder / "lock").exists() and file.read_bytes() != text.encode():
            raise UsageError(f"`{file}` is somebody's, and would be written over: name another folder")
        _made(folder)
        file.write_text(text, encoding="utf-8")
    return Session(table, opened, folder=folder)


def holds_session(folder: str | Path) -> bool:
    """Whether a session lies in a folder. One that is new or empty has room for one.

    Raises
    ------
    UsageError
        If it is a file, or somebody's other files lie in it: a session has a folder of its own.
    """
    folder = Path(folder)
    if (folder / "log.jsonl").is_file():
        return True
    file = next((one for one in (folder, *folder.parents) if one.exists() and not one.is_dir()), None)
    if file is not None:
        raise UsageError(f"`{file}` is a file, and a session lies in a folder: name another")
    names = sorted(one.name for one in folder.iterdir() if not one.name.startswith(".")) if folder.exists() else []
    left = BEGUN if "lock" in names else BEGUN - {"scenario.yaml"}
    if others := [name for name in names if name not in left]:
        what = "a study" if "study.json" in others else ", ".join(f"`{name}`" for name in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 and "study.json" not in others else ""
        raise UsageError(f"`{folder}` holds no session but {what}{more}, and a session has a folder of its own: "
                         f"name a new or an empty one, such as `{folder / 'session'}`")  # fmt: skip
    return False


BEGUN = frozenset({"lock", "settings", "port", "secret", "scenario.yaml"})
"""What lies in a folder in which a session was to be opened, and the program was killed before it was."""


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(f"the folder `{folder}` cannot be made ({fault.strerror}): name another") from None


def _opened(model: Model, name: str, *, seed: int, minutes: int, turns: int | None) -> tuple[str, Opened]:
    """What is played, as text, and what the log of a session of it begins with."""
    from sim import __version__
    from sim.game.standing import Opened
    from sim.program.listing import played_text

    text = played_text(model.scenario)
    return text, Opened(name, _digest(text), seed, minutes, turns, __version__)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def differences(
    session: Session, model: Model, *, seed: int = 1, minutes: int = 75, turns: int | None = None
) -> tuple[str, ...]:
    """In what a session is another than `open_session` would open of this, in words; nothing if it is the same."""
    there = session.opened
    _, here = _opened(model, model.scenario.scenario, seed=seed, minutes=minutes, turns=turns)
    if there.name != here.name:
        return (f"it is of `{there.name}`, not of `{here.name}`",)
    shown = {"seed": "seed {}", "minutes": "{} minutes", "turns": "{} turns of equal length"}
    found = [] if there.digest == here.digest else ["its scenario or the settings of it are others"]
    for field, words in shown.items():
        own, asked = getattr(there, field), getattr(here, field)
        if own != asked:
            said = [words.format(one) if one is not None else "the turns of the file" for one in (own, asked)]
            found.append(f"it has {said[0]}, not {said[1]}")
    return tuple(found)


def resume_session(folder: str | Path, *, reads_only: bool = False) -> Session:
    """The session that lies in a folder, as it stood when its last event was told.

    Parameters
    ----------
    reads_only
        Look at it alone, whoever leads it: nothing in the folder is locked or mended, and nothing can be said.

    Raises
    ------
    UsageError
        If no session lies there, or not one that this version can read, or its scenario has been edited, or another
        program leads it.
    """
    from sim.game.log import FORMAT, read_log
    from sim.game.session import Session
    from sim.game.standing import Opened

    folder = Path(folder)
    log, file = folder / "log.jsonl", folder / "scenario.yaml"
    if not log.is_file():
        what = "there is no log.jsonl in it" if folder.is_dir() else (
            "it is a file" if folder.exists() else "there is no such folder")  # fmt: skip
        raise UsageError(f"`{folder}` holds no session: {what}; `sim play SCENARIO --keep DIR` keeps one, and "
                         "`sim seminar SCENARIO --session DIR`")  # fmt: skip
    first = next(iter(read_log(log)), None)
    if first is None or first["kind"] != "opened":
        raise UsageError(f"`{folder}` holds no session that can be read: the first line of `{log}` does not open one, "
                         "so the file is damaged; take it from a copy, or name another folder")  # fmt: skip
    if not file.is_file():
        raise UsageError(f"`{folder}` holds no session that can be read: `{file}` is missing, and nothing follows from "
                         "the log without it; take it from a copy")  # fmt: skip
    if first.get("format") != FORMAT or any(name not in first for name in Opened.__slots__):
        by = f": it was kept by escalation-sim {first['version']}" if "version" in first else ""
        raise UsageError(f"`{folder}` holds no session that this version can read{by}; go on with it in that version")
    opened = Opened(**{name: first[name] for name in Opened.__slots__})
    found = _digest(file.read_text(encoding="utf-8", errors="replace"))
    if found != opened.digest:
        raise UsageError(
            f"`{file}` is not what the session was opened with (digest {found}, in the log {opened.digest}): another "
            "history would follow from the log. Take the file from a copy, or open a new session with yours"
        )
    table = game(file, minutes=opened.minutes, turns=opened.turns)
    return Session(table, opened, folder=folder, reads_only=reads_only)


def said_of_version(session: Session) -> str:
    """A sentence if another version opened the session, whose numbers may be others; else ""."""
    from sim import __version__

    own = session.opened.version
    if own == __version__:
        return ""
    return f"this session was opened with escalation-sim {own}; in {__version__} other numbers may follow from its log"


def said_of_log(session: Session) -> str:
    """A sentence if the end of the log was lost, as a crash or a careless copy leaves it; else ""."""
    lost = session.log.torn
    if not lost:
        return ""
    number, state = len(session.log.events), session.state
    return (f"line {number + 1} of the log breaks off in the middle ({lost} bytes): what it said is lost, and all "
            f"before it stands, up to turn {state.turn + 1}, phase {state.phase}")  # fmt: skip


def view(session: Session, role: str, *, person: str = "") -> dict[str, Any]:
    """What a role sees of a session now, as plain data: `host`, `screen` (the projector), or the actor of a seat.

    Raises
    ------
    KeyError
        If there is no such seat.
    """
    from sim.game.views import view

    return view(session, role, person=person)


def folded(news: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Again]]:
    """The news of a view, what came once; and what came again and again: how often, and what it said the last time."""
    from sim.game.folded import folded

    return folded(news)


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
    return baselines_of(written.program, changed.program, tuple(changes), scenario=written.scenario, seed=seed,
                        runs=runs, policy=policy or "")  # fmt: skip
