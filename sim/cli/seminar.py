"""`sim seminar`: a class plays a scenario in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli import options, paper
from sim.counted import counted
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim import api

NEEDED = ("ifaddr", "itsdangerous", "python_multipart", "segno", "starlette", "uvicorn", "websockets")
"""The packages of the extra."""


@click.command("seminar")
@click.argument("file", metavar="FILE", required=False)
@options.choices
@options.seed
@click.option("--minutes", type=options.Whole(5, 600), default=75, show_default=True, help="How long the lesson is.")
@click.option("--turns", type=options.Whole(1, 30), help="So many turns of equal length, not those of the file.")
@click.option("--lan", is_flag=False, flag_value="", metavar="[ADDRESS]",
              help="Let phones and laptops of the room in, at this one address of this machine.")  # fmt: skip
@click.option("--port", type=options.Whole(0, 65535), help="At this port (default 8642, or one near it).")
@click.option("--session", "folder", metavar="DIR", help="Keep the session here, or go on with the one that is here.")
@click.option("--new", "is_new", is_flag=True, help="Open another session, also if today's is not over.")
@click.option("--reveal", "reveals", is_flag=True, help="Reveal a turn by itself when its time is up.")
@click.option("--dry-run", is_flag=True, help="Say what would be played, and serve nothing.")
@click.option("--no-browser", is_flag=True, help="Print the address, and do not open it.")
def seminar_command(
    file: str | None, policy: str | None, variant: str | None, settings: tuple[str, ...], seed: int, minutes: int,
    turns: int | None, lan: str | None, port: int | None, folder: str | None, is_new: bool, reveals: bool,
    dry_run: bool, no_browser: bool,
) -> int:  # fmt: skip
    """Lead a class through a crisis in the browser, turn by turn.

    Ctrl-C ends it; the same command goes on with it.

    \b
    Example:
      sim seminar ukraine-2014 --dry-run
    """
    if file is None and lan and not lan[0].isdigit():
        file, lan = lan, ""  # `--lan FILE` takes the name of the file for an address
    if file is None:
        raise UsageError("say which scenario is played: `sim seminar ukraine-2014`; `sim list` names those there are")
    from sim import api

    name = file

    def load() -> api.Model:
        return api.load(name, policy=policy, variant=variant, overrides=options.read_settings(settings))

    if dry_run:
        for line in _plan(load(), minutes, turns):
            click.echo(line)
        return 0
    _needs_the_extra()
    from sim.seminar.run import Wanted, run

    words = [f"{option} {value}" for option, value in (("--policy", policy), ("--variant", variant)) if value]
    wanted = Wanted(
        seed=seed, minutes=minutes, turns=turns, lan=lan, port=port, folder=folder, is_new=is_new,
        opens_browser=not no_browser, reveals=reveals, settings=(*words, *(f"-s {one}" for one in settings)),
    )  # fmt: skip
    return run(load, Path(name).stem, wanted, say=click.echo)


def _plan(model: api.Model, minutes: int, turns: int | None) -> Iterator[str]:
    """What would be played: who sits where, when turns begin, how long there is to decide."""
    from sim import api
    from sim.clock import say_date

    game = api.game(model, minutes=minutes, turns=turns)
    paint = paper.painter(no_color=True)
    yield from paper.wrapped(f"{game.title}: {counted(len(game.turns), 'turn')} in {game.minutes} minutes.")
    yield ""
    seats = [[seat.title, str(len(seat.questions)), str(seat.orders)] for seat in game.seats.values()]
    yield from paper.table(("seat", "questions", "orders a turn"), seats, paint=paint)
    for why in api.unseated(game, on_purpose=False).values():
        yield ""
        yield from paper.wrapped(f"No seat: {why}.")
    yield ""
    start = game.program.start
    rows = [[str(turn.number + 1), say_date(start, turn.tick), f"{turn.seconds / 60:.1f} min"] for turn in game.turns]
    yield from paper.table(("turn", "begins", "to decide"), rows, left=2, paint=paint)
    if game.short_of_time:
        yield ""
        yield from paper.wrapped(game.short_of_time)
    yield ""
    yield from paper.wrapped("Nothing is served. Leave out --dry-run to begin; add --lan for phones in the room.")


def _needs_the_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(f"a seminar needs what is not installed ({', '.join(missing)}): "
                         "`pip install \"escalation-sim[seminar]\"`")  # fmt: skip
