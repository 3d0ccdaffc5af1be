"""The command that looks for a rare outcome: rare."""

from __future__ import annotations

import re

import click

from sim.cli import carry, options
from sim.errors import UsageError


@click.command("rare")
@options.FILE
@click.option("--outcome", metavar="NAME", required=True, help="The outcome that is rare.")
@options.choices
@click.option(
    "-r", "--repetitions", type=options.Whole(10, 2_000), help="Independent estimates (default 30, at least 10)."
)
@click.option("--until", metavar="SHARE", help="Add repetitions until the interval is so near the estimate: 10%.")
@options.playing("Runs at each level of each repetition (default 1,000).")
def rare_command(
    file: str, outcome: str, policy: str | None, variant: str | None, settings: tuple[str, ...],
    repetitions: int | None, until: str | None, playing: options.Playing,
) -> int:  # fmt: skip
    """Estimate how often an outcome comes that hardly ever comes.

    Runs are split where the scenario's `importance` rises. The same command again goes on where it stopped; a larger
    -r extends the same study.

    \b
    Example:
      sim rare first-lesson --outcome attack -n 100 --no-plots -o elsewhere
    """
    from sim import api

    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    plan = api.plan_rare(model, outcome, repetitions=repetitions, until=_share(until), **playing.planning)
    return carry.carried_out(plan, playing)


def _share(text: str | None) -> float | None:
    """`10%`, `10 %` or `0.1`.

    Raises
    ------
    UsageError
        If it is none of them.
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*([0-9.]+)\s*(%?)\s*", text)
    try:
        value = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    except ValueError:
        value = 0.0
    if not value > 0:
        raise UsageError(f"`--until {text}` is no share of the estimate; write such as `10%` or `0.1`")
    return value
