"""Stop when an interval is narrow enough: `--until war:0.5pp`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Z95 = 1.959963984540054  # the 97.5 % point of the standard normal


@dataclass(frozen=True, slots=True)
class Until:
    """Stop when the 95 % half-width of an outcome's share, or of a metric's mean, is at most `half_width`."""

    of: Literal["outcome", "metric"]
    name: str
    half_width: float


@dataclass(slots=True)
class Tally:
    """Counts and sums of the runs looked at so far, in their order."""

    runs: int = 0
    hits: int = 0
    valid: int = 0  # runs whose metric is finite
    total: float = 0.0
    squares: float = 0.0  # sum of squares about the mean

    def add_share(self, runs: int, hits: int) -> None:
        """More runs, of which so many ended so."""
        self.runs += runs
        self.hits += hits

    def add_values(self, values: NDArray[np.float64]) -> None:
        """The metric of more runs, (R,); void and infinite values are left out.

        Source
        ------
        Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247: sums of squares about the mean, joined piece by piece.
        """
        known = values[abs(values) < math.inf]  # false for NaN
        more = len(known)
        self.runs += len(values)
        if not more:
            return
        total = float(known.sum())
        self.squares += float(((known - total / more) ** 2).sum())
        if self.valid:
            apart = total / more - self.total / self.valid
            self.squares += apart * apart * self.valid * more / (self.valid + more)
        self.total += total
        self.valid += more

    def half_width(self, of: Literal["outcome", "metric"]) -> float:
        """Half the length of the 95 % interval: Wilson's for a share, the normal one for a mean."""
        if of == "outcome":
            return wilson_half_width(self.hits, self.runs)
        if self.valid < 2:
            return math.inf
        return Z95 * math.sqrt(self.squares / (self.valid - 1) / self.valid)


def wilson_half_width(hits: int, runs: int, *, z: float = Z95) -> float:
    """Half the length of Wilson's interval of a share; infinite without runs.

    Source
    ------
    Wilson (1927), J. Amer. Stat. Assoc. 22, 209-212.

    >>> round(wilson_half_width(0, 250), 4)
    0.0076
    """
    if runs == 0:
        return math.inf
    share = hits / runs
    return z / (1.0 + z * z / runs) * math.sqrt(share * (1.0 - share) / runs + z * z / (4.0 * runs * runs))


WIDEST = 50
"""Percentage points: half of the whole from 0 to 100 %, so that the interval of no runs at all is as narrow."""

PATTERN = re.compile(r"(?P<name>.+?)\s*:\s*(?P<width>[0-9._]+(?:e[+-]?[0-9]+)?)\s*(?P<unit>pp|%)?", re.IGNORECASE)


def parse_until(text: str, program: Program) -> Until:
    """`war:0.5pp` (percentage points of a share) or `pain:0.1` (in the unit of the metric).

    Raises
    ------
    UsageError
        If it is spelled otherwise, or the program has no such outcome or metric.
    """
    match = PATTERN.fullmatch(text.strip())
    try:
        width = float(match["width"]) if match else math.nan
    except ValueError:
        width = math.nan
    outcomes, metrics = program.outcome_names, [metric.name for metric in program.metrics]
    if match is None or not width > 0.0:
        example = [f"`{name}:0.5pp`" for name in outcomes[:1]] + [f"`{name}:WIDTH`" for name in metrics[:1]]
        raise UsageError(f"`{text}` does not say when to stop; write such as {' or '.join(example)}")
    name = match["name"]
    if name in outcomes and (match["unit"] or name not in metrics):
        if match["unit"] is None:
            raise UsageError(
                f"`{name}` is an outcome, so the width is in percentage points: `{name}:{match['width']}pp`"
            )
        if width >= WIDEST:
            raise UsageError(
                f"`{text}` stops nothing: half of a share's interval is never {WIDEST} percentage points; "
                f"write such as `{name}:0.5pp`"
            )
        return Until("outcome", name, width / 100.0)
    if name in metrics:
        if match["unit"]:
            raise UsageError(f"`{name}` is a metric, so the width has its unit: `{name}:{match['width']}`")
        return Until("metric", name, width)
    hint = did_you_mean(name, [*outcomes, *metrics]) or "outcomes: " + ", ".join(outcomes)
    raise UsageError(f"there is no outcome or metric `{name}`; {hint}")
