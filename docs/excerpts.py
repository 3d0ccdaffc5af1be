"""Where the excerpts of a page come from: a file of the house, or what the code makes of a scenario.

A page marks a block with `of=SOURCE`, and a test holds that the lines of the block stand in that source:

    of=sim/engine/reference.py    a file
    of=program:ladder             `sim show ladder --program`
    of=assembly:ladder            the assembly of its program
    of=data:ladder                the numbers beside that assembly, each behind its place in bytes
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from sim import api
from sim.engine.native.module import Module
from sim.engine.native.write import write_module

HOUSE = Path(__file__).resolve().parent.parent
SMALLEST_WHOLE = 1 << 52
"""Bits below that are a whole number: as a real they would be too small for any scenario."""


@cache
def module_of(scenario: str) -> Module:
    """A shipped scenario as assembly and numbers."""
    return write_module(api.load(scenario).program)


def lines_of(source: str) -> list[str]:
    """The lines of a source."""
    kind, _, scenario = source.partition(":")
    match kind:
        case "program":
            return api.show(api.load(scenario), "program").splitlines()
        case "assembly":
            return str(module_of(scenario)).splitlines()
        case "data":
            return [f"{place * 8:>5}  {number_of(cell)!r}" for place, cell in enumerate(module_of(scenario).data.cells)]
        case _:
            return (HOUSE / source).read_text(encoding="utf-8").splitlines()


def number_of(cell: bytes) -> int | float:
    """What stands in a cell; which of the two kinds is not kept, but can be seen."""
    (bits,) = struct.unpack("<Q", cell)
    return int(bits) if 0 < bits < SMALLEST_WHOLE else float(struct.unpack("<d", cell)[0])
