"""Commands that play: trace, run, replay, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli import carry, options, paper, sheets, tables
from sim.cli.carry import SOME_FAILED
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim import api
    from sim.cli.paper import Paint


@click.command("trace")
@options.FILE
@options.choices
@options.seed
@click.option("--run", "run_number", type=options.RUN, default=0, show_default=True, help="Which run.")
@click.option("-v", "--verbose", is_flag=True, help="Also what each choice weighed, and the background, line by line.")
@options.engine
@options.form()
@options.colour
def trace_command(
    file: str, policy: str | None, variant: str | None, settings: tuple[str, ...], seed: int, run_number: int,
    verbose: bool, engine: str, form: str, no_color: bool,
) -> int:  # fmt: skip
    """Tell one run like a diary, each line with its cause.

    \b
    Example:
      sim trace first-lesson --seed 4
    """
    from sim import api

    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    story = api.trace(model, seed=seed, run=run_number, engine=engine, everything=verbose)
    _print_story(story, form, no_color=no_color, verbose=verbose)
    return 0 if story.outcome else SOME_FAILED


def _print_story(story: api.Story, form: str, *, no_color: bool, verbose: bool) -> None:
    if form != "table":
        paper.emit(story.records(), form)
        return
    paint = paper.painter(no_color=no_color)
    click.echo(paint("title", story.title))
    if story.which:
        click.echo("\n".join(paper.painted(paper.wrapped(story.which), "quiet", paint)))
    if story.program.question:
        click.echo("\n".join(paper.wrapped(" ".join(story.program.question.split()))))
    click.echo()
    click.echo(story.text(width=paper.width(), paint=paint, verbose=verbose), nl=False)


@click.command("run")
@options.FILE
@options.choices
@click.option(
    "--until",
    metavar="WHAT:WIDTH",
    multiple=True,
    help="Stop when half the 95 % interval is so small, of all that is named: a share (attack:0.5pp), a metric's mean "
    "(pain:0.1, or pain:5% of it), a quantile (pain.median:0.1, pain.p90:0.1).",
)
@click.option("--events", is_flag=True, help="Keep every firing of every run.")
@options.playing("How many runs (default 1,000; a million with --until).")
def run_command(
    file: str, policy: str | None, variant: str | None, settings: tuple[str, ...], until: tuple[str, ...], events: bool,
    playing: options.Playing,
) -> int:  # fmt: skip
    """Play many runs: outcomes with intervals, stored, with pictures.

    The same command again goes on where it stopped; a larger -n extends the same study.

    \b
    Example:
      sim run first-lesson -n 200 --no-plots
    """
    from sim import api

    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    plan = api.plan(model, until=until or None, events=events, **playing.planning)
    study = carry.played(plan, playing)
    if study is None:
        return 0
    pictures = [] if playing.no_plots else api.plot(study)
    if playing.form == "json":
        paper.emit_json(study.record())
    elif playing.form == "csv":
        paper.emit(study.record()["outcomes"], "csv")
    else:
        _print_study(
            study,
            pictures=len({path.stem for path in pictures}),
            verbose=playing.verbose,
            paint=paper.painter(no_color=playing.no_color),
        )
    return SOME_FAILED if study.failed else 0


def _print_study(study: api.Study, *, pictures: int, verbose: bool, paint: Paint) -> None:
    """The page that `sim run` is for: what was played, outcomes, metrics, cautions, where it lies, what next."""
    for line in study_lines(study, paint):
        click.echo(line)
    if verbose:
        for line in (*tables.enough_table(study.enough, paint), *tables.metrics_by_outcome(study.summary, paint)):
            click.echo(line)
    sheets.print_ending(study, pictures=pictures, paint=paint)


def study_lines(study: api.Study, paint: Paint) -> list[str]:
    """What was played, the table of outcomes and the table of metrics."""
    lines = [paint("title", study.title)]
    lines += paper.wrapped(study.question) if study.question else []
    lines += [*paper.wrapped(study.what), ""]
    summary = study.summary
    lines += tables.outcome_table(summary.outcomes, paint)
    notes = [
        f"Beside {row.outcome}: {said} (MID 5.0)." for row in summary.outcomes if (said := study.record_of(row.outcome))
    ]
    lines += tables.precision_lines(study.precision, paint)
    for note in (*notes, *study.knowledge):
        lines += paper.painted(paper.wrapped(note, hang=2), "quiet", paint)
    if summary.metrics:
        lines += ["", *tables.metric_table(summary.metrics, paint)]
    return [*lines, ""]


@click.command("replay")
@options.STUDY_OR_SESSION
@click.argument("run_number", metavar="RUN", type=options.RUN, required=False)
@options.experiment
@click.option("-v", "--verbose", is_flag=True, help="Also what each choice weighed, and the background, line by line.")
@options.engine
@options.form()
@options.colour
def replay_command(
    study: str, run_number: int | None, experiment: str, verbose: bool, engine: str, form: str, no_color: bool
) -> int:
    """Tell any stored run in full, as it happened.

    Of the file that a seminar exports it says whether all in it follows from its log.

    \b
    Example:
      sim replay results/first-lesson-* 17
      sim replay seminar-first-lesson-1.zip
    """
    from sim import api

    if study.endswith(".zip"):
        if run_number is not None:
            raise UsageError(f"`{study}` is one session, not many runs: leave out the {run_number}")
        return _replay_session(study)
    opened = api.study(study, experiment=experiment)  # first, for of what is no study no run can be named
    if run_number is None:
        raise UsageError(f"say which run: `sim replay {study} 0`")
    story = api.replay(opened, run_number, engine=engine, everything=verbose)
    _print_story(story, form, no_color=no_color, verbose=verbose)
    return 0 if story.outcome else SOME_FAILED


def _replay_session(file: str) -> int:
    """Play an exported session again from its log, and say whether that comes to the same."""
    import warnings

    from sim import api

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        digest, before = api.replay_export(file), api.digest_in_export(file)
    for one in said:
        click.echo("\n".join(paper.wrapped(f"{one.message}")))
    if digest == before:
        text = f"Every number of the session follows from its log, as it did: digest {digest}."
    else:
        text = f"The session comes to {digest} now; when it was exported it came to {before or 'nothing that is told'}."
    click.echo("\n".join(paper.wrapped(text)))
    return 0 if digest == before else SOME_FAILED


@click.command("explain")
@options.STUDY
@click.option("--outcome", metavar="NAME", help="This outcome alone; all of them by default.")
@options.experiment
@click.option("--sample", type=options.Whole(1, 100_000), default=200, show_default=True,
              help="Runs of each outcome to look at, replayed where events were not kept.")  # fmt: skip
@click.option("--chains", "most", type=options.Whole(1, 1000), default=5, show_default=True, help="Chains to show.")
@options.engine
@options.form()
@options.colour
def explain_command(
    study: str, outcome: str | None, experiment: str, sample: int, most: int, engine: str, form: str, no_color: bool
) -> None:
    """Give the commonest chains of triggers behind an outcome.

    \b
    Example:
      sim explain results/first-lesson-* --outcome attack
    """
    from sim import api

    opened = api.study(study, experiment=experiment)
    explanations = api.explain(opened, outcome, sample=sample, engine=engine)
    if form != "table":
        paper.emit(api.chain_records(explanations), form)
        return
    paint = paper.painter(no_color=no_color)
    if which := opened.ensemble.which:
        click.echo("\n".join(paper.painted(paper.wrapped(which), "quiet", paint)) + "\n")
    for explanation in explanations:
        for line in tables.chain_lines(explanation, study, most, paint, experiment=opened.ensemble.experiment):
            click.echo(line)
        click.echo()
    note = "A share of the runs that ended so: what came before, not what would have prevented it."
    click.echo("\n".join(paper.painted(paper.wrapped(note), "quiet", paint)))
