"""The command `sim sensitivity`."""

from __future__ import annotations

import click

from sim.cli import carry, options


@click.command("sensitivity")
@options.FILE
@click.option(
    "--method",
    type=click.Choice(["sobol", "morris", "tornado"]),
    default="sobol",
    show_default=True,
    help="Shares of variance; a cheap screening of many parameters; one at a time.",
)
@click.option(
    "--parameters", metavar="A,B", help="Move these alone, and draw the others (default: all uncertain ones)."
)
@click.option(
    "--samples",
    type=options.Whole(1, 2**20),
    help="Base samples, a power of two (default: 1,024); of morris, trajectories (50).",
)
@click.option(
    "--until",
    type=float,
    metavar="WIDTH",
    help="Double the samples until each total index has this half-width, such as 0.05.",
)
@click.option("--second", is_flag=True, help="Also what two parameters do together; twice as many points.")
@click.option("--of", metavar="NAME", help="Tell of this outcome or metric alone.")
@options.choices
@options.playing("Runs at each point (default: 100; of tornado 1,000).")
def sensitivity_command(
    file: str,
    method: str,
    parameters: str | None,
    samples: int | None,
    until: float | None,
    second: bool,
    of: str | None,
    settings: tuple[str, ...],
    policy: str | None,
    variant: str | None,
    playing: options.Playing,
) -> int:
    """Say which uncertain numbers matter, and how much is luck.

    \b
    Example:
      sim sensitivity ukraine-2014 --method morris --samples 10 -n 20
    """
    from sim import api

    model = api.load(file, policy, options.read_settings(settings), variant=variant)
    study = api.sensitivity(
        model,
        until=until,
        of=of or "",
        play=lambda plan: carry.played(plan, playing),
        method=method,
        samples=samples,
        parameters=options.read_names(parameters),
        second=second,
        **playing.planning,
    )
    return 0 if study is None else carry.shown(study, playing)
