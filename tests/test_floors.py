"""The house stands: imports run down the floors, never up, never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent

# The floors, from the ground up: files and folders of `sim`. A file may import from lower floors and from its own,
# where only circles are forbidden, except that files named one by one stand in order. Change this on purpose.
FLOORS: dict[str, tuple[str, ...]] = {
    "ground": ("__init__", "errors", "counted", "digits", "clock", "streams", "special", "provenance", "locks"),
    "language": ("language", "language.words", "language.tree", "language.functions", "language.parse"),
    "scenario": ("scenario", "scenario.source", "scenario.schema", "scenario.read"),
    "agents": ("agents", "agents.draft", "agents.expand"),
    "program": ("program", "program.ir", "program.build"),
    "engine": ("engine", "engine.order", "engine.record", "engine.reference", "engine.choose"),
    "study": ("study", "study.design", "study.ensemble", "study.execute"),
    "analysis": ("analysis",),
    "figures": ("figures",),
    "game": ("game",),
    "verbs": ("page", "verbs", "api"),
    "faces": ("cli", "seminar", "__main__"),
}


def files() -> dict[str, Path]:
    """Every module of the package, by its name below `sim`."""
    package = HOUSE / "sim"
    names = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)] = path
    return names


def imports(path: Path, known: dict[str, Path]) -> Iterator[tuple[str, int]]:
    """Modules of the package that a file imports anywhere in it, for types too, with the line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively: write the whole name"
            base = node.module or ""
            targets = [f"{base}.{alias.name}" for alias in node.names]
            targets = [target if target.removeprefix("sim.") in known else base for target in targets]
        else:
            continue
        for target in targets:
            if target == "sim":
                yield "__init__", node.lineno
            elif target.startswith("sim."):
                yield target.removeprefix("sim."), node.lineno


def standing(name: str) -> tuple[int, int] | None:
    """(floor, position on it) of a module; position -1 if only its folder is named; None if no floor has it."""
    for level, floor in enumerate(FLOORS.values()):
        if name in floor:
            return level, floor.index(name)
        if name.split(".")[0] in floor:
            return level, -1
    return None


def is_upward(here: tuple[int, int], there: tuple[int, int]) -> bool:
    """Whether an import from `here` reaches up to `there`."""
    ordered = min(here[1], there[1]) >= 0
    return there[0] > here[0] or (there[0] == here[0] and ordered and there[1] > here[1])


def arrows() -> dict[str, set[str]]:
    """Which module imports which."""
    known = files()
    return {name: {target for target, _ in imports(path, known)} for name, path in known.items()}


def test_every_file_stands_on_a_floor():
    """A new file has a place in the house before it has a line."""
    homeless = [str(path) for name, path in files().items() if standing(name) is None]
    assert not homeless, f"on no floor, see FLOORS in this file: {homeless}"


def test_no_import_runs_up_the_floors():
    """A stage knows nothing of the stages that will read what it makes."""
    known, upward = files(), []
    for name, path in known.items():
        for target, line in imports(path, known):
            here, there = standing(name), standing(target)
            assert here, f"{path} is on no floor"
            assert there, f"{path}:{line} imports {target}, which is on no floor"
            if is_upward(here, there):
                upward.append(f"{path.relative_to(HOUSE)}:{line} imports sim.{target} from above")
    assert not upward, "\n".join(upward)


def test_the_test_of_floors_sees_what_runs_up():
    """A lower floor, an earlier file of the same floor: those may be imported, the others not."""
    ground, language, parse, study = (
        standing(name) for name in ("clock", "language.tree", "language.parse", "study.x")
    )
    assert ground and language and parse and study
    assert is_upward(ground, language)
    assert is_upward(language, parse)
    assert not is_upward(parse, language)
    assert not is_upward(study, parse)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of a graph, its first node repeated at the end; empty if there is none."""
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            if found := search(target, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := search(name, []))), [])


def test_no_import_comes_back_to_itself():
    """No two files need each other, not even for types or inside a function."""
    found = circle(arrows())
    assert not found, " -> ".join(found)


def test_the_test_of_circles_sees_them():
    """A graph with a circle has it named, one without has none."""
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}
    found = circle(graph)
    assert found[0] == found[-1]
    assert all(later in graph[earlier] for earlier, later in pairwise(found))
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_faces_know_the_verbs_only():
    """The command line and the seminar hold no logic, so they import `sim.api`, each other, and the ground."""
    known, strays = files(), []
    for name, path in known.items():
        if name.split(".")[0] not in FLOORS["faces"]:
            continue
        for target, line in imports(path, known):
            head = target.split(".")[0]
            if head not in (*FLOORS["faces"], *FLOORS["verbs"], *FLOORS["ground"]):
                strays.append(f"{path.relative_to(HOUSE)}:{line} imports sim.{target}; faces know sim.api")
    assert not strays, "\n".join(strays)


def test_nothing_is_given_to_pythons_evaluator():
    """No eval, exec or compile anywhere in the package: scenarios come from strangers."""
    bad = []
    for path in files().values():
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("eval", "exec", "compile"):
                bad.append(f"{path.relative_to(HOUSE)}:{called.lineno} calls {called.id}")
    assert not bad, "\n".join(bad)
