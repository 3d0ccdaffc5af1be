"""From a command to a class: the folder, the address, the server, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim import api
from sim.counted import counted
from sim.errors import ScenarioError, UsageError
from sim.seminar import keep, lan, wire
from sim.seminar.desk import Desk
from sim.seminar.room import Room

ENDS = "The seminar has ended. You may close this page."
SECONDS_TO_END = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command asked for."""

    seed: int = 1
    minutes: int = 75
    turns: int | None = None
    lan: str | None = None  # an address; "" for the only one there is; None for this machine alone
    port: int | None = None
    folder: str | None = None
    is_new: bool = False
    opens_browser: bool = True
    reveals: bool = False  # whether a turn is revealed when its time is up, with nobody's doing
    settings: tuple[str, ...] = ()  # what of the scenario is to be otherwise, as it was said


def run(load: Callable[[], api.Model], name: str, wanted: Wanted, *, say: Callable[[str], None]) -> int:
    """Lead a seminar until Ctrl-C; the exit code."""
    wire.raise_open_files()
    ip = lan.chosen_address(wanted.lan)
    folder = keep.folder_for(name, wanted.seed, out=wanted.folder, anew=wanted.is_new, today=datetime.now().date())
    goes_on = api.holds_session(folder)
    keep.not_of_one_person(folder)
    model = None if goes_on else load()  # what is wrong with the scenario is said before there is a folder
    with keep.alone(folder):
        keep.same_words(folder, wanted.settings, goes_on=goes_on)
        session = api.resume_session(folder) if model is None else _opened(model, wanted, folder)
        for said in filter(None, (api.said_of_version(session), api.said_of_log(session))):
            say(f"Note: {said}.")
        with lan.bound(ip, wanted.port, before=keep.port_before(folder)) as listener:
            port = int(listener.getsockname()[1])
            keep.keep_port(folder, port)
            room = Room(session, Desk(keep.secret_of(folder), tuple(session.game.seats)), f"http://{ip}:{port}",
                        is_lan=wanted.lan is not None)  # fmt: skip
            host = f"{room.base}/host/{room.desk.token('host')}"
            say("\n".join(_greeting(room, folder, host, wanted, name if goes_on else "")))

            def compared() -> None:
                if others := _others(session, load, wanted):
                    say(f"Note: the session goes on as it was opened, and not as this command says: {others}. "
                        "`--new` opens another.")  # fmt: skip

            asyncio.run(_led(room, listener, wanted, host, compared if goes_on else None))
            say(f"The seminar has ended at revision {session.state.revision}; digest {session.digest()}.")
    return 0


def _others(session: api.Session, load: Callable[[], api.Model], wanted: Wanted) -> str:
    """In what a session that goes on is another than the command asks for, in words; "" if it is the same."""
    try:
        model = load()
    except UsageError as fault:
        return f"what it names cannot be read ({str(fault).rstrip('.')})"
    except OSError as fault:
        return f"what it names cannot be read ({fault.strerror or fault})"
    except ScenarioError as fault:
        return f"the scenario that it names has {counted(len(fault.faults), 'fault')} by now"
    found = api.differences(session, model, seed=wanted.seed, minutes=wanted.minutes, turns=wanted.turns)
    return "; ".join(found)


def _opened(model: api.Model, wanted: Wanted, folder: Path) -> api.Session:
    try:
        return api.open_session(model, seed=wanted.seed, minutes=wanted.minutes, turns=wanted.turns, folder=folder)
    except UsageError:
        keep.forget(folder)
        raise


def _greeting(room: Room, folder: Path, host: str, wanted: Wanted, before: str = "") -> Iterator[str]:
    """What the terminal says at first; `before` is the scenario that was named for a session that lies there."""
    session = room.session
    opened = session.opened
    turns = counted(len(session.game.turns), "turn")
    yield f"{session.game.title}: {turns} in {opened.minutes} minutes, seed {opened.seed}."
    if session.game.short_of_time:
        yield session.game.short_of_time
    if before:
        state = session.state
        yield (f"Goes on in {folder}: phase {state.phase}, turn {state.turn + 1}, {len(state.people)} people. "
               "`--new` opens another session.")  # fmt: skip
    links = room.beside.links()
    yield f"You lead it here:         {host}"
    yield f"For the projector:        {links['screen']}"
    yield f"For everybody else:       {links['room']['url']}"
    if not room.is_lan:
        yield "This computer alone can open it; for phones and laptops in the room add --lan."
    yield f"Everything is kept in {folder}. Ctrl-C ends it; the same command goes on with it."


async def _led(
    room: Room, listener: socket.socket, wanted: Wanted, host: str, compared: Callable[[], None] | None
) -> None:  # fmt: skip
    """Serve until Ctrl-C. What is `compared` with the command takes its time beside, for phones are waiting."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def stopped(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    if wanted.opens_browser:
        loop.call_later(0.3, _open, host)
    comparing = None if compared is None else asyncio.ensure_future(asyncio.to_thread(compared))
    reveals = asyncio.ensure_future(room.reveal_in_time()) if wanted.reveals else None
    await serve(room, listener, stop)
    if reveals is not None:
        reveals.cancel()
    if comparing is not None:
        await comparing


async def serve(room: Room, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; then tell the pages, and leave."""
    import uvicorn

    from sim.seminar.app import application

    hosts = (listener.getsockname()[0],) if room.is_lan else ("localhost", lan.LOOPBACK)
    config = uvicorn.Config(
        application(room, hosts), log_level="error", access_log=False, lifespan="off", server_header=False,
        proxy_headers=False, ws="auto", ws_max_size=4096, ws_per_message_deflate=False, ws_ping_interval=20,
        ws_ping_timeout=20, timeout_graceful_shutdown=1, timeout_keep_alive=20, h11_max_incomplete_event_size=32_768,
    )  # fmt: skip
    config.load()
    wire.quiet()
    config.http_protocol_class = wire.patient(config.http_protocol_class)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # Ctrl-C is ours: the pages are told first
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    room.go_on()
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await room.live.end(ENDS)
    server.should_exit = True
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(serving), SECONDS_TO_END)
    room.close()


def _open(address: str) -> None:
    """Show a page in the browser of this machine, if it has one."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
