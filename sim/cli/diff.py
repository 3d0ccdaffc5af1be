"""The command `sim diff`: the first event where two runs part, and why."""

from __future__ import annotations

import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

import click

from sim.cli import options, paper
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim import api
    from sim.cli.paper import Paint

MOST, CHANGES = 8, 3
"""Differences that are listed, and changes of one event; all of them stand in the records."""


@click.command("diff")
@options.STUDY
@click.argument("run_number", metavar="RUN", type=options.RUN)
@click.argument("other", metavar="STUDY", type=click.Path(file_okay=False))
@click.argument("other_run", metavar="RUN", type=options.RUN)
@click.option("--experiment", "experiments", multiple=True, metavar="NAME",
              help="Which experiment, by number or name; twice: of the left study, and of the right one.")  # fmt: skip
@options.form()
@options.colour
def diff_command(
    study: str, run_number: int, other: str, other_run: int, experiments: tuple[str, ...], form: str, no_color: bool
) -> None:
    """Say where two runs part, and why.

    \b
    Example:
      sim diff results/first-lesson-* 3 results/first-lesson-* 4
    """
    from sim import api

    if len(experiments) > 2:
        raise UsageError("there are two runs: give `--experiment` once for both, or once for each")
    which = (experiments[0], experiments[-1]) if experiments else None
    parting = api.diff(study, run_number, other, other_run, experiments=which)
    if form != "table":
        paper.emit(parting.records(), form)
        return
    for line in parting_lines(parting, paper.painter(no_color=no_color)):
        click.echo(line)


def parting_lines(parting: api.Parting, paint: Paint) -> list[str]:
    """The page: which runs, where they part, both diaries there, and why; then what else differs."""
    lines = []
    for name, title, end in zip(("left", "right"), parting.titles, parting.ends, strict=True):
        lines += paper.wrapped(f"{title}; it ends: {end}", lead=f"{name:<7}")
    for note in parting.notes:
        lines += paper.painted(paper.wrapped(note), "quiet", paint)
    lines.append("")
    lines += [paint("title", line) for line in paper.wrapped(parting.headline)]
    for reason in parting.says[1:]:
        lines += paper.wrapped(reason, lead="- ")
    if not parting.never:
        lines += ["", *_diaries(parting, paint)]
    differences = _differences(parting, paint)
    return [*lines, *(["", *differences] if differences else [])]


def _diaries(parting: api.Parting, paint: Paint) -> list[str]:
    """What both have just before, over the whole width; then each on its side."""
    lines = [paint("head", "in both, before"), *parting.page(paper.width())] if parting.shared else []
    room = (paper.width() - 3) // 2
    left, right = (_column(parting, side, room) for side in (0, 1))
    lines.append(paint("head", f"{'left':<{room}} | right"))
    lines += [f"{one:<{room}} | {other}".rstrip() for one, other in zip_longest(left, right, fillvalue="")]
    return lines


def _column(parting: api.Parting, side: int, room: int) -> list[str]:
    """Entries of one diary in a narrow column: a date above those of its day, changes and causes below each."""
    lines: list[str] = []
    shown = ""
    for line in parting.beside[side]:
        day = parting.day(line)
        if day != shown:
            lines.append(day)
            shown = day
        changes = [*line.changes[:CHANGES], *(["..."] if len(line.changes) > CHANGES else [])]
        for text, indent in ((line.what, 2), ("; ".join(changes), 4), (line.because, 4)):
            lines += textwrap.wrap(text, room, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
    return lines


def _differences(parting: api.Parting, paint: Paint) -> list[str]:
    """What differs besides, before it is felt or without being felt."""
    rows = [one for one in parting.differences if one.sort != "outcome"]
    lines = [paint("head", "what else differs, left | right")] if rows else []
    for one in rows[:MOST]:
        name, texts = f"{one.sort}: {one.name}", f"{one.texts[0]} | {one.texts[1]}"
        if len(name) + len(texts) + 4 <= paper.width():
            lines.append(f"  {name}  {texts}")
            continue
        lines += [f"  {name}", *(line for text in (f"{one.texts[0]} |", one.texts[1])
                                 for line in paper.wrapped(text, lead="      ", hang=8))]  # fmt: skip
    if len(rows) > MOST:
        lines.append(paint("quiet", f"  and {len(rows) - MOST} more; `--format csv` lists them all"))
    return lines
