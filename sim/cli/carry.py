"""Carry out a plan: say what it is, play it, draw it, print it. What all commands that store a study do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.cli import interrupt, paper, progress, sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim import api
    from sim.cli.options import Playing

SOME_FAILED = 3


def carried_out(
    plan: api.Plan | api.RarePlan, playing: Playing, read: Callable[[Any], Any] = lambda study: study
) -> int:
    """Play what is planned and print what came of it, as all the options ask; the exit code.

    `read` is what becomes of the study before it is shown, where a command asks more of it than its plan says.
    """
    from sim import api

    study = played(plan, playing)
    if study is None:
        return 0
    study = read(study)
    pictures = () if playing.no_plots else api.plot(study)
    if playing.form == "json":
        paper.emit_json(study.record())
    elif playing.form == "csv":
        paper.emit(study.sheets[0].records(), "csv")
    else:
        paint = paper.painter(no_color=playing.no_color)
        count = len({path.stem for path in pictures})
        sheets.print_study(study, pictures=count, paint=paint, verbose=playing.verbose)
    return SOME_FAILED if study.failed else 0


def played(plan: api.Plan | api.RarePlan, playing: Playing) -> Any:
    """The study, played; None after `--dry-run`, which only says what would be.

    After Ctrl-C its workers are ended, and the command ends.
    """
    if playing.dry_run:
        click.echo(plan.says) if playing.form == "table" else paper.emit([plan.record()], playing.form)
        return None
    plan.claim()
    if not playing.quiet:
        progress.tell(plan.says)
    with progress.progress(
        plan.to_play, seconds=plan.seconds, quiet=playing.quiet, no_color=playing.no_color
    ) as advance:
        return _run(plan, advance, playing)


def _run(plan: api.Plan | api.RarePlan, advance: Callable[[api.Progress], None], playing: Playing) -> Any:
    from sim import api

    try:
        with interrupt.tidied():
            return api.run(plan, on_progress=advance, fail_fast=playing.fail_fast)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(interrupt.tell()) from None
