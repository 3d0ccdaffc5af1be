"""Every shipped and described scenario, with each policy and in each variant, is one history in both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.program.build import build_program
from sim.scenario.read import read_scenario, shipped_scenarios
from sim.streams import Luck
from tests.agreement.same import Circumstances, agree, level

DESCRIBED = sorted((Path(__file__).parent.parent / "described").glob("*.yaml"))
FILES = {path.stem: path for path in shipped_scenarios()} | {f"described {path.stem}": path for path in DESCRIBED}
RUNS = {"ukraine-2014": 100, "sanctions-spiral": 24}
"""Runs of a scenario as it stands; of the others more, because they are short. A seed changes halfway."""


def overlaid() -> Iterator[tuple[str, str | None, str | None]]:
    """Every file as it stands, with each policy, and in each variant."""
    for name, path in FILES.items():
        scenario = read_scenario(str(path))
        yield name, None, None
        yield from ((name, policy, None) for policy in scenario.policies)
        yield from ((name, None, variant) for variant in scenario.variants)


def played(name: str, policy: str | None, variant: str | None, *, runs: int) -> None:
    """Half of the runs on plain luck, half with luck that changes twice and a person who decides now and then."""
    program = build_program(read_scenario(str(FILES[name]), policy=policy, variant=variant))
    choices = [place for place, trigger in enumerate(program.triggers) if trigger.choice is not None]
    free = {(place, occasion): 0 for place in choices for occasion in (1, 3)}
    agree(program, Circumstances(Luck(20140330), tuple(range(runs // 2))))
    agree(program, Circumstances(Luck(7, ((3, 8), (40, 9))), tuple(range(runs // 2)), free))


@pytest.mark.parametrize("name", FILES)
def test_a_scenario_is_one_history_in_both_engines(name: str) -> None:
    """Rows, decisions, metrics, series, counters and ends of every run, in the code that users play."""
    with level("optimised"):
        played(name, None, None, runs=RUNS.get(name, 240))


@pytest.mark.parametrize(("name", "policy", "variant"), [one for one in overlaid() if one[1:] != (None, None)])
def test_a_policy_or_variant_is_one_history_too(
    name: str, policy: str | None, variant: str | None, quickly: None
) -> None:
    """Whatever is laid over a scenario."""
    played(name, policy, variant, runs=RUNS.get(name, 160) // 6)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "policy", "variant"), [*overlaid()])
def test_many_runs_of_everything_agree(name: str, policy: str | None, variant: str | None, at_level: str) -> None:
    """A thousand runs of each short scenario, hundreds of the others, as they stand and with all that is laid over."""
    played(name, policy, variant, runs=5 * RUNS.get(name, 400))
