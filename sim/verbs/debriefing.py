"""A game afterwards, and a game without people: debriefs, exports that replay, rehearsals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.verbs.model import Model
from sim.verbs.seating import open_session, resume_session, said_of_version

if TYPE_CHECKING:
    from sim.game.bots import Manner
    from sim.game.debrief import Debrief
    from sim.game.parts import Part
    from sim.game.session import Session


def rehearse(
    model: Model | str | Path, *, seed: int = 1, minutes: int = 75, turns: int | None = None,
    folder: Path | None = None, manner: Manner = "model",
) -> Session:  # fmt: skip
    """A whole game with model players at every seat, up to the debrief: what a class might see.

    Parameters
    ----------
    manner
        `model`: players want what the model would decide; `random`: anything.

    Raises
    ------
    UsageError
        If nobody in the scenario chooses anything, or in the folder lies a session already.
    """
    import random

    from sim.game.bots import play_out, sit_down

    session = open_session(model, seed=seed, minutes=minutes, turns=turns, folder=folder)
    sit_down(session)
    return play_out(session, random.Random(seed), manner=manner)


def debrief(session: Session, *, want: str = "", futures: int | None = None) -> Debrief:
    """The game afterwards: the class's history among those it might have had, each decision weighed, forecasts scored.

    What was played for it is kept beside the log; a page and an export read the same numbers.

    Parameters
    ----------
    want
        The outcome by which decisions of seats without scored aims are weighed.
    futures
        How many of everything; fewer are quicker and say less.
    """
    from sim.game.debrief import debrief as told

    return told(session, want=want, futures=futures)


def debrief_parts(session: Session, *, want: str = "", futures: int | None = None) -> tuple[Part, ...]:
    """The parts of a debrief that can be played by now, in whatever process: see `sim.game.parts`."""
    from sim.game.parts import needed

    return needed(session, want=want, futures=futures)


def debrief_part(session: Session | str | Path, part: Part, *, want: str = "", futures: int | None = None) -> None:
    """Play one part of a debrief and lay it beside the log, if it is not there yet.

    Parameters
    ----------
    session
        A session, or the folder of one: then its log is read, as another process would.
    """
    from sim.game.parts import part as played

    if isinstance(session, str | Path):
        session = resume_session(session, reads_only=True)
    played(session, part, want=want, futures=futures)


def export_session(
    session: Session, path: str | Path, *, whatifs: Sequence[Any] = (), want: str = "", futures: int | None = None
) -> Path:  # fmt: skip
    """Write a session as one archive that replays: log, scenario, moves, forecasts, counterfactuals, debrief, a page.

    Parameters
    ----------
    whatifs
        What teams asked before they decided, as the server kept it: plain values.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    from sim.game.export import export

    return export(session, Path(path), whatifs=whatifs, want=want, futures=futures)


def digest_in_export(path: str | Path) -> str:
    """The digest that an exported session had when it was exported; "" if it does not say.

    Raises
    ------
    UsageError
        If the file is no export of a session.
    """
    from sim.game.export import digest_of

    return digest_of(Path(path))


def replay_export(path: str | Path) -> str:
    """The digest of an exported session, played again from its log alone.

    Warns
    -----
    UserWarning
        If another version played it, for then the digest need not be the same.

    Raises
    ------
    UsageError
        If the file is no export of a session, or its scenario has been edited.
    """
    from sim.game.export import scratch, unpacked

    with scratch() as folder:
        laid = unpacked(Path(path), Path(folder))
        try:
            session = resume_session(laid, reads_only=True)
        except UsageError as fault:  # of what lies in the file that was named, not in a folder that is gone
            raise UsageError(str(fault).replace(str(laid), str(path))) from None
        if said := said_of_version(session):
            warnings.warn(f"`{path}`: {said}", stacklevel=2)
        return session.digest()
