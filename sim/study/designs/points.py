"""From the points of a sweep to its experiments: which can share a program, and what is wrong with the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sim.errors import Fault, ScenarioError, UsageError, did_you_mean
from sim.program.listing import resolved_text
from sim.scenario.read import read_scenario
from sim.study.design import Experiment
from sim.study.designs.axes import number_of, spelled
from sim.study.designs.standing import Build, Built, Overrides, StandIn, stand_in
from sim.study.designs.sweeping import Layout

CHOICES = ("policy", "variant")
"""Axes that are no paths of the file, but name what of it is laid over the rest."""

AS_IT_STANDS = "none"
"""The value of these axes that means neither."""

MOST_BUILT = 1_000
"""Programs that a sweep may build: each takes a moment, and stays in memory."""

PATIENCE = 2.0
"""Seconds of building about which nothing need be said."""

Sort = Literal["share", "number", "days", "text"]


@dataclass
class Workshop:
    """Builds one scenario with its settings, each only once."""

    asked: str
    policy: str | None = None
    variant: str | None = None
    tell: Callable[[str], None] = lambda says: None
    made: dict[tuple[str | None, str | None, Overrides], Built] = field(default_factory=dict)

    def build(self, policy: str | None, variant: str | None, overrides: Overrides) -> Built:
        """The scenario as a program.

        Raises
        ------
        ScenarioError
            With every fault of the file and of the settings.
        """
        from sim.program.build import build_program

        key = policy, variant, overrides
        if key not in self.made:
            scenario = read_scenario(self.asked, policy=policy, variant=variant, overrides=overrides)
            self.made[key] = Built(build_program(scenario), resolved_text(scenario))
        return self.made[key]


@dataclass(frozen=True, slots=True)
class Placed:
    """The experiments of a sweep, and how each axis is read."""

    experiments: tuple[Experiment, ...]
    sorts: tuple[tuple[str, Sort], ...]  # (path, sort), in the order of the axes


def sort_of(values: Sequence[str]) -> Sort:
    """What the values of an axis are: shares are numbers that are said in percent."""
    found = [number_of(value) for value in values]
    words = {one[1].word for one in found if one is not None}
    if None in found or len(words) != 1:
        return "text"
    if words == {"duration"}:
        return "days"
    return "share" if all(value.rstrip().endswith("%") or _value(value) == 0.0 for value in values) else "number"


def _value(text: str) -> float:
    found = number_of(text)
    return found[0] if found else 0.0


def say_value(value: float | str, sort: Sort, figures: int = 4) -> str:
    """A value of an axis for readers, with so many figures.

    >>> say_value(0.125, "share"), say_value(3.0, "days"), say_value(1000.0, "number"), say_value("massed", "text")
    ('12.5 %', '3 days', '1000', 'massed')
    """
    if isinstance(value, str):
        return value
    rounded = float(f"{100 * value if sort == 'share' else value:.{figures}g}")
    return spelled(rounded, {"share": "%", "days": "days"}.get(sort, ""))


def placed(workshop: Workshop, layout: Layout) -> Placed:
    """The experiments of a layout, those of one program beside each other.

    Raises
    ------
    ScenarioError
        With what is wrong, and at which experiment.
    UsageError
        If too many of them need a program of their own.
    """
    columns = {path: tuple(row[at] for row in layout.rows) for at, path in enumerate(layout.paths)}
    sorts: dict[str, Sort] = {path: "text" if path in CHOICES else sort_of(of) for path, of in columns.items()}
    workshop.build(workshop.policy, workshop.variant, layout.constants)  # what is wrong without any axis is told so
    return _Placing(workshop, layout, columns, sorts).placed()


class _Placing:
    """One pass over the points of a layout."""

    def __init__(
        self, workshop: Workshop, layout: Layout, columns: Mapping[str, tuple[str, ...]], sorts: Mapping[str, Sort]
    ) -> None:
        self.workshop, self.layout, self.columns, self.sorts = workshop, layout, columns, sorts
        self.faults: list[Fault] = []
        self.free = self._free()

    def placed(self) -> Placed:
        """All experiments, or all that is wrong."""
        self._tell_faults()
        groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
        for number in range(len(self.layout.rows)):
            groups.setdefault(self._bound(number), []).append(number)
        each = 1 if not self.free else 2 + len(self.free)
        if len(groups) * each > MOST_BUILT:
            raise UsageError(
                f"{len(groups):,} of these experiments change more of the scenario than numbers, and each needs a "
                f"program of its own; a sweep builds at most {MOST_BUILT:,}: take fewer values"
            )
        found: list[tuple[int, Experiment]] = []
        began = time.perf_counter()
        for done, (bound, members) in enumerate(groups.items()):
            found += self._group(bound, members)
            if done == 1 and (wait := (time.perf_counter() - began) / 2 * len(groups)) > PATIENCE:
                self.workshop.tell(f"building {len(groups):,} programs, about {wait:.0f} seconds")
        self._tell_faults()
        if self.layout.form == "csv":  # the experiments are the rows of a table that somebody has
            found.sort(key=lambda pair: pair[0])
        return Placed(tuple(one for _, one in found), tuple(self.sorts.items()))

    def _tell_faults(self) -> None:
        if self.faults:
            raise ScenarioError(_once(self.faults))

    # ------------------------------------------------------------------------------------------ what is free

    def _free(self) -> tuple[str, ...]:
        """The axes of numbers that need no program of their own for each value."""
        wanted = {path: self.columns[path] for path, sort in self.sorts.items() if sort != "text"}
        if not wanted:
            return ()
        fixed = tuple(pair for pair in self._bound(0, free=tuple(wanted)))
        if self._stand_in(fixed, wanted, 0) is not None or self.faults:
            return tuple(wanted)
        alone = [
            path
            for path, values in wanted.items()
            if self._stand_in((*fixed, *((p, v[0]) for p, v in wanted.items() if p != path)), {path: values}, 0)
        ]
        return tuple(alone)

    def _stand_in(
        self, bound: tuple[tuple[str, str], ...], axes: Mapping[str, Sequence[str]], number: int
    ) -> StandIn | None:
        """The program for these axes with all else bound; None where it would not do, or cannot be built."""
        build, fixed = self._builder(bound)
        try:
            return stand_in(build, fixed, axes)
        except ScenarioError as error:
            self.faults += self._told(error, number)
            return None

    def _bound(self, number: int, free: tuple[str, ...] | None = None) -> tuple[tuple[str, str], ...]:
        """What of a point needs a program of its own."""
        kept = self.free if free is None else free
        row = zip(self.layout.paths, self.layout.rows[number], strict=True)
        return tuple((path, value) for path, value in row if path not in kept)

    def _builder(self, bound: tuple[tuple[str, str], ...]) -> tuple[Build, Overrides]:
        named = dict(bound)
        policy, variant = self._named("policy", named), self._named("variant", named)
        fixed = (*self.layout.constants, *(pair for pair in bound if pair[0] not in CHOICES))
        return (lambda overrides: self.workshop.build(policy, variant, overrides)), fixed

    def _named(self, what: str, named: Mapping[str, str]) -> str | None:
        own = self.workshop.policy if what == "policy" else self.workshop.variant
        value = named.get(what, own)
        return None if value == AS_IT_STANDS and what in named else value

    # ------------------------------------------------------------------------------------------ experiments

    def _group(self, bound: tuple[tuple[str, str], ...], members: list[int]) -> list[tuple[int, Experiment]]:
        """The experiments that differ only in what is free, by number; or nothing where something is wrong."""
        build, fixed = self._builder(bound)
        shared, before = None, len(self.faults)
        if self.free:
            axes = {path: [self.columns[path][number] for number in members] for path in self.free}
            shared = self._stand_in(bound, axes, members[0])
            if len(self.faults) > before:
                return []
        found = []
        for number in members:
            try:
                if shared is not None:
                    built = shared.built
                else:
                    free = [(path, self.columns[path][number]) for path in self.free]
                    built = build((*fixed, *free))
            except ScenarioError as error:
                self.faults += self._told(error, number)
                continue
            found.append((number, self._experiment(number, built, shared)))
        return found

    def _experiment(self, number: int, built: Built, shared: StandIn | None) -> Experiment:
        row = dict(zip(self.layout.paths, self.layout.rows[number], strict=True))
        paths = {path: value for path, value in row.items() if path not in CHOICES}
        point = tuple((path, _value(value) if self.sorts[path] != "text" else value) for path, value in paths.items())
        return Experiment(
            built.program, built.text, self._named("policy", row) or "", self._named("variant", row) or "",
            (*self.layout.constants, *paths.items()),
            held=shared.held({path: _value(row[path]) for path in shared.names}) if shared else (),
            label=self._label(row), point=point,
        )  # fmt: skip

    def _label(self, row: Mapping[str, str]) -> str:
        said = {path: _value(value) if self.sorts[path] != "text" else value for path, value in row.items()}
        return ", ".join(f"{path}={say_value(value, self.sorts[path])}" for path, value in said.items())

    def _told(self, error: ScenarioError, number: int) -> list[Fault]:
        """The faults of a point: where it was typed or stands in a table, and which experiment it is."""
        told = []
        for fault in error.faults:
            path, sign, value = fault.place.text.partition("=") if fault.place else ("", "", "")
            at = number
            if fault.place is not None and fault.place.file == "--set" and sign and path in self.columns:
                at = self.columns[path].index(value) if value in self.columns[path] else number
                head = "path" in fault.says or "several things" in fault.says
                place = self.layout.place(-1 if head else at, path) or fault.place
                fault = replace(fault, place=place)
                told.append(replace(fault, path="" if head else self._which(at)))
            else:
                told.append(replace(fault, path=f"{fault.path}  {self._which(number)}".strip()))
        return told

    def _which(self, number: int) -> str:
        row = dict(zip(self.layout.paths, self.layout.rows[number], strict=True))
        return f"experiment {number}: {self._label(row)}"


def _once(faults: Sequence[Fault]) -> list[Fault]:
    """Each complaint once, at the first experiment that has it."""
    return list({(str(fault.place), fault.says): fault for fault in reversed(faults)}.values())[::-1]


def check_names(layout: Layout, policies: Sequence[str], variants: Sequence[str]) -> None:
    """See that all policies and variants of an axis are there.

    Raises
    ------
    UsageError
        If one is not; the sentence names those there are.
    """
    for what, known in (("policy", policies), ("variant", variants)):
        if what not in layout.paths:
            continue
        at = layout.paths.index(what)
        for value in dict.fromkeys(row[at] for row in layout.rows):
            if value != AS_IT_STANDS and value not in known:
                near = did_you_mean(value, known)
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise UsageError(
                    f"the scenario has no {what} `{value}`; {near + ' ' if near else ''}{has}; "
                    f"`{AS_IT_STANDS}` is the scenario as it stands"
                )
