"""The queries of docs/queries.md run, and give what the simulator itself says."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from sim import api
from sim.analysis.intervals import wilson
from sim.engine.record import LEAN, Recording
from sim.study.design import Design
from sim.study.ensemble import Ensemble, open_study
from sim.study.execute import run_design
from tests.documents import HOUSE, Block, blocks

RUNS = 150
PAGE = blocks(HOUSE / "docs" / "queries.md")
QUERIES = {block.marks: block for block in PAGE if block.language == "sql"}
FRAMES = [block for block in PAGE if block.language == "python"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three studies of the page."""
    out = tmp_path_factory.mktemp("asked")
    model = api.load("ukraine-2014")
    resolve = ("russian_resolve", 0.3), ("russian_resolve", 0.5), ("russian_resolve", 0.7)
    held = [api.experiment_of(model, held=(one,), label=f"resolve {one[1]:g}") for one in resolve]
    designs = {
        "plain": (Design((api.experiment_of(model),), 1), Recording(events=True)),
        "compared": (Design((held[0], held[2]), 1, kind="compare"), LEAN),
        "swept": (Design(tuple(held), 1, kind="sweep", block=25), LEAN),
    }
    for name, (design, recording) in designs.items():
        made = run_design(design, runs=RUNS, workers=1, out=out / "results", recording=recording)
        made.folder.rename(out / "results" / name)
    return out


@pytest.fixture
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the studies are."""
    monkeypatch.chdir(folder)
    return folder / "results"


def asked(name: str) -> list[dict[str, Any]]:
    """The rows of a query of the page, by a database of its own, as a reader would ask."""
    with contextlib.closing(duckdb.connect()) as database:
        for statement in QUERIES[name].text.split(";\n\n"):
            found = database.execute(statement)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def ended_in(ensemble: Ensemble, outcome: str) -> Any:
    """(R,) whether each run ended so."""
    return ensemble.outcome == ensemble.outcome_names.index(outcome)


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_gives_rows(there: Path, name: str) -> None:
    """No query of the page is misspelled, and each finds something."""
    assert asked(name)


def test_shares_have_the_intervals_of_the_tables(there: Path) -> None:
    """Wilson's interval in SQL is that of `sim run`."""
    plain = open_study(there / "plain")
    rows = asked("shares")
    assert sum(row["k"] for row in rows) == RUNS
    for row in rows:
        k = int(ended_in(plain, row["outcome"]).sum())
        low, high = wilson(k, RUNS)
        assert (row["k"], row["share"]) == (k, pytest.approx(k / RUNS))
        assert (row["low"], row["high"]) == (pytest.approx(float(low), abs=1e-6), pytest.approx(float(high), abs=1e-6))


def test_quantiles_are_those_of_the_runs_that_ended_so(there: Path) -> None:
    """Mean and quantiles of a metric are taken over the runs of each outcome."""
    plain = open_study(there / "plain")
    for row in asked("quantiles"):
        values = plain.metric("gdp_lost")[ended_in(plain, row["outcome"])]
        assert (row["n"], row["mean"]) == (len(values), pytest.approx(values.mean()))
        assert row["quantiles"] == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]))


def test_a_paired_difference_is_that_of_the_pairs(there: Path) -> None:
    """Run by run, and with the interval of the differences."""
    first, second = open_study(there / "compared").experiments
    d = ended_in(second, "occupation").astype(int) - ended_in(first, "occupation").astype(int)
    (row,) = asked("paired")
    assert (row["pairs"], row["difference"]) == (RUNS, pytest.approx(d.mean()))
    assert row["plus_minus"] == pytest.approx(1.959964 * d.std(ddof=1) / np.sqrt(RUNS))
    assert d.mean() > 0


def test_a_sweep_is_joined_to_its_design(there: Path) -> None:
    """Each experiment's share stands beside what it holds."""
    rows = asked("sweep")
    assert [(row["label"], row["resolve"], row["n"]) for row in rows] == [
        ("resolve 0.3", 0.3, RUNS), ("resolve 0.5", 0.5, RUNS), ("resolve 0.7", 0.7, RUNS)
    ]  # fmt: skip
    for row, one in zip(rows, open_study(there / "swept").experiments, strict=True):
        assert row["occupation"] == pytest.approx(ended_in(one, "occupation").mean())
        assert row["days_pushed"] == pytest.approx(one.metric("days_pushed").mean())


def test_series_and_firings_are_those_of_the_study(there: Path) -> None:
    """The fan has every run at every moment; counted firings agree with the events and with the sums of the study."""
    plain = open_study(there / "plain")
    fan = asked("fan")
    assert [row["runs"] for row in fan] == [RUNS] * len(plain.moments)
    assert [row["massed_or_more"] for row in fan] == pytest.approx((plain.series("border_army") >= 2).mean(axis=0))
    fired = {trigger.name: int(plain.counters[place, 0]) for place, trigger in enumerate(plain.program.triggers)}
    for row in asked("counters"):
        assert row["firings"] == fired[row["trigger"]]
    behind = asked("causes")
    for name in {row["trigger"] for row in behind}:
        assert sum(row["times"] for row in behind if row["trigger"] == name) == fired[name]
    moved = plain.select("changes", "old, new", "quantity = 'border_army'")
    assert sum(row["times"] for row in asked("changed")) == len(moved["old"])


def test_a_part_is_found_by_its_name(there: Path) -> None:
    """The pattern of the page takes the runs below a thousand and no other."""
    assert asked("part") == [{"n": RUNS, "first": 0, "last": RUNS - 1}]
    files = QUERIES["part"].text.partition("'")[2].partition("'")[0]
    from fnmatch import fnmatch

    assert fnmatch("results/plain/runs/part-00000-0000000900.parquet", files)
    assert not fnmatch("results/plain/runs/part-00000-0000001000.parquet", files)


@pytest.mark.extra
@pytest.mark.parametrize("block", FRAMES, ids=str)
def test_pandas_and_polars_read_a_study(there: Path, block: Block) -> None:
    """What the page says to type in Python runs, and shows every outcome that came."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block.text, str(block), "exec"), {})
    plain = open_study(there / "plain")
    assert all(
        name in said.getvalue() for place, name in enumerate(plain.outcome_names) if (plain.outcome == place).any()
    )
