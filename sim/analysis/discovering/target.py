"""What is asked of a run, yes or no: an outcome, or a metric beyond a number."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program
from sim.study.ensemble import Ensemble

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip

PATTERN = re.compile(r"\s*(?P<name>[^<>=]+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[-+0-9._e]+)\s*(?P<percent>%?)\s*")

_COMPARED = re.compile(r"\s*(?P<name>[^<>=]+?)\s*(?:>=|<=|>|<)\s*(?P<value>.*?)\s*")


@dataclass(frozen=True, slots=True)
class Target:
    """An outcome; or a metric with a sign and a number."""

    name: str
    sign: str = ""  # empty for an outcome
    value: float = 0.0

    @property
    def says(self) -> str:
        """As a sentence has it."""
        return f"`{self.name}` {self.sign} {self.value:g}" if self.sign else f"`{self.name}`"

    def came(self, ensemble: Ensemble) -> NDArray[np.bool_]:
        """(R,) in which runs it came; not in failed ones."""
        if not self.sign:
            found: NDArray[np.bool_] = ensemble.outcome == ensemble.outcome_names.index(self.name)
            return found
        came: NDArray[np.bool_] = SIGNS[self.sign](ensemble.metric(self.name), self.value)  # false of NaN
        return came


def parse_target(text: str, program: Program) -> Target:
    """`war`, or `gdp_lost > 0.2`.

    Raises
    ------
    UsageError
        If the program has no such outcome or metric, or it is spelled otherwise.
    """
    metrics = [metric.name for metric in program.metrics]
    if text.strip() in program.outcome_names:
        return Target(text.strip())
    match = PATTERN.fullmatch(text)
    compared = _COMPARED.fullmatch(text)
    if match is None and compared is not None:
        raise UsageError(f"`{compared['value']}` is no number; write such as `{compared['name']} > 0.5`")
    names = metrics if match else list(program.outcome_names)
    name = match["name"] if match else text.strip()
    if name not in names:
        what = "metric" if match else "outcome"
        hint = did_you_mean(name, names) or f"{what}s: {', '.join(names)}"
        more = f"; a metric needs a number: `{name} > 0.5`" if not match and name in metrics else f"; {hint}"
        raise UsageError(f"there is no {what} `{name}`{more}")
    assert match is not None
    try:
        value = float(match["value"].replace("_", "")) / (100.0 if match["percent"] else 1.0)
    except ValueError:
        raise UsageError(f"`{match['value']}` is no number; write such as `{name} > 0.5`") from None
    return Target(name, match["sign"], value)
