"""Run as a program: plays random programs on both engines until time is up or they part.

    python -m tests.agreement.soak --seconds 3600 --seed 1

Every program is played by the SimPy engine and by machine code of every level, under circumstances of its own. It
ends with what was played and met; at the first difference it says the number of the program and what differs, and
writes the scenario beside it, made as small as it could be.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.engine import compiled
from sim.engine.record import Ending, Runs
from sim.program.ir import Program
from sim.program.listing import core_text
from tests.agreement.features import EVERY_FEATURE, met, used
from tests.agreement.numbered import FEW_TURNS, play
from tests.agreement.same import LEVELS, Circumstances, difference, level, limits
from tests.agreement.wild import wild_case, wild_scenario

OPTIMISED_ONE_IN = 10
"""Optimised code takes ten times as long to make, so that one program in ten has it."""

BLOCK = 50


@dataclass
class Account:
    """What a soak has played so far."""

    programs: Counter[str] = field(default_factory=Counter)  # by level
    runs: int = 0
    rows: int = 0
    turns: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    def add(self, name: str, program: Program, runs: Runs, how: Circumstances) -> None:
        """One more program, which agreed."""
        self.programs[name] += 1
        self.runs += len(runs)
        self.rows += sum(map(len, runs.events))
        self.turns += int(runs.turns.sum())
        self.endings.update(Ending(int(ending)).name for ending in runs.ending)
        self.features.update({*used(program), *met(runs, switched=bool(how.luck.switches), own=bool(how.own))})
        self.largest = max(self.largest, len(program.triggers))

    def __str__(self) -> str:
        never = [feature for feature in EVERY_FEATURE if not self.features[feature]]
        levels = ", ".join(f"{count:,} {name}" for name, count in self.programs.items())
        endings = ", ".join(f"{count:,} {name}" for name, count in self.endings.most_common())
        return (
            f"{sum(self.programs.values()):,} programs ({levels}), the largest of {self.largest} triggers; "
            f"{self.runs:,} runs ({endings}); {self.turns:,} turns; {self.rows:,} rows; "
            f"{len(EVERY_FEATURE) - len(never)} of {len(EVERY_FEATURE)} features"
            + (f", but never: {', '.join(never)}" if never else "")
        )


def blocks(seed: int) -> Iterator[tuple[str, range]]:
    """Numbers of programs, and the level at which they are compiled; no number twice, and of each seed others."""
    names = list(LEVELS)
    for count in range(2**30):
        first = (seed * 2**30 + count) * BLOCK
        is_last = count % OPTIMISED_ONE_IN == OPTIMISED_ONE_IN - 1
        yield names[-1] if is_last else names[count % (len(names) - 1)], range(first, first + BLOCK)


def soak(seconds: float, seed: int, account: Account) -> tuple[int, str, str] | None:
    """Play until time is up; the number, the level and the difference of the first program in which engines part."""
    ends = time.monotonic() + seconds
    for name, numbers in blocks(seed):
        with level(name), limits(**FEW_TURNS):
            for number in numbers:
                if time.monotonic() > ends:
                    return None
                program, how = wild_case(number)
                told, runs = compared(program, how)
                if told:
                    return number, name, told
                account.add(name, program, runs, how)
            compiled.forget()
    return None


def compared(program: Program, how: Circumstances) -> tuple[str, Runs]:
    """What differs, and what the SimPy engine gave."""
    left = play("simpy", program, how)
    try:
        return difference(left, play("compiled", program, how)), left
    except Exception as error:
        return f"{type(error).__name__}: {error}", left


# ------------------------------------------------------------------------------------------------ a minimal report


def smaller(program: Program) -> Iterator[Program]:
    """The program without one of its parts: what is watched first, then effects, then modifiers of triggers."""
    for number in range(len(program.metrics)):
        yield replace(program, metrics=program.metrics[:number] + program.metrics[number + 1 :])
    if program.series is not None:
        yield replace(program, series=None)
    for number, outcome in enumerate(program.outcomes):
        if outcome.how != "otherwise":
            yield replace(program, outcomes=program.outcomes[:number] + program.outcomes[number + 1 :])
    for place, trigger in enumerate(program.triggers):
        for change in (
            {"enabled": False}, {"after": None}, {"condition": None}, {"cooldown": None}, {"times": None},
            {"until": None},
            {"branches": tuple(replace(branch, effects=()) for branch in trigger.branches)},
            {"branches": tuple(replace(branch, effects=branch.effects[:1]) for branch in trigger.branches)},
        ):  # fmt: skip
            changed = replace(trigger, **change)
            if changed != trigger:
                yield replace(program, triggers=(*program.triggers[:place], changed, *program.triggers[place + 1 :]))
    yield replace(program, horizon=program.horizon // 2)


def minimal(program: Program, how: Circumstances) -> tuple[Program, Circumstances, str]:
    """A program and circumstances as small as they become by leaving out, which still differ; and how."""
    told, _ = compared(program, how)
    progress = True
    while progress:
        progress = False
        plainer = [replace(how, own=())] if how.own else []
        plainer += [replace(how, runs=(run,)) for run in how.runs] if len(how.runs) > 1 and not how.own else []
        plainer += [replace(how, decisions={})] if how.decisions else []
        plainer += [replace(how, luck=replace(how.luck, switches=()))] if how.luck.switches else []
        for one, other in [(program, plain) for plain in plainer] + [(less, how) for less in smaller(program)]:
            still, _ = compared(one, other)
            if still:
                program, how, told, progress = one, other, still, True
                break
    return program, how, told


def report(number: int, name: str) -> str:
    """What is known of a program in which the engines part."""
    scenario, _ = wild_scenario(number)
    program, how = wild_case(number)
    with level(name), limits(**FEW_TURNS):
        small, simple, told = minimal(program, how)
    path = Path(f"apart-{number}.yaml")
    path.write_text(core_text(scenario), encoding="utf-8")
    kept = [trigger.name for trigger in small.triggers if trigger.enabled]
    return (
        f"program {number} in {name} code; its scenario is in {path}\n"
        f"luck {simple.own or simple.luck}, runs {simple.runs}, decisions {dict(simple.decisions)}, "
        f"{simple.recording}\n"
        f"still apart with these triggers alone: {', '.join(kept)}\n"
        f"{chr(10).join(map(str, (trigger for trigger in small.triggers if trigger.enabled)))}\n{told}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**20))
    parser.add_argument("--number", type=int, help="compare one program only")
    chosen = parser.parse_args()
    if chosen.number is not None:
        with level(list(LEVELS)[-1]), limits(**FEW_TURNS):
            told, _ = compared(*wild_case(chosen.number))
        print(report(chosen.number, list(LEVELS)[-1]) if told else "the same")
        return int(bool(told))
    account = Account()
    print(f"seed {chosen.seed}", flush=True)
    found = soak(chosen.seconds, chosen.seed, account)
    print(account)
    if found is None:
        print("no difference")
        return 0
    number, name, told = found
    print(f"program {number}, {name} code:\n{told}\n", flush=True)
    print(report(number, name))
    return 1


if __name__ == "__main__":
    sys.exit(main())
