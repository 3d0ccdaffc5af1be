"""The folder of a session: which one it is, the secret in it, and that one program alone writes to it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sim import api
from sim.errors import UsageError
from sim.locks import lock

SECRET_BYTES = 32


def folder_for(name: str, seed: int, *, out: str | None, anew: bool, today: date) -> Path:
    """Where a session lies: where one says, or in the results, by scenario, seed and day.

    Of several on one day it is the first that is not closed; a new one if all are, or if one is wanted `anew`.
    """
    if out is not None:
        return Path(out)
    base = Path(api.RESULTS) / "seminars"
    first = f"{name}-{seed}-{today.isoformat()}"
    number = 1
    while True:
        folder = base / (first if number == 1 else f"{first}-{number}")
        if not (folder / "log.jsonl").exists() or not (anew or _is_closed(folder)):
            return folder
        number += 1


def _is_closed(folder: Path) -> bool:
    """Whether the session of a folder was closed; read from the end of its log, since it may belong to a live one."""
    with contextlib.suppress(OSError):
        return b'"phase": "closed"' in (folder / "log.jsonl").read_bytes()
    return False


def secret_of(folder: Path) -> bytes:
    """The secret of a session, made once, for its owner's eyes alone."""
    path = folder / "secret"
    with contextlib.suppress(FileNotFoundError):
        found = path.read_bytes()
        if len(found) == SECRET_BYTES:
            return found
        path.unlink()  # a crash came while it was written: nobody has been given anything yet
    made = secrets.token_bytes(SECRET_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made


def port_before(folder: Path) -> int | None:
    """The port at which this session was found last: phones still look there."""
    with contextlib.suppress(OSError, ValueError):
        return int((folder / "port").read_text())
    return None


def keep_port(folder: Path, port: int) -> None:
    """Remember the port."""
    (folder / "port").write_text(f"{port}\n")


def same_words(folder: Path, settings: tuple[str, ...], *, goes_on: bool) -> None:
    """That a session goes on with the settings with which it was opened; they are in its scenario already.

    Raises
    ------
    UsageError
        If it is to go on with others.
    """
    path = folder / "settings"
    if not goes_on:
        path.write_text("".join(f"{one}\n" for one in settings), encoding="utf-8")
        return
    before = tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()
    if settings != before:
        with_what = f"with {' '.join(before)}" if before else "with the scenario as it is written"
        raise UsageError(f"the session in `{folder}` was opened {with_what}; go on so, or open another: `--new`")


def not_of_one_person(folder: Path) -> None:
    """That the session of a folder is a class's.

    Raises
    ------
    UsageError
        If it is a game of one person at the terminal.
    """
    if (folder / "play.json").exists():
        raise UsageError(f"in `{folder}` lies a game of one person: `sim play --resume {shlex.quote(str(folder))}` "
                         "goes on with it; name another folder for a class")  # fmt: skip


def forget(folder: Path) -> None:
    """Take away a folder in which no session came to be."""
    for name in ("lock", "settings"):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something of somebody's lies there
        folder.rmdir()


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While the block runs, no other program leads the session of this folder; a killed one leaves no lock behind.

    Raises
    ------
    UsageError
        If one does already.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"`{folder}` is a file, and a session lies in a folder: name another") from None
    except OSError as fault:
        raise UsageError(f"the folder `{folder}` cannot be made ({fault.strerror}): name another") from None
    with (folder / "lock").open("w") as file:
        if not lock(file.fileno()):
            raise UsageError(f"the session in `{folder}` is led by another `sim seminar` already; "
                             "`--new` opens another session")  # fmt: skip
        yield
