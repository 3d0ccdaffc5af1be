"""What a sensitivity study shows, in sentences, and what it does not mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.analysis.cautions import Caution, is_judgement
from sim.analysis.percent import percent, percent_range
from sim.analysis.sensing.indices import Estimate, Indices
from sim.analysis.sensing.screening import Screening
from sim.analysis.sensing.tornado import Tornado
from sim.analysis.sheet import Column, Sort, cell, figures
from sim.counted import counted
from sim.program.ir import Program
from sim.program.ledger import ledger
from sim.scenario.schema import Scenario

METHODS: Mapping[str, str] = {"sobol": "Sobol' indices", "morris": "Morris screening", "tornado": "tornado"}
MOST_NAMED = 3
"""Parameters that a sentence names; the table has them all."""

MATTERS = 0.1
"""Total index from which on an answer is said to turn on a parameter. Source: chosen; the table has every index."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of which scenario."""

    scenario: Scenario
    program: Program
    parameters: tuple[str, ...]
    method: str
    samples: int
    runs: int
    name: str


def say(estimate: Estimate, sort: Sort = "number") -> str:
    """An estimate with its interval, with the digits that it deserves."""
    row = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return cell(row, Column("value", "", sort, "low", "high"))


def says(found: Indices | Screening | Tornado) -> str:
    """What moves one number of a run."""
    if isinstance(found, Indices):
        return _says_indices(found)
    return _says_effects(found) if isinstance(found, Screening) else _says_swings(found)


def matter(found: Indices | Screening | Tornado) -> tuple[str, ...]:
    """The parameters that a number turns on, the one that moves it most first."""
    if not found.is_told:
        return ()
    if isinstance(found, Indices):
        return tuple(row.parameter for row in found.ranked if row.total.value >= MATTERS and row.total.low > 0.0)
    if isinstance(found, Screening):
        most = found.ranked[0].size.value
        rows = (row for row in found.ranked if row.is_told and row.size.value >= MATTERS * most)
        return tuple(row.parameter for row in rows)
    most = abs(found.ranked[0].swing.value)
    swings = (row for row in found.ranked if row.swing.low > 0.0 or row.swing.high < 0.0)
    return tuple(row.parameter for row in swings if abs(row.swing.value) >= MATTERS * most)


# -------------------------------------------------------------------------------------------- each method


def _says_indices(found: Indices) -> str:
    what = found.output.says
    if not found.samples:
        return f"{what}: void, for no base sample has two runs or more at each of its points."
    luck = percent(found.luck.value) if found.varies else ""
    if not found.is_told:
        if not found.varies:
            return f"{what} never varies in these runs: {figures(found.mean.value)} at every point."
        return (
            f"{what}: what parameters move of it cannot be told from luck here, which is {luck} "
            f"({_luck_range(found.luck)}) of the variance of a single run; "
            "more `--samples` or a larger `-n` may tell."
        )
    named = [row for row in found.ranked if row.total.low > 0.0 and row.total.value >= found.floor_total][:MOST_NAMED]
    alone = sum(row.first.value for row in found.rows)
    spread = math.sqrt(sum(((row.first.high - row.first.low) / 2) ** 2 for row in found.rows))  # as if independent
    surely = 0.05 <= 1 - alone <= 1.0 and alone + spread < 1.0  # false where there is no interval
    together = f", about {percent(1 - alone, 0)} of it only with others" if surely else ""
    moved = ", ".join(f"{row.parameter} {say(row.total)}" for row in named)
    told = f"What moves {what}: {moved} of what parameters explain{together}."
    if not named:
        told = f"What moves {what}: parameters do, and none of them stands out of the noise."
    if found.luck.value == 0.0:
        return f"{told} No luck within a run touches it."
    most = percent(1 - found.luck.value)
    return (
        f"{told} Luck within a run is {luck} of the variance of a single run, so to know these parameters exactly "
        f"would take away {most} of it, and no more."
    )


def _luck_range(luck: Estimate) -> str:
    if math.isfinite(luck.low) and math.isfinite(luck.high):
        return percent_range(luck.low, luck.high)
    return "too few samples for an interval"


def _says_effects(found: Screening) -> str:
    what, sort = found.output.says, _unit(found.output.sort)
    if not found.is_told:
        return f"{what}: no step of a parameter can be told from luck; more `--samples` or a larger `-n` may tell."
    named = [row for row in found.ranked if row.is_told][:MOST_NAMED]
    moved = ", ".join(f"{row.parameter} {say(row.size, sort).replace('+', '')}" for row in named)
    points = " points" if sort == "points" else ""
    return f"What moves {what}: a step of half its distribution by {moved}{points}."


def _says_swings(found: Tornado) -> str:
    what, sort = found.output.says, _unit(found.output.sort)
    if not found.is_told:
        return f"{what}: no swing of a parameter can be told from none; a larger `-n` may tell."
    named = [row for row in found.ranked if row.swing.low > 0.0 or row.swing.high < 0.0][:MOST_NAMED]
    moved = ", ".join(f"{row.parameter} {say(row.swing, sort)}" for row in named)
    points = " points" if sort == "points" else ""
    return f"What moves {what}, from low to high, the others drawn: {moved}{points}."


def _unit(sort: str) -> Sort:
    return "points" if sort == "outcome" else "number"


# ------------------------------------------------------------------------------------------------ cautions


def cautions(found: Sequence[Indices | Screening | Tornado], asked: Asked, failed: int) -> tuple[Caution, ...]:
    """What the tables do not mean, the gravest first."""
    rules = {
        "failed_runs": _failed(found, failed),
        "noise_floor": _floor(found, asked),
        "correlated": _correlated(asked),
        "others_drawn": _drawn(asked),
        "one_at_a_time": _one_at_a_time(asked),
        "moments": _moments(found),
        "guesses": _guesses(found, asked),
    }
    return tuple(Caution(trap, says) for trap, told in rules.items() for says in told)


def _failed(found: Sequence[Indices | Screening | Tornado], failed: int) -> Iterator[str]:
    if failed:
        yield (
            f"{counted(failed, 'run')} failed and {'counts' if failed == 1 else 'count'} in no outcome; shares are "
            "of all runs (`failures.parquet` lists them)."
        )
    for one in found:
        left_out = 0 if isinstance(one, Tornado) else one.left_out
        if left_out:
            unit = "base samples" if isinstance(one, Indices) else "steps"
            yield (
                f"{one.output.says}: {left_out:,} of {left_out + _count(one):,} {unit} are left out, because a point "
                "of them has fewer than two runs with a value: what is left is no fair sample."
            )


def _count(found: Indices | Screening | Tornado) -> int:
    if isinstance(found, Indices):
        return found.samples
    return sum(row.steps for row in found.rows) if isinstance(found, Screening) else 0


def _moments(found: Sequence[Indices | Screening | Tornado]) -> Iterator[str]:
    """A moment that may not come: it is told what moves whether it comes, and never a mean of days alone."""
    names = [one.output.name for one in found if one.output.is_moment]
    if names:
        verb = "is a moment" if len(names) == 1 else "are moments"
        yield (
            f"{', '.join(f'`{name}`' for name in names)} {verb} that may not come: told is what moves whether it "
            "comes, not when."
        )


def _floor(found: Sequence[Indices | Screening | Tornado], asked: Asked) -> Iterator[str]:
    if asked.method == "tornado":
        return
    floors = []
    for one in found:
        if isinstance(one, Indices) and one.is_told and one.floor_first > 0.0:
            floors.append(f"{figures(one.floor_first, 2)} and {figures(one.floor_total, 2)} of {one.output.says}")
    if floors:
        yield (
            f"With {counted(asked.samples, 'base sample')} of {counted(asked.runs, 'run')} first and total indices "
            "below these cannot be "
            f"told from noise: {'; '.join(floors)}. So much may show a parameter that changes nothing but which luck a "
            "run has."
        )
    noise = [row.noise for one in found if isinstance(one, Screening) for row in one.rows]
    if any(one > 0.0 for one in noise):
        yield (
            f"With {counted(asked.samples, 'trajectory')} of {counted(asked.runs, 'run')} luck alone would show the "
            "sizes under "
            "`noise`: a size that is not above its noise cannot be told from none, and one that is little above it is "
            "too large."
        )


def _correlated(asked: Asked) -> Iterator[str]:
    names = [parameter.name for parameter in asked.program.parameters]
    pairs = [
        (names[one], names[other], rank)
        for one, other, rank in asked.program.correlated
        if {names[one], names[other]} & set(asked.parameters)
    ]
    if pairs:
        told = ", ".join(f"{one} and {other} (rank {rank:+g})" for one, other, rank in pairs)
        yield f"The file correlates {told}. The design moves each of them alone, as if they were not."


def _drawn(asked: Asked) -> Iterator[str]:
    others = [
        parameter.name
        for parameter in asked.program.parameters
        if parameter.distribution[0] != "constant" and parameter.name not in asked.parameters
    ]
    if others and asked.method != "tornado":
        count = "1 other parameter is" if len(others) == 1 else f"{len(others)} other parameters are"
        yield f"{count} drawn for each run and counts as luck within it: {', '.join(others)}."


def _one_at_a_time(asked: Asked) -> Iterator[str]:
    if asked.method == "tornado":
        yield (
            "One at a time sees no two parameters work together; with the others at their medians it sees a single "
            f"world. Shares of the whole: `sim sensitivity {asked.name} --method sobol`."
        )


def _guesses(found: Sequence[Indices | Screening | Tornado], asked: Asked) -> Iterator[str]:
    """How many of the numbers are judgement, and on how many of those the answer turns."""
    numbers = [number for number in ledger(asked.scenario) if number.role != "lever"]
    judged = sum(is_judgement(asked.scenario, number.source) for number in numbers)
    if not judged:
        return
    sources = {parameter.name: parameter.source for parameter in asked.program.parameters}
    sources |= {number.path: number.source for number in numbers if number.role == "parameter"}
    turning = dict.fromkeys(name for one in found for name in matter(one))
    on = [name for name in turning if is_judgement(asked.scenario, sources[name])]
    told = f"{judged} of {len(numbers)} numbers {'is' if judged == 1 else 'are'} judgement"
    moved = sum(is_judgement(asked.scenario, sources[name]) for name in asked.parameters)
    if on:
        told += f"; the answer turns on {len(on)} of the {moved} that were moved: {', '.join(on)}"
    elif turning and moved:
        told += f"; the answer turns on none of the {moved} that were moved"
    yield f"{told}. What was not moved stood still, and a wider range in the file is a larger effect here."
