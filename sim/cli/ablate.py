"""The command ablate: which thing of a scenario mattered."""

from __future__ import annotations

import click

from sim.cli import carry, options


@click.command("ablate")
@options.FILE
@click.option(
    "--what",
    type=click.Choice(["all", "triggers", "threats", "agents", "actors"]),
    default="all",
    show_default=True,
    help="What is taken out: triggers with choices and dates, threats with offers, agents, actors; all but actors.",
)
@click.option("--only", metavar="A,B,...", help="Take out these alone, by the names of the file.")
@click.option("--shapley", metavar="A,B,...", help="Share among these what they do together.")
@click.option("--orders", type=options.Whole(2, 100_000), help="Sample so many orders for --shapley.")
@options.choices
@options.playing("Runs of each experiment (default: 1,000).")
def ablate_command(
    file: str,
    what: str,
    only: str | None,
    shapley: str | None,
    orders: int | None,
    policy: str | None,
    variant: str | None,
    settings: tuple[str, ...],
    playing: options.Playing,
) -> int:
    """Take out each trigger, threat and agent: which of them mattered.

    \b
    Example:
      sim ablate ladder
    """  # fmt: skip
    from sim import api

    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    plan = api.plan_ablate(
        model,
        what=what,
        only=options.read_names(only),
        shapley=options.read_names(shapley),
        orders=orders,
        **playing.planning,
    )
    return carry.carried_out(plan, playing)
