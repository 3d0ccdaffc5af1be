"""Numbers of a file as parameters, so that one program stands for all points of a sweep.

Another number in the file is another program, and to build it takes a moment. So the number is replaced by the name of
a parameter that is held at each point. That is done only where it is known to mean the same: at the ends of each axis
the program is also built from the file with the number itself, and both must be equal, node for node.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from sim.errors import ScenarioError
from sim.language.tree import Constant, ReadParameter
from sim.program.ir import Parameter, Program
from sim.study.designs.axes import number_of

Overrides = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A scenario with its settings, as a program, and as the text that gives it again."""

    program: Program
    text: str


Build = Callable[[Overrides], Built]
"""Builds a scenario with these settings laid over it, or raises a ScenarioError."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A program in which the numbers behind some paths are parameters, by name."""

    built: Built
    names: Mapping[str, str]

    def held(self, values: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        """What an experiment holds at these values of the paths."""
        return tuple((name, values[path]) for path, name in self.names.items())


def stand_in(build: Build, fixed: Overrides, axes: Mapping[str, Sequence[str]]) -> StandIn | None:
    """The program that stands for all points on these axes of numbers; None if it would not mean the same.

    Raises
    ------
    ScenarioError
        If the scenario cannot be built at an end of an axis.
    """
    parameters = {one.name for one in build(fixed).program.parameters}
    names: dict[str, str] = {}
    moved, declared = [], []
    for path, values in axes.items():
        own = path.removeprefix("parameters.")
        if own not in parameters:
            own = _free_name(path, parameters | set(names.values()))
            moved.append((path, own))
            declared.append(f"{own}: {values[0]}")
        names[path] = own
    literals = [(corner, build((*fixed, *corner.items()))) for corner in corners(axes)]
    try:
        more = (("parameters", "{" + ", ".join(declared) + "}"),) if declared else ()
        built = build((*fixed, *moved, *more))
    except ScenarioError:
        return None  # no name can stand there
    found = StandIn(built, names)
    return found if all(_means_the_same(found, literal.program, corner) for corner, literal in literals) else None


def corners(axes: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Points at which a stand-in is held against the file: the ends of each axis, and 0 and 1, which may be special."""
    ordered = {path: sorted(dict.fromkeys(values), key=_value) for path, values in axes.items()}
    least = {path: values[0] for path, values in ordered.items()}
    found = [least, {path: values[-1] for path, values in ordered.items()}]
    for path, values in ordered.items():
        special = [value for value in values[1:-1] if _value(value) in (0.0, 1.0)]
        found += [least | {path: value} for value in ([values[-1]] if len(axes) > 1 else []) + special]
    return [corner for place, corner in enumerate(found) if corner not in found[:place]]


def _value(text: str) -> float:
    found = number_of(text)
    assert found is not None, text
    return found[0]


def _free_name(path: str, taken: set[str]) -> str:
    """A name for the parameter that stands for a path: `swept_tripwire_believed`."""
    plain = "swept_" + re.sub(r"\W+", "_", "_".join(path.split(".")[-2:])).strip("_")
    number, found = 1, plain
    while found in taken:
        number += 1
        found = f"{plain}_{number}"
    return found


def _means_the_same(found: StandIn, literal: Program, corner: Mapping[str, str]) -> bool:
    """Whether the program with parameters held at a corner is the program built from the file with those numbers."""
    program, count = found.built.program, len(literal.parameters)
    places = {one.name: place for place, one in enumerate(program.parameters)}
    constants: dict[int, Constant] = {}
    own: set[int] = set()
    for path, name in found.names.items():
        place, value = places[name], _value(corner[path])
        if place >= count:
            constants[place] = Constant(value, program.parameters[place].kind)
        elif literal.parameters[place].distribution == ("constant", (("value", value),)):
            own.add(place)
        else:
            return False
    if len(constants) != len(program.parameters) - count:
        return False
    return all(
        _parameters_alike(program.parameters[:count], literal.parameters, own)
        if each.name == "parameters"
        else _alike(getattr(program, each.name), getattr(literal, each.name), constants)
        for each in fields(Program)
    )


def _parameters_alike(these: Sequence[Parameter], those: Sequence[Parameter], held: set[int]) -> bool:
    """Whether parameters are the same; of those that are held, only name, kind and site matter."""
    return all(
        (a.name, a.kind, a.site) == (b.name, b.kind, b.site) if place in held else a == b
        for place, (a, b) in enumerate(zip(these, those, strict=True))
    )


def _alike(one: Any, other: Any, constants: Mapping[int, Constant]) -> bool:
    """Whether two values are equal, reads of parameters in the first taken for constants."""
    if isinstance(one, ReadParameter) and one.slot in constants:
        return bool(other == constants[one.slot])
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(_alike(a, b, constants) for a, b in zip(one, other, strict=True))
    if one == other or not is_dataclass(one):
        return bool(one == other)
    return all(
        _alike(getattr(one, each.name), getattr(other, each.name), constants) for each in fields(one) if each.compare
    )
