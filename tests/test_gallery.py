"""The gallery is whole: a recipe, a picture and its provenance each, drawn from the scenarios as they are now."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim import api
from sim.analysis.summary import summarise_runs
from sim.errors import UsageError
from sim.figures.gallery import pictures, program_digest
from sim.figures.graph import MOST_BOXES
from sim.scenario.read import scenario_from_text
from tests.conftest import HOUSE
from tests.summaries import awkward

PLOTS = HOUSE / "plots"
RECIPES = sorted(PLOTS.glob("*.py"))
NAMES = [path.stem for path in RECIPES]


def provenance(name: str) -> dict[str, str]:
    """What the text beside a picture says, by key."""
    lines = (PLOTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return {line[:11].strip(): line[11:].strip() for line in lines}


def test_recipes_and_pictures_match_one_to_one():
    """No picture without a recipe, no recipe without a picture and its provenance."""
    assert NAMES
    assert sorted(path.stem for path in PLOTS.glob("*.png")) == NAMES
    assert sorted(path.stem for path in PLOTS.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_goes_through_the_verbs_alone(name):
    """A recipe is short, begins with a sentence, and imports nothing of the simulator but `sim.api`."""
    text = (PLOTS / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert (ast.get_docstring(tree) or "").splitlines()[0].endswith(".")
    assert len(text.splitlines()) <= 25
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"sim", "pathlib"}
    taken = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "sim"
             for alias in node.names]  # fmt: skip
    assert taken == ["api"]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_was_drawn_from_the_scenario_as_it_is(name):
    """Provenance names the digest of the current program; if this fails, `make gallery` draws the pictures afresh."""
    facts = provenance(name)
    model = api.load(facts["scenario"], facts.get("policy"), variant=facts.get("variant"))
    assert facts["program"] == program_digest(model.program), f"plots/{name}.png is stale: run `make gallery`"
    assert int(facts["runs"]) >= 1
    assert int(facts["seed"]) >= 0
    assert facts["version"].startswith("escalation-sim ")


@pytest.mark.parametrize("name", NAMES)
def test_provenance_and_recipe_say_the_same(name):
    """Scenario, picture, runs and seed of the recipe are those of the provenance."""
    text, facts = (PLOTS / f"{name}.py").read_text(encoding="utf-8"), provenance(name)
    assert f'"{facts["scenario"]}"' in text
    assert f'"{facts["picture"]}"' in text
    assert f"runs={int(facts['runs']):_}" in text
    assert f"seed={facts['seed']}" in text


def test_the_readme_shows_every_picture():
    """Each picture stands in the README with its recipe and provenance, and with words for who cannot see it."""
    text = (PLOTS / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"!\[[^\]]{10,}\]\((\w+)\.png\)", text)) == NAMES
    for name in NAMES:
        assert f"({name}.py)" in text
        assert f"({name}.txt)" in text


def test_pictures_are_of_modest_size():
    """A picture is a slide of 1280 by 720 pixels or a little more, and no file is above 300 kB."""
    for name in NAMES:
        path = PLOTS / f"{name}.png"
        header = path.read_bytes()[:24]
        width, height = (int.from_bytes(header[at : at + 4], "big") for at in (16, 20))
        assert 1280 <= width <= 2816, name
        assert width * 9 == pytest.approx(height * 16, rel=0.01)
        assert path.stat().st_size < 300_000, name


def test_a_recipe_draws_its_picture_anywhere(tmp_path):
    """Copied to another folder, the recipe of the first lesson draws the same picture with the same provenance."""
    recipe = tmp_path / "first_lesson.py"
    text = (PLOTS / "first_lesson.py").read_text(encoding="utf-8")
    recipe.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, str(recipe)], cwd=tmp_path, check=True, timeout=300, capture_output=True)
    assert (tmp_path / "first_lesson.txt").read_text() == (PLOTS / "first_lesson.txt").read_text()
    assert (tmp_path / "first_lesson.png").stat().st_size > 10_000


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    return api.run("first-lesson", runs=60, seed=3, workers=1, out=tmp_path_factory.mktemp("results"))


def test_a_picture_that_is_not_there_is_told_with_those_that_are(study, tmp_path):
    """A mistyped name of a picture gets a sentence with the nearest one."""
    with pytest.raises(UsageError, match="did you mean `outcomes`"):
        api.draw(study, "outcome", tmp_path / "x.png")


def test_all_pictures_of_a_study_are_drawn(study):
    """`plot` writes each picture as PNG and as SVG, the run told among them."""
    files = api.plot(study, run=5)
    names = set(pictures(study.summary)) | {"timeline"}
    assert {path.name for path in files} == {f"{name}.{form}" for name in names for form in ("png", "svg")}
    assert all(path.parent == study.folder / "figures" and path.stat().st_size > 1_000 for path in files)


def test_a_run_that_is_not_there_is_told(study):
    """Asking for the timeline of a run beyond the study gets a sentence."""
    with pytest.raises(UsageError, match="there is no run 60"):
        api.plot(study, run=60)


def test_every_metric_ladder_and_number_has_a_picture():
    """What is recorded is drawn: each metric, each sampled ladder, flag and number, under a name of its own."""
    summary = awkward()["plain"]
    assert list(pictures(summary)) == [
        "outcomes",
        "hundred-futures",
        "incidence",
        "convergence",
        "rungs-border_army",
        "rungs-talks_open",
        "fan-economy",
        "metric-days_pushed",
        "metric-first_push",
        "metric-worst",
        "metric-cost",
        "triggers",
    ]


def test_a_graph_too_large_for_a_slide_is_drawn_on_request_alone(study, tmp_path):
    """A program of many triggers is drawn by its agents; the graph of its triggers comes by name or with `every`."""
    summary = summarise_runs(api.play(api.load("ukraine-2014"), runs=range(3), seed=1))
    assert len(summary.program.triggers) > MOST_BOXES
    assert "agents" in pictures(summary)
    assert "triggers" not in pictures(summary)
    assert "triggers" in pictures(summary, every=True)
    picture, _ = api.draw(study, "triggers", tmp_path / "triggers.png")
    assert picture.stat().st_size > 1_000


def test_the_digest_of_a_program_sees_numbers_and_not_comments():
    """Another comment or another line is the same program; another number is another."""
    text = (HOUSE / "scenarios" / "first-lesson.yaml").read_text(encoding="utf-8")
    digests = [
        program_digest(api.Model("x", scenario_from_text(each)).program)
        for each in (text, "# a comment\n\n" + text, text.replace("hurts: 0.8", "hurts: 0.7"))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_provenance_holds_no_place_of_a_machine():
    """Texts beside pictures name no folder, so that two machines write the same."""
    for path in PLOTS.glob("*.txt"):
        assert str(Path.home()) not in path.read_text()
        assert str(HOUSE) not in path.read_text()
