"""Reading scenarios: the file becomes a Scenario, or all of its faults, in file order."""

import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import ScenarioError, UsageError
from sim.scenario.read import find_scenario, read_scenario, scenario_from_text, shipped_scenarios
from sim.scenario.schema import Posture, Scenario
from sim.scenario.shape import ROOT, below, keys_of

HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 10 days\n"


def faults_of(text, **choices):
    """What is wrong with a text."""
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text, **choices)
    return caught.value.faults


@pytest.mark.parametrize("path", shipped_scenarios(), ids=lambda path: path.stem)
def test_shipped_scenarios_are_found_by_name(path):
    """A bare name means the shipped file, from any folder."""
    assert find_scenario(path.stem) == path
    assert read_scenario(path.stem).scenario == path.stem


def test_there_are_shipped_scenarios():
    """The test above tests something."""
    assert {"first-lesson", "ukraine-2014"} <= {path.stem for path in shipped_scenarios()}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("frist-lesson", "did you mean `first-lesson`?"),
        ("nowhere/x.yaml", "`nowhere/x.yaml` is not there"),
        ("x" * 5_000, "no scenario is called"),
        ("x" * 5_000 + ".yaml", "is not there"),
        ("a\0b.yaml", "is not there"),
        ("", "no scenario is called"),
    ],
)
def test_an_unknown_scenario_is_a_usage_error(name, says):
    """What is not there is said, with the nearest name that is."""
    with pytest.raises(UsageError) as caught:
        find_scenario(name)
    assert says in str(caught.value)


def test_all_faults_come_at_once_and_in_file_order():
    """Six faults in six lines are six faults, ascending."""
    faults = faults_of(
        HEAD + "titel: x\n"
        "triggers:\n  a: {evry: 1 day}\n  b: 5\n  2c: {}\n"
        "threats: {t: {by: us, to: them, when: x > 1, start: maybe}}\n"
        "outcomes: {o: {when: [1]}}\n"
    )  # fmt: skip
    assert [fault.place.line for fault in faults] == [4, 6, 7, 8, 9, 10]
    assert list(faults) == sorted(faults, key=lambda fault: fault.order)


def test_a_bare_value_stands_for_its_block():
    """Short forms read like the long ones."""
    short = scenario_from_text(HEAD + "actors: {us: {resolve: 0.5}}\nquantities: {x: 1}\nlevers: {resolve: [0, 1]}\n")
    long = scenario_from_text(
        HEAD
        + "actors: {us: {resolve: {start: 0.5}}}\nquantities: {x: {start: 1}}\nlevers: {resolve: {range: [0, 1]}}\n"
    )
    assert short == long


def test_an_empty_block_may_be_left_blank():
    """`us:` is `us: {}`, and a section without entries is none."""
    assert scenario_from_text(HEAD + "actors:\n  us:\nthreats:\n") == scenario_from_text(HEAD + "actors: {us: {}}\n")


def test_names_keep_their_places():
    """Keys of the file, those of actors' own quantities included, know where they stand."""
    scenario = scenario_from_text(HEAD + "actors:\n  us:\n    resolve: 0.5\n")
    (actor,) = scenario.actors
    assert actor.place.line == 5
    (quantity,) = scenario.actors[actor].model_extra
    assert quantity.place.line == 6


def test_python_names_of_keys_are_unknown():
    """`if_` is how the code says `if`, and no key of a file."""
    (fault,) = faults_of(HEAD + "triggers: {t: {at: 1 day, if_: x > 1}}\n")
    assert fault.says == "unknown key `if_`"


def test_faults_of_yaml_and_of_shape_are_told_together():
    """A duplicate key does not hide an unknown one."""
    says = [fault.says for fault in faults_of(HEAD + "title: a\ntitle: b\nqestion: c\n")]
    assert says == ["`title` stands twice in this block: already on line 4", "unknown key `qestion`"]


def test_a_thousand_faults_are_cut_short():
    """Nobody reads more than two hundred; the last line says how many follow."""
    faults = faults_of(HEAD + "".join(f"wrong{number}: 1\n" for number in range(1_000)))
    assert len(faults) == 200
    assert faults[-1].says == "and 801 faults more"


def test_a_spread_is_bare_or_named():
    """A value, a distribution by name, and experts of them."""
    scenario = scenario_from_text(
        HEAD + "parameters:\n  a: 9 days\n  b: {lognormal: {median: 9 days, p90: 17 days}, source: s}\n"
        "  c: {experts: {one: {uniform: {low: 0, high: 1}}, two: 0.5}}\n"
    )
    a, b, c = scenario.parameters.values()
    assert (a.distribution, a.arguments) == ("constant", {"value": "9 days"})
    assert (b.distribution, b.source) == ("lognormal", "s")
    assert [expert.distribution for expert in c.arguments.values()] == ["uniform", "constant"]


def test_every_key_of_the_models_is_known_to_paths():
    """The shapes that paths and overlays follow have the keys of the models, as the file spells them."""
    assert {"if", "for", "from"} <= set(keys_of(below(below(ROOT, "triggers", {}), "t", {}).model))
    assert set(keys_of(Scenario)) >= {"scenario", "agents", "threats"}
    agents = below(ROOT, "agents", {})
    assert "rungs" in keys_of(Posture)
    assert below(below(agents, "army", {}), "rungs", {"posture": {}}).sort == "named"


def test_reading_imports_nothing_heavy():
    """Reading a scenario loads neither numpy nor what stands on it, so that `sim validate` answers at once."""
    code = (
        "import sys; from sim.scenario.read import read_scenario; read_scenario('ukraine-2014');"
        "print(sorted({'numpy', 'scipy', 'matplotlib', 'duckdb', 'simpy', 'numba'} & set(sys.modules)))"
    )
    house = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=house, check=True)
    assert done.stdout.strip() == "[]"
