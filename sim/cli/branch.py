"""The command `sim branch`: the same past up to a moment, then each option of a choice, or each policy."""

from __future__ import annotations

import click

from sim.cli import carry, options
from sim.cli.options import Playing


@click.command("branch")
@options.FILE
@click.option("--run", "run_number", type=options.RUN, default=0, show_default=True, help="The run that is the past.")
@click.option("--at", metavar="MOMENT",
              help="Where futures begin: a day, a date, the first firing of TRIGGER or TRIGGER.BRANCH.")  # fmt: skip
@click.option("--choice", metavar="TRIGGER", help="Compare the options of this trigger's next decision.")
@click.option("--policies", metavar="NAMES", help="Compare these policies, separated by commas, with the past's own.")
@options.choices
@options.playing("Futures of each option (default 1,000).")
def branch_command(
    file: str, run_number: int, at: str | None, choice: str | None, policies: str | None, policy: str | None,
    variant: str | None, settings: tuple[str, ...], playing: Playing,
) -> int:  # fmt: skip
    """Branch one past into many futures, by option or policy.

    \b
    Example:
      sim branch ukraine-2014 --run 1 --at 42 --choice push_further -n 50
    """
    from sim import api

    names = options.read_names(policies)
    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    plan = api.plan_branch(model, run=run_number, at=at, choice=choice, policies=names, **playing.planning)
    return carry.carried_out(plan, playing)
