"""`sim schema`: what editors are told about scenario files agrees with what the reader takes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.program.listing import core_text
from sim.scenario.json_schema import json_schema
from sim.scenario.read import read_scenario, shipped_scenarios
from sim.scenario.repeating import REPEATED_BLOCKS
from sim.scenario.starter import starter_text

FAULTS = Path(__file__).parent / "faults"
WRONG_SHAPES = (
    "unknown_key",
    "missing_keys",
    "block_for_a_value",
    "value_for_a_block",
    "list_for_a_block",
    "wrong_word",
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """The schema in a file."""
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    file.write_text(json.dumps(json_schema()))
    return file


def check(schema, *files):
    """Exit code and output of check-jsonschema."""
    pytest.importorskip("check_jsonschema")
    command = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent)) or "check-jsonschema"
    done = subprocess.run([command, "--schemafile", schema, *files], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_schema_is_one(schema):
    """It satisfies the meta-schema of draft-07, which editors know."""
    pytest.importorskip("jsonschema").Draft7Validator.check_schema(json.loads(schema.read_text()))


def test_every_shipped_scenario_satisfies_it(schema, tmp_path):
    """Short forms and long, and the core that each expands into, and what `sim new` writes."""
    files = list(shipped_scenarios())
    for path in shipped_scenarios():
        core = tmp_path / f"{path.stem}-resolved.yaml"
        core.write_text(core_text(read_scenario(path.stem)))
        files.append(core)
    new = tmp_path / "new.yaml"
    new.write_text(starter_text("new"))
    code, output = check(schema, *files, new)
    assert code == 0, output


def test_a_block_may_be_written_for_each(schema, tmp_path):
    """`for_each` is offered where a block has a name of the file's own, and nowhere else."""
    ten_lines = Path(__file__).parent / "agents" / "ten_lines"
    code, output = check(schema, ten_lines / "for_each.yaml", ten_lines / "path.yaml")
    assert code == 0, output
    code, _ = check(schema, FAULTS / "for_each_out_of_place.yaml")
    assert code == 1
    definitions = json_schema()["definitions"]
    holders = {name for name, block in definitions.items() if "for_each" in block.get("properties", {})}
    assert holders == {*REPEATED_BLOCKS, "Distribution"}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_what_the_reader_refuses_for_its_shape_an_editor_marks(schema, name):
    """The schema is no mere formality: it finds the same wrong shapes."""
    code, _ = check(schema, FAULTS / f"{name}.yaml")
    assert code == 1


def test_every_distribution_is_offered():
    """An editor completes the names of distributions, and their arguments."""
    from sim.language.functions import DISTRIBUTIONS

    offered = json_schema()["definitions"]["Distribution"]["properties"]
    assert set(DISTRIBUTIONS) <= set(offered)
    assert set(offered["lognormal"]["properties"]) >= {"median", "p90"}
