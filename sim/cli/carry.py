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
    plan: api.Plan | api.RarePlan,
    playing: Playing,
    read: Callable[[Any], Any] = lambda study: study,
    *,
    verb: Callable[..., Any] | None = None,
) -> int:
    """Play what is planned and print what came of it, as all the options ask; the exit code.

    `verb` plays it, `sim.api.run` if nothing else is said. `read` is what becomes of the study before it is shown,
    where a command asks more of it than its plan says.
    """
    study = played(plan, playing, verb)
    return 0 if study is None else shown(read(study), playing)


def shown(study: Any, playing: Playing) -> int:
    """Draw and print a study that was played, as all the options ask; the exit code."""
    from sim import api

    pictures = () if playing.no_plots else api.plot(study)
    if playing.form == "json":
        paper.emit_json(study.record())
    elif playing.form == "csv":
        paper.emit(study.tidy, "csv")
    else:
        paint = paper.painter(no_color=playing.no_color)
        count = len({path.stem for path in pictures})
        sheets.print_study(study, pictures=count, paint=paint, verbose=playing.verbose)
    return SOME_FAILED if study.failed else 0


def played(plan: api.Plan | api.RarePlan, playing: Playing, verb: Callable[..., Any] | None = None) -> Any:
    """The study, played; None after `--dry-run`, which only says what would be.

    After Ctrl-C its workers are ended, and the command ends.
    """
    if playing.address is not None:
        from sim import api

        plan = api.on_cluster(plan, playing.address)
        for sentence in plan.cluster.differences if plan.cluster else ():
            progress.tell(sentence)
    if playing.dry_run:
        click.echo(plan.says) if playing.form == "table" else paper.emit([plan.record()], playing.form)
        return None
    plan.claim()
    if not playing.quiet:
        progress.tell(plan.says)
    with progress.progress(
        plan.to_play, seconds=plan.seconds, quiet=playing.quiet, no_color=playing.no_color
    ) as advance:
        return _run(plan, advance, playing, verb)


def _run(
    plan: api.Plan | api.RarePlan,
    advance: Callable[[api.Progress], None],
    playing: Playing,
    verb: Callable[..., Any] | None,
) -> Any:
    from sim import api

    try:
        with interrupt.tidied():
            return (verb or api.run)(plan, on_progress=advance, fail_fast=playing.fail_fast)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(interrupt.tell()) from None
