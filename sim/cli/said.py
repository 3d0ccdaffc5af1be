"""What `sim play` is told: what of it is kept beside the log, so that it need not be said again, and what is idle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.paper import inner

if TYPE_CHECKING:
    from sim.api import Session
    from sim.cli.keys import Keys
    from sim.cli.script import Written

FILE = "play.json"

FUTURES = 100
"""Futures behind each bar at first."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a person wants to be shown a game; it decides nothing in it."""

    futures: int
    want: str = ""


def said_before(folder: Path | None) -> Said | None:
    """What lies beside a log; None if nothing does, or nothing that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8")) if folder is not None else {}
        return Said(int(found["futures"]), str(found["want"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_said(folder: Path | None, said: Said) -> None:
    """Lay it beside the log."""
    if folder is not None and said_before(folder) != said:
        (folder / FILE).write_text(json.dumps(asdict(said)) + "\n", encoding="utf-8")


def is_said(option: str) -> bool:
    """Whether an option stands in the command."""
    return click.get_current_context().get_parameter_source(option) == click.core.ParameterSource.COMMANDLINE


def said_now(session: Session, futures: int, want: str | None) -> Said:
    """What is said now; what is not said now, as it was said when the game was begun."""
    before = said_before(session.log.folder)
    if before is None:
        return Said(futures, want or "")
    kept = before.want if before.want in session.game.program.outcome_names else ""
    return Said(futures if is_said("futures") else before.futures, want or kept)


def ignored(
    session: Session, actor: str, keys: Keys, script: Mapping[int, Written], form: str
) -> Iterator[str]:  # fmt: skip
    """What the command says and nothing comes of."""
    if is_said("futures") and click.get_current_context().params["futures"] and not (keys.is_there and form == "table"):
        yield "`--futures` draws nothing here: bars stand below questions that are asked, and nobody is asked any"
    if is_said("minutes") and is_said("turns"):
        yield "`--minutes` changes nothing beside `--turns`: turns of equal length take the place of the file's"
    if is_said("want") and any(
        aim.kept is not None or aim.partly is not None for aim in session.game.seats[actor].aims
    ):
        yield "`--want` changes nothing: this seat has aims that are counted, and its decisions are weighed by them"
    for turn, written in script.items():
        orders = None if written.orders is None else dict(written.orders)
        if turn < len(session.state.played) and session.state.played[turn].get(actor) != orders:
            yield f"turn {turn + 1} is played already, and stays as it was: `--choose` changes nothing of it"


def went_on(session: Session, actor: str) -> str:
    """Where a game that is gone on with stands."""
    title, turns = session.game.seats[actor].title, len(session.game.turns)
    if session.state.phase in ("debrief", "closed"):
        return f"This game is over; you were {inner(title)}. Its debrief:"
    here = f"You go on as {inner(title)} in turn {session.state.turn + 1} of {turns}"
    return f"{here}; `d` tells what has happened, `r` tells your role."
