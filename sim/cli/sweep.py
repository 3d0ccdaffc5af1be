"""The command `sim sweep`: many points of a scenario, and where a level is crossed."""

from __future__ import annotations

import click

from sim.cli import carry, options


@click.command("sweep")
@options.FILE
@click.option(
    "-s",
    "--set",
    "axes",
    multiple=True,
    metavar="PATH=VALUES",
    help="An axis: PATH=1,2,3, PATH=LO:HI:N, PATH=LO:HI:N:log, PATH=choice(A, B), policy=A,B; one value is the same "
    "for all; repeatable, in all combinations.",
)
@click.option("--zip", "zipped", is_flag=True, help="Move the axes together, not in all combinations.")
@click.option(
    "--lhs",
    type=options.Whole(2, 10_000),
    metavar="N",
    help="N points of a Latin hypercube over ranges (PATH=LO:HI) and parameters or levers named alone.",
)
@click.option("--sobol", type=options.Whole(2, 8_192), metavar="N", help="The same with N Sobol' points: 64, 128, ...")
@click.option(
    "--design",
    type=click.Path(exists=True, dir_okay=False),
    metavar="CSV",
    help="A table of points: a column for each path, a row for each experiment.",
)
@click.option(
    "--tip",
    metavar="NAME=LEVEL",
    help="Search one range for where an outcome's share (war=10%) or a metric's mean crosses a level.",
)
@click.option(
    "--fresh-luck",
    is_flag=True,
    help="Luck of its own for each experiment, which makes means over all of them sharper. By default all share it, "
    "which makes differences between them sharper.",
)
@click.option("--policy", metavar="NAME", help="Play this policy of the file at every point.")
@click.option("--variant", metavar="NAME", help="Play this variant at every point.")
@options.playing("Runs of each experiment (default 1,000).")
def sweep_command(
    file: str, axes: tuple[str, ...], zipped: bool, lhs: int | None, sobol: int | None, design: str | None,
    tip: str | None, fresh_luck: bool, policy: str | None, variant: str | None, playing: options.Playing,
) -> int:  # fmt: skip
    """Play a scenario at many values of its numbers and words.

    Numbers, dates, words, distributions and policies: all combinations, or points spread over ranges.

    \b
    Example:
      sim sweep first-lesson -s tripwire.believed="0 %:100 %:5" -n 200 --no-plots -o sweeps
    """
    from sim import api

    model = api.load(file, policy=policy, variant=variant)
    plan = api.plan_sweep(
        model, axes, zipped=zipped, lhs=lhs, sobol=sobol, design=design, tip=tip, fresh_luck=fresh_luck,
        **playing.planning,
    )  # fmt: skip
    return carry.carried_out(plan, playing, verb=api.sweep)
