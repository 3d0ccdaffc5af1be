"""Watches intervals while a study is played, and says when all of them are narrow enough, and likely to stay so.

To stop at the first interval that is narrow enough is to stop, too often, where luck has made it narrow: such
intervals cover the truth less often than they say (`docs/decisions/when-to-stop.md` has how much). So a study stops
only when precision has lasted over a look-ahead.

Source
------
Hoad, Robinson and Davies (2010), J. Oper. Res. Soc. 61, 1632-1644: after n runs look f(k, n) runs further, k for
n <= 100 and k n / 100 beyond, with k = 5. They look after each run; here runs come in parts, and a look is taken after
each whole part, so that the look-ahead is at least one part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.program.wording import figures
from sim.study.precision import (
    mean_half_width,
    quantile_half_width,
    rounded_up,
    runs_for_share,
    share_half_width,
)
from sim.study.stopping import Until

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

K_LIMIT = 5


def look_ahead(runs: int) -> int:
    """Over how many further runs a precision that is reached after so many must last.

    >>> look_ahead(50), look_ahead(1_000)
    (5, 50)
    """
    return K_LIMIT if runs <= 100 else math.ceil(K_LIMIT * runs / 100)


@dataclass(slots=True)
class Tally:
    """What has been seen of one target in one experiment: counts and sums of its runs so far, in their order."""

    target: Until
    runs: int = 0
    hits: int = 0
    valid: int = 0  # runs whose metric is finite
    mean: float = math.nan
    squares: float = 0.0  # sum of squares about the mean
    least: float = math.inf
    most: float = -math.inf
    kept: list[Floats] = field(default_factory=list)  # of a quantile, the values themselves

    def add(self, values: Floats) -> None:
        """More runs, (R,): 1 where a run ended so and 0 where not, or a metric, NaN where it is void."""
        import numpy as np

        self.runs += len(values)
        if self.target.of == "outcome":
            self.hits += int(values.sum())
        elif self.target.quantile is None:
            self._add_to_mean(values[np.isfinite(values)])
        else:
            self.kept.append(values[~np.isnan(values)])

    def _add_to_mean(self, known: Floats) -> None:
        """More values, all finite.

        Source
        ------
        Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247: sums of squares about the mean, joined piece by piece.
        """
        more = len(known)
        if not more:
            return
        mean, before = float(known.mean()), self.valid
        self.squares += float(((known - mean) ** 2).sum())
        self.valid += more
        apart = mean - self.mean if before else 0.0
        self.squares += apart * apart * before * more / self.valid
        self.mean = self.mean + apart * more / self.valid if before else mean
        self.least, self.most = min(self.least, float(known.min())), max(self.most, float(known.max()))

    @property
    def half_width(self) -> float:
        """Half of the 95 % interval: Wilson's, Student's, or that between order statistics; relative where asked."""
        if self.target.of == "outcome":
            return share_half_width(self.hits, self.runs)
        if self.target.quantile is not None:
            return quantile_half_width(self._values(), self.target.quantile)
        alike = self.valid == 0 or self.least == self.most
        half = math.inf if alike else mean_half_width(self.valid, math.sqrt(self.squares / (self.valid - 1)))
        if not self.target.relative:
            return half
        return half / abs(self.mean) if self.mean else math.inf

    def _values(self) -> Floats:
        import numpy as np

        self.kept = [np.concatenate(self.kept)] if self.kept else []
        return self.kept[0] if self.kept else np.empty(0)

    @property
    def enough(self) -> float:
        """About how many runs in all would make the interval as narrow as asked, to go by what was seen of it."""
        if self.target.of == "outcome":
            return runs_for_share(self.hits / self.runs, self.target.half_width)
        return self.runs * (self.half_width / self.target.half_width) ** 2


class Watch:
    """The targets of a study in each of its experiments: the widest interval decides."""

    def __init__(self, targets: Sequence[Until], experiments: int) -> None:
        self.targets = tuple(targets)
        self.tallies = [[Tally(target) for target in self.targets] for _ in range(experiments)]
        self.since: list[int | None] = [None] * len(self.targets)  # runs since when each has been narrow enough
        self.runs = 0  # of each experiment, at the last look

    def add(self, experiment: int, columns: Sequence[Floats]) -> None:
        """More runs of one experiment, a column for each target."""
        for tally, values in zip(self.tallies[experiment], columns, strict=True):
            tally.add(values)

    def look(self) -> bool:
        """Look after a part of every experiment has been added; whether all targets are reached, and have lasted."""
        self.runs = self.tallies[0][0].runs if self.targets else 0
        for number, target in enumerate(self.targets):
            narrow = self._widest(number)[1].half_width <= target.half_width
            self.since[number] = (self.since[number] or self.runs) if narrow else None
        return all(self._lasted(since) for since in self.since)

    def _lasted(self, since: int | None) -> bool:
        return since is not None and self.runs > since and self.runs >= since + look_ahead(since)

    def _widest(self, number: int) -> tuple[int, Tally]:
        """Number and tally of the experiment in which a target is known worst."""
        rows = [(experiment, tallies[number]) for experiment, tallies in enumerate(self.tallies)]
        return max(rows, key=lambda row: row[1].half_width)

    def records(self) -> list[dict[str, Any]]:
        """How far each target is, as flat records with a sentence each; none before the first look."""
        return [self._record(number) for number in range(len(self.targets))] if self.runs else []

    def _record(self, number: int) -> dict[str, Any]:
        experiment, tally = self._widest(number)
        since, half, enough = self.since[number], tally.half_width, tally.enough
        more = rounded_up(max(1.0, enough - tally.runs)) if since is None and math.isfinite(enough) else None
        return {
            "target": str(tally.target),
            "runs": tally.runs,
            "half_width": half if math.isfinite(half) else None,
            "reached": since is not None,
            "since": since,
            "lasted": self._lasted(since),
            "more": more,
            "experiment": experiment,
            "says": " ".join((_precision_says(tally, since, lasted=self._lasted(since), more=more), _rare_says(tally))
                             ).strip(),
        }  # fmt: skip


# -------------------------------------------------------------------------------------------------- in sentences


def _precision_says(tally: Tally, since: int | None, *, lasted: bool, more: int | None) -> str:
    target, half = tally.target, tally.half_width
    known = _known(target, half) if math.isfinite(half) else _unknown(tally)
    if since is not None:
        so = (
            f"and was after {since:,} already"
            if lasted
            else "which it reached with the last of them, so that none show"
        )
        return f"`{target}` is reached: after {tally.runs:,} runs {known}, {so}" + ("." if lasted else " if it lasts.")
    after = f"About {more:,} runs more would do." if more else "How many more would do cannot be told."
    return f"`{target}` is NOT reached in {tally.runs:,} runs: {known}. {after}"


def _known(target: Until, half: float) -> str:
    if half == 0.0:
        return f"the whole interval of `{target.what}` is one value"
    return f"`{target.what}` is known to {_width(target, half)}"


def _unknown(tally: Tally) -> str:
    if tally.target.of == "metric" and tally.valid and tally.least == tally.most:
        value = figures(tally.least)
        return f"all values of `{tally.target.name}` are {value}, and show nothing of how far others may lie"
    if tally.target.relative and tally.valid and tally.mean == 0.0:
        return f"the mean of `{tally.target.name}` is 0, of which no part can be taken"
    return f"too few runs have a value to bound `{tally.target.what}`"


def _rare_says(tally: Tally) -> str:
    """What the interval of an outcome means that is rarer, or surer, than the width asked for."""
    if tally.target.of != "outcome":
        return ""
    share = tally.hits / tally.runs
    if share in (0.0, 1.0):
        end = f"at most {_points(tally.half_width)}" if share == 0.0 else f"at least {_points(1.0 - tally.half_width)}"
        how = "rare it is, or whether it can come at all," if share == 0.0 else "seldom it fails to come"
        return f"{'No' if share == 0.0 else 'Every'} run ended so: its share is {end} %; how {how} is not known."
    rest = min(share, 1.0 - share)
    if rest > tally.target.half_width:
        return ""
    less = f"`{tally.target.name}:{_points(rest / 5, figures=1)}pp`"
    told = (
        f"Its share, {_points(share)} %, is smaller"
        if share == rest
        else f"All but {_points(rest)} % ended so, which is less"
    )
    return f"{told} than the width asked for: that is rare, but how rare takes such as {less}."


def _width(target: Until, half: float) -> str:
    if target.of == "outcome":
        return f"+-{_points(half)} points"
    return f"+-{_points(half)} % of itself" if target.relative else f"+-{_plain(half)}"


def _points(share: float, *, figures: int = 2) -> str:
    """A share in percent, as a plain number to so many figures.

    >>> _points(0.00432), _points(0.981)
    ('0.43', '98')
    """
    return f"{float(f'{100 * share:.{figures}g}'):.12g}"


def _plain(value: float) -> str:
    """A half-width to two figures, as people write it.

    >>> _plain(530.4), _plain(0.0123), _plain(341_000.0)
    ('530', '0.012', '340,000')
    """
    return f"{float(f'{value:.2g}'):,.12g}"
