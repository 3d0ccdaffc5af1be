"""What captions of pictures of many points say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.figures.words import counted

if TYPE_CHECKING:
    from sim.analysis.sweeping.sweep import Sweep


def described_points(study: Sweep, says: str) -> str:
    """A caption: what the picture shows, of what, with how many runs and which luck."""
    runs = study.tallies.runs
    least, most = int(runs.min()), int(runs.max())
    each = counted(least, "run") if least == most else f"{least:,} to {most:,} runs"
    luck = "each with luck of its own" if "luck" in study.settings else "on the same luck"
    what = f"{counted(len(runs), 'point')} of {each} each, {luck}, seed {study.ensemble.seed}"
    return f"{says} Scenario {study.ensemble.program.name}, {what}."
