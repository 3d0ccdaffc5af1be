"""The README takes a newcomer to a changed scenario of their own, and each step of it works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documents import HOUSE, Block, Command, blocks, carry_out, walk_through

README = HOUSE / "README.md"


def block(language: str, mark: str) -> Block:
    """The one block of the README in this language with this mark."""
    (found,) = (step for step in blocks(README) if step.language == language and mark in step.marks.split())
    return found


def test_a_newcomer_can_do_everything_the_readme_says(tmp_path: Path):
    """In an empty folder, every command and every change in order; each prints lines of the shape shown."""
    walk_through(blocks(README), tmp_path)


def test_the_first_lesson_of_the_readme_is_the_one_that_is_shipped():
    """What a reader copies from the README is what `sim run first-lesson` plays."""
    shipped = (HOUSE / "scenarios" / "first-lesson.yaml").read_text()
    assert block("yaml", "file=first-lesson.yaml").text == shipped


def test_the_table_of_the_readme_has_the_shape_of_what_is_printed(tmp_path: Path):
    """`make run` prints such a table. Fewer runs are played here, so only rows of names and numbers are compared."""
    shown = block("text", "run")
    rows = tuple(line for line in shown.text.splitlines() if re.match(r"\w+( \([^)]*\))?\s+[-\d.,]+\s", line))
    assert len(rows) > 5, "the README shows outcomes and metrics"
    carry_out(Command("sim run ukraine-2014 -n 200 --no-plots", rows), shown, tmp_path)


@pytest.mark.parametrize(
    "picture", re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README.read_text()), ids=lambda pair: pair[1]
)
def test_every_picture_of_the_readme_is_there_and_says_what_it_shows(picture: tuple[str, str]):
    """A picture has a file and a sentence for those who cannot see it."""
    says, file = picture
    assert (HOUSE / file).exists()
    assert len(says.split()) >= 4
