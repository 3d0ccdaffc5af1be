"""What the seminar's server asks beside the verbs of a game: sessions that other processes may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.game.parts import Part
    from sim.game.session import Refused, Session
    from sim.game.standing import Opened
    from sim.game.table import Game


def refused(says: str, reason: str) -> Refused:
    """What a face raises where it refuses by itself, in the way of a session."""
    from sim.game.session import Refused

    return Refused(says, reason)


@dataclass(frozen=True, slots=True)
class Copied:
    """A session as it stands, to be handed to another process; it stays on this machine, for it knows everything."""

    text: str
    opened: Opened
    events: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> tuple[str, int, int, str]:
        """What tells copies apart."""
        last = self.events[-1]
        return self.opened.digest, self.opened.seed, len(self.events), str(last.get("at", ""))


def copied(session: Session) -> Copied:
    """A copy of a session that lies in a folder. Its log is written by one process alone, and read by no other."""
    assert session.log.folder is not None
    text = (session.log.folder / "scenario.yaml").read_text(encoding="utf-8")
    return Copied(text, session.opened, tuple(session.log.events))


def session_of(copy: Copied) -> Session:
    """The session of a copy, in memory alone: whatever is done to it is told to nobody."""
    from sim.game.session import Session
    from sim.game.state import fold

    if not copy.events:  # it has not begun, and is nobody else's
        return Session(_game(copy.text, copy.opened.name, copy.opened.minutes, copy.opened.turns), copy.opened)
    if copy.name not in _SESSIONS:
        session = Session(_game(copy.text, copy.opened.name, copy.opened.minutes, copy.opened.turns), copy.opened)
        session.log.events[:] = copy.events
        session.state = fold(copy.events)
        _SESSIONS.clear()  # a process looks at one copy at a time, piece by piece
        _SESSIONS[copy.name] = session
    return _SESSIONS[copy.name]


_SESSIONS: dict[tuple[str, int, int, str], Session] = {}


@lru_cache(maxsize=4)
def _game(text: str, name: str, minutes: int, turns: int | None) -> Game:
    from sim.game.laying import game_of
    from sim.program.build import build_program
    from sim.scenario.read import scenario_from_text

    scenario = scenario_from_text(text, name=name)
    return game_of(scenario, build_program(scenario), minutes=minutes, turns=turns)


def part_of(copy: Copied, part: Part) -> Any:
    """One part of the debrief of a copy, played here."""
    from sim.game.parts import part as played

    return played(session_of(copy), part)


def lay_part(session: Session, part: Part, found: Any) -> None:
    """Lay a part that was played elsewhere beside the log, where the debrief finds it."""
    import json

    session.kept[part.key] = found
    if session.log.folder is not None:
        path = session.log.folder / "debrief" / part.file
        path.parent.mkdir(exist_ok=True)
        aside = path.with_suffix(".laid")
        aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        aside.replace(path)


def has_part(session: Session, part: Part) -> bool:
    """Whether a part lies beside the log already."""
    folder = session.log.folder
    return part.key in session.kept or (folder is not None and (folder / "debrief" / part.file).exists())


def assumptions(session: Session) -> dict[str, Any]:
    """What the scenario takes for granted: `drawn`, and all numbers in `parts`, each with its source."""
    from sim.game.assumed import assumed

    return assumed(session.game)
