"""The command discover: where in the space of parameters an outcome lives."""

from __future__ import annotations

import click

from sim.cli import options, paper, sheets


@click.command("discover")
@options.STUDY
@click.option("--outcome", "target", metavar="NAME", required=True,
              help="The outcome, or a metric with a number: 'gdp_lost > 0.2'.")  # fmt: skip
@click.option("--coverage", metavar="SHARE", help="Take the densest box that holds this share of those runs: 70%.")
@click.option("--box", type=options.Whole(0, 10_000), help="Take this box of the trade-off.")
@options.experiment
@click.option("--no-plots", is_flag=True, help="Draw no pictures.")
@options.form()
@options.colour
def discover_command(
    study: str, target: str, coverage: str | None, box: int | None, experiment: str, no_plots: bool, form: str,
    no_color: bool,
) -> None:  # fmt: skip
    """Find where in the space of parameters an outcome lives.

    A box of parameters is found on every second run and judged on the others.

    \b
    Example:
      sim discover results/first-lesson-* --outcome attack
    """
    from sim import api

    share = None if coverage is None else options.read_share(coverage, "--coverage")
    found = api.discover(api.study(study, experiment=experiment), target, coverage=share, box=box)
    pictures = () if no_plots else api.plot(found)
    if form == "json":
        paper.emit_json(found.record())
    elif form == "csv":
        paper.emit(found.sheets[0].records(), "csv")
    else:
        count = len({path.stem for path in pictures})
        sheets.print_study(found, pictures=count, paint=paper.painter(no_color=no_color))
