"""What the names of a scenario stand for, and how its texts become checked trees.

Parameters, quantities and derived quantities are declared here; `sim.program.build` adds the triggers and what is
looked at. An unknown name can be said in this place only, and faults are gathered, not raised.
"""

from __future__ import annotations

import math
from datetime import datetime

from sim.clock import NEVER, days_between, parse_date, ticks
from sim.errors import Fault, Place, Text, did_you_mean, place_of, public
from sim.language.evaluate import Undefined, meaning
from sim.language.kinds import UNKNOWN, Scope, Symbol, resolve
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Constant, Read, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import DATE, DURATION, NUMBER, TRUTH, Kind, level_of
from sim.program import ir
from sim.program.distributions import check_correlated
from sim.program.spreads import parameter_distribution, spread_tree
from sim.scenario import schema
from sim.streams import digest_of

LONGEST_HORIZON_DAYS = 4e18 / 86_400e6


class _Nothing:
    """The world of a constant: reading anything from it is a fault of ours."""


def constant_value(tree: Tree) -> float | None:
    """The value of an expression that reads nothing and draws nothing; None if it does, or if it has no value."""
    if any(not isinstance(node, Constant) and type(node).__name__.startswith(("Read", "Count", "Since", "Day", "Draw"))
           for node in walk(tree)):  # fmt: skip
        return None
    try:
        return meaning(tree)(_Nothing())  # type: ignore[arg-type]
    except Undefined:
        return None


class Names:
    """The names of one core scenario."""

    def __init__(self, core: schema.Scenario) -> None:
        self.core = core
        self.faults: list[Fault] = []
        self.sites: list[str] = []
        self.trigger_index = {str(name): place for place, name in enumerate(core.triggers)}
        self.symbols: dict[str, Symbol] = {}
        self.ladders: dict[str, str] | None = None
        self.derived_open: list[str] = []
        self.derived_source: dict[str, schema.Quantity] = {}
        self.start, self.horizon_days = self._header()
        self.derived: dict[str, ir.Derived] = {}
        self.parameters = self._parameters()
        self.quantities = self._quantities()
        self._derive_all()

    # ---------------------------------------------------------------------------------------- faults and scopes

    def fault(self, path: str, value: object, says: str, remedy: str = "", at: int = 0) -> None:
        """Note a fault at a value of the file."""
        self.faults.append(Fault(spot(value, at), path, says, remedy))

    def scope(self, where: str, *, timed: bool, role: str = "") -> Scope:
        """What an expression may see; draws are allowed where a role is given, at sites `role/0`, `role/1`, ..."""
        numbers = iter(range(1_000_000))

        def draw() -> int:
            return self.site(f"{role}/{next(numbers)}")

        return Scope(
            start=self.start,
            find=self.find,
            known=lambda: tuple(dict.fromkeys((*self.symbols, *(str(name) for name in self.core.quantities)))),
            find_trigger=self.find_trigger,
            known_triggers=lambda: self.trigger_index,
            draw=draw if role else None,
            where=where,
            timed=timed,
            horizon_days=self.horizon_days,
            ladder_of=self._ladder_of,
        )

    def _ladder_of(self, level: str) -> str:
        """The first quantity that has a level of this name; nothing if none does."""
        if self.ladders is None:
            self.ladders = {}
            for name in public(self.core.quantities):
                quantity = self.core.quantities[Text(name)]
                for word in quantity.level or quantity.one_of or ():
                    self.ladders.setdefault(str(word), name)
        return self.ladders.get(level, "")

    def site(self, name: str) -> int:
        """The number of a new site."""
        self.sites.append(name)
        return len(self.sites) - 1

    def find(self, path: str) -> Symbol | None:
        """What a name stands for; derived names are worked out when they are first read."""
        if path in self.symbols:
            return self.symbols[path]
        if path in self.derived_source:
            return self._derive(path)
        return None

    def find_trigger(self, path: str) -> tuple[int, int] | None:
        """The place of a trigger, and of one of its branches (-1 for the whole)."""
        if path in self.trigger_index:
            return self.trigger_index[path], -1
        parts = path.split(".")
        for count in range(len(parts) - 1, 0, -1):  # the name of an option may hold dots itself
            head, branch = ".".join(parts[:count]), ".".join(parts[count:])
            if head in self.trigger_index:
                names = branch_names(self.core.triggers[Text(head)])
                if branch in names:
                    return self.trigger_index[head], names.index(branch)
        return None

    def expression(
        self, text: Text | None, path: str, expected: Kind | None, *, where: str, timed: bool = False, role: str = "",
        scope: Scope | None = None,
    ) -> Tree | None:  # fmt: skip
        """The resolved tree of a text of the file; None if there is no text or it is wrong."""
        if text is None:
            return None
        try:
            tree = parse(text)
        except ExpressionError as error:
            self.fault(path, text, error.says, error.remedy, error.at)
            return None
        return self.resolved(tree, text, path, expected, scope or self.scope(where, timed=timed, role=role))

    def resolved(self, tree: Tree, value: object, path: str, expected: Kind | None, scope: Scope) -> Tree | None:
        """The tree with slots for names; None if it is wrong, which is then told at `value`."""
        before = len(scope.faults)
        known, _ = resolve(tree, scope, expected)
        found = scope.faults[before:]
        for wrong in found:
            self.fault(path, value, wrong.says, wrong.remedy, wrong.at)
        return None if found else known

    def amount(self, spread: schema.Spread | None, path: str, role: str, expected: Kind = DURATION) -> Tree | None:
        """The tree of a value or distribution, drawn at the sites of this role."""
        if spread is None:
            return None
        scope = self.scope(f"`{path.rpartition('.')[2]}`", timed=True, role=role)
        try:
            tree = spread_tree(spread)
        except ExpressionError as error:
            self.fault(path, first_text(spread), error.says, error.remedy, error.at)
            return None
        resolved = self.resolved(tree, first_text(spread), path, expected, scope)
        value = constant_value(resolved) if resolved is not None else None
        if value is not None and not value >= 0:
            self.fault(path, first_text(spread), f"a duration of {value:g} days", "durations are not negative")
        return resolved

    def constant(self, text: Text | None, path: str, expected: Kind, *, where: str) -> float | None:
        """The value of a text that must read nothing."""
        tree = self.expression(text, path, expected, where=where)
        if tree is None:
            return None
        value = constant_value(tree)
        if value is None:
            self.fault(path, text, f"{where} must be a plain value", "it may not depend on anything")
        return value

    # ---------------------------------------------------------------------------------------- header

    def _header(self) -> tuple[datetime, float]:
        """The start and the length of a run; a start or horizon that is wrong leaves no window to judge dates by."""
        core = self.core
        start, has_start = datetime.min, True
        try:
            start = parse_date(core.start)
        except ValueError as error:
            self.fault("start", core.start, str(error))
            has_start = False
        self.start, self.horizon_days = start, math.inf
        horizon: float | None = None
        try:
            horizon = days_between(start, parse_date(core.horizon))  # the horizon may be said as a date
        except ValueError:
            horizon = self.constant(core.horizon, "horizon", DURATION, where="`horizon`")
        if horizon is not None and not 0 < horizon < LONGEST_HORIZON_DAYS:
            self.fault("horizon", core.horizon, f"a horizon of {horizon:g} days", "it must lie after the start")
            horizon = None
        return start, math.inf if horizon is None or not has_start else horizon

    # ---------------------------------------------------------------------------------------- parameters

    def _parameters(self) -> list[ir.Parameter]:
        parameters: list[ir.Parameter] = []
        for name, spread in self.core.parameters.items():
            path = f"parameters.{name}"
            kind, distribution, faults = parameter_distribution(spread, self.scope("a parameter", timed=False))
            for value, wrong in faults:
                self.fault(path, value if place_of(value) else name, wrong.says, wrong.remedy, wrong.at)
            kind = UNKNOWN if faults else kind  # what reads it is not told so again
            self.symbols[str(name)] = Symbol(ReadParameter(len(parameters)), kind)
            parameters.append(
                ir.Parameter(
                    str(name),
                    kind,
                    distribution,
                    digest_of(f"parameters/{name}"),
                    str(spread.unit or ""),
                    str(spread.source or ""),
                    str(spread.confidence or ""),
                    place_of(name),
                )
            )
        return parameters

    def correlated(self) -> tuple[tuple[int, int, float], ...]:
        names = [parameter.name for parameter in self.parameters]
        pairs: list[tuple[int, int, float]] = []
        for number, correlation in enumerate(self.core.correlated):
            path = f"correlated[{number}]"
            rank = self.constant(correlation.rank, f"{path}.rank", NUMBER, where="a rank correlation")
            for name in correlation.of:
                if name not in names:
                    remedy = did_you_mean(name, names) or "name two that stand under `parameters`"
                    self.fault(f"{path}.of", name, f"unknown parameter `{name}`", remedy)
            if rank is not None and not -1 < rank < 1:
                self.fault(
                    f"{path}.rank", correlation.rank, f"a rank correlation of {rank:g}", "it lies between -1 and 1"
                )
            elif rank is not None and all(name in names for name in correlation.of):
                first, second = (names.index(name) for name in correlation.of)
                pairs.append((first, second, rank))
        for says in check_correlated(names, pairs):
            self.fault("correlated", self.core.correlated[0].of[0], says)
        return tuple(pairs)

    # ---------------------------------------------------------------------------------------- quantities

    def _quantities(self) -> list[ir.Quantity]:
        self.derived_source = {
            str(name): quantity for name, quantity in self.core.quantities.items() if quantity.is_ is not None
        }
        quantities: list[ir.Quantity] = []
        for name, quantity in self.core.quantities.items():
            if str(name) in self.symbols:
                self.fault(
                    f"quantities.{name}", name, f"`{name}` is already the name of a parameter", "rename one of them"
                )
            if quantity.is_ is None:
                quantities.append(self._quantity(name, quantity, len(quantities)))
        return quantities

    def _quantity(self, name: Text, quantity: schema.Quantity, slot: int) -> ir.Quantity:
        path = f"quantities.{name}"
        kind = self._declared_kind(name, quantity)
        start_text = quantity.start
        scope = self.scope("`start`", timed=False)
        if start_text is None:
            start: Tree = Constant(0.0, kind or NUMBER)
            if kind is None:
                self.fault(path, name, f"`{name}` has no start", "say where it stands at first, such as `start: 0`")
        else:
            start = self._start(start_text, path, kind, scope)
        if kind is None:
            kind = self._kind_of(start_text, scope) if start_text is not None else NUMBER
        if not self._may_be_bounded(name, quantity, kind):
            kind, quantity = UNKNOWN, quantity.model_copy(update={"within": None})
        low, high = self._within(quantity, path, kind)
        self.symbols[str(name)] = Symbol(Read(slot), kind)
        if start_text is not None and (value := constant_value(start)) is not None and not low <= value <= high:
            self.fault(f"{path}.start", start_text, f"`{name}` starts at {value:g}, outside {low:g} to {high:g}",
                       "start it within its range")  # fmt: skip
        says, unit = str(quantity.says or ""), str(quantity.unit or "")
        return ir.Quantity(str(name), kind, start, low, high, unit, says, place_of(name))

    def _declared_kind(self, name: Text, quantity: schema.Quantity) -> Kind | None:
        """The kind that the block itself says; None leaves it to the start value."""
        names = quantity.level or quantity.one_of
        if quantity.level and quantity.one_of:
            self.fault(f"quantities.{name}", name, "`level` and `one_of` exclude each other", "levels have an order")
        if names:
            words = tuple(str(word) for word in names)
            for word in names:
                if words.count(str(word)) > 1:
                    self.fault(
                        f"quantities.{name}", word, f"the level `{word}` stands twice", "levels have different names"
                    )
            return level_of(str(name), words, ordered=bool(quantity.level))
        return TRUTH if quantity.flag else None

    def _start(self, text: Text, path: str, kind: Kind | None, scope: Scope) -> Tree:
        tree = self.expression(text, f"{path}.start", kind, where="`start`", scope=scope)
        if tree is None:
            return Constant(0.0, UNKNOWN)
        return tree

    def _kind_of(self, text: Text, scope: Scope) -> Kind:
        """The kind that a start value gives its quantity; a rung copied from another ladder keeps that ladder."""
        try:
            _, kind = resolve(parse(text), scope)
        except ExpressionError:
            return UNKNOWN
        return kind

    def _may_be_bounded(self, name: Text, quantity: schema.Quantity, kind: Kind) -> bool:
        """Whether a quantity that is a number by what it means, such as a resolve, is one as the file says it."""
        if quantity.within is None or place_of(quantity.within[0]) is not None or kind in (NUMBER, UNKNOWN):
            return True
        low, high = quantity.within
        says = f"`{name}` is a number from {low} to {high}, and this is {kind}"
        self.fault(f"quantities.{name}.start", quantity.start or name, says, "write a number, such as `0.5`")
        return False

    def _within(self, quantity: schema.Quantity, path: str, kind: Kind) -> tuple[float, float]:
        if kind.names:
            low, high = 0.0, float(len(kind.names) - 1)
            if quantity.within is not None:
                bounds = [self.constant(text, f"{path}.within", kind, where="`within`") for text in quantity.within]
                low = low if bounds[0] is None else bounds[0]
                high = high if bounds[1] is None else bounds[1]
            return low, high
        if kind == TRUTH:
            return 0.0, 1.0
        if quantity.within is None:
            return -math.inf, math.inf
        low_text, high_text = quantity.within
        bounds = [self.constant(text, f"{path}.within", kind, where="`within`") for text in (low_text, high_text)]
        low = -math.inf if bounds[0] is None else bounds[0]
        high = math.inf if bounds[1] is None else bounds[1]
        if low > high:
            self.fault(
                f"{path}.within", low_text, f"from {low:g} to {high:g} is no range", "write the lower bound first"
            )
            return -math.inf, math.inf
        return low, high

    def _derive_all(self) -> None:
        for name in self.derived_source:
            self.find(name)

    def _derive(self, name: str) -> Symbol | None:
        """Work out a derived quantity, after those it reads."""
        quantity = self.derived_source[name]
        key = next(key for key in self.core.quantities if key == name)
        if name in self.derived_open:
            loop = " -> ".join([*self.derived_open[self.derived_open.index(name):], name])  # fmt: skip
            self.fault(f"quantities.{name}.is", key, f"`{name}` is defined by itself: {loop}", "break the circle")
            self.symbols[name] = Symbol(Constant(0.0, UNKNOWN), UNKNOWN)
            return self.symbols[name]
        self.derived_open.append(name)
        scope = self.scope("`is`", timed=True)
        kind = UNKNOWN
        tree: Tree = Constant(0.0, UNKNOWN)
        try:
            tree, kind = resolve(parse(quantity.is_ or Text("")), scope)
        except ExpressionError as error:
            scope.faults.append(error)
        for wrong in scope.faults:
            self.fault(f"quantities.{name}.is", quantity.is_, wrong.says, wrong.remedy, wrong.at)
        self.derived_open.pop()
        unit, says = str(quantity.unit or ""), str(quantity.says or "")
        self.derived[name] = ir.Derived(name, kind, tree, place_of(key), unit, says)
        slot = list(self.derived).index(name)
        self.symbols[name] = Symbol(ReadDerived(slot), kind, timed=scope.saw_time)
        return self.symbols[name]

    def moment(self, text: Text | None, path: str, *, late: bool = False) -> int | None:
        """The tick of a date, or of a duration after the start; `late` allows one after the horizon."""
        if text is None:
            return None
        where = f"`{path.rpartition('.')[2]}`"
        scope = self.scope(where, timed=False)
        if late:
            scope.horizon_days = math.inf
        tree = self.expression(text, path, None, where=where, scope=scope)
        value = constant_value(tree) if tree is not None else None
        if tree is None:
            return None
        _, kind = resolve(parse(text), scope)
        if value is None or kind not in (DATE, DURATION, NUMBER):
            self.fault(path, text, f"{where} wants a date or a time after the start", "write `2014-05-25` or `30 days`")
            return None
        if kind == NUMBER and value != 0:
            self.fault(path, text, f"`{text}` is a number, not a moment", f"write `{text} days` or a date")
            return None
        if value < 0 or (value > self.horizon_days and not late):
            lasts = f" over {self.horizon_days:g} days" if math.isfinite(self.horizon_days) else ""
            self.fault(path, text, f"`{text}` lies outside the run",
                       f"a run goes from {self.start:%Y-%m-%d}{lasts}")  # fmt: skip
            return None
        tick = ticks(value)
        return None if tick >= NEVER else tick


def branch_names(trigger: schema.Trigger) -> tuple[str, ...]:
    """The branches of a trigger: its options, or `do`, and `otherwise` if it has one."""
    if trigger.choose is not None:
        return tuple(str(name) for name in trigger.choose)
    return ("do",) if trigger.otherwise is None else ("do", "otherwise")


def spot(value: object, at: int = 0) -> Place | None:
    """The place of an offset in a scalar of the file; quotes count, and a block scalar is pointed at as a whole."""
    place = place_of(value)
    style = getattr(value, "style", "")
    if place is None or style in ("|", ">"):
        return place
    return place.shifted(at + (1 if style else 0))


def first_text(value: object) -> Text | None:
    """A leaf of a block to point at: the first that knows its place."""
    if isinstance(value, Text):
        return value
    if isinstance(value, schema.Spread):
        if value.distribution.place is not None:
            return value.distribution
        return next((leaf for part in value.arguments.values() if (leaf := first_text(part)) is not None), None)
    return None
