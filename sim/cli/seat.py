"""The command `sim play`: one person at one seat, at the terminal or through a pipe."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import interrupt, options, paper
from sim.cli.options import Whole
from sim.cli.said import FUTURES, ignored, is_said, keep_said, said_now, went_on
from sim.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from sim.api import Game, Session
    from sim.cli.keys import Keys
    from sim.cli.sitting import Sitting

PERSON = "player"


@click.command("play")
@click.argument("file", metavar="[FILE]", required=False)
@click.option(
    "--as", "actor", metavar="ACTOR", help="The seat that you take (default: you are asked; in a pipe the first)."
)
@click.option("--choose", "written", metavar="ORDERS",
              help='Orders written beforehand: "a=b, c=d; e=f", a comma between orders, a semicolon between turns.',
)  # fmt: skip
@click.option("--turns", type=Whole(1, 100), help="So many turns of equal length, in place of those of the file.")
@click.option("--minutes", type=Whole(5, 600), default=75, show_default=True,
              help="The turns that the file has for a lesson of so many minutes.")  # fmt: skip
@click.option("--futures", type=Whole(0, 6_400), default=FUTURES, show_default=True,
              help="Futures behind each bar at first; 0 draws no bars.")  # fmt: skip
@click.option("--want", metavar="OUTCOME", help="What you are after, where the seat has no aims that can be counted.")
@click.option("--keep", "--session", "keep", metavar="DIR", type=click.Path(),
              help="The folder that keeps the game (default at a terminal: below `results/plays`).")  # fmt: skip
@click.option("--resume", metavar="DIR", type=click.Path(), help="Go on with a game that was kept.")
@options.choices
@options.seed
@options.form("table", "json")
@options.colour
def play_command(
    file: str | None, actor: str | None, written: str | None, turns: int | None, minutes: int, futures: int,
    want: str | None, keep: str | None, resume: str | None, policy: str | None, variant: str | None,
    settings: tuple[str, ...], seed: int, form: str, no_color: bool,
) -> int:  # fmt: skip
    """Play one actor yourself, turn by turn, against the model.

    \b
    Each turn shows what you would know, what your options lead to, and asks.
    Orders written beforehand: "push_further=push, forecast=30; -; 5: model".
    `-` is a turn without orders, `model` one that the model decides for you.

    \b
    Example:
      sim play first-lesson --as challenger --choose "what_next=up; -; model"
    """
    from sim.cli.asking import Stop
    from sim.cli.script import read_script
    from sim.cli.sitting import Sitting, printed

    if file is not None and resume is not None:
        raise UsageError("a game that is kept has its scenario with it: leave out either the file or `--resume`")
    if resume is not None:
        _has_no_settings()
    keys = _keys(written, form, no_color=no_color)
    try:
        session, actor = _kept(resume, actor) if resume is not None else _new(
            file, actor, keys, policy=policy, variant=variant, settings=settings, seed=seed, minutes=minutes,
            turns=turns, keep=keep,
        )  # fmt: skip
    except Stop:  # nobody has sat down yet
        return 0
    _is_outcome(want, session)
    said = said_now(session, futures, want)
    script = read_script(written or "", session.game, actor)
    for note in ignored(session, actor, keys, script, form):
        click.echo(f"sim: {note}.", err=True)
    if session.state.people and form == "table":
        click.echo("\n".join(paper.wrapped(went_on(session, actor))))
    keep_said(session.log.folder, said)
    sitting = Sitting(
        session, actor, _person(session, actor), keys=keys, show=printed if form == "table" else lambda lines: None,
        paint=paper.painter(no_color=no_color), written=script, futures=0 if form == "json" else said.futures,
        want=said.want,
    )  # fmt: skip
    return _sat(sitting, form)


def _has_no_settings() -> None:
    """Refuse what a game that is kept has settled already."""
    given = [f"`{parameter.opts[0]}`" for parameter in click.get_current_context().command.params
             if parameter.name in SETTLED and is_said(parameter.name)]  # fmt: skip
    if given:
        raise UsageError(f"a game that is kept has its settings with it: leave out {', '.join(given)}, or `--resume`")


SETTLED = frozenset({"turns", "minutes", "keep", "policy", "variant", "settings", "seed"})
"""What opens a game and is not asked again."""


def _is_outcome(want: str | None, session: Session) -> None:
    names = session.game.program.outcome_names
    if want is not None and want not in names:
        hint = did_you_mean(want, names) or f"outcomes are {', '.join(names)}"
        raise UsageError(f"`--want {want}`: {hint}")


def _sat(sitting: Sitting, form: str) -> int:
    """Play, and say how to go on if it was not to the end; the exit code."""
    from sim.cli.asking import Stop

    code, is_over = 0, False
    try:
        with interrupt.tidied():
            sitting.play()
        is_over = True
    except Stop:
        pass
    except KeyboardInterrupt:
        code = interrupt.CODE
        click.echo(err=True)
    if form == "json" and not code:
        paper.emit_json(sitting.record())
    if is_over and (left := [turn + 1 for turn in sitting.written if turn >= len(sitting.session.state.played)]):
        told = f"{'turn' if len(left) == 1 else 'turns'} {', '.join(map(str, left))}"
        click.echo(f"sim: the game was over before {told} of `--choose`.", err=True)
    folder = sitting.session.log.folder
    if not is_over:
        state, turns = sitting.session.state, len(sitting.session.game.turns)
        where = "in the debrief" if state.phase == "debrief" else f"at turn {state.turn + 1} of {turns}"
        click.echo(f"sim: stopped {where}; nothing is lost. Go on with\n  {_again(sitting)}", err=True)
    elif folder is not None and form == "table":
        click.echo(f"The game is kept in {folder}.")
    return code


def _keys(written: str | None, form: str, *, no_color: bool) -> Keys:
    """Who answers: a person at a terminal; else what was written, or the lines of a pipe."""
    from sim.cli.keys import Nobody, Pipe, Terminal

    if sys.stdin is not None and sys.stdin.isatty():
        if form != "table":
            if written is None:
                raise UsageError(f"`--format {form}` writes records alone: say what is ordered with `--choose`")
            return Nobody()
        return Terminal(paper.painter(no_color=no_color))
    return Nobody() if written is not None else Pipe(shown=form == "table")


# ------------------------------------------------------------------------------------------ which game


def _new(
    file: str | None, actor: str | None, keys: Keys, *, policy: str | None, variant: str | None,
    settings: tuple[str, ...], seed: int, minutes: int, turns: int | None, keep: str | None,
) -> tuple[Session, str]:  # fmt: skip
    """A new session, or that which lies in the folder already, and the seat."""
    from sim import api

    if file is None:
        raise UsageError("name a scenario; `sim list` shows what is shipped, `--resume DIR` goes on with a game")
    if (Path(file) / "log.jsonl").is_file():
        raise UsageError(f"`{file}` is a game that was kept: `sim play --resume {shlex.quote(file)}` goes on with it")
    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    table = api.game(model, minutes=minutes, turns=turns)
    if keep is not None and api.holds_session(keep):
        session, actor = _kept(keep, actor)
        if found := api.differences(session, model, seed=seed, minutes=minutes, turns=turns):
            raise UsageError(
                f"in `{keep}` lies another game: {'; '.join(found)}. Name another folder, or go on with that one: "
                f"`sim play --resume {shlex.quote(keep)}`"
            )
        return session, actor
    actor = _actor(actor, table, keys)
    folder = Path(keep) if keep is not None else _folder(table.name, actor, seed) if keys.is_person else None
    return api.open_session(model, seed=seed, minutes=minutes, turns=turns, folder=folder), actor


def _kept(folder: str, actor: str | None) -> tuple[Session, str]:
    """The session in a folder, and the seat of the one person in it."""
    from sim import api

    session = api.resume_session(folder)
    for said in filter(None, (api.said_of_version(session), api.said_of_log(session))):
        click.echo(f"sim: {said}.", err=True)
    seats = {person.seat for person in session.state.people.values() if person.seat}
    if len(session.state.people) > 1 or (Path(folder) / "secret").exists():
        again = f"sim seminar {session.opened.name} --session {shlex.quote(folder)}"
        raise UsageError(f"`{folder}` is the session of a class; `{again}` goes on with it")
    if actor is not None and seats and actor not in seats:
        raise UsageError(f"in `{folder}` you play `{min(seats)}`, not `{actor}`")
    return session, min(seats, default=actor or next(iter(session.game.seats)))


def _person(session: Session, actor: str) -> str:
    """The one person of the session, come in and seated."""
    person = next(iter(session.state.people), PERSON)
    session.join(person, seat=actor)
    return person


def _actor(actor: str | None, table: Game, keys: Keys) -> str:
    """The seat that was asked for, or that a person chooses, or the first."""
    if actor is not None:
        if actor not in table.seats:
            from sim import api

            if why := api.unseated(table).get(actor):
                raise UsageError(f"`--as {actor}` has no seat: {why}. Seats: {', '.join(table.seats)}")
            raise UsageError(f"`--as {actor}`: there is no such seat; {_seat_meant(actor, table)}")
        return actor
    seats = list(table.seats)
    if not keys.is_person or len(seats) == 1:
        return seats[0]
    click.echo(f"{table.title}. Whom do you play?")
    for number, seat in enumerate(table.seats.values(), 1):
        click.echo(f"{number:3}  {seat.title}")
    return _chosen(seats, keys)


def _seat_meant(actor: str, table: Game) -> str:
    """The seat whose name or title this may be; else all of them."""
    by_title = {seat.title.removeprefix("The ").lower(): name for name, seat in table.seats.items()}
    titled = by_title.get(actor.replace("_", " ").lower().removeprefix("the "))
    meant = f"did you mean `{titled}`?" if titled is not None else did_you_mean(actor, table.seats)
    return meant or f"seats: {', '.join(f'`{name}` ({seat.title})' for name, seat in table.seats.items())}"


def _chosen(seats: list[str], keys: Keys) -> str:
    from sim.cli.asking import Stop
    from sim.cli.keys import AtEnd, place_of

    while True:
        try:
            answer = keys.ask("A number >").lower()
        except AtEnd:
            raise Stop from None
        if answer in ("q", "quit", "exit"):
            raise Stop
        if answer in seats:
            return answer
        if (place := place_of(answer, len(seats))) is not None:
            return seats[place]
        click.echo(f"Type a number from 1 to {len(seats)}, or the name of a seat; q leaves.")


def _folder(name: str, actor: str, seed: int) -> Path:
    """A folder of its own for a game that nobody gave one."""
    wanted = Path("results") / "plays" / f"{name}-{actor}-{seed}"
    others = (wanted.with_name(f"{wanted.name}-{number}") for number in range(2, 10_000))
    return next(folder for folder in (wanted, *others) if not folder.exists())


def _again(sitting: Sitting) -> str:
    """The command that goes on with a game: from its folder, or by what was ordered so far."""
    from sim.cli.script import written_again

    session = sitting.session
    if session.log.folder is not None:
        return f"sim play --resume {shlex.quote(str(session.log.folder))}"
    given: Mapping[str, Any] = click.get_current_context().params
    words = ["sim", "play", given["file"], "--as", sitting.seat, "--seed", str(session.seed)]
    for option in ("policy", "variant", "turns", "minutes", "futures", "want"):
        words += [f"--{option}", str(given[option])] if is_said(option) else []
    for setting in given["settings"]:
        words += ["-s", setting]
    orders = [played.get(sitting.seat) for played in session.state.played]
    forecasts = [session.state.forecasts.get((turn, sitting.person)) for turn in range(len(orders))]
    words += ["--choose", written_again(zip(orders, forecasts, strict=True))] if orders else []
    return shlex.join(words)
