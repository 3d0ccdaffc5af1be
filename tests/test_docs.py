"""The manual is true: its scenarios play, its commands run, its tables are what the code says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click
import pytest
import yaml

from docs import tables
from sim.agents.verbs import VERBS
from sim.analysis.expect import find, read_expectations
from sim.engine.choose import choose
from sim.engine.record import COUNTERS, Ending
from sim.errors import ScenarioError, Text
from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario import schema
from sim.scenario.keys import KEYS, NOTED, OWN
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.documents import HOUSE, Block, Command, all_blocks, blocks, carry_out, commands, pages, walk_through

RUNS = 1_000
FRAME = HOUSE / "docs" / "frame.yaml"
YAML_BLOCKS = all_blocks("yaml")
COMPLETE = [block for block in YAML_BLOCKS if not {"part", "wrong", "fails"} & set(block.marks.split())]


def marked(mark: str) -> list[Block]:
    """The YAML blocks with a mark."""
    return [block for block in YAML_BLOCKS if mark in block.marks.split()]


def laid_over(part: yaml.Node, frame: yaml.Node) -> yaml.Node:
    """A part of a scenario over the frame: blocks key by key, everything else replaced."""
    if not (isinstance(part, yaml.MappingNode) and isinstance(frame, yaml.MappingNode)):
        return part
    merged = {key.value: (key, value) for key, value in frame.value}
    for key, value in part.value:
        below = merged.get(key.value)
        merged[key.value] = (key, laid_over(value, below[1]) if below else value)
    return yaml.MappingNode(frame.tag, list(merged.values()), flow_style=False)


def framed(block: Block) -> schema.Scenario:
    """The scenario of a part."""
    whole = laid_over(yaml.compose(block.text), yaml.compose(FRAME.read_text()))
    return scenario_from_text(yaml.serialize(whole), name=str(block))


def play(program: Program, runs: int):
    """A few runs on the engine that defines the meaning."""
    return choose("compiled").run(program, luck=Luck(1), runs=range(runs))


@pytest.mark.parametrize("block", COMPLETE, ids=str)
def test_every_scenario_of_the_manual_does_what_it_expects(block: Block):
    """A complete block is valid, its runs end well, and its `expect` holds."""
    scenario = scenario_from_text(block.text, name=str(block))
    program = build_program(scenario)
    runs = play(program, RUNS if scenario.expect else 20)
    assert not runs.failures
    assert [found for found in find(read_expectations(program, scenario.expect), runs) if not found.holds] == []


@pytest.mark.parametrize("block", marked("part"), ids=str)
def test_every_part_of_the_manual_fits_its_frame(block: Block):
    """A part, laid over the frame, is valid and plays."""
    assert not play(build_program(framed(block)), 20).failures


@pytest.mark.parametrize("block", marked("wrong"), ids=str)
def test_what_the_manual_calls_wrong_is_refused(block: Block):
    """A block shown as wrong is told so."""
    with pytest.raises(ScenarioError):
        build_program(scenario_from_text(block.text, name=str(block)))


@pytest.mark.parametrize("block", marked("fails"), ids=str)
def test_what_the_manual_says_fails_is_valid_and_fails(block: Block):
    """A block shown to fail can be played, and no run of it ends well."""
    runs = play(build_program(scenario_from_text(block.text, name=str(block))), 3)
    assert set(runs.ending.tolist()) <= {Ending.FAULT, Ending.RUNAWAY}


@pytest.mark.parametrize("page", [page for page in pages() if page != HOUSE / "README.md"], ids=lambda page: page.name)
def test_every_command_of_the_manual_runs(page: Path, tmp_path: Path):
    """In an empty folder, one after another, each ends as the page says and prints lines of the shape shown."""
    walk_through(blocks(page), tmp_path)


def test_the_tables_of_the_manual_are_what_the_code_says():
    """`python -m docs.tables` would change nothing."""
    assert tables.stale() == []


def test_every_key_has_a_sentence_and_no_sentence_is_left_over():
    """The manual knows exactly the keys of the scenario file."""
    assert {name: set(rows) for name, rows in KEYS.items()} == {
        block.__name__: set(tables.keys_of(block)) for block in tables.BLOCKS
    }


def test_every_key_is_shown_in_a_scenario_that_plays():
    """Each key of each block stands in an example of the manual, complete or part."""
    shown: set[tuple[str, str]] = set()

    def look(value: object) -> None:
        if isinstance(value, schema.Block):
            fields = type(value).model_fields
            shown.update(
                (type(value).__name__, fields[name].alias or name) for name in value.model_fields_set & set(fields)
            )
            for name in value.model_fields_set:
                look(getattr(value, name))
        elif isinstance(value, dict):
            for inner in value.values():
                look(inner)
        elif isinstance(value, tuple):
            for inner in value:
                look(inner)

    for block in COMPLETE:
        look(scenario_from_text(block.text, name=str(block)))
        if "extends:" in block.text:
            shown.add(("Scenario", "extends"))
    for block in marked("part"):
        look(framed(block))
    # What may stand in many blocks alike is shown once. The spelling of a distribution is not that of its model.
    common = {*NOTED, *OWN} & {key for _, key in shown}
    wanted = {(name, key) for name, rows in KEYS.items() for key in rows if key not in common and name != "Spread"}
    missing = wanted - shown
    assert not missing, sorted(missing)


def test_every_command_is_shown_in_the_manual():
    """Each command of `sim --help` stands in a console block that is run."""
    from sim.cli.group import cli

    shown = {command.words.split()[1] for block in all_blocks("console") for command in commands(block)
             if command.words.startswith("sim ")}  # fmt: skip
    assert set(cli.list_commands(click.Context(cli))) <= shown


@pytest.mark.parametrize("example", [one for verb in VERBS.values() for one in verb.examples])
def test_every_example_of_a_verb_stands_in_a_scenario_that_plays(example: str):
    """What the table of verbs gives as an example is an effect of some part of the manual, word for word."""
    effect = re.compile(rf"""(do: |[\[,] ?|then: )["']?{re.escape(example)}["']?(?=[\],}}]|$)""", re.MULTILINE)
    assert any(effect.search(block.text) for block in marked("part"))


def test_every_verb_has_an_example():
    """The table leaves out no verb, and each way to write it begins with the verb."""
    for name, verb in VERBS.items():
        assert verb.examples and all(words.split()[0] == name for words in (*verb.written, *verb.examples))


def readable(names: Iterable[str]) -> list[str]:
    """Those names that are there for readers: a part that begins with `_` is inner state."""
    return [str(name) for name in names if not any(part[:1] == "_" for part in name.split("."))]


def test_every_name_that_can_be_read_has_a_sentence():
    """Of each kind of agent, commitment, choice and actor that says as little as it may."""
    core = tables.unsaid().scenario
    silent = [name for name in readable(core.quantities) if not core.quantities[Text(name)].says]
    silent += [
        name
        for name in readable(core.triggers)
        if not (core.triggers[Text(name)].says or core.triggers[Text(name)].asks)
        and name.rpartition(".")[2] not in tables.CLOCKS
    ]
    assert silent == []


def test_every_name_that_can_be_read_stands_in_the_manual():
    """The page of names has a row for everything that the smallest file brings, but the rules that it writes itself."""
    core, page = tables.unsaid().scenario, (HOUSE / "docs" / "manual" / "names.md").read_text()
    own = {"refusal", "longer"}
    missing = {name for name in readable((*core.quantities, *core.triggers)) if f"| `{name}` |" not in page} - own
    assert missing == set()


def test_the_index_of_the_manual_has_a_place_for_every_word():
    """Each key and verb leads somewhere."""
    rows = [line.split("|") for line in tables.index().splitlines()[2:]]
    assert [row[1] for row in rows if "](" not in row[2]] == []


def test_the_small_crisis_of_the_manual_is_what_parts_are_laid_over():
    """What the manual shows as the ground of its examples is the frame, word for word."""
    _, _, frame = FRAME.read_text().partition("\n")
    assert frame in [block.text for block in blocks(HOUSE / "docs" / "manual" / "README.md")]


@pytest.mark.parametrize("block", [block for block in marked("part") if block.page.endswith("recipes.md")], ids=str)
def test_what_a_recipe_writes_comes_to_pass(block: Block):
    """Each rule, date, choice and commitment that a recipe adds fires in some of its runs."""
    program = build_program(framed(block))
    said = yaml.safe_load(block.text)
    inner = [
        f"{agent}.{name}"
        for agent, words in said.get("agents", {}).items()
        for section in ("triggers", "choices")
        for name in words.get(section, {})
    ]
    names = [*inner, *(name for section in ("triggers", "calendar", "choices") for name in said.get(section, {}))]
    names += [f"{name}.called" for name in said.get("threats", {})]
    fired = play(program, 60).counters[:, :, COUNTERS.index("fired")].sum(axis=0)
    assert [name for name in names if not fired[program.trigger(name)]] == []


def test_the_tables_leave_out_no_block_of_the_file():
    """Each model of the schema that stands for a block of the file has a table."""
    inner = {"Block", "OpenBlock", "Noted", "Agent", "PlainAgent"}  # common to several blocks, and shown with each
    models = {
        name for name, model in vars(schema).items() if isinstance(model, type) and issubclass(model, schema.Block)
    }
    assert models - inner == {block.__name__ for block in tables.BLOCKS}
    text = "".join(page.read_text() for page in pages())
    asked = {block.__name__ for block in tables.BLOCKS if f"<!-- table keys {block.__name__} -->" in text}
    assert models - inner - asked == {"Spread"}  # shown among the distributions


def test_no_page_of_the_manual_points_into_the_void():
    """Every relative link leads to a file that is there."""
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(HOUSE)} points to {target}"


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S), re.M)
    return {tables.slug(heading) for heading in headings}


def test_every_link_into_a_page_finds_its_heading():
    """What stands behind `#` is a heading of the page it leads to."""
    for page in pages():
        for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text()):
            there = page.parent / target if target else page
            assert heading in anchors(there), f"{page.relative_to(HOUSE)} points to {target}#{heading}"


def test_the_walk_through_a_page_notices_what_is_not_so(tmp_path: Path):
    """A line that is not printed, a wrong exit code and a change that does not fit fail the walk."""
    page = Block("page.md", 1, "console", "", "")
    with pytest.raises(AssertionError, match="does not print"):
        carry_out(Command("sim list", ("a line that nobody prints",)), page, tmp_path)
    with pytest.raises(AssertionError, match="ended with 2, not 0"):
        carry_out(Command("sim validate nowhere.yaml", ()), page, tmp_path)
    (tmp_path / "a.yaml").write_text("start: home\n")
    with pytest.raises(AssertionError, match="stands 0 times"):
        walk_through([Block("page.md", 1, "edit", "start: away", "begin: home", "a.yaml")], tmp_path)


@pytest.mark.parametrize("floor", ["scenario", "agents", "program", "engine", "engine/native"])
def test_the_plan_of_the_house_names_every_file_of_a_floor(floor: str):
    """Where words become slots, and slots histories, a newcomer finds each file, and no file that is gone."""
    page = (HOUSE / "docs" / "house.md").read_text()
    part = page.split(f"**`sim/{floor}`**")[1].split("**`sim/")[0].split("\n## ")[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert named == {file.name for file in (HOUSE / "sim" / floor).glob("*.py")} - {"__init__.py"}
