"""A world to evaluate expressions in, without a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sim.language.evaluate import World, meaning
from sim.language.kinds import Scope, Symbol, resolve
from sim.language.parse import parse
from sim.language.tree import Read
from sim.language.words import NUMBER, TRUTH, Kind, level_of

LADDER = level_of("army", ("home", "massed", "attack"))
KINDS: dict[str, Kind] = {"x": NUMBER, "y": NUMBER, "z": NUMBER, "flag": TRUTH, "army": LADDER}
SLOTS = list(KINDS)


@dataclass
class Still:
    """A moment that does not move: values by name, one trigger `t`, and the uniforms that draws get."""

    values: list[float] = field(default_factory=lambda: [0.0] * len(SLOTS))
    parameters: Sequence[float] = ()
    derived: tuple[Callable[[World], float], ...] = ()
    counts: list[int] = field(default_factory=lambda: [0])
    branch_counts: list[list[int]] = field(default_factory=lambda: [[0, 0]])
    last_fired: list[int] = field(default_factory=lambda: [-1])
    now: int = 0
    uniforms: Sequence[float] = (0.5,) * 20
    drawn: list[int] = field(default_factory=list)

    def draw(self, site: int) -> float:
        self.drawn.append(site)
        return self.uniforms[site]


def scope(*, timed: bool = True, draws: bool = True) -> Scope:
    """A scope with the names of `KINDS`, the trigger `t` and its branches `do` and `otherwise`."""
    sites = iter(range(20))
    triggers = {"t": (0, -1), "t.do": (0, 0), "t.otherwise": (0, 1)}
    return Scope(
        start=datetime(2030, 1, 1),
        find=lambda path: Symbol(Read(SLOTS.index(path)), KINDS[path]) if path in KINDS else None,
        known=lambda: SLOTS,
        find_trigger=triggers.get,
        known_triggers=lambda: triggers,
        draw=(lambda: next(sites)) if draws else None,
        timed=timed,
        horizon_days=365.0,
    )


def value(text: str, world: Still | None = None, **values: float) -> float:
    """What an expression is worth, with these values of quantities."""
    here = scope()
    tree, _ = resolve(parse(text), here)
    assert not here.faults, here.faults
    world = world or Still()
    for name, number in values.items():
        world.values[SLOTS.index(name)] = number
    return meaning(tree)(world)


def fault(text: str, expected: Kind | None = None, *, timed: bool = True, draws: bool = True) -> str:
    """The sentence of what is wrong with an expression, with its remedy; empty if nothing is."""
    here = scope(timed=timed, draws=draws)
    resolve(parse(text), here, expected)
    return " / ".join(f"{wrong.says}; {wrong.remedy}" if wrong.remedy else wrong.says for wrong in here.faults)


def kind(text: str) -> Kind:
    """The kind of an expression."""
    here = scope()
    _, found = resolve(parse(text), here)
    assert not here.faults, here.faults
    return found
