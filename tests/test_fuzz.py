"""Whatever stands in a file, it is told what is wrong with it: never a traceback, never without end.

Mutants of the shipped scenarios, and of small ones that between them use every word, are given to the function that
`sim validate` calls; how they are made stands in `tests/mutants.py`. The seed is fixed; the numbers of time and memory
are printed with `pytest -s`.
"""

import random
import re
import resource
import shutil
import time
from pathlib import Path

import pytest

from sim import api
from sim.errors import Fault, UsageError
from sim.scenario.paths import known_paths
from sim.scenario.read import shipped_folder
from sim.scenario.source import read_document
from tests.mutants import NUMBERS, ODD, OTHERS, mutant, originals

FEW, MANY = 200, 6_000
LONGEST_SECONDS = 5.0
MOST_MEGABYTES = 400
OWN_NAME = re.compile(r"(?<!\w)_[A-Za-z]\w*")
"""What the expansion calls what it keeps for itself: `army._before`."""


def what_is_wrong_with(fault: Fault, text: str) -> str:
    """What a fault leaves its reader without: a place, a sentence, a remedy, or words that are known."""
    if fault.level == "warning":
        return ""
    if fault.place is None or not fault.says:
        return "no place, or no sentence"
    if not fault.remedy and not re.search("write|wanted|must|needs|takes|cannot be read|did you mean|once", fault.says):
        return "no remedy"
    kept = set(OWN_NAME.findall(f"{fault.says} {fault.remedy}")) - set(OWN_NAME.findall(text))
    return f"speaks of {kept}" if kept else ""


def fuzz(folder: Path, count: int, *, seed: int) -> None:
    """Validate so many mutants: each gets a verdict, in bounded time and memory."""
    slowest, faulty, file = 0.0, 0, folder / "mutant.yaml"
    shutil.copytree(shipped_folder() / "pieces", folder / "pieces")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        original, text = mutant(number, seed=seed)
        file.write_bytes(text)
        began = time.process_time()
        try:
            verdict = api.validate(file)
        except Exception as error:
            kept = folder / f"mutant-{number}.yaml"
            kept.write_bytes(text)
            raise AssertionError(f"mutant {number} ({kept}) ended in {type(error).__name__}: {error}") from error
        slowest = max(slowest, time.process_time() - began)
        faulty += not verdict.holds
        told = text.decode("utf-8", "replace")
        unfit = [(str(fault), wrong) for fault in verdict.faults if (wrong := what_is_wrong_with(fault, told))]
        assert not unfit, (number, original, unfit)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n{count} mutants, {faulty} faulty; slowest {slowest:.2f} s, memory grew by {grown:.0f} MB")
    assert count // 3 < faulty < count, "the mutations are too mild, or too wild, to test anything"
    assert slowest < LONGEST_SECONDS
    assert grown < MOST_MEGABYTES


def test_no_mutant_ends_in_a_traceback(tmp_path):
    """A few hundred broken scenarios each get their sentence."""
    fuzz(tmp_path, FEW, seed=1)


@pytest.mark.soak
def test_thousands_of_mutants_get_a_verdict(tmp_path):
    """Thousands of broken scenarios each get their sentence, in bounded time and memory."""
    fuzz(tmp_path, MANY, seed=2)


def settings(count: int, *, seed: int) -> list[tuple[Path, str, str]]:
    """So many settings of paths that are there or nearly so, to values that may make no sense."""
    odd = [*OTHERS, *(one.decode("utf-8", "replace") for one in (*NUMBERS, *ODD, b"a: b"))]
    paths = {file: known_paths(read_document(file).data) for file in originals()}
    found = []
    for number in range(count):
        luck = random.Random(seed * 1_000_003 + number)
        file = luck.choice(originals())
        ending = luck.choice(["", "", "", "", ".x", ".start", ".", ".for", ".0", " "])
        found.append((file, luck.choice(paths[file]) + ending, luck.choice(odd)))
    return found


@pytest.mark.parametrize("count", [90, pytest.param(3_000, marks=pytest.mark.soak)])
def test_no_setting_ends_in_a_traceback(count):
    """Whatever `--set` is given, it is told what is wrong with it, or it plays."""
    said = {"good": 0, "faulty": 0, "unusable": 0}
    for file, path, value in settings(count, seed=3):
        try:
            verdict = api.validate(file, overrides=[(path, value)])
        except UsageError:
            said["unusable"] += 1
            continue
        except Exception as error:
            raise AssertionError(f"{file} --set {path}={value!r}: {type(error).__name__}: {error}") from error
        unfit = [str(fault) for fault in verdict.faults if what_is_wrong_with(fault, f"{path} {value}")]
        assert not unfit, (file, path, value, unfit)
        said["good" if verdict.holds else "faulty"] += 1
    assert min(said.values()) > count // 100, said


HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 9 days\n"
END = "outcomes: {end: {otherwise: true}}\n"


def many(pattern: str, count: int, *, join: str = ", ") -> str:
    """A pattern so many times, `#` being the number."""
    return join.join(pattern.replace("#", str(number)) for number in range(count))


HUGE = {
    "unknown keys": HEAD + many("k#: 1", 9_000, join="\n") + "\n" + END,
    "pieces of torn text": HEAD + "title: {a: b, " + many("k#", 9_000) + "}\n" + END,
    "policies": HEAD
    + f"quantities: {{{many('k#: {start: 1}', 2_500)}}}\npolicies: {{{many('p#: {k#.within: [0, 1]}', 48)}}}\n"
    + END,
    "too many policies": HEAD + "policies: {" + many("p#: {}", 5_000) + "}\n" + END,
    "unknown names": HEAD + "triggers: {" + many("t#: {when: y# > 1, do: x = #}", 2_500) + "}\n" + END,
    "options": HEAD + "triggers: {t: {every: 1 day, choose: {" + many("o#: {}", 3_000) + "}}}\n" + END,
    "rungs": HEAD + "quantities: {a: {start: l0, level: [" + many("l#", 5_000) + "]}}\n" + END,
    "derived quantities": HEAD + "quantities: {q0: 1, " + many("q1#: {is: q0 + 1}", 2_500) + "}\n" + END,
    "a long line": HEAD + "title: " + "x" * 900_000 + "\n" + END,
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_large_files_get_their_verdict_in_good_time(name, tmp_path):
    """Nothing that fits the limits of a file takes longer than seconds, whatever it is made of."""
    file = tmp_path / "huge.yaml"
    file.write_text(HUGE[name])
    began = time.process_time()
    verdict = api.validate(file)
    assert time.process_time() - began < LONGEST_SECONDS
    assert verdict.says
