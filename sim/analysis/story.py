"""One run, told: its lines, which run of what it is, and the page or the records that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from sim.analysis.diary import diary, records
from sim.analysis.narrative import Line, tell
from sim.engine.record import Runs
from sim.program.ir import Program


@dataclass(frozen=True, slots=True)
class Story:
    """One run and the lines that tell it."""

    program: Program
    lines: tuple[Line, ...]
    seed: int
    run: int
    outcome: str
    under: str = ""  # policy, variant and what was set
    called: str = ""  # which run it is, where that is not a run of its own luck
    which: str = ""  # of which of several experiments it is

    @property
    def title(self) -> str:
        """Which run of what this is."""
        return f"{self.program.name}{self.under}, {self.called or f'run {self.run} of seed {self.seed}'}"

    def of(self, policy: str | None, variant: str | None, overrides: Sequence[tuple[str, str]]) -> Story:
        """The same story, its title saying how the scenario was changed before it was played."""
        parts = [f"policy {policy}"] if policy else []
        parts += [f"variant {variant}"] if variant else []
        parts += [f"{path} = {value}" for path, value in overrides]
        return replace(self, under="".join(f", {part}" for part in parts))

    def text(self, **page: Any) -> str:
        """The story set as a page; see `sim.analysis.diary` for width, paint and verbose."""
        return diary(self.program, self.lines, **page)

    def _repr_html_(self) -> str:
        """The story as a notebook shows it."""
        which = f"<p>{escape(self.which)}</p>" if self.which else ""
        return f"<h3>{escape(self.title)}</h3>{which}<pre>{escape(self.text())}</pre>"

    def records(self) -> list[dict[str, Any]]:
        """One flat record for each line."""
        return records(self.program, self.lines)


def tell_story(runs: Runs, index: int = 0, *, seed: int, everything: bool = False) -> Story:
    """One of these runs, told."""
    outcome = int(runs.outcome[index])
    name = runs.program.outcome_names[outcome] if outcome >= 0 else ""
    return Story(runs.program, tell(runs, index, everything=everything), seed, int(runs.runs[index]), name)
