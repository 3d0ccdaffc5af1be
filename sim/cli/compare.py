"""The command that compares: policies, variants and settings on the same luck."""

from __future__ import annotations

import re

import click

from sim.cli import carry, options

ANOTHER = re.compile(r"\s+and\s+(?=[\w.*\[\]-]+\s*=(?!=))")
"""Between two settings of one alternative."""


@click.command("compare")
@options.FILE
@click.option("--policies", metavar="A,B", help="Policies of the file (default: all of them).")
@click.option("--variants", metavar="A,B", help="Variants of the world; policies are played in each of them.")
@click.option(
    "-s", "--set", "settings", multiple=True, metavar="PATH=VALUE",
    help="An alternative of its own, one number otherwise (`a=1 and b=2`: several); repeatable.",
)  # fmt: skip
@click.option(
    "--everywhere", multiple=True, metavar="PATH=VALUE", help="Give a number another value in all alternatives."
)
@click.option("--variant", metavar="NAME", help="Play all alternatives in this variant.")
@click.option("--baseline", metavar="NAME", default="", help="Held against which (default: as_it_stands).")
@click.option("--all-pairs", is_flag=True, help="Also each against each.")
@click.option("--simultaneous", is_flag=True, help="Intervals that hold for a whole table together.")
@click.option(
    "--objective", "objectives", multiple=True, metavar="WHAT",
    help="Regret by avoid:OUTCOME, seek:OUTCOME, min:METRIC or max:METRIC; repeatable.",
)  # fmt: skip
@click.option(
    "--satisfice", multiple=True, metavar="BOUND", help="In how many worlds a bound is kept: 'open_war<2%'; repeatable."
)
@click.option(
    "--worlds", type=options.Whole(0, 100_000), help="States of the world for regret (default: 64 with --objective)."
)
@options.playing("How many runs of each alternative, and of each in each world (default 1,000).")
def compare_command(
    file: str, policies: str | None, variants: str | None, settings: tuple[str, ...], everywhere: tuple[str, ...],
    variant: str | None, baseline: str, all_pairs: bool, simultaneous: bool, objectives: tuple[str, ...],
    satisfice: tuple[str, ...], worlds: int | None, playing: options.Playing,
) -> int:  # fmt: skip
    """Play policies and other alternatives on the same luck.

    What differs, by how much, with intervals; and in which worlds one would regret an alternative. The scenario as it
    stands is always one of them. Another baseline, objective or bound plays nothing anew.

    \b
    Example:
      sim compare sanctions-spiral --policies restraint -n 200 --no-plots
    """
    from sim import api

    model = api.load(file, overrides=options.read_settings(everywhere), variant=variant)
    reading = api.reading(
        baseline=baseline, all_pairs=all_pairs, simultaneous=simultaneous, objectives=objectives, satisfice=satisfice
    )
    plan = api.plan_compare(
        model,
        None if policies is None else options.read_names(policies),
        variants=options.read_names(variants),
        alternatives=[options.read_settings(ANOTHER.split(one)) for one in settings],
        worlds=worlds,
        reading=reading,
        **playing.planning,
    )
    return carry.carried_out(plan, playing, lambda study: study.read(reading))
