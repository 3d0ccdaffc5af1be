"""When to stop: an interval that is narrow enough, as in `--until war:0.5pp,pain:5%,pain.median:0.1`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program
from sim.study import store
from sim.study.tables import metric_columns


@dataclass(frozen=True, slots=True)
class Until:
    """Stop when half the 95 % interval of a share, of a mean or of a quantile is at most `half_width`.

    `relative`: `half_width` is a part of the mean itself. `quantile`: which one, if it is not the mean.
    """

    of: Literal["outcome", "metric"]
    name: str
    half_width: float
    relative: bool = False
    quantile: float | None = None

    @property
    def what(self) -> str:
        """What is to be known so well, as it is written: `war`, `pain`, `pain.median`."""
        if self.quantile is None:
            return self.name
        return f"{self.name}.median" if self.quantile == 0.5 else f"{self.name}.p{100 * self.quantile:g}"

    def __str__(self) -> str:
        return f"{self.what}:{self.width(self.half_width)}"

    def width(self, half_width: float) -> str:
        """A half-width in the unit of this target."""
        if self.of == "outcome":
            return f"{100 * half_width:.12g}pp"
        return f"{100 * half_width:.12g}%" if self.relative else f"{half_width:.12g}"


WIDEST = 50
"""Percentage points: half of the whole from 0 to 100 %, so that the interval of no runs at all is as narrow."""

PATTERN = re.compile(r"(?P<name>.+?)\s*:\s*(?P<width>[0-9._]+(?:e[+-]?[0-9]+)?)\s*(?P<unit>pp|%)?", re.IGNORECASE)
QUANTILE = re.compile(r"(?P<name>.+)\.(?:(?P<median>median)|p(?P<percent>[0-9]{1,2}(?:\.[0-9]+)?))")


def parse_untils(text: str | Sequence[str], program: Program) -> tuple[Until, ...]:
    """Several targets, with commas between them; a study stops when all of them are reached.

    Raises
    ------
    UsageError
        If one is misspelled or names nothing, or two are of the same thing.
    """
    pieces = [piece for one in ([text] if isinstance(text, str) else text) for piece in one.split(",")]
    found = tuple(parse_until(piece, program) for piece in pieces)
    for number, one in enumerate(found):
        if any(one.what == other.what and one.of == other.of for other in found[:number]):
            raise UsageError(f"`{one.what}` has two widths; say the smaller one alone")
    return found


def parse_until(text: str, program: Program) -> Until:
    """One target: `war:0.5pp`, `pain:0.1`, `pain:5%`, `pain.median:0.1` or `pain.p90:0.1`.

    In percentage points of a share, in the unit of a metric, or in percent of its mean.

    Raises
    ------
    UsageError
        If it is spelled otherwise, or the program has no such outcome or metric.
    """
    match = PATTERN.fullmatch(text.strip())
    width = _positive(match["width"]) if match else None
    if match is None or width is None:
        raise UsageError(f"`{text.strip()}` does not say when to stop; write such as {_example(program)}")
    name, unit = match["name"], (match["unit"] or "").lower()
    metrics = [metric.name for metric in program.metrics]
    if name in program.outcome_names and (unit == "pp" or name not in metrics):
        return _of_outcome(text.strip(), name, width, unit, match["width"])
    if name in metrics:
        if unit == "pp":
            raise UsageError(f"`{name}` is a metric, so the width has its unit: `{name}:{match['width']}`")
        return Until("metric", name, width / 100.0 if unit else width, relative=bool(unit))
    quantile = QUANTILE.fullmatch(name)
    if quantile is None or quantile["name"] not in metrics:
        _unknown(name, program)
    probability = 0.5 if quantile["median"] else float(quantile["percent"]) / 100.0
    if unit:
        raise UsageError(f"the width of a quantile has the unit of its metric: `{name}:{match['width']}`")
    if not 0.0 < probability < 1.0:
        raise UsageError(f"`{name}` is no quantile: write such as `{quantile['name']}.p90`, or `.median`")
    return Until("metric", quantile["name"], width, quantile=probability)


def _positive(text: str) -> float | None:
    try:
        return width if (width := float(text)) > 0.0 else None
    except ValueError:
        return None


def _of_outcome(text: str, name: str, width: float, unit: str, written: str) -> Until:
    if unit == "%":
        raise UsageError(
            f"`{text}`: percent of what? percentage points of the share of `{name}` are written `{name}:{written}pp`"
        )
    if not unit:
        raise UsageError(f"`{name}` is an outcome, so the width is in percentage points: `{name}:{written}pp`")
    if width >= WIDEST:
        raise UsageError(
            f"`{text}` stops nothing: half of a share's interval is never {WIDEST} percentage points; "
            f"write such as `{name}:0.5pp`"
        )
    return Until("outcome", name, width / 100.0)


def _example(program: Program) -> str:
    examples = [f"`{name}:0.5pp`" for name in program.outcome_names[:1]]
    examples += [f"`{name}:WIDTH`, `{name}:5%`" for name in (metric.name for metric in program.metrics[:1])]
    return " or ".join(examples)


def _unknown(name: str, program: Program) -> NoReturn:
    outcomes, metrics = program.outcome_names, [metric.name for metric in program.metrics]
    hint = did_you_mean(name, [*outcomes, *metrics]) or "outcomes: " + ", ".join(outcomes)
    raise UsageError(f"there is no outcome or metric `{name}`; {hint}")


def columns_of(targets: Sequence[Until], program: Program) -> str:
    """What targets look at in the table `runs`, as SQL: columns c0, c1, ...

    Of an outcome 1 where a run ended so, else 0; of a metric its value, NaN where it is void. Of the quantiles of a
    `first` metric those that came are meant, as in every table.
    """
    columns = metric_columns(program)
    places = {metric.name: place for place, metric in enumerate(program.metrics)}
    found = []
    for number, target in enumerate(targets):
        if target.of == "outcome":
            value = f"(outcome IS NOT NULL AND outcome = {store.literal(target.name)})"
        else:
            value = f"coalesce({store.quoted(columns[places[target.name]])}, 'nan')"
            if program.metrics[places[target.name]].how == "first":
                value = f"(CASE WHEN isfinite({value}) THEN {value} ELSE 'nan' END)"
        found.append(f"{value}::DOUBLE AS c{number}")
    return ", ".join(found)
