"""Reading the manual as a test reads it: the YAML blocks and the commands of a Markdown page.

A page marks its blocks behind the word for the language, where a reader does not see it:

    ```yaml               a complete scenario: it is valid, it plays, and what it expects of itself holds
    ```yaml part          top-level keys, valid when laid over the frame, `docs/frame.yaml`
    ```yaml wrong         a file that is told what is wrong with it; a text block that follows is what it is told
    ```yaml fails         a valid scenario whose runs do not end well
    ```yaml file=a.yaml   any of these, that the commands of the page know as a.yaml
    ```console            commands behind `$ `, and what they print; numbers may differ from those shown
    ```console exit=2     the same, ended with this code
    ```console needs=dask the same, but run only where that module, of an optional extra, is installed

An HTML comment `<!-- edit FILE: OLD -> NEW -->` is what the reader is told to change in a file.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent

_STEP = re.compile(
    r"^```(?P<language>\w+)(?P<marks>[^\n]*)\n(?P<text>.*?)^```$"
    r"|<!-- edit (?P<file>\S+): (?P<old>.+?) -> (?P<new>.+?) -->",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page, or a change of a file between blocks (language `edit`, then `text` is old, `marks` new)."""

    page: str
    line: int
    language: str
    marks: str
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every page of the manual."""
    return [HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The blocks and changes of a page, in order."""
    text, name = page.read_text(), str(page.relative_to(HOUSE))
    found = []
    for match in _STEP.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["language"]:
            marks = match["marks"].strip()
            file = next((mark.removeprefix("file=") for mark in marks.split() if mark.startswith("file=")), "")
            found.append(Block(name, line, match["language"], marks, match["text"], file))
        else:
            found.append(Block(name, line, "edit", match["new"], match["old"], match["file"]))
    return found


def all_blocks(language: str) -> list[Block]:
    """The blocks of one language in the whole manual."""
    return [block for page in pages() for block in blocks(page) if block.language == language]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, with the lines that the page shows below it."""

    words: str
    shown: tuple[str, ...]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block; one that ends in a backslash goes on on the next line."""
    for part in re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        words, *shown = part.rstrip("\n").split("\n")
        yield Command(words.strip(), tuple(shown))


def shape(line: str) -> str:
    """A line without what may differ from machine to machine: numbers, lengths of bars and gaps.

    >>> shape("war   12.4 %  ██████") == shape("war  7.35 %  █▌")
    True
    """
    line = re.sub(r"\b[0-9a-f]{8}\b", "<digest>", re.sub(r"[▏▎▍▌▋▊▉█]", "", line))
    line = re.sub(r"[-+]?\d[\d,_]*(\.\d+)?", "0", line)
    line = re.sub(r"([^\w\s])\1+", r"\1", line)
    return re.sub(r"\s+", " ", line).strip()


def walk_through(steps: list[Block], folder: Path) -> None:
    """Do in a folder what a page tells its reader to do, and hold each command to what the page shows."""
    for step in steps:
        if step.language == "yaml" and step.file:
            (folder / step.file).write_text(step.text)
        elif step.language == "edit":
            text = (folder / step.file).read_text()
            assert text.count(step.text) == 1, (
                f"{step}: `{step.text}` stands {text.count(step.text)} times in {step.file}"
            )
            (folder / step.file).write_text(text.replace(step.text, step.marks))
        elif step.language == "console" and has_what_it_needs(step):
            for command in commands(step):
                carry_out(command, step, folder)


def has_what_it_needs(step: Block) -> bool:
    """Whether the module that a block names is installed."""
    needed = [mark.removeprefix("needs=") for mark in step.marks.split() if mark.startswith("needs=")]
    return all(find_spec(name) is not None for name in needed)


def expanded(word: str, folder: Path) -> list[str]:
    """What a shell makes of a word with a star: the files that fit, or the word itself."""
    fitting = sorted(str(path.relative_to(folder)) for path in folder.glob(word)) if "*" in word else []
    return fitting or [word]


def carry_out(command: Command, step: Block, folder: Path) -> None:
    """Run one command; `make` is left to those who run the tests."""
    words = shlex.split(command.words)
    if words[0] in ("make", "git", "cd", "."):  # to get and set up the project, which whoever tests has done
        return
    assert words[0] == "sim", f"{step}: `{command.words}` is no command of ours"
    rest = [found for word in words[1:] for found in expanded(word, folder)]
    done = subprocess.run(
        [sys.executable, "-m", "sim", *rest],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(HOUSE), "NO_COLOR": "1", "COLUMNS": "80"},
    )  # fmt: skip
    code = next((int(mark.removeprefix("exit=")) for mark in step.marks.split() if mark.startswith("exit=")), 0)
    said = done.stdout + done.stderr
    assert done.returncode == code, f"{step}: `{command.words}` ended with {done.returncode}, not {code}:\n{said}"
    # What luck and machines do not touch must be as shown, to the letter.
    seen = str.rstrip if words[1] in ("validate", "list", "new") else shape
    printed = {seen(line) for line in said.splitlines()}
    missing = [line for line in command.shown if line.strip() not in ("", "...") and seen(line) not in printed]
    assert not missing, f"{step}: `{command.words}` does not print lines like {missing}, but:\n{said}"
