"""A sensitivity study as a reader meets it: which of the numbers that are not known move what comes of a crisis."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sim.analysis.cautions import Caution
from sim.analysis.sensing import sheets, words
from sim.analysis.sensing.indices import Indices, indices
from sim.analysis.sensing.screening import Screening, screening
from sim.analysis.sensing.tornado import Tornado, tornado
from sim.analysis.sheet import Sheet
from sim.analysis.told import Told
from sim.counted import counted
from sim.program.ir import Program
from sim.study.designs.sampling import check_of
from sim.study.designs.space import uncertain
from sim.study.nested import Nested, nested

Found = Indices | Screening | Tornado


@dataclass(frozen=True)
class Sensitivity(Told):
    """What moves each outcome's probability and each metric, by the method of the study: all from one design."""

    only: str = ""  # the outcome or metric that is asked about; all of them if none is named

    @property
    def method(self) -> str:
        """`sobol`, `morris` or `tornado`."""
        return str(self.settings["method"])

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that were moved, in file order."""
        return tuple(self.settings["parameters"])

    @property
    def program(self) -> Program:
        """The program that was played."""
        return self.ensemble.program

    @property
    def width(self) -> int:
        """Points of each base sample or trajectory."""
        count = len(self.parameters)
        second = 2 if self.settings.get("second") else 1
        return {"sobol": second * count + 2, "morris": count + 1, "tornado": 4 * count + 2}[self.method]

    @property
    def samples(self) -> int:
        """Base samples or trajectories."""
        return len(self.ensemble.manifest["experiments"]) // self.width

    def of(self, name: str) -> Sensitivity:
        """The same study, asked about one outcome or metric.

        Raises
        ------
        UsageError
            If there is none of this name.
        """
        check_of(name, self.program)
        return replace(self, only=name)

    @cached_property
    def outputs(self) -> tuple[Nested, ...]:
        """What is asked about, at every point: outcomes first."""
        partner = f"experiment - experiment % {self.width}" if self.method == "sobol" else "experiment - 1"
        found = nested(self.ensemble, partner)
        return tuple(one for one in found if self.only in ("", one.name))

    @cached_property
    def found(self) -> tuple[Found, ...]:
        """What moves each of them."""
        return tuple(self._found(output) for output in self.outputs)

    def _found(self, output: Nested) -> Found:
        if self.method == "sobol":
            second = bool(self.settings.get("second"))
            return indices(output, self.parameters, second=second, seed=self.ensemble.seed)
        if self.method == "morris":
            return screening(output, self.parameters, self._steps, seed=self.ensemble.seed)
        return tornado(output, self.parameters, self._ends)

    @cached_property
    def _steps(self) -> list[tuple[str, int]]:
        """Which parameter moved to come to each point of a Morris design, and which way: as the experiments say."""
        told = (str(row["label"]).split(" ", 1)[1] for row in self.ensemble.manifest["experiments"])
        steps = (label.rpartition(" ") for label in told)
        return [(name, {"up": 1, "down": -1}.get(way, 0)) for name, _, way in steps]

    @cached_property
    def _ends(self) -> list[tuple[float, float]]:
        """Low and high of each parameter of a tornado, as they were held."""
        held = [row["held"] for row in self.ensemble.manifest["experiments"]]
        return [
            (float.fromhex(held[1 + 2 * place][name]), float.fromhex(held[2 + 2 * place][name]))
            for place, name in enumerate(self.parameters)
        ]

    @property
    def half_width(self) -> float:
        """The widest half of an interval of a total index, of what can be told at all; infinite if nothing can."""
        told = [one for one in self.found if isinstance(one, Indices) and one.is_told]
        return max((row.total.half_width for one in told for row in one.rows), default=float("inf"))

    # ------------------------------------------------------------------------------------------------ tables

    @property
    def what(self) -> str:
        """How much was played."""
        experiments = len(self.ensemble.manifest["experiments"])
        unit = {"sobol": counted(self.samples, "base sample"), "morris": counted(self.samples, "trajectory")}
        made = f" ({unit[self.method]} of {self.width} points)" if self.method in unit else ""
        return f"{counted(experiments, 'point')}{made}, {counted(self.runs, 'run')} at each, seed {self.ensemble.seed}"

    @property
    def title(self) -> str:
        """Scenario and method."""
        return f"{self.program.name}, sensitivity ({words.METHODS[self.method]})"

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The tables: what moves the outcomes, how much is luck, what moves the metrics."""
        outcomes: list[Any] = [one for one in self.found if one.is_shown and one.output.sort == "outcome"]
        metrics: list[Any] = [one for one in self.found if one.is_shown and one.output.sort == "metric"]
        first, rest = (outcomes, metrics) if outcomes else (metrics, [])
        if self.method == "sobol":
            whole: Sequence[Any] = self.found
            made = [sheets.indices_sheet("indices", first), sheets.variance_sheet(whole)]
            made += [sheets.indices_sheet("metrics", rest)] if rest else []
            return (*made, sheets.pairs_sheet([*first, *rest])) if self.settings.get("second") else tuple(made)
        if self.method == "morris":
            return (sheets.effects_sheet("effects", first), *([sheets.effects_sheet("metrics", rest)] if rest else []))
        held = sheets.held_sheet(self.program, self.parameters, self._ends)
        return (sheets.swings_sheet("swings", first), held, *([sheets.swings_sheet("metrics", rest)] if rest else []))

    @property
    def shown(self) -> int:
        """How many tables stand on the terminal: all that are about outcomes."""
        return 3 if self.settings.get("second") and self.only else {"sobol": 2, "morris": 1, "tornado": 2}[self.method]

    # ------------------------------------------------------------------------------------------------- words

    @cached_property
    def says(self) -> tuple[str, ...]:
        """What moves each outcome, a sentence each; of metrics only the one that is asked about."""
        return tuple(words.says(one) for one in self.told_of)

    @property
    def told_of(self) -> tuple[Found, ...]:
        """What sentences are about: what is asked about, or the outcomes, and metrics where no outcome can be told."""
        outcomes = tuple(one for one in self.found if one.output.sort == "outcome")
        if self.only or any(one.is_told for one in outcomes):
            return self.found if self.only else outcomes
        return (*outcomes, *(one for one in self.found if one.output.sort == "metric" and one.is_told))

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        name = self.asked or self.program.name
        asked = words.Asked(self.scenario, self.program, self.parameters, self.method, self.samples, self.runs, name)
        return words.cautions(self.told_of, asked, self.failed)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next: what can be told of a metric, or more runs to tell more."""
        metrics = [one.output.name for one in self.found if one.output.sort == "metric" and one.is_told]
        ask = (f"{self._command} --of {metrics[0]}",) if metrics and not self.only else ()
        return (*ask, f"sim status {self.folder}")

    @property
    def _command(self) -> str:
        """What would be typed to have this study again."""
        ensemble, row = self.ensemble, self.ensemble.manifest["experiments"][0]
        words = ["sim", "sensitivity", self.asked or self.program.name, "--method", self.method]
        words += ["--policy", ensemble.policy] if ensemble.policy else []
        words += ["--variant", ensemble.variant] if ensemble.variant else []
        words += [word for path, value in row["overrides"] for word in ("-s", f"{path}={value}")]
        if list(self.parameters) != list(uncertain(self.program)):
            words += ["--parameters", ",".join(self.parameters)]
        words += ["--second"] if self.settings.get("second") else []
        words += ["--samples", str(self.samples)] if self.method != "tornado" else []
        words += ["-n", str(self.runs)]
        words += ["--seed", str(ensemble.seed)] if ensemble.seed != 1 else []
        words += ["-o", str(self.folder.parent)] if str(self.folder.parent) != "results" else []
        return shlex.join(words)
