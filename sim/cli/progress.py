"""How far a study is, on stderr: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.api import Progress

from sim.cli.paper import wrapped


def tell(sentence: str) -> None:
    """A sentence on stderr: wrapped on a terminal, whole where a program reads it."""
    for line in wrapped(sentence, hang=2) if sys.stderr.isatty() else [sentence]:
        click.echo(line, err=True)


@contextmanager
def progress(to_play: int, *, quiet: bool, no_color: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Show progress on stderr: a bar on a terminal, a plain line every ten seconds elsewhere."""
    if quiet or not to_play:
        yield lambda now: None
    elif sys.stderr.isatty():
        yield from _bar(no_color=no_color)
    else:
        yield _plain_lines()


def _bar(*, no_color: bool) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True, no_color=no_color or None), transient=True) as shown:
        task = shown.add_task("runs", total=None)
        yield lambda now: shown.update(task, completed=now.done, total=now.total)


def _plain_lines() -> Callable[[Progress], None]:
    told = 0.0

    def tell(now: Progress) -> None:
        nonlocal told
        if now.seconds - told >= 10:
            told = now.seconds
            click.echo(f"{now.done:,} of {now.total:,} runs", err=True)

    return tell
