"""The Program: a scenario as the engines see it. Names have ended here; everything is a slot.

A Program is frozen and holds no path of a machine, so that equal scenarios give equal programs. `sim.program.listing`
prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Union

from sim.errors import Place
from sim.language.tree import Constant, Tree
from sim.language.words import Kind


@dataclass(frozen=True, slots=True)
class Quantity:
    """One float64 of the state: a number, a level (the index of a name) or a flag (0 or 1)."""

    name: str
    kind: Kind
    start: Tree  # sees parameters and quantities of earlier slots
    low: float = float("-inf")
    high: float = float("inf")
    unit: str = ""
    says: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Derived:
    """A name for an expression (`is:`): no state of its own, evaluated afresh wherever it is read."""

    name: str
    kind: Kind
    tree: Tree
    place: Place | None = field(default=None, compare=False)
    unit: str = field(default="", compare=False)  # words for pictures: no engine sees them
    says: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An uncertain number, drawn once per run from `distribution` at its own site `parameters/NAME`.

    `distribution` is (name, ((argument, value), ...)): a distribution of `sim.program.parameters`, `constant`,
    `quantiles` with arguments (probability, value), or `experts` with arguments (expert, distribution).
    """

    name: str
    kind: Kind
    distribution: tuple[str, tuple[tuple[Any, Any], ...]]
    site: int  # digest
    unit: str = ""
    source: str = ""
    confidence: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """Comes when `condition` turns true, or when it has then stayed true for `hold`; `again`: and every hold after."""

    condition: Tree
    hold: Tree | None = None  # days
    again: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """Comes when a unit exponential of integrated hazard (per day) has run down."""

    hazard: Tree


@dataclass(frozen=True, slots=True)
class Every:
    """Comes after each interval; the first ends at tick `first` if that is given."""

    interval: Tree  # days
    first: int | None = None


@dataclass(frozen=True, slots=True)
class At:
    """Comes at these ticks, ascending."""

    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class On:
    """Comes at each firing of a leader; (trigger, branch), branch -1 for any."""

    leaders: tuple[tuple[int, int], ...]


Cause = Union[When, Rate, Every, At, On]


@dataclass(frozen=True, slots=True)
class Effect:
    """`quantity = value`, clamped to the quantity's range."""

    slot: int
    value: Tree


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice. Its weight is usual * exp(rationality * value); it is open while `condition` holds.

    `value` is the sum of `terms`, from left to right; a term has a name when the file gives one.
    """

    name: str
    condition: Tree | None
    usual: Tree
    value: Tree
    terms: tuple[tuple[str, Tree], ...]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision between the options, one branch each, in the same order."""

    options: tuple[Option, ...]
    rationality: Tree
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """What happens in a firing: `do`, `otherwise`, or the name of an option."""

    name: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A rule: one cause, some conditions, some effects. Its position in the program is its *place* in the law.

    `branches` are (`do`), (`do`, `otherwise`), or one for each option of `choice`.
    """

    name: str
    cause: Cause
    branches: tuple[Branch, ...]
    after: Tree | None = None  # days
    condition: Tree | None = None  # the file's `if`
    chance: Tree | None = None
    choice: Choice | None = None
    cooldown: Tree | None = None  # days
    times: int | None = None
    until: int | None = None  # tick
    enabled: bool = True
    sites: tuple[tuple[str, int], ...] = ()  # of the draws without an expression: clock, chance, choice -> site
    actor: str = ""
    agent: str = ""
    says: str = ""
    place: Place | None = field(default=None, compare=False)
    places: tuple[tuple[str, Place], ...] = field(default=(), compare=False)  # role -> its text in the file

    def place_of(self, role: str) -> Place | None:
        """Where the text of a role stands (`when`, `after`, `do/0`, ...); the trigger itself if that is not known."""
        return dict(self.places).get(role, self.place)

    def site(self, role: str) -> int:
        """The site of an implicit draw: `clock`, `chance` or `choice`."""
        return dict(self.sites)[role]

    @property
    def has_otherwise(self) -> bool:
        """Whether a failed chance is a firing of its own."""
        return self.choice is None and len(self.branches) == 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run can end. `when` ends it there and then; `at_end` and `otherwise` are looked at on the horizon."""

    name: str
    how: Literal["when", "at_end", "otherwise"]
    condition: Tree | None
    says: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Metric:
    """A number recorded of each run. `tree` is None for `count`, which counts firings of (trigger, branch)."""

    name: str
    how: Literal["max", "min", "first", "days", "integral", "mean", "final", "count"]
    tree: Tree | None
    counted: tuple[tuple[int, int], ...] = ()
    unit: str = ""
    says: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of quantities at every `every` ticks, at tick 0 and at the horizon."""

    every: int
    names: tuple[str, ...]
    columns: tuple[Tree, ...]
    kinds: tuple[Kind, ...]

    def moments(self, horizon: int) -> tuple[int, ...]:
        """The ticks of the samples: 0, every, 2 every, ... and the horizon."""
        ticks = tuple(range(0, horizon + 1, self.every))
        return ticks if ticks[-1] == horizon else (*ticks, horizon)


@dataclass(frozen=True, slots=True)
class Importance:
    """How near a run is to an outcome that is rare; no engine looks at it, but programs that split runs are made of it.

    `levels` ascend, and are empty if they are to be found by playing.
    """

    outcome: str
    tree: Tree
    kind: Kind  # a number or a ladder
    levels: tuple[float, ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Program:
    """A scenario, its policy and its overrides, ready to be played."""

    name: str
    question: str
    start: datetime
    horizon: int  # ticks
    quantities: tuple[Quantity, ...]
    derived: tuple[Derived, ...]
    parameters: tuple[Parameter, ...]
    correlated: tuple[tuple[int, int, float], ...]  # (parameter, parameter, rank correlation)
    triggers: tuple[Trigger, ...]
    outcomes: tuple[Outcome, ...]
    metrics: tuple[Metric, ...]
    series: Series | None
    sites: tuple[str, ...]  # names; a `Draw(site)` is an index into them
    digests: tuple[int, ...]  # 64 bits each, one per site
    importance: tuple[Importance, ...] = ()
    origin: Program | None = field(default=None, compare=False, repr=False)  # see `without` and `up_to`

    def quantity(self, name: str) -> int:
        """The slot of a quantity.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        for slot, quantity in enumerate(self.quantities):
            if quantity.name == name:
                return slot
        raise KeyError(name)

    def trigger(self, name: str) -> int:
        """The place of a trigger.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        for place, trigger in enumerate(self.triggers):
            if trigger.name == name:
                return place
        raise KeyError(name)

    def without(self, names: Iterable[str]) -> Program:
        """The program with these triggers disabled: they stay in it and never fire, so no draw of others moves.

        Raises
        ------
        KeyError
            If there is no trigger of such a name.
        """
        gone = {self.trigger(name) for name in names}
        if not gone:
            return self
        triggers = [replace(one, enabled=False) if at in gone else one for at, one in enumerate(self.triggers)]
        return replace(self, triggers=tuple(triggers), origin=self.origin or self)

    def up_to(self, tick: int) -> Program:
        """The program with its horizon at a tick no later than its own; nothing before it moves.

        Raises
        ------
        ValueError
            If the tick lies behind the horizon, or before the start.
        """
        if tick == self.horizon:
            return self
        if not 0 <= tick < self.horizon:
            raise ValueError(f"a program that ends at tick {self.horizon} cannot be played up to tick {tick}")
        return replace(self, horizon=tick, origin=self.origin or self)

    @property
    def disabled(self) -> tuple[str, ...]:
        """The triggers that are disabled here, and not in the origin."""
        if self.origin is None:
            return ()
        pairs = zip(self.triggers, self.origin.triggers, strict=True)
        return tuple(here.name for here, there in pairs if there.enabled and not here.enabled)

    def never(self, names: Iterable[str]) -> Program:
        """The program in which these truths never come true: they start false, and whatever sets them leaves them so.

        Raises
        ------
        KeyError
            If there is no quantity of such a name.
        """
        gone = {self.quantity(name) for name in names}
        if not gone:
            return self
        quantities = [
            replace(one, start=_false(one.start, one.kind)) if slot in gone else one
            for slot, one in enumerate(self.quantities)
        ]
        triggers = [_never(trigger, gone, self.quantities) for trigger in self.triggers]
        return replace(self, quantities=tuple(quantities), triggers=tuple(triggers), origin=None)

    @property
    def outcome_names(self) -> tuple[str, ...]:
        """Outcomes in file order."""
        return tuple(outcome.name for outcome in self.outcomes)


def _false(tree: Tree, kind: Kind) -> Tree:
    """False where this stood."""
    if isinstance(tree, Constant):  # another number and no other structure
        return replace(tree, value=0.0, text="false")
    return Constant(0.0, kind, "false")


def _never(trigger: Trigger, gone: set[int], quantities: tuple[Quantity, ...]) -> Trigger:
    """A trigger whose effects leave these truths false; itself if it never touches them."""
    if not any(effect.slot in gone for branch in trigger.branches for effect in branch.effects):
        return trigger
    branches = [
        replace(branch, effects=tuple(
            replace(effect, value=_false(effect.value, quantities[effect.slot].kind)) if effect.slot in gone else effect
            for effect in branch.effects
        ))
        for branch in trigger.branches
    ]  # fmt: skip
    return replace(trigger, branches=tuple(branches))
