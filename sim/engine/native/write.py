"""A Program, written as assembly."""

from __future__ import annotations

import sys

from sim.engine.native.course import (
    Watch,
    write_alerts,
    write_begin,
    write_end,
    write_outcome,
    write_play,
    write_sample,
    write_turns,
)
from sim.engine.native.firing import Firing
from sim.engine.native.kernel import write_kernel
from sim.engine.native.life import Life
from sim.engine.native.module import Module
from sim.engine.order import consequences
from sim.program.ir import Program

DEEPEST = 20_000
"""So many calls of Python within each other are allowed while a program is written: trees and names may be deep."""


def write_module(program: Program) -> Module:
    """All that a program needs to be played, each function after those that it calls."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEPEST))
    try:
        return _written(program)
    finally:
        sys.setrecursionlimit(before)


def _written(program: Program) -> Module:
    module = Module(program)
    write_kernel(module)
    for number in range(len(program.metrics)):
        Watch(module, number).write()
    for number, outcome in enumerate(program.outcomes):
        if outcome.how == "when":
            write_outcome(module, number)
    lives = [Life(module, place) for place in range(len(program.triggers))]
    for life in lives:
        life.write()
    for life, row in zip(lives, consequences(program), strict=True):
        Firing(life, row).write()
    write_sample(module)
    write_alerts(module)
    write_begin(module)
    write_end(module)
    write_turns(module)
    write_play(module)
    return module
