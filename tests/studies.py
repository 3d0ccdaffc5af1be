"""Small studies for the tests of the store: a program with failures, its design, and the tables it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.engine.choose import choose
from sim.engine.record import Recording, Runs
from sim.program.ir import Program
from sim.study import store
from sim.study.design import Design, Experiment
from tests.rulings.core import program as core_program

TEXT = """
scenario: ladder
start: 2030-01-01
horizon: 20 days
parameters:
  pace: {uniform: {low: 0.02, high: 0.2}}
  luck: {normal: {mean: 2, sd: 1}}
quantities:
  army: {level: [home, massed, attack], start: home}
  tier: {start: 0, within: [0, 3]}
  nerve: {start: 1}
triggers:
  escalate: {rate: pace, do: army += 1, times: 2}
  impose: {when: army >= massed, after: {lognormal: {median: 3 days, p90: 9 days}}, do: tier += 1}
  doubt: {when: army >= attack, do: nerve = sqrt(luck - 1)}
outcomes:
  war: {when: army >= attack and tier < 1}
  quiet: {at_end: army <= home}
  tension: {otherwise: "true"}
metrics: {worst: {max: army}, nerves: {final: nerve}, run: {count: impose}}
series: {every: 5 days, of: [army, tier]}
"""
"""In some runs `doubt` takes the root of a negative number, and the run fails. One metric is named like a column."""

EVENTS = Recording(events=True)


def program() -> Program:
    return core_program(TEXT)


class Threaded:
    """The SimPy engine, which is said to let other threads work meanwhile."""

    name = "threaded"
    threads = True

    def run(self, program: Program, **named: Any) -> Runs:
        """Play these runs."""
        return choose("simpy").run(program, **named)


def design(*, seed: int = 7, part_size: int = 10, policies: tuple[str, ...] = ("",)) -> Design:
    """A design of as many experiments as policies, which differ in a parameter that is held."""
    played = program()
    held: tuple[tuple[tuple[str, float], ...], ...] = ((), (("pace", 0.15),), (("pace", 0.05),))
    return Design(
        tuple(Experiment(played, TEXT, policy, held=held[n]) for n, policy in enumerate(policies)),
        seed,
        ((0, part_size),),
    )


def tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a study, rows in the order in which the files hold them; nulls as None."""
    found = {}
    for name in (*store.ALL_TABLES, "failures", "design"):
        files = sorted((folder / name).glob("*.parquet")) or sorted(folder.glob(f"{name}.parquet"))
        if files:
            query = f"SELECT * FROM read_parquet({store.listed(files)})"
            found[name] = store.connection().execute(query).fetchall()
    return found
