"""What is compared, and how it is to be read: alternatives, the one they are held against, objectives, conditions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sim.analysis.metrics import metric_kind, metric_unit
from sim.errors import UsageError, did_you_mean
from sim.language.words import TRUTH
from sim.program.ir import Program
from sim.study import store
from sim.study.ensemble import Ensemble

AS_IT_STANDS = "as_it_stands"
READING = "reading.json"
"""The scenario without policy, and the file in which stands how a comparison was read last."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the things compared: the experiment in which it is played, and how it is called."""

    number: int  # its place among the alternatives
    experiment: int  # in which its runs draw their own parameters
    name: str
    policy: str
    variant: str


def alternatives_of(ensemble: Ensemble) -> tuple[Alternative, ...]:
    """The alternatives of a study, in the order in which they were asked for."""
    rows, each = ensemble.manifest["experiments"], 1 + int(ensemble.settings.get("worlds", 0))
    return tuple(
        Alternative(number, number * each, str(row["label"]), str(row["policy"]), str(row["variant"]))
        for number, row in enumerate(rows[::each])
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked of a comparison that was played; another reading plays nothing anew."""

    baseline: str = ""  # against which differences are told; "" for the first that is played as it stands
    all_pairs: bool = False
    simultaneous: bool = False
    objectives: tuple[str, ...] = ()  # such as `avoid:open_war`
    satisfice: tuple[str, ...] = ()  # such as `open_war<2%`

    def keep(self, folder: Path) -> None:
        """Write it beside the study, for whoever opens that next."""
        store.write_text(folder / READING, json.dumps(asdict(self), indent=2) + "\n")


def reading_of(folder: Path) -> Reading:
    """How a study was read last; the plain reading if nothing is known."""
    try:
        told = json.loads((folder / READING).read_text(encoding="utf-8"))
        lists = {name: tuple(told[name]) for name in ("objectives", "satisfice")}
        return Reading(**told | lists)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Reading()


def checked(reading: Reading, names: Sequence[str], program: Program) -> Reading:
    """The reading, if there is what it names.

    Raises
    ------
    UsageError
        If the baseline, an objective or a condition names nothing that is there.
    """
    if reading.baseline and reading.baseline not in names:
        hint = did_you_mean(reading.baseline, names) or f"there are {', '.join(names)}"
        raise UsageError(f"`--baseline {reading.baseline}` is none of the alternatives; {hint}")
    for text in reading.objectives:
        objective_of(text, program)
    for text in reading.satisfice:
        condition_of(text, program)
    return replace(reading, baseline=reading.baseline or names[0])


# ------------------------------------------------------------------------------------------------ what is wanted


@dataclass(frozen=True, slots=True)
class Objective:
    """A number of which less, or more, is wanted: the share of an outcome, or the mean of a metric."""

    text: str
    name: str
    is_outcome: bool
    sign: float  # 1 where less is wanted, -1 where more is
    unit: str = ""

    @property
    def says(self) -> str:
        """What is wanted, in words."""
        what = f"the share of `{self.name}`" if self.is_outcome else f"the mean of `{self.name}`"
        return f"{what} is to be {'small' if self.sign > 0 else 'large'}"


WANTED = {"avoid": (True, 1.0), "seek": (True, -1.0), "min": (False, 1.0), "max": (False, -1.0)}
"""Words before an objective: whether they go with an outcome, and with what sign it is a loss."""


def objective_of(text: str, program: Program) -> Objective:
    """An objective as it is written: `avoid:OUTCOME`, `seek:OUTCOME`, `min:METRIC` or `max:METRIC`.

    Raises
    ------
    UsageError
        If it says no direction, or names nothing that has a mean.
    """
    word, sign, name = (part.strip() for part in text.partition(":"))
    if not sign or word not in WANTED:
        raise UsageError(
            f"`--objective {text}`: say what is wanted: `avoid:OUTCOME`, `seek:OUTCOME`, `min:METRIC` or `max:METRIC`, "
            f"such as `avoid:{program.outcome_names[0]}`"
        )
    is_outcome, direction = WANTED[word]
    _check_name(f"--objective {text}", name, is_outcome, program)
    return Objective(text, name, is_outcome, direction, "" if is_outcome else _unit(name, program))


@dataclass(frozen=True, slots=True)
class Condition:
    """Bounds that a share or a mean is to keep in a world: well enough."""

    text: str
    name: str
    is_outcome: bool
    least: float
    most: float
    strictly: bool = False  # a number on the bound does not keep it


def condition_of(text: str, program: Program) -> Condition:
    """A condition as it is written: a name, `<` or `>`, and a number, such as `open_war<2%`.

    Raises
    ------
    UsageError
        If it is not written so, or names nothing that has a share or a mean.
    """
    found = re.fullmatch(r"\s*([^<>=\s]+)\s*([<>])(=?)\s*([-+0-9._eE]+)\s*(%?)\s*", text)
    if not found:
        raise UsageError(f"`--satisfice {text}`: write a name, `<` or `>`, and a number, such as `open_war<2%`")
    name, side, equal, number, percent = found.groups()
    try:
        bound = float(number) / (100 if percent else 1)
    except ValueError:
        raise UsageError(f"`--satisfice {text}`: `{number}` is not a number") from None
    is_outcome = name in program.outcome_names
    _check_name(f"--satisfice {text}", name, is_outcome, program)
    if is_outcome and not 0 <= bound <= 1:
        raise UsageError(f"`--satisfice {text}`: a share lies between 0 and 100 %; write `%` behind a percentage")
    least, most = (-math.inf, bound) if side == "<" else (bound, math.inf)
    return Condition(text, name, is_outcome, least, most, strictly=not equal)


def _check_name(said: str, name: str, is_outcome: bool, program: Program) -> None:
    metrics = {one.name: one for one in program.metrics}
    known = list(program.outcome_names) if is_outcome else list(metrics)
    if name not in known:
        hint = did_you_mean(name, [*program.outcome_names, *metrics]) or f"there are {', '.join(known) or 'none'}"
        raise UsageError(f"`{said}` names no {'outcome' if is_outcome else 'metric'} of the scenario; {hint}")
    if not is_outcome and metrics[name].how == "first":
        raise UsageError(
            f"`{said}`: `{name}` is a moment that does not come in every run, so it has no mean over all of them; "
            "an outcome, or a metric of `days`, does"
        )
    if not is_outcome and is_ladder(name, program):
        raise UsageError(f"`{said}`: `{name}` is a rung of a ladder, and ladders are no scales: there is no mean rung")


def is_ladder(name: str, program: Program) -> bool:
    """Whether the values of a metric are names, such as rungs, or yes and no."""
    kind = metric_kind(program, next(one for one in program.metrics if one.name == name))
    return bool(kind.names) or kind == TRUTH


def _unit(name: str, program: Program) -> str:
    return metric_unit(next(one for one in program.metrics if one.name == name))
