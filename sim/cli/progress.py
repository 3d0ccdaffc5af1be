"""How far a study is, on stderr: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Progress_

    from sim.api import Progress

from sim.cli.paper import wrapped
from sim.counted import counted

PATIENCE = 1.5
"""A bar is shown for studies longer than so many seconds: the library that draws it takes a tenth of one to load."""


def tell(sentence: str) -> None:
    """A sentence on stderr: wrapped on a terminal, whole where a program reads it."""
    for line in wrapped(sentence, hang=2) if sys.stderr.isatty() else [sentence]:
        click.echo(line, err=True)


@contextmanager
def progress(
    to_play: int, *, seconds: float, quiet: bool, no_color: bool = False
) -> Iterator[Callable[[Progress], None]]:
    """Show progress on stderr: a bar on a terminal, a plain line every ten seconds elsewhere.

    `seconds` is how long it may take.
    """
    if quiet or not to_play:
        yield lambda now: None
    elif sys.stderr.isatty():
        yield from _bar(seconds=seconds, no_color=no_color)
    else:
        yield _plain_lines()


def _bar(*, seconds: float, no_color: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar, at once if a study may take longer than `PATIENCE`, else as soon as it has."""
    shown: list[Progress_] = []

    def tell(now: Progress) -> None:
        if not shown and max(seconds, now.seconds) >= PATIENCE and now.done < now.total:
            shown.append(_new_bar(no_color=no_color))
        for bar in shown:
            bar.update(bar.task_ids[0], completed=now.done, total=now.total)

    try:
        yield tell
    finally:
        for bar in shown:
            bar.stop()


def _new_bar(*, no_color: bool) -> Progress_:
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    bar = rich.Progress(*columns, console=Console(stderr=True, no_color=no_color or None), transient=True)
    bar.add_task("runs", total=None)
    bar.start()
    return bar


def _plain_lines() -> Callable[[Progress], None]:
    told = 0.0

    def tell(now: Progress) -> None:
        nonlocal told
        if now.seconds - told >= 10:
            told = now.seconds
            click.echo(f"{now.done:,} of {counted(now.total, 'run')}", err=True)

    return tell
