"""Wrong scenarios by the thousand: a right one, and what a hand that slips would make of it.

`torn` tears at lines, words and bytes, so that what comes out is often no YAML at all. `mistaken` reads the file and
writes it again with blocks and values out of place: keys dropped, doubled, misspelt, borrowed, moved; values of other
kinds. Everything follows from the number of the mutant.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sim.scenario.keys import KEYS
from sim.scenario.read import shipped_scenarios

TESTS = Path(__file__).resolve().parent

ODD = [b"\x00", b"\xff", b"\xef\xbb\xbf", b"\t", b"\r", b"\xc2\xa0", b"\xe2\x80\xa8", b"{", b"}", b"[", b"]", b":",
       b"&a ", b"*a", b"<<: ", b"!!python/object:x ", b"- ", b"? ", b"| ", b"> ", b"'", b'"', b"%", b"#", b"---\n",
       b"...\n", b"\\", "ü".encode(), "\N{GRINNING FACE}".encode(), b"\xed\xa0\x80", b"`", b"@", b"~"]  # fmt: skip
NUMBERS = [b"0", b"-1", b"1e999", b"-1e308", b"010", b"0x1F", b"1e-400", b"9" * 400, b".inf", b".nan", b"1:30", b"5 %",
           b"3 days", b"1e30 years", b"0 days", b"-2 days", b"2030-13-45", b"9999-12-31", b"0001-01-01", b"true", b"no",
           b"null", b"", b"x y", b"a.b.c.d", b"1 / 0", b"0 / 0"]  # fmt: skip
OTHERS = ["''", "[]", "{}", "[0, 1]", "{a: 1}", "[a, {b: [c]}]", "0", "1", "2", "-1", "-5 %", "150 %", "1e300", "0.5",
          "1e9 days", "-3 days", "0 days", "7 days", "2030-02-01", "1914-08-01", "true", "false", "nobody", "record",
          "all members", "9 of 3", "1 / 0", "log(0)", "draw normal(0, 1)", "since(x)", "day", "risk", "gain", "each",
          "{normal: {mean: 0, sd: 1}}", "{lognormal: {median: 3 days, p90: 4 days}}", "{uniform: {low: 1, high: 0}}",
          "20 % within 30 days", "x = 1", "[x = 1, y += 2]", "consent of us", "'a b, c: d'", "a.b.c.d", "1:30", "010",
          "not true", "{start: 1, within: [0, 1]}", "[{a: 1}, {a: 2}]", "{one_of: [a, b], start: a}", "in", "x > 1",
          "{range: [0, 1]}", "{a: {b: {c: {d: 1}}}}", "'.'", "a..b", "'-'", "_noted", "home.support", "99999999999999",
          "[]", "[[], []]", "1 day", "x", "sum(unrest)", "9 ** 9 ** 9", "max()", "a(", "''", "~"]  # fmt: skip
WORDS = sorted({key for keys in KEYS.values() for key in keys})


@cache
def originals() -> tuple[Path, ...]:
    """The files of which mutants are made: between them they use every word of the language."""
    small = [*(TESTS / "described").glob("*.yaml"), *(TESTS / "agents" / "ten_lines").glob("*.yaml")]
    return (*shipped_scenarios(), TESTS.parent / "docs" / "unsaid.yaml", *sorted(small))


# ------------------------------------------------------------------------------------------- torn text

Tear = Callable[[random.Random, bytes], bytes]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Tear:
    def tear(luck: random.Random, text: bytes) -> bytes:
        lines = text.split(b"\n")
        change(luck, lines)
        return b"\n".join(lines)

    return tear


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


TEARS: list[Tear] = [
    *(_lines(change) for change in (_delete, _double, _swap, _indent, _comment_out)),
    _swap_words, _retype, _retype, _misspell, _misspell, _cut, _insert, _insert, _flip, _nest, _repeat,
]  # fmt: skip


def torn(luck: random.Random, text: bytes) -> bytes:
    """The text, torn once to four times."""
    for _ in range(luck.choice([1, 1, 2, 4])):
        if len(text) > 2:
            text = luck.choice(TEARS)(luck, text)
    return text


# ------------------------------------------------------------------------------------------- mistaken blocks


@dataclass(eq=False)
class Block:
    """A block of a file that may hold a key twice."""

    pairs: list[list]  # [key, value]


def _tree(node: yaml.Node | None) -> object:
    if isinstance(node, yaml.MappingNode):
        return Block([[key.value, _tree(value)] for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return [_tree(value) for value in node.value]
    if not isinstance(node, yaml.ScalarNode):
        return ""
    return json.dumps(node.value, ensure_ascii=False) if node.style else node.value


def tree_of(text: str) -> object:
    """A YAML text as blocks, lists and leaves as they are written."""
    return _tree(yaml.compose(text, yaml.SafeLoader))


def _flow(value: object) -> str:
    if isinstance(value, Block):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    plain = str(value)
    return (
        json.dumps(plain, ensure_ascii=False)
        if plain[:1] not in "\"'" and re.search(r"[,\[\]{}#]|: ", plain)
        else plain
    )


def written(value: object, depth: int = 0) -> str:
    """Such a tree as YAML again, a key to a line down to the third level."""
    if isinstance(value, Block) and value.pairs and depth < 3:
        lines = []
        for key, inner in value.pairs:
            deeper = isinstance(inner, Block) and inner.pairs and depth < 2
            lines.append(f"{'  ' * depth}{key}:{chr(10) if deeper else ' '}{written(inner, depth + 1)}")
        return "\n".join(lines)
    return _flow(value)


def _blocks(value: object) -> list[Block]:
    """Every block of a tree, from the outside in."""
    inner = [one for _, one in value.pairs] if isinstance(value, Block) else value if isinstance(value, list) else []
    mine = [value] if isinstance(value, Block) and value.pairs else []
    return mine + [block for one in inner for block in _blocks(one)]


def _place(luck: random.Random, blocks: Sequence[Block]) -> tuple[Block, int]:
    """A key of some block, whatever its depth."""
    block = luck.choice(blocks)
    return block, luck.randrange(len(block.pairs))


@cache
def _stock() -> tuple[list[str], list[object]]:
    """Keys and values of all the originals, for what is borrowed."""
    pairs = [
        pair for file in originals() for block in _blocks(tree_of(file.read_text("utf-8"))) for pair in block.pairs
    ]
    return sorted({str(key) for key, _ in pairs}), [value for _, value in pairs]


def _mistyped(luck: random.Random, word: str) -> str:
    """A word with a letter left out, doubled, exchanged with the next, or an `s` too many."""
    at = luck.randrange(len(word)) if word else 0
    before, this, after = word[:at], word[at : at + 1], word[at + 1 :]
    return luck.choice([before + after, before + this * 2 + after, before + after[:1] + this + after[1:], f"{word}s"])


def _reworded(luck: random.Random, leaf: str) -> str:
    """A leaf with one of its words dropped, misspelt, or of another name."""
    words = re.split(r"([A-Za-z_][\w.]*)", leaf)
    at = luck.choice([*range(1, len(words), 2)] or [0])
    keys = _stock()[0]
    words[at] = luck.choice(["", _mistyped(luck, words[at]), luck.choice(keys), f"{words[at]}.{luck.choice(keys)}",
                             words[at].rpartition(".")[2], luck.choice(OTHERS)])  # fmt: skip
    return "".join(words)


def mistaken(luck: random.Random, text: bytes) -> bytes:
    """The file with one mistake to three in its blocks and values."""
    tree = tree_of(text.decode("utf-8"))
    for _ in range(luck.choice([1, 1, 1, 2, 3])):
        blocks = _blocks(tree)
        if blocks:
            _mistake(luck, blocks)
    return (written(tree) + "\n").encode()


def _mistake(luck: random.Random, blocks: Sequence[Block]) -> None:
    (block, at), (other, there) = _place(luck, blocks), _place(luck, blocks)
    key, value = block.pairs[at]
    keys, values = _stock()
    match luck.choice(["drop", "double", "misspell", "borrow", "move", "copy", "swap", "odd", "odd", "odd", "value",
                       "value", "word", "word", "word", "wrap", "unwrap"]):  # fmt: skip
        case "drop":
            del block.pairs[at]
        case "double":
            block.pairs.insert(luck.randrange(len(block.pairs) + 1), [key, luck.choice([value, luck.choice(values)])])
        case "misspell":
            block.pairs[at] = [_mistyped(luck, key), value]
        case "borrow":
            block.pairs[at] = [luck.choice([luck.choice(WORDS), luck.choice(keys), "a.b", "9", "a b", "_x"]), value]
        case "move" if other not in _blocks(value):
            other.pairs.insert(there, block.pairs.pop(at))
        case "copy" if other not in _blocks(value):
            other.pairs.append([key, value])
        case "swap" if other not in _blocks(value) and block not in _blocks(other.pairs[there][1]):
            block.pairs[at], other.pairs[there] = [key, other.pairs[there][1]], [other.pairs[there][0], value]
        case "value":
            block.pairs[at] = [key, luck.choice(values)]
        case "word":
            leaves = [(one, n) for one in blocks for n, (_, leaf) in enumerate(one.pairs) if isinstance(leaf, str)]
            one, n = luck.choice(leaves or [(block, at)])
            one.pairs[n] = [one.pairs[n][0], _reworded(luck, str(one.pairs[n][1]))]
        case "wrap":
            block.pairs[at] = [key, luck.choice([[value], Block([[luck.choice(keys), value]]), [value, value]])]
        case "unwrap" if isinstance(value, Block) and value.pairs:
            block.pairs[at] = [key, luck.choice(value.pairs)[1]]
        case _:
            block.pairs[at] = [key, tree_of(luck.choice(OTHERS))]


def mutant(number: int, *, seed: int) -> tuple[Path, bytes]:
    """Of which file, and what has become of it; half of them are torn, half are mistaken."""
    luck = random.Random(seed * 1_000_003 + number)
    file = luck.choice(originals())
    return file, luck.choice([torn, mistaken, mistaken])(luck, file.read_bytes())
