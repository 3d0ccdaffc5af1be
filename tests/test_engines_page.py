"""What `docs/engines.md` tells of the engines is so: its excerpts are real, and so is what it says of them."""

from __future__ import annotations

import re
import struct

import pytest
from PIL import Image

from docs.excerpts import lines_of, module_of
from docs.pictures import two_engines
from sim import api
from sim.engine.native.layout import CELL
from sim.engine.native.write import write_module
from tests.documents import HOUSE, Block, blocks

PAGE = HOUSE / "docs" / "engines.md"
MARKED = [block for block in blocks(PAGE) if "of=" in block.marks]
LARGEST = 300_000


def source_of(block: Block) -> str:
    """Where a block says that it comes from."""
    return next(mark.removeprefix("of=") for mark in block.marks.split() if mark.startswith("of="))


def plain(line: str) -> str:
    """A line without remarks and without the numbers by which a function knows its values and labels."""
    return re.sub(r"(%?\b(?:v|on|yes|no|join|then|after|end|fails))\d+\b", r"\1", line.split(";")[0]).rstrip()


def stands_in(shown: list[str], source: list[str]) -> bool:
    """Whether the lines stand there one after another; `...` leaves out any number."""
    pieces: list[list[str]] = [[]]
    for line in shown:
        pieces.append([]) if line == "..." else pieces[-1].append(plain(line))
    at, whole = 0, [plain(line) for line in source]
    for piece in pieces:
        fitting = (n for n in range(at, len(whole) - len(piece) + 1) if whole[n : n + len(piece)] == piece)
        found = next(fitting, None)
        if found is None:
            return False
        at = found + len(piece)
    return True


@pytest.mark.parametrize("block", MARKED, ids=str)
def test_an_excerpt_is_what_it_says_it_is(block: Block):
    """Its lines stand in its source, word for word and in this order."""
    assert stands_in(block.text.splitlines(), lines_of(source_of(block))), f"{block} is not in {source_of(block)}"


def test_the_comparison_of_excerpts_sees_what_is_not_so():
    """A number, a place in memory, an operation or the order of lines that differs is no excerpt."""
    source = ["  %v1 = load double, ptr %v0", "  %v2 = fmul double %v1, %v1", "  ret double %v2"]
    assert stands_in(["  %v7 = load double, ptr %v6  ; army", "...", "  ret double %v8"], source)
    assert not stands_in(["  %v2 = fadd double %v1, %v1"], source)
    assert not stands_in(list(reversed(source)), source)
    assert not stands_in(["  112  2.5"], ["  112  2.0"])


def test_every_way_into_machine_code_is_shown():
    """The page has excerpts of the file, the Program, the model, the assembly and the numbers."""
    kinds = {source_of(block).split(":")[0].split("/")[0] for block in MARKED}
    assert kinds == {"scenarios", "program", "sim", "assembly", "data"}


def test_another_number_is_another_block_of_data_and_the_same_assembly():
    """A rate of 0.02 and a year more compile nothing; an operator more is another text."""

    def written(path: str = "", value: str = "") -> tuple[str, bytes]:
        program = api.load("ladder", overrides=[(path, value)] if path else []).program
        module = write_module(program)
        return str(module), module.data.bytes().tobytes()

    text, data = written()
    for path, value in (("triggers.escalate.rate", "0.02 * exp(-0.7 * tier) if army < attack else 0"),
                        ("horizon", "2 years")):  # fmt: skip
        other, numbers = written(path, value)
        assert other == text
        assert numbers != data
    assert written("triggers.escalate.rate", "0.01 if army < attack else 0")[0] != text


def test_the_places_and_keys_of_the_page_are_those_of_the_program():
    """What is said of bytes in the state, of entries and of two keys on day 30."""
    layout, page = module_of("ladder").layout, PAGE.read_text()
    names = [trigger.name for trigger in layout.program.triggers]
    entries = {max(cells.clock, cells.firing): names[cells.place] for cells in layout.triggers}
    assert layout.entries == len(entries) == 5
    assert [entries[number] for number in range(5)] == ["escalate", "withdraw", "impose", "relief", "accounts"]
    assert (layout.slot(0), layout.slot(1), layout.triggers[0].rate) == (392, 400, 440)
    due = 30 * 86_400_000_000
    assert f"{due:,} ticks" in page
    for entry in (3, 4):
        assert f"| {entry} `{entries[entry]}` | {due << layout.depth | entry:,} |" in page


def test_the_numbers_beside_the_assembly_are_read_as_they_were_put():
    """Cells that the page shows hold reals, and whole numbers are told apart from them."""
    cells = module_of("ladder").data.cells
    assert struct.unpack("<d", cells[120 // CELL])[0] == 0.01
    assert lines_of("data:ladder")[0].split() == ["0", str(365 * 86_400_000_000)]


def test_the_snippet_of_the_page_prints_the_assembly(capsys: pytest.CaptureFixture[str]):
    """What a reader is told to type prints all of it."""
    (snippet,) = (block for block in blocks(PAGE) if block.language == "python" and not block.marks)
    exec(snippet.text, {})
    assert (
        capsys.readouterr().out.rstrip("\n").splitlines()
        == "\n".join(lines_of("assembly:ladder")).rstrip().splitlines()
    )


def test_the_picture_was_drawn_from_the_lines_as_they_are():
    """It carries a digest of its recipe and of the lines in it: `python -m docs.pictures.two_engines` draws it anew."""
    with Image.open(two_engines.PICTURE) as picture:
        assert picture.info["Description"] == two_engines.provenance(), "run: python -m docs.pictures.two_engines"
    assert two_engines.PICTURE.stat().st_size < LARGEST
