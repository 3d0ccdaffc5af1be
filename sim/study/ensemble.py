"""Many finished runs, read from the results folder when they are asked for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import provenance
from sim.clock import TICKS_PER_DAY
from sim.engine.record import COUNTERS, UNNAMED, Ending, told_fault
from sim.errors import ScenarioError, UsageError
from sim.program.ir import Program
from sim.study import store
from sim.study.design import Part, Past, parts_of
from sim.study.tables import FAULT_COLUMNS, metric_columns, parameter_columns, series_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.scenario.schema import Scenario

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


FEW = 2**21
"""So many numbers of one kind are read together and kept; of more, a column at a time is, and is not kept."""


FAILED = ", ".join(["experiment", "run", *(store.quoted(name) for name in FAULT_COLUMNS)])
IS_FAILED = f"{store.quoted(FAULT_COLUMNS[0])} IS NOT NULL"
"""What is read of failed runs, and how they are known."""


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that a fault stopped, or that ran away, and the command that plays it again."""

    experiment: int
    run: int
    trigger: str
    role: str
    says: str
    tick: int
    values: str
    place: str
    command: str

    @property
    def told(self) -> str:
        """What failed, where it stands in the file, and why."""
        return told_fault(self.trigger, self.role, self.says, self.place)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The runs of one experiment of a study, in the order of their numbers: R runs.

    Columns are read from the folder when first asked for, and kept. Other shapes: T triggers, M metrics, P parameters,
    S sampled moments, Q sampled columns.
    """

    folder: Path
    manifest: Mapping[str, Any]
    limit: int  # runs with a number below this belong to it
    experiment: int = 0
    programs: tuple[Program, ...] = field(default=(), repr=False)  # of each experiment, when they are at hand

    # -------------------------------------------------------------------------------------- what was played

    @cached_property
    def program(self) -> Program:
        """The program; built again from the scenario beside the tables when it is not at hand.

        Raises
        ------
        UsageError
            If the scenario in the folder cannot be built any more.
        """
        if self.programs:
            return self.programs[self.experiment]
        from sim.program.build import build_program

        try:
            built = build_program(self.scenario).never(self._row.get("never", ()))
            return built.without(self._row.get("disabled", ()))
        except ScenarioError as error:
            raise self._not_of_this_version(error) from error

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run, after policy, variant and overrides.

        Raises
        ------
        UsageError
            If its file is gone or is not what was run, or cannot be read by this version.
        """
        from sim.scenario.read import read_scenario

        try:
            scenario_text(self.folder, self._row)
            return read_scenario(str(self.scenario_path))
        except store.Damaged as error:
            raise UsageError(f"{error}; {mending(self.manifest)}") from None
        except ScenarioError as error:
            raise self._not_of_this_version(error) from error

    def _not_of_this_version(self, error: ScenarioError) -> UsageError:
        return UsageError(f"`{self.scenario_path}` cannot be read any more by this version of the simulator:\n{error}")

    @property
    def scenario_path(self) -> Path:
        """The scenario as it was run, after policy, variant and overrides."""
        return self.folder / str(self._row["scenario"])

    @property
    def _row(self) -> Mapping[str, Any]:
        row: Mapping[str, Any] = self.manifest["experiments"][self.experiment]
        return row

    @property
    def policy(self) -> str:
        """The policy that was played; empty for the scenario as it stands."""
        return str(self._row["policy"])

    @property
    def label(self) -> str:
        """What this experiment is called: its own name, or its policy, variant and overrides."""
        row = self._row
        told = [str(row["policy"]), str(row["variant"]), *(f"{path}={value}" for path, value in row["overrides"])]
        return str(row.get("label", "")) or ", ".join(part for part in told if part) or "as it stands"

    @property
    def which(self) -> str:
        """Which of several experiments these are the runs of, and how to have another; "" where there is one alone."""
        count = len(self.manifest["experiments"])
        if count == 1:
            return ""
        return f"{self.label}: experiment {self.experiment} of {count:,}, counted from 0 (--experiment K for another)"

    @property
    def first_run(self) -> int:
        """Which run's luck run 0 of this experiment has; the others follow."""
        return int(self._row.get("first_run", 0))

    @property
    def past(self) -> Past | None:
        """The run and the turn that its runs branch from; None if they have no common past."""
        row = self._row.get("past")
        return Past(int(row[0]), int(row[1])) if row else None

    @property
    def decisions(self) -> tuple[tuple[str, int, str], ...]:
        """What is dictated in its runs: (trigger, occasion, option)."""
        return tuple((str(trigger), int(n), str(option)) for trigger, n, option in self._row.get("decisions", ()))

    @property
    def kind(self) -> str:
        """What the study is for: `run`, `compare`, `sweep`, ..."""
        return str(self.manifest.get("kind", "run"))

    @property
    def settings(self) -> Mapping[str, Any]:
        """What whoever reads the study has to know besides."""
        settings: Mapping[str, Any] = self.manifest.get("settings", {})
        return settings

    @property
    def variant(self) -> str:
        """The variant of the world; empty for the scenario as it stands."""
        return str(self._row["variant"])

    @property
    def seed(self) -> int:
        """The seed of its luck, which all experiments share unless they have their own."""
        return int(self._row.get("seed", "") or self.manifest["seed"])

    @property
    def experiments(self) -> tuple[Ensemble, ...]:
        """All experiments of the study, on the same luck: run r here and there share it."""
        return tuple(
            self if number == self.experiment else replace(self, experiment=number)
            for number in range(len(self.manifest["experiments"]))
        )

    # ------------------------------------------------------------------------------------------ one per run

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def runs(self) -> NDArray[np.uint32]:
        """(R,) run numbers, ascending."""
        return self._column("runs", "run")

    @cached_property
    def outcome(self) -> NDArray[np.int16]:
        """(R,) index into `outcome_names`; `UNNAMED` (-1) for runaways and faults."""
        return self._places("outcome", "SMALLINT", self.outcome_names, UNNAMED)

    @property
    def outcome_names(self) -> tuple[str, ...]:
        """Outcomes in file order."""
        return self.program.outcome_names

    @cached_property
    def ending(self) -> NDArray[np.int8]:
        """(R,) an `Ending` each."""
        return self._places("ending", "TINYINT", [ending.name.lower() for ending in Ending], 0)

    def _places(self, column: str, kind: str, names: Sequence[str], otherwise: int) -> NDArray[Any]:
        """(R,) places among `names` of a column of words; `otherwise` for nulls and other words."""
        cases = "".join(f" WHEN {store.literal(name)} THEN {place}" for place, name in enumerate(names))
        chosen = f"CASE {store.quoted(column)}{cases} ELSE {otherwise} END" if cases else str(otherwise)
        found: NDArray[Any] = self._read("runs", f"({chosen})::{kind} AS found")["found"]
        return found

    @cached_property
    def ended_days(self) -> Floats:
        """(R,) days from the start to the end of each run."""
        return self._numbers("runs", "ended")

    @cached_property
    def ended(self) -> Whole:
        """(R,) ticks from the start to the end of each run; exact within 285 years of the start."""
        import numpy as np

        return np.rint(self.ended_days * TICKS_PER_DAY).astype(np.int64)

    @cached_property
    def turns(self) -> Whole:
        """(R,) turns taken."""
        return self._column("runs", "turns")

    @cached_property
    def metrics(self) -> Floats:
        """(R, M) metrics in file order; NaN where void."""
        return self._block("runs", metric_columns(self.program))

    def metric(self, name: str) -> Floats:
        """(R,) one metric; NaN where void.

        Raises
        ------
        KeyError
            If the program has no such metric.
        """
        names = [metric.name for metric in self.program.metrics]
        if name not in names:
            raise KeyError(name)
        if len(self) * len(names) <= FEW:
            return self.metrics[:, names.index(name)]
        return self._numbers("runs", metric_columns(self.program)[names.index(name)])

    @cached_property
    def parameters(self) -> Floats:
        """(R, P) parameters in file order."""
        return self._block("runs", parameter_columns(self.program))

    def parameter(self, place: int) -> Floats:
        """(R,) one parameter, by its place among them."""
        if len(self) * len(self.program.parameters) <= FEW:
            return self.parameters[:, place]
        return self._numbers("runs", parameter_columns(self.program)[place])

    def parameters_of(self, runs: Sequence[int]) -> Floats:
        """(r, P) parameters of these runs, in this order; all of them must be there."""
        import numpy as np

        numbers = np.array(runs, dtype=np.uint32)
        wanted, back = np.unique(numbers, return_inverse=True)
        where = f"run IN ({', '.join(str(run) for run in wanted.tolist())})"
        return self._block("runs", parameter_columns(self.program), where=where)[back]

    @cached_property
    def failures(self) -> tuple[FailedRun, ...]:
        """The runs that failed or ran away, in the order of their numbers."""
        return self._failed(self._rows("runs", FAILED, IS_FAILED))

    @property
    def failures_of_all(self) -> tuple[FailedRun, ...]:
        """The failed runs of every experiment of the study, experiment by experiment."""
        files = [path for path in self.done_files("runs") if int(path.stem.split("-")[2]) < self.limit]
        there = f"run < {self.limit} AND experiment < {len(self.manifest['experiments'])}"
        where = f"{there} AND {IS_FAILED} ORDER BY experiment, run"
        return self._failed(store.read(files, FAILED, where, as_rows=True)) if files else ()

    def _failed(self, rows: Sequence[tuple[Any, ...]]) -> tuple[FailedRun, ...]:
        names = ("experiment", "run", "trigger", "role", "says", "tick", "values", "place")
        told = (dict(zip(names, row, strict=True)) for row in rows)
        return tuple(
            FailedRun(**one, command=replay_command(self.folder, one["experiment"], one["run"])) for one in told
        )

    # ---------------------------------------------------------------------------------------------- triggers

    @cached_property
    def counters(self) -> Whole:
        """(T, 6) how often each trigger fired, was refused, missed or lost (see `COUNTERS`), over all runs."""
        sums = ", ".join(f"sum({name})::BIGINT" for name in COUNTERS)
        return self._by_trigger(sums, len(COUNTERS))

    @cached_property
    def runs_fired(self) -> Whole:
        """(T,) in how many runs each trigger fired at least once."""
        return self._by_trigger("count(*) FILTER (fired > 0)", 1)[:, 0]

    def fired(self, trigger: str) -> Whole:
        """(R,) how often one trigger fired in each run."""
        import numpy as np

        found = np.zeros(len(self), dtype=np.int64)
        rows = np.array(self._rows("counters", "run, fired", "trigger = ?", [trigger]), dtype=np.int64).reshape(-1, 2)
        found[np.searchsorted(self.runs, rows[:, 0])] = rows[:, 1]
        return found

    def _by_trigger(self, sums: str, width: int) -> Whole:
        """(T, width) of sums over the rows of each trigger; zeros for triggers that never did anything."""
        import numpy as np

        places = {trigger.name: place for place, trigger in enumerate(self.program.triggers)}
        found = np.zeros((len(places), width), dtype=np.int64)
        for name, *row in self._rows("counters", f"trigger, {sums}", "true", group="trigger"):
            if name not in places:
                raise UsageError(f"`{self.folder}` counts firings of `{name}`, which its scenario does not have")
            found[places[name]] = row
        return found

    # ------------------------------------------------------------------------------------------------ series

    @cached_property
    def moments(self) -> Whole:
        """(S,) ticks of the samples; empty when nothing was sampled."""
        import numpy as np

        series = self.program.series if self._files("series") else None
        return np.array(series.moments(self.program.horizon) if series else (), dtype=np.int64)

    @property
    def series_names(self) -> tuple[str, ...]:
        """The sampled columns, in file order."""
        return self.program.series.names if self.program.series else ()

    def series(self, name: str, some: slice = slice(None)) -> Floats:
        """(R, S) one sampled column: after a run's end the last state is held; NaN where void.

        Parameters
        ----------
        some
            Which of the moments, without a step; all of them if nothing is said.

        Raises
        ------
        KeyError
            If no such column was sampled.
        """
        if name not in self.series_names or not len(self.moments):
            raise KeyError(name)
        column = series_columns(self.program)[self.series_names.index(name)]
        moments = self.moments[some]
        if len(moments) == len(self.moments):
            return self._numbers("series", column).reshape(-1, len(moments))
        first, last = (float(moment) / TICKS_PER_DAY for moment in (moments[0], moments[-1]))
        return self._numbers("series", column, where=f"day BETWEEN {first!r} AND {last!r}").reshape(-1, len(moments))

    def series_by_part(self) -> Iterator[tuple[NDArray[np.uint32], Floats]]:
        """(run numbers (r,), samples (r, S, Q)) part by part, so that memory does not grow with the runs."""
        for path in self._files("series"):
            runs = self._column("series", "run", [path])[:: len(self.moments)]
            block = self._block("series", series_columns(self.program), [path])
            yield runs, block.reshape(len(runs), len(self.moments), -1)

    # --------------------------------------------------------------------------------------------------- SQL

    def events_of(self, run: int) -> list[tuple[int, int, str, str, int]]:
        """(seq, tick, trigger, branch, cause) of each firing of a run; empty when events were not kept."""
        return self._rows("events", "seq, tick, trigger, branch, cause", "run = ?", [run])

    def select(self, table: str, columns: str, where: str = "true") -> dict[str, NDArray[Any]]:
        """Columns of a table (`runs`, `series`, `counters`, `events` or `changes`) by SQL, nulls masked.

        Raises
        ------
        UsageError
            If the folder has no such table, or a file of it is damaged.
        """
        found: dict[str, NDArray[Any]] = self._read(table, columns, where)
        return found

    def _files(self, table: str) -> list[Path]:
        """Files of one table of this experiment, in the order of the runs."""
        block = int(self._row.get("block", self.experiment))
        files = self.done_files(table, f"{block:05d}")
        return [path for path in files if int(path.stem.split("-")[2]) < self.limit]

    def done_files(self, table: str, block: str = "*") -> list[Path]:
        """Files of one table of the parts that are done, of all experiments unless a block is named."""
        files = sorted((self.folder / table).glob(f"part-{block}-*.parquet"))
        done = {path.name for path in (self.folder / "runs").glob(f"part-{block}-*.parquet")}
        return [path for path in files if path.name in done]

    def _read(
        self,
        table: str,
        columns: str,
        where: str = "true",
        *,
        values: Sequence[Any] = (),
        group: str = "",
        files: list[Path] | None = None,
        as_rows: bool = False,
    ) -> Any:
        """Columns as arrays, or rows as tuples, of the runs that belong here."""
        files = self._files(table) if files is None else files
        if not files:
            raise UsageError(f"`{self.folder}` holds no table `{table}`")
        where = f"run < {self.limit} AND experiment = {self.experiment} AND ({where})"
        where += f" GROUP BY {group}" if group else ""
        try:
            return store.read(files, columns, where, values, as_rows=as_rows)
        except store.Damaged as error:
            raise UsageError(f"{error}; {mending(self.manifest)}") from error

    def _rows(
        self, table: str, columns: str, where: str, values: Sequence[Any] = (), *, group: str = ""
    ) -> list[tuple[Any, ...]]:
        """Rows of a table; none when there is no such table."""
        if not self._files(table):
            return []
        rows: list[tuple[Any, ...]] = self._read(table, columns, where, values=values, group=group, as_rows=True)
        return rows

    def _column(self, table: str, name: str, files: list[Path] | None = None) -> NDArray[Any]:
        """One column that has no nulls."""
        found: NDArray[Any] = self._read(table, f"{store.quoted(name)} AS found", files=files)["found"]
        return found

    def _numbers(self, table: str, name: str, *, where: str = "true") -> Floats:
        """One column of numbers, NaN for nulls."""
        return self._block(table, (name,), where=where)[:, 0]

    def _block(
        self, table: str, names: tuple[str, ...], files: list[Path] | None = None, *, where: str = "true"
    ) -> Floats:
        """(rows, names) columns of numbers side by side, NaN for nulls."""
        import numpy as np

        if not names:
            return np.empty((len(self._read(table, "run", where, files=files)["run"]), 0))
        columns = ", ".join(
            f"coalesce({store.quoted(name)}, 'nan')::DOUBLE AS c{number}" for number, name in enumerate(names)
        )
        found = self._read(table, columns, where, files=files)
        block = np.empty((len(found["c0"]), len(names)))
        for number in range(len(names)):
            block[:, number] = found.pop(f"c{number}")
        return block


def open_study(folder: str | Path, *, experiment: int = 0) -> Ensemble:
    """The runs of a study that are there, of its first experiment unless another is asked for.

    Raises
    ------
    UsageError
        If the folder holds no study, the study no such experiment, or a complete study lacks a file.
    """
    folder = Path(folder)
    manifest = store.read_manifest(folder)
    count = len(manifest["experiments"])
    if not 0 <= experiment < count:
        said = "1 experiment" if count == 1 else f"{count} experiments"
        raise UsageError(f"`{folder}` has {said}, numbered from 0; there is no {experiment}")
    lacking = store.lacking(folder, parts_wanted(manifest), tables_wanted(manifest))
    if lacking:
        raise UsageError(f"`{lacking[0]}` is not there; {mending(manifest)}")
    return Ensemble(folder, manifest, int(manifest["runs"]), experiment)


def parts_wanted(manifest: Mapping[str, Any]) -> list[Part]:
    """The parts that a complete study holds; of one that is not complete none is missed."""
    if manifest["status"] != "complete":
        return []
    sizes = tuple((int(start), int(size)) for start, size in manifest.get("parts", ()))
    return list(parts_of(sizes, int(manifest["runs"]), blocks_of(manifest)))


def blocks_of(manifest: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    """The experiments that share each part."""
    blocks: dict[int, list[int]] = {}
    for number, row in enumerate(manifest["experiments"]):
        blocks.setdefault(int(row.get("block", number)), []).append(number)
    return tuple(tuple(members) for members in blocks.values())


def tables_wanted(manifest: Mapping[str, Any]) -> list[str]:
    """The tables that each part has, `runs` first."""
    return sorted({"runs", *manifest.get("tables", ())}, key=store.ALL_TABLES.index)


def scenario_text(folder: Path, row: Mapping[str, Any]) -> str:
    """The scenario of one experiment, as it was run.

    Raises
    ------
    Damaged
        If its file is gone, or holds something else.
    """
    path = folder / str(row["scenario"])
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise store.Damaged(f"`{path}` is not there") from None
    except ValueError:
        text = ""
    if "text" in row and provenance.digest(text) != row["text"]:
        raise store.Damaged(f"`{path}` is damaged, or was changed since it was run")
    return text


def mending(manifest: Mapping[str, Any]) -> str:
    """What mends a study that lacks something, as the end of a sentence."""
    typed = [str(word) for word in manifest.get("command", ())]
    command = f": `{shlex.join(typed)}`" if typed[:1] == ["sim"] else ""
    return f"the command of the study, given again, mends it{command}"


def replay_command(folder: Path | str, experiment: int, run: int) -> str:
    """The command that plays one stored run again, told in full."""
    return f"sim replay {folder} {run}" + (f" --experiment {experiment}" if experiment else "")
