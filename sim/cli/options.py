"""Options that mean the same in every command, and how their words are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from sim.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])


class Whole(click.ParamType):  # type: ignore[type-arg]
    """A whole number from `least` on, at most `most`; anything else gets a sentence in our words."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, which is written in digits alone.

        Raises
        ------
        UsageError
            If it is no such number.
        """
        text, name = str(value).strip(), _name(param)
        if not re.fullmatch(r"[+-]?[0-9]{1,40}", text) or int(text) < self.least:
            raise UsageError(f"{name} takes a whole number from {self.least:,} on, in digits, not `{value}`")
        if int(text) > self.most:
            raise UsageError(f"{name} takes at most {self.most:,}, not `{value}`")
        return int(text)


def _name(param: click.Parameter | None) -> str:
    """What a user calls an option or an argument: the longest of its names."""
    if param is None:
        return "this"
    name = max(param.opts, key=len)
    return f"`{name if name.startswith('-') else param.make_metavar(click.Context(click.Command('sim')))}`"


SEED = Whole(0, 2**64 - 1)
RUNS = Whole(1, 2**32)
RUN = Whole(0, 2**32 - 1)


def choices(command: Command) -> Command:
    """`--policy`, `--variant` and `-s`: what of the scenario is to be otherwise."""
    command = click.option(
        "-s", "--set", "settings", multiple=True, metavar="PATH=VALUE",
        help="Give a number of the file another value; repeatable.",
    )(command)  # fmt: skip
    command = click.option("--variant", metavar="NAME", help="Play this variant: what the world might be like.")(
        command
    )
    return click.option("--policy", metavar="NAME", help="Play this policy of the file.")(command)


def seed(command: Command) -> Command:
    """`--seed`, which may be 0."""
    return click.option(
        "--seed", type=SEED, default=1, show_default=True, help="The luck of all runs; same seed, same runs."
    )(command)


def engine(command: Command) -> Command:
    """`--engine`."""
    return click.option(
        "--engine", type=click.Choice(["auto", "simpy", "compiled"]), default="auto", show_default=True,
        help="What plays the runs; every engine gives the same histories.",
    )(command)  # fmt: skip


def form(*forms: str) -> Callable[[Command], Command]:
    """`--format`, one of these, the first by default."""
    return click.option(
        "--format", "form", type=click.Choice(forms or ("table", "json", "csv")), default=(forms or ("table",))[0],
        show_default=True, help="A table to read, or records for a machine.",
    )  # fmt: skip


def colour(command: Command) -> Command:
    """`--no-color`; NO_COLOR in the environment and a pipe do the same."""
    return click.option("--no-color", is_flag=True, help="No colours, also on a terminal.")(command)


FILE = click.argument("file", metavar="FILE")


def experiment(command: Command) -> Command:
    """`--experiment`, the first by default."""
    return click.option("--experiment", metavar="NAME", default="0", help="By number or name.")(command)


class _StudyOrSession(click.Path):
    """The folder of a study, or the file of an exported session."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As a path; whether such a file is there is said by whoever opens it."""
        if Path(value).is_file() and not str(value).endswith(".zip"):
            raise UsageError(f"`{value}` is a file: name the folder of a study, or the .zip that a seminar exports")
        if (Path(value) / "log.jsonl").is_file():
            raise UsageError(f"`{value}` is a session, not a study: `sim play --resume` and `sim seminar --session` go "
                             "on with one, and the .zip that a seminar exports is replayed here")  # fmt: skip
        if any(Path(value).glob("*/log.jsonl")) and not any(Path(value).glob("*.json")):
            raise UsageError(f"`{value}` holds sessions, not a study: name the .zip that a seminar exported, or a "
                             "study's folder")  # fmt: skip
        return value


STUDY_OR_SESSION = click.argument("study", metavar="STUDY", type=_StudyOrSession())
STUDY = click.argument("study", metavar="STUDY", type=click.Path(file_okay=False))


# ------------------------------------------------------------------------------------------- playing a study


@dataclass(frozen=True, slots=True)
class Playing:
    """How a study is played and shown: what every command that stores one asks alike."""

    runs: int | None
    seed: int
    workers: int | None
    engine: str
    executor: str | None
    cluster: str | None
    out: str
    dry_run: bool
    fail_fast: bool
    no_plots: bool
    quiet: bool
    verbose: bool
    form: str
    no_color: bool

    @property
    def address(self) -> str | None:
        """The scheduler whose workers are to play; None for this machine.

        Raises
        ------
        UsageError
            If a cluster is wanted and not said, or said and not wanted.
        """
        if self.executor == "dask" and self.cluster is None:
            raise UsageError("`--executor dask` needs the address of a scheduler: `--cluster tcp://HOST:8786`")
        if self.cluster is not None and self.executor == "local":
            raise UsageError("`--cluster` and `--executor local` exclude each other: leave one of them out")
        if self.cluster is not None and self.workers is not None:
            raise UsageError("`-j` counts workers of this machine, and a cluster has its own: leave one of them out")
        return self.cluster

    @property
    def planning(self) -> dict[str, Any]:
        """What a plan has to know of it, as arguments of the verbs of `sim.api`."""
        from sim.cli import progress

        tell = (lambda says: None) if self.quiet else progress.tell
        return {
            "runs": self.runs,
            "seed": self.seed,
            "workers": self.workers,
            "engine": self.engine,
            "out": self.out,
            "tell": tell,
        }


def playing(runs: str) -> Callable[[Command], Command]:
    """The options of a command that stores a study, handed to it as one `Playing`; `runs` says what -n counts."""

    def decorated(command: Command) -> Command:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            mine = {name: given.pop(name) for name in Playing.__dataclass_fields__}
            return command(playing=Playing(**mine), **given)

        wrapped: Any = gathered
        for option in reversed(_playing(runs)):
            wrapped = option(wrapped)
        return wrapped  # type: ignore[no-any-return]

    return decorated


def _playing(runs: str) -> list[Callable[[Any], Any]]:
    return [
        click.option("-n", "--runs", type=RUNS, help=runs),
        seed,
        click.option("-j", "--workers", type=Whole(1, 1024), help="Workers that play (default: the cores there are)."),
        engine,
        click.option("--executor", type=click.Choice(["local", "dask"]),
                     help="Who plays: this machine (default), or a cluster."),
        click.option("--cluster", metavar="ADDRESS", help="The scheduler of dask whose workers play: tcp://HOST:8786."),
        click.option(
            "-o", "--out", type=click.Path(file_okay=False), default="results", show_default=True,
            help="The folder in which studies are stored.",
        ),
        click.option("--dry-run", is_flag=True, help="Say what would be played, and play nothing."),
        click.option(
            "--fail-fast/--keep-going", default=False, help="Stop at the first failed run, or keep it (default)."
        ),
        click.option("--no-plots", is_flag=True, help="Draw no pictures."),
        click.option("-q", "--quiet", is_flag=True, help="No progress."),
        click.option("-v", "--verbose", is_flag=True, help="Every table."),
        form(),
        colour,
    ]  # fmt: skip


def read_share(text: str, option: str) -> float:
    """A share: `70%` or `0.7`.

    Raises
    ------
    UsageError
        If it is no number from 0 to 1.
    """
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*", text)
    share = float(match[1]) / (100.0 if match[2] else 1.0) if match else -1.0
    if not 0.0 <= share <= 1.0:
        raise UsageError(f"`{option} {text}`: a share is wanted, from 0 to 100 %, such as `{option} 70%`")
    return share


def read_settings(settings: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`path=value` pairs as (path, value).

    Raises
    ------
    UsageError
        If there is no `=`, or several values are given: a run has one setting.
    """
    from sim import api

    pairs = []
    for setting in settings:
        path, sign, value = setting.partition("=")
        if not sign or not path.strip() or not value.strip():
            raise UsageError(f"`-s {setting}`: write `-s path=value`, such as `-s tripwire.believed=0.3`")
        if api.names_several(value.strip()):
            raise UsageError(
                f"`-s {setting}` names several values, and a run has one: give one value, "
                "or play them all with `sim sweep`"
            )
        pairs.append((path.strip(), value.strip()))
    return tuple(pairs)


def read_names(listed: str | None) -> tuple[str, ...]:
    """Names with commas between them; none if nothing was said.

    Raises
    ------
    UsageError
        If one is left out.
    """
    names = () if listed is None else tuple(name.strip() for name in listed.split(","))
    if not all(names):
        raise UsageError(f"`{listed}`: write names with a comma between each two, such as `a,b`")
    return names
