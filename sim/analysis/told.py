"""What every kind of study that readers meet has in common, and which class reads which kind of folder."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.cautions import Caution
from sim.analysis.notebook import notebook_page
from sim.analysis.sheet import Sheet
from sim.counted import counted
from sim.errors import UsageError
from sim.study.ensemble import Ensemble, open_study

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

KINDS = {
    "branch": "sim.analysis.branching.study:Branching",
    "run": "sim.analysis.report:Study",
    "sweep": "sim.analysis.sweeping.sweep:Sweep",
    "sensitivity": "sim.analysis.sensing.sensitivity:Sensitivity",
    "compare": "sim.analysis.comparing.comparison:Comparison",
    "ablate": "sim.analysis.ablating.ablation:Ablation",
    "rare": "sim.analysis.splitting.rare:RareEvent",
}
"""Kind of study, as its manifest says it -> the class that reads it."""


@dataclass(frozen=True)
class Told:
    """A stored study of many experiments as a reader meets it: tables, words and what to type next.

    A kind of study is a class that gives `sheets`, `says` and, where there are any, `cautions`.
    """

    ensemble: Ensemble  # its first experiment; the others are `ensemble.experiments`
    asked: str = ""  # how the scenario was called in the command, for the commands to come
    at_hand: Scenario | None = field(default=None, repr=False)  # the scenario as it was played, if somebody has it

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.ensemble.folder

    @property
    def kind(self) -> str:
        """What the study is for."""
        return self.ensemble.kind

    @property
    def settings(self) -> Mapping[str, Any]:
        """What was asked, beyond the experiments."""
        return self.ensemble.settings

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was played."""
        return self.at_hand or self.ensemble.scenario

    @property
    def runs(self) -> int:
        """Runs of each experiment that are looked at."""
        return min(self.ensemble.limit, int(self.ensemble.manifest["runs"]))

    @property
    def first_of(self) -> str:
        """That more runs are there than are looked at, to stand behind how much was played; "" if that is all."""
        there = int(self.ensemble.manifest["runs"])
        return f"; the first {self.runs:,} of {there:,} that are there, as asked" if there > self.runs else ""

    @property
    def failed(self) -> int:
        """Runs that failed or ran away, of all experiments."""
        return int(self.ensemble.manifest["failed"])

    @property
    def question(self) -> str:
        """What the scenario asks."""
        return " ".join(self.ensemble.program.question.split())

    @property
    def title(self) -> str:
        """Scenario and kind of study."""
        return f"{self.ensemble.program.name}, {self.kind}"

    @property
    def what(self) -> str:
        """How much was played, with which seed."""
        experiments = len(self.ensemble.manifest["experiments"])
        each = f"{counted(experiments, 'experiment')} of {counted(self.runs, 'run')} each"
        return f"{each}, seed {self.ensemble.seed}{self.first_of}"

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The tables, most important first."""
        return ()

    @property
    def tidy(self) -> list[dict[str, Any]]:
        """The flat records that stand for the study where there is room for one table only, as in CSV."""
        return self.sheets[0].records()

    @property
    def on_page(self) -> tuple[Sheet, ...]:
        """The tables that stand on a page for readers; `sim export` writes all."""
        return self.sheets

    @property
    def shown(self) -> int:
        """How many of the tables stand on the terminal when nobody asks for all."""
        return 2

    @property
    def says(self) -> tuple[str, ...]:
        """What the tables show, a sentence each, with intervals."""
        return ()

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste: how the intervals are made, with sources."""
        return (
            f"Each of {counted(len(self.ensemble.manifest['experiments']), 'experiment')} was played "
            f"{counted(self.runs, 'time')}. "
            "Run r of each has the same luck, so that experiments differ by what was changed and not by chance."
        )

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        return ()

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        return (f"sim status {self.folder}",)

    def typed_again(self, *words: str) -> str:
        """The command that would be typed to have as many runs again, of what its first experiment plays."""
        ensemble = self.ensemble
        typed = ["sim", self.kind, self.asked or ensemble.program.name]
        typed += ["--policy", ensemble.policy] if ensemble.policy else []
        typed += ["--variant", ensemble.variant] if ensemble.variant else []
        overrides = ensemble.manifest["experiments"][0]["overrides"]
        typed += [word for path, value in overrides for word in ("-s", f"{path}={value}")]
        typed += [*words, "-n", str(self.runs)]
        typed += ["--seed", str(ensemble.seed)] if ensemble.seed != 1 else []
        typed += ["-o", str(self.folder.parent)] if str(self.folder.parent) != "results" else []
        return shlex.join(typed)

    def record(self) -> dict[str, Any]:
        """The study as one object: lists of flat records, and nothing that is not in the tables."""
        return {
            "scenario": self.ensemble.program.name,
            "kind": self.kind,
            "seed": self.ensemble.seed,
            "experiments": len(self.ensemble.manifest["experiments"]),
            "runs": self.runs,
            "study": str(self.folder),
            **{sheet.name: sheet.records() for sheet in self.sheets},
            "says": list(self.says),
            "failures": self.failed,
            "cautions": [{"trap": caution.trap, "says": caution.says} for caution in self.cautions],
        }

    def __repr__(self) -> str:
        """The study in one line."""
        return f"<{type(self).__name__}: {self.title}; {self.what}; {self.folder}>"

    def _repr_html_(self) -> str:
        """The study as a notebook shows it."""
        shown = self.sheets[: self.shown]
        return notebook_page(self.title, (self.question, self.what), shown, self.says, self.cautions)


def told(ensemble: Ensemble, asked: str = "", scenario: Scenario | None = None) -> Any:
    """A study as its kind is read.

    Raises
    ------
    UsageError
        If this version knows no such kind.
    """
    if ensemble.kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError(f"`{ensemble.folder}` is a study of a kind `{ensemble.kind}`; this version knows {known}")
    module, _, name = KINDS[ensemble.kind].partition(":")
    return getattr(import_module(module), name)(ensemble, asked, scenario)


def open_told(folder: str | Path, *, experiment: int = 0) -> Any:
    """A stored study, as its kind is read.

    Raises
    ------
    UsageError
        If the folder holds none, or one of a kind that this version does not know.
    """
    return told(open_study(folder, experiment=experiment))
