"""Run as a program: plays a small study again and again, each time in a child that is killed at another moment.

    python -m tests.dying FOLDER            the n-th child is killed before its n-th file operation
    python -m tests.dying FOLDER WORKERS processes
                                            one undisturbed command; says after each part how far it is
    python -m tests.dying FOLDER rare FILE  the first form, with a study of a rare outcome
    python -m tests.dying FOLDER WORKERS threads
                                            the same on threads; with `waiting`, they wait for its input to end

The first form ends when a child reaches its end unharmed, and prints how many were killed. The moments are counted
in file operations, so they are the same on every machine.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim import api
from sim.engine.record import Engine
from sim.study.execute import Progress, run_design
from tests.studies import EVENTS, Threaded, design

RUNS = 35


def play(
    out: Path, *, workers: int, progress: Callable[[Progress], None] | None = None, engine: str | Engine = "auto"
) -> None:
    run_design(design(), runs=RUNS, workers=workers, out=out, recording=EVENTS, progress=progress, engine=engine)


class Waiting(Threaded):
    """Plays the first 20 runs, and the others when its standard input ends."""

    def run(self, program: Any, **named: Any) -> Any:
        if max(named["runs"]) >= 20:
            sys.stdin.read()
        return super().run(program, **named)


ENGINES: dict[str, str | Engine] = {"processes": "simpy", "threads": Threaded(), "waiting": Waiting()}


def die_at(moment: int) -> None:
    """Arrange that this process is killed just before its moment-th file operation from now."""
    left = [moment]

    def dying(operation: Callable[..., Any]) -> Callable[..., Any]:
        def operate(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*arguments, **named)

        return operate

    for name in ("replace", "fsync", "unlink", "mkdir"):
        setattr(os, name, dying(getattr(os, name)))


def play_rare(out: Path, scenario: str) -> None:
    api.rare(scenario, "war", runs=40, repetitions=10, workers=1, out=out)


def kill_again_and_again(command: Callable[[], None], *, step: int = 1) -> int:
    """The n-th command is killed at its n-th file operation, until one reaches its end; how many were killed.

    With a `step`, each is killed so many operations later than the one before.
    """
    killed = 0
    while True:
        child = os.fork()  # no database was opened yet, so there is no other thread to lose
        if child == 0:
            die_at(1 + step * killed)
            command()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return killed if status == 0 else -1
        killed += 1


def main() -> None:
    out = Path(sys.argv[1])
    if len(sys.argv) == 2:
        print(kill_again_and_again(lambda: play(out, workers=1)))
    elif sys.argv[2] == "rare":
        print(kill_again_and_again(lambda: play_rare(out, sys.argv[3]), step=15))
    else:
        engine = ENGINES[sys.argv[3]]
        play(out, workers=int(sys.argv[2]), progress=lambda now: print(now.done, flush=True), engine=engine)


if __name__ == "__main__":
    main()
