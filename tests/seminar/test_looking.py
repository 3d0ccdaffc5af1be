"""What open pages are shown, by whoever draws them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim.game.session import Session  # noqa: E402
from sim.seminar.desk import Desk, Who  # noqa: E402
from sim.seminar.live import Page  # noqa: E402
from sim.seminar.room import Room  # noqa: E402
from tests.game.stage import seated  # noqa: E402


def room_of(session: Session) -> Room:
    """A room without a server."""
    return Room(session, Desk(b"x" * 32, tuple(session.game.seats)), "http://127.0.0.1:1")


def page_of(room: Room, person: str, name: str = "/seat/decide") -> Page:
    """A page that somebody has open."""

    async def nothing(_: Any) -> None:
        return None

    return Page(Who("seat", person), name, room.moment(), nothing, nothing)


def test_a_vote_while_a_page_is_drawn_leaves_no_wrong_page_behind(tmp_path: Path) -> None:
    """A team goes from A to B while a mate's page is drawn, and back to A: all see what they saw at first."""
    session = seated(tmp_path)
    session.join("mate", seat="east")
    session.advance("decide")

    async def shown(room: Room) -> Any:
        return (await room.looking.look(page_of(room, "mate"), "")).regions

    async def played() -> tuple[Any, Any, Any]:
        room = room_of(session)
        session.vote("e", "march", "stay", turn=0)
        done, drawn = room.looking._do, []

        async def between(what: Any, *values: Any) -> Any:
            if what == room.looking._draw and not drawn:  # what is seen was taken, and is drawn only now
                drawn.append(what)
                session.vote("e", "march", "go", turn=0)
            return await done(what, *values)

        room.looking._do = between  # type: ignore[method-assign]
        await shown(room)
        session.vote("e", "march", "stay", turn=0)
        again = await shown(room)
        session.vote("e", "march", "go", turn=0)
        other = await shown(room)
        room.close()
        anew = room_of(session)
        session.vote("e", "march", "stay", turn=0)
        truth = await shown(anew)
        anew.close()
        assert drawn
        return again, truth, other

    with ThreadPoolExecutor(1) as pool:  # a loop of its own, wherever this is run
        again, truth, other = pool.submit(asyncio.run, played()).result()
    assert again == truth
    assert again != other
