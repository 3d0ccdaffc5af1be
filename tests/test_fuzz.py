"""Whatever stands in a file, it is told what is wrong with it: never a traceback, never without end.

Shipped scenarios are mutated line by line, word by word and byte by byte, and given to the function that
`sim validate` calls. The seed is fixed; the numbers of time and memory are printed with `pytest -s`.
"""

import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim import api
from sim.errors import UsageError
from sim.scenario.paths import known_paths
from sim.scenario.read import shipped_scenarios
from sim.scenario.source import read_document

FEW, MANY = 300, 6_000
LONGEST_SECONDS = 5.0
MOST_MEGABYTES = 400

Mutation = Callable[[random.Random, bytes], bytes]

ODD = [b"\x00", b"\xff", b"\xef\xbb\xbf", b"\t", b"\r", b"\xc2\xa0", b"\xe2\x80\xa8", b"{", b"}", b"[", b"]", b":",
       b"&a ", b"*a", b"<<: ", b"!!python/object:x ", b"- ", b"? ", b"| ", b"> ", b"'", b'"', b"%", b"#", b"---\n",
       b"...\n", b"\\", "ü".encode(), "\N{GRINNING FACE}".encode(), b"\xed\xa0\x80", b"`", b"@", b"~"]  # fmt: skip
NUMBERS = [b"0", b"-1", b"1e999", b"-1e308", b"010", b"0x1F", b"1e-400", b"9" * 400, b".inf", b".nan", b"1:30", b"5 %",
           b"3 days", b"1e30 years", b"0 days", b"-2 days", b"2030-13-45", b"9999-12-31", b"0001-01-01", b"true", b"no",
           b"null", b"", b"x y", b"a.b.c.d", b"1 / 0", b"0 / 0"]  # fmt: skip


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Mutation:
    def mutation(luck: random.Random, text: bytes) -> bytes:
        lines = text.split(b"\n")
        change(luck, lines)
        return b"\n".join(lines)

    return mutation


def _delete(luck: random.Random, lines: list[bytes]) -> None:
    del lines[luck.randrange(len(lines))]


def _double(luck: random.Random, lines: list[bytes]) -> None:
    at = luck.randrange(len(lines))
    lines.insert(luck.randrange(len(lines)), lines[at])


def _swap(luck: random.Random, lines: list[bytes]) -> None:
    one, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indent(luck: random.Random, lines: list[bytes]) -> None:
    at = luck.randrange(len(lines))
    lines[at] = b" " * luck.randrange(8) + lines[at].lstrip()


def _comment_out(luck: random.Random, lines: list[bytes]) -> None:
    at = luck.randrange(len(lines))
    lines[at] = b"# " + lines[at]


def _swap_words(luck: random.Random, text: bytes) -> bytes:
    words = text.split(b" ")
    one, other = luck.randrange(len(words)), luck.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _retype(luck: random.Random, text: bytes) -> bytes:
    """A word becomes a number, a date, or what YAML is known to misread."""
    words = text.split(b" ")
    words[luck.randrange(len(words))] = luck.choice(NUMBERS)
    return b" ".join(words)


def _misspell(luck: random.Random, text: bytes) -> bytes:
    at = luck.randrange(len(text) - 1)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _cut(luck: random.Random, text: bytes) -> bytes:
    return text[: luck.randrange(len(text))]


def _insert(luck: random.Random, text: bytes) -> bytes:
    at = luck.randrange(len(text))
    return text[:at] + luck.choice(ODD) + text[at:]


def _flip(luck: random.Random, text: bytes) -> bytes:
    at = luck.randrange(len(text))
    return text[:at] + bytes([luck.randrange(256)]) + text[at + 1 :]


def _nest(luck: random.Random, text: bytes) -> bytes:
    """Brackets, braces or minus signs, many of them, in the middle of a line."""
    at, deep = luck.randrange(len(text)), luck.choice([5, 50, 500, 20_000])
    return text[:at] + luck.choice([b"[", b"{a: ", b"(", b"-", b"not ", b"- "]) * deep + text[at:]


def _repeat(luck: random.Random, text: bytes) -> bytes:
    """A stretch of the file a hundred times."""
    at = luck.randrange(len(text))
    return text[:at] + text[at : at + luck.randrange(1, 60)] * 100 + text[at:]


MUTATIONS: list[Mutation] = [
    *(_lines(change) for change in (_delete, _double, _swap, _indent, _comment_out)),
    _swap_words, _retype, _retype, _misspell, _misspell, _cut, _insert, _insert, _flip, _nest, _repeat,
]  # fmt: skip


def mutants(count: int, *, seed: int) -> list[tuple[int, bytes]]:
    """So many mutants of the shipped scenarios, each changed one to four times."""
    originals = [path.read_bytes() for path in shipped_scenarios()]
    found = []
    for number in range(count):
        luck = random.Random(seed * 1_000_003 + number)
        text = luck.choice(originals)
        for _ in range(luck.choice([1, 1, 2, 4])):
            if len(text) > 2:
                text = luck.choice(MUTATIONS)(luck, text)
        found.append((number, text))
    return found


def fuzz(folder: Path, count: int, *, seed: int) -> None:
    """Validate so many mutants: each gets a verdict, in bounded time and memory."""
    slowest, faulty, file = 0.0, 0, folder / "mutant.yaml"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, text in mutants(count, seed=seed):
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
        assert all(str(fault) for fault in verdict.faults)
        assert all(fault.place is not None for fault in verdict.faults if fault.level == "error"), number
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n{count} mutants, {faulty} faulty; slowest {slowest:.2f} s, memory grew by {grown:.0f} MB")
    assert faulty > count // 3, "the mutations are too mild to test anything"
    assert slowest < LONGEST_SECONDS
    assert grown < MOST_MEGABYTES


def test_no_mutant_ends_in_a_traceback(tmp_path):
    """A few hundred broken scenarios each get their sentence."""
    fuzz(tmp_path, FEW, seed=1)


@pytest.mark.soak
def test_thousands_of_mutants_get_a_verdict(tmp_path):
    """Thousands of broken scenarios each get their sentence, in bounded time and memory."""
    fuzz(tmp_path, MANY, seed=2)


def settings(count: int, *, seed: int) -> list[tuple[str, str, str]]:
    """So many settings of shipped scenarios, of paths that are there or nearly so, to values that may make no sense."""
    odd = [
        *NUMBERS,
        *ODD,
        b"[0, 1]",
        b"{a: 1}",
        b"{lognormal: {median: 3 days, p90: 4 days}}",
        b"[a, {b: [c]}]",
        b"a: b",
    ]
    paths = {file.stem: known_paths(read_document(file).data) for file in shipped_scenarios()}
    found = []
    for number in range(count):
        luck = random.Random(seed * 1_000_003 + number)
        scenario = luck.choice(sorted(paths))
        ending = luck.choice(["", "", "", "", ".x", ".start", ".", ".for", ".0", " "])
        found.append((scenario, luck.choice(paths[scenario]) + ending, luck.choice(odd).decode("utf-8", "replace")))
    return found


@pytest.mark.parametrize("count", [200, pytest.param(3_000, marks=pytest.mark.soak)])
def test_no_setting_ends_in_a_traceback(count):
    """Whatever `--set` is given, it is told what is wrong with it, or it plays."""
    said = {"good": 0, "faulty": 0, "unusable": 0}
    for scenario, path, value in settings(count, seed=3):
        try:
            verdict = api.validate(scenario, overrides=[(path, value)])
        except UsageError:
            said["unusable"] += 1
            continue
        except Exception as error:
            raise AssertionError(f"{scenario} --set {path}={value!r}: {type(error).__name__}: {error}") from error
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
