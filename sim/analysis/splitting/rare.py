"""A stored study of a rare outcome as a reader meets it: tables, sentences, runs that can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.cautions import Caution
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.analysis.splitting.levels import Level, Levels
from sim.analysis.splitting.small import one_in, tiny
from sim.analysis.splitting.words import rare_cautions, sentences
from sim.analysis.told import Told
from sim.counted import counted
from sim.engine.choose import choose
from sim.engine.record import Recording, Runs
from sim.errors import UsageError
from sim.program.importance import importance_for
from sim.program.parameters import draw_parameters
from sim.special import special
from sim.streams import Luck
from sim.study.ensemble import mending
from sim.study.splitting.tables import StoredHit, read_pilot, stored_hits, stored_stages

Floats = NDArray[np.float64]

USUAL = 3_000
"""Runs whose parameters say where thirds are parted."""


class RareEvent(Told):
    """A stored study of a rare outcome."""

    @property
    def outcome(self) -> str:
        """The outcome that was looked for."""
        return str(self.settings["outcome"])

    @property
    def particles(self) -> int:
        """Runs at each level of each repetition."""
        return int(self.settings["particles"])

    @property
    def repetitions(self) -> int:
        """Independent estimates."""
        return len(self.found.stages)

    @cached_property
    def found(self) -> Levels:
        """The estimate, level by level.

        Raises
        ------
        UsageError
            If no repetition was finished yet, or a file is damaged.
        """
        stages = stored_stages(self.ensemble)
        if not stages:
            raise UsageError(f"`{self.folder}` has no repetition yet; {mending(self.ensemble.manifest)}")
        try:
            pilot = read_pilot(self.folder)
        except UsageError as error:
            raise UsageError(f"{error}; {mending(self.ensemble.manifest)}") from error
        program = self.ensemble.program
        return Levels(program, importance_for(program, self.outcome), pilot, stages)

    @cached_property
    def hits(self) -> tuple[StoredHit, ...]:
        """Runs that came to the outcome, kept so that they can be told, numbered from 0."""
        return stored_hits(self.ensemble)

    # ------------------------------------------------------------------------------------------ what is not known

    @cached_property
    def by_knowledge(self) -> tuple[tuple[str, tuple[float, float, float]], ...]:
        """Parameters that move the outcome: its chance in the lowest, middle and highest third of each.

        Told of those whose lowest and highest third differ over the repetitions by more than luck explains (Student's
        t, at a level shared out over the parameters), the strongest first.
        """
        hits, program = self.hits, self.ensemble.program
        if not hits or not program.parameters:
            return ()
        seed, repetitions = self.ensemble.seed, self.repetitions
        drawn = draw_parameters(program, seed, np.array([hit.run for hit in hits], dtype=np.uint32))
        usual = draw_parameters(program, seed, np.arange(USUAL, dtype=np.uint32))
        rows, weights = np.array([hit.repetition for hit in hits]), self._weights(hits)
        beyond = float(special().stdtrit(repetitions - 1, 1 - 0.025 / len(program.parameters)))
        found = []
        for place, parameter in enumerate(program.parameters):
            cuts = np.quantile(usual[:, place], [1 / 3, 2 / 3])
            if not usual[:, place].min() < cuts[0] < cuts[1] < usual[:, place].max():
                continue
            at = 3 * rows + np.searchsorted(cuts, drawn[:, place])
            thirds = 3 * np.bincount(at, weights=weights, minlength=3 * repetitions).reshape(repetitions, 3)
            apart, (low, middle, high) = thirds[:, 2] - thirds[:, 0], thirds.mean(axis=0)
            if abs(apart.mean()) > beyond * apart.std(ddof=1) / np.sqrt(repetitions):
                found.append((parameter.name, (float(low), float(middle), float(high))))
        return tuple(sorted(found, key=lambda row: min(row[1]) / max(row[1])))

    def _weights(self, hits: Sequence[StoredHit]) -> Floats:
        """(H,) what each run that was kept stands for; those of a repetition are together its estimate."""
        hit = self.found.hit
        order = {number: row for row, number in enumerate(sorted({hit.repetition for hit in hits}))}
        kept = np.zeros((len(order), hit.shape[1]))
        for one in hits:
            kept[order[one.repetition], one.stage] += 1
        return np.array([hit[one.repetition, one.stage] / kept[order[one.repetition], one.stage] for one in hits])

    # ------------------------------------------------------------------------------------------ runs to be told

    def replayed(self, runs: Sequence[int], *, engine: str = "auto") -> Runs:
        """These of the runs that came to the outcome again, as they were, with their events.

        Raises
        ------
        UsageError
            If the study has no such run.
        """
        hits = self.hits
        missing = [number for number in runs if not 0 <= number < len(hits)]
        if missing:
            there = f"numbered from 0; there is no {missing[0]}" if hits else "for none was seen"
            raise UsageError(f"`{self.folder}` keeps {len(hits):,} runs that came to `{self.outcome}`, {there}")
        some = [hits[number] for number in runs]
        seed = self.ensemble.seed
        return choose(engine, runs=len(some)).run(
            self.ensemble.program,
            luck=[Luck(seed, hit.switches) for hit in some],
            runs=[hit.run for hit in some],
            recording=Recording(events=True),
        )

    def name_of(self, number: int) -> str:
        """What one of the runs that came to the outcome is called, and how often its luck changed on the way."""
        hit = self.hits[number]
        times = len(hit.switches)
        luck = f", its luck new {times} time{'s' if times > 1 else ''} on the way" if times else ""
        return f"number {number} of those that came to {self.outcome}: run {hit.run} of seed {self.ensemble.seed}{luck}"

    @property
    def overrides(self) -> tuple[tuple[str, str], ...]:
        """What was set on the command line."""
        rows = self.ensemble.manifest["experiments"][0]["overrides"]
        return tuple((str(path), str(value)) for path, value in rows)

    # ------------------------------------------------------------------------------------------------ words

    @property
    def title(self) -> str:
        """Scenario and outcome."""
        parts = [self.ensemble.program.name]
        parts += [f"policy {self.ensemble.policy}"] if self.ensemble.policy else []
        parts += [f"variant {self.ensemble.variant}"] if self.ensemble.variant else []
        return f"{', '.join(parts)}: how often it comes to {self.outcome}"

    @property
    def what(self) -> str:
        """How much was played, with which seed."""
        count = len(self.found.pilot.levels)
        return (
            f"{self.repetitions} independent repetitions of {counted(self.particles, 'run')} a level, "
            f"{count} level{'' if count == 1 else 's'}, seed {self.ensemble.seed}"
        )

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The chance, then the levels."""
        return self._chance_sheet(), self._level_sheet()

    def _chance_sheet(self) -> Sheet:
        """The estimate beside what brute force would say."""
        found, (low, high) = self.found, self.found.plain_interval
        chance, plain = found.estimate, found.plain_runs
        end = found.bound.high if found.bound else chance.high
        rows = (
            _chance_row("splitting", chance.mean, (chance.low, end), found.runs, found.work),
            _chance_row("brute force", found.plain_hits / plain, (low, high), plain, plain),
        )
        columns = (
            Column("way", "found by"),
            Column("told", "chance"),
            Column("ends", "95 % interval"),
            Column("one_in", "about 1 in"),
            Column("runs", "runs", "count"),
            Column("work", "work", "number", says="in whole runs: turns played over the turns of a run"),
        )
        notes = (
            "Brute force: those of the same runs that nobody chose. Work is in whole runs, for a clone is played from "
            "its beginning.",
        )
        hidden = ("chance", "low", "high")
        return sheet_from("chance", f"The chance of {self.outcome}", columns, rows, notes=notes, hidden=hidden)

    def _level_sheet(self) -> Sheet:
        columns = (
            Column("level", "level"),
            Column("share", "of those before", "share", "low", "high", "share of those who came to the level before"),
            Column("told", "so far", says="the chance to come so far"),
            Column("runs", "runs", "count"),
            Column("ancestors", "began as", "count", says="different runs that those of a repetition began as"),
            Column("told_variance", "of variance", says="share of the variance of the estimate, from its repetitions"),
        )
        rows = [_level_row(level) for level in self.found.rows]
        return sheet_from("levels", "Level by level", columns, rows, hidden=("chance", "variance"))

    @cached_property
    def says(self) -> tuple[str, ...]:
        """The estimate in a sentence, what brute force would cost, what is not known."""
        return tuple(sentences(self))

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What the estimate does not mean, and what would make it better."""
        return rare_cautions(self)

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste."""
        levels = "were named in the file" if self.found.importance.levels else "were found by a pilot and then fixed"
        return (
            f"The chance of {self.outcome} was estimated by multilevel splitting with fixed effort (Garvels 2000; "
            f"L'Ecuyer, Demers and Tuffin 2007): {self.particles:,} runs were played until they first reached a level "
            f"of the importance; those that did were continued by clones with luck of their own, {self.particles:,} in "
            f"all, and so on to the outcome. The levels {levels} (Cérou and Guyader 2007), so that the product of the "
            f"shares that went on is unbiased. The interval is Student's over {self.repetitions} independent "
            "repetitions, on the logarithm, and is doubled where they scatter wildly."
        )

    @property
    def next_commands(self) -> tuple[str, ...]:
        """A run of it told in full, if there is one."""
        told = (f"sim replay {self.folder} 0",) if self.hits else ()
        return (*told, f"sim status {self.folder}")

    def record(self) -> dict[str, Any]:
        """The study as one object."""
        found = self.found
        return super().record() | {
            "policy": self.ensemble.policy or None,
            "variant": self.ensemble.variant or None,
            "outcome": self.outcome,
            "share": found.estimate.mean,
            "low": found.estimate.low,
            "high": found.bound.high if found.bound else found.estimate.high,
            "repetitions": self.repetitions,
            "particles": self.particles,
            "runs": found.runs,
            "work": found.work,
            "brute_force_runs": found.brute_runs,
            "kept": len(self.hits),
        }


def _chance_row(way: str, chance: float, ends: tuple[float, float], runs: int, work: float) -> Mapping[str, Any]:
    low, high = ends
    half = (high - low) / 2
    return {
        "way": way,
        "told": tiny(chance, half),
        "ends": f"{tiny(low, half)} to {tiny(high, half)}",
        "one_in": one_in(chance) if chance else "",
        "runs": runs,
        "work": float(f"{work:.3g}"),
        "chance": chance,
        "low": low,
        "high": high,
    }


def _level_row(level: Level) -> Mapping[str, Any]:
    variance = None if level.variance is None else max(0.0, level.variance)
    return {
        "level": level.name,
        "share": level.share.mean,
        "low": level.share.low,
        "high": level.share.high,
        "chance": level.chance.mean,
        "told": tiny(level.chance.mean),
        "ancestors": round(level.ancestors),
        "variance": variance,
        "told_variance": "" if variance is None else f"{100 * variance:.0f} %",
        "runs": level.particles,
    }
