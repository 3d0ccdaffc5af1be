"""Scenario -> Program: names end here, slots begin.

The builder goes through the expanded scenario once, in file order, and gathers every fault before it complains: an
unknown name can be said in this place only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime

from sim.clock import NEVER, days_between, parse_date, ticks
from sim.errors import Fault, Place, ScenarioError, Text, did_you_mean, place_of
from sim.language.evaluate import Undefined, meaning
from sim.language.kinds import UNKNOWN, Scope, Symbol, fits, resolve
from sim.language.parse import ExpressionError, parse, parse_assignment
from sim.language.tree import Constant, Read, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import DATE, DURATION, NUMBER, TRUTH, Kind, level_of
from sim.program import ir
from sim.program.exhaustive import leaves_unnamed
from sim.program.spreads import parameter_distribution, spread_tree
from sim.scenario import schema
from sim.streams import digest_of

DEFAULT_RATIONALITY = 3.0
"""A tenth of the prize moves the odds by a factor 1.35. Source: chosen for teaching, not estimated."""

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


def build_program(scenario: schema.Scenario) -> ir.Program:
    """The Program of a scenario, its vocabulary expanded first.

    Raises
    ------
    ScenarioError
        With every fault of names, kinds, dates, chances and outcomes, in file order.
    """
    from sim.agents.expand import expand

    return build_core(expand(scenario))


def build_core(core: schema.Scenario) -> ir.Program:
    """The Program of a scenario that is written in the core alone.

    Raises
    ------
    ScenarioError
        As `build_program`.
    """
    builder = _Builder(core)
    program = builder.program()
    if builder.faults:
        raise ScenarioError(_once(builder.faults))
    return program


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """One complaint for each spot and sentence: an expression written once may be used in several expansions."""
    return list({(str(fault.place), fault.says): fault for fault in reversed(list(faults))}.values())


class _Builder:
    """One pass over one core scenario."""

    def __init__(self, core: schema.Scenario) -> None:
        self.core = core
        self.faults: list[Fault] = []
        self.sites: list[str] = []
        self.start, self.horizon_days = self._header()
        self.trigger_index = {str(name): place for place, name in enumerate(core.triggers)}
        self.symbols: dict[str, Symbol] = {}
        self.derived: dict[str, ir.Derived] = {}
        self.derived_open: list[str] = []
        self.parameters = self._parameters()
        self.quantities = self._quantities()
        self._derive_all()

    # ---------------------------------------------------------------------------------------- faults and scopes

    def fault(self, path: str, value: object, says: str, remedy: str = "", at: int = 0) -> None:
        """Note a fault at a value of the file."""
        self.faults.append(Fault(spot(value, at), path, says, remedy))

    def scope(self, where: str, *, timed: bool, role: str = "") -> Scope:
        """What an expression may see; draws are allowed where a role is given, and take sites `role/0`, `role/1`, ..."""
        numbers = iter(range(1_000_000))

        def draw() -> int:
            return self.site(f"{role}/{next(numbers)}")

        return Scope(
            start=self.start,
            find=self.find,
            known=lambda: (*self.symbols, *(str(name) for name in self.core.quantities)),
            find_trigger=self.find_trigger,
            known_triggers=lambda: self.trigger_index,
            draw=draw if role else None,
            where=where,
            timed=timed,
            horizon_days=self.horizon_days,
        )

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
        head, _, branch = path.rpartition(".")
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
        return self._resolved(
            lambda: parse(text), text, path, expected, scope or self.scope(where, timed=timed, role=role)
        )

    def _resolved(
        self, read: Callable[[], Tree], value: object, path: str, expected: Kind | None, scope: Scope
    ) -> Tree | None:
        before = len(scope.faults)
        try:
            tree, _ = resolve(read(), scope, expected)
        except ExpressionError as error:
            scope.faults.append(error)
        found = scope.faults[before:]
        for error in found:
            self.fault(path, value, error.says, error.remedy, error.at)
        return None if found else tree

    def amount(self, spread: schema.Spread | None, path: str, role: str, expected: Kind = DURATION) -> Tree | None:
        """The tree of a value or distribution, drawn at the sites of this role."""
        if spread is None:
            return None
        scope = self.scope(f"`{path.rpartition('.')[2]}`", timed=True, role=role)
        try:
            tree = spread_tree(spread)
        except ExpressionError as error:
            self.fault(path, _first_text(spread), error.says, error.remedy, error.at)
            return None
        resolved = self._resolved(lambda: tree, _first_text(spread), path, expected, scope)
        value = constant_value(resolved) if resolved is not None else None
        if value is not None and not value >= 0:
            self.fault(path, _first_text(spread), f"a duration of {value:g} days", "durations are not negative")
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
        core = self.core
        start = datetime(2000, 1, 1)
        try:
            start = parse_date(core.start)
        except ValueError as error:
            self.fault("start", core.start, str(error))
        self.start, self.horizon_days = start, math.inf
        self.derived_source: dict[str, schema.Quantity] = {}
        self.symbols: dict[str, Symbol] = {}
        self.trigger_index: dict[str, int] = {}
        horizon: float | None = None
        try:
            horizon = days_between(start, parse_date(core.horizon))  # the horizon may be said as a date
        except ValueError:
            horizon = self.constant(core.horizon, "horizon", DURATION, where="`horizon`")
        if horizon is not None and not 0 < horizon < LONGEST_HORIZON_DAYS:
            self.fault("horizon", core.horizon, f"a horizon of {horizon:g} days", "it must lie after the start")
            horizon = None
        return start, 1.0 if horizon is None else horizon

    # ---------------------------------------------------------------------------------------- parameters

    def _parameters(self) -> list[ir.Parameter]:
        parameters = []
        for name, spread in self.core.parameters.items():
            path = f"parameters.{name}"
            kind, distribution, faults = parameter_distribution(spread, self.scope("a parameter", timed=False))
            for value, error in faults:
                self.fault(path, value if place_of(value) else name, error.says, error.remedy, error.at)
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
                )  # fmt: skip
            )
        return parameters

    def _correlated(self) -> tuple[tuple[int, int, float], ...]:
        names = [parameter.name for parameter in self.parameters]
        pairs: list[tuple[int, int, float]] = []
        for number, correlation in enumerate(self.core.correlated):
            path = f"correlated[{number}]"
            rank = self.constant(correlation.rank, f"{path}.rank", NUMBER, where="a rank correlation")
            for name in correlation.of:
                if name not in names:
                    self.fault(f"{path}.of", name, f"unknown parameter `{name}`", did_you_mean(name, names))
            if rank is not None and not -1 < rank < 1:
                self.fault(
                    f"{path}.rank", correlation.rank, f"a rank correlation of {rank:g}", "it lies between -1 and 1"
                )
            elif rank is not None and all(name in names for name in correlation.of):
                first, second = (names.index(name) for name in correlation.of)
                pairs.append((first, second, rank))
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
        for error in scope.faults:
            self.fault(f"quantities.{name}.is", quantity.is_, error.says, error.remedy, error.at)
        self.derived_open.pop()
        self.derived[name] = ir.Derived(name, kind, tree, place_of(key))
        slot = list(self.derived).index(name)
        self.symbols[name] = Symbol(ReadDerived(slot), kind, timed=scope.saw_time)
        return self.symbols[name]

    # ---------------------------------------------------------------------------------------- triggers

    def _trigger(self, name: Text, trigger: schema.Trigger) -> ir.Trigger:
        path = f"triggers.{name}"
        cause, implicit = self._cause(name, trigger, path)
        chance = self.expression(trigger.chance, f"{path}.chance", NUMBER, where="`chance`", timed=True)
        self._probability(chance, trigger.chance, f"{path}.chance", "a chance")
        if chance is not None:
            implicit.append(("chance", self.site(f"{name}/chance")))
        choice, branches = self._branches(name, trigger, path)
        if choice is not None:
            implicit.append(("choice", self.site(f"{name}/choice")))
        times = self.constant(trigger.times, f"{path}.times", NUMBER, where="`times`")
        if times is not None and (times < 1 or times != math.floor(times)):
            self.fault(f"{path}.times", trigger.times, f"`times` is {times:g}", "write a whole number from 1 on")
        return ir.Trigger(
            name=str(name),
            cause=cause,
            branches=branches,
            after=self.amount(trigger.after, f"{path}.after", f"{name}/after"),
            condition=self.expression(trigger.if_, f"{path}.if", TRUTH, where="`if`", timed=True),
            chance=chance,
            choice=choice,
            cooldown=self.amount(trigger.cooldown, f"{path}.cooldown", f"{name}/cooldown"),
            times=None if times is None else int(times),
            until=self.moment(trigger.until, f"{path}.until"),
            enabled=not trigger.disabled,
            sites=tuple(implicit),
            actor=str(trigger.actor or ""),
            agent=str(trigger.agent or ""),
            says=str(trigger.says or ""),
            place=place_of(name),
        )

    def _cause(self, name: Text, trigger: schema.Trigger, path: str) -> tuple[ir.Cause, list[tuple[str, int]]]:
        given = [word for word in ("when", "rate", "every", "at", "on") if getattr(trigger, word) is not None]
        if len(given) != 1:
            says = f"it has {len(given)} causes: {', '.join(given)}" if given else "it has no cause"
            self.fault(
                path, name, says, "write one of `when`, `rate`, `every`, `at`, `on`; make two triggers of two causes"
            )
            return ir.At(()), []
        for word, value, beside in (("for", trigger.for_, "when"), ("again", trigger.again or None, "for"),
                                    ("from", trigger.from_, "every")):  # fmt: skip
            present = trigger.for_ is not None if beside == "for" else given == [beside]
            if value is not None and not present:
                self.fault(f"{path}.{word}", _first_text(value) or name, f"`{word}` stands only beside `{beside}`")
        if trigger.when is not None:
            condition = self.expression(trigger.when, f"{path}.when", TRUTH, where="`when`")
            hold = self.amount(trigger.for_, f"{path}.for", f"{name}/for")
            return ir.When(condition or Constant(0.0, TRUTH), hold, trigger.again), []
        if trigger.rate is not None:
            return self._rate(name, trigger.rate, path)
        if trigger.every is not None:
            interval = self.amount(trigger.every, f"{path}.every", f"{name}/clock") or Constant(1.0, DURATION)
            if constant_value(interval) == 0:
                self.fault(f"{path}.every", _first_text(trigger.every), "an interval of 0 never ends", "write a time")
            return ir.Every(interval, self.moment(trigger.from_, f"{path}.from")), []
        if trigger.at is not None:
            return ir.At(self._moments(trigger.at, f"{path}.at")), []
        return self._on(trigger.on or (), path), []

    def _rate(self, name: Text, text: Text, path: str) -> tuple[ir.Cause, list[tuple[str, int]]]:
        hazard = self.expression(text, f"{path}.rate", NUMBER, where="`rate`") or Constant(0.0, NUMBER)
        value = constant_value(hazard)
        if value is not None and not 0 <= value < math.inf:
            self.fault(f"{path}.rate", text, f"a rate of {value:g} per day", "a rate is finite and not negative")
        return ir.Rate(hazard), [("clock", self.site(f"{name}/clock"))]

    def _on(self, leaders: Iterable[Text], path: str) -> ir.On:
        found: list[tuple[int, int]] = []
        for leader in leaders:
            place = self.find_trigger(leader)
            if place is None:
                known = [*self.trigger_index, *(f"{name}.{branch}" for name, trigger in self.core.triggers.items()
                                                for branch in branch_names(trigger))]  # fmt: skip
                self.fault(f"{path}.on", leader, f"`on` an unknown trigger `{leader}`", did_you_mean(leader, known))
            elif place in found:
                self.fault(f"{path}.on", leader, f"`{leader}` stands twice", "name each trigger once")
            else:
                found.append(place)
        return ir.On(tuple(found))

    def _moments(self, texts: Iterable[Text], path: str) -> tuple[int, ...]:
        moments: list[int] = []
        for text in texts:
            tick = self.moment(text, path, late=True)
            if tick is None:
                continue
            if tick in moments:
                self.fault(path, text, f"`{text}` is the same moment as another of the list", "name each moment once")
            moments.append(tick)
        return tuple(sorted(moments))

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
            self.fault(path, text, f"`{text}` lies outside the run",
                       f"a run goes from {self.start:%Y-%m-%d} over {self.horizon_days:g} days")  # fmt: skip
            return None
        tick = ticks(value)
        return None if tick >= NEVER else tick

    def _branches(
        self, name: Text, trigger: schema.Trigger, path: str
    ) -> tuple[ir.Choice | None, tuple[ir.Branch, ...]]:
        if trigger.otherwise is not None and trigger.chance is None:
            self.fault(f"{path}.otherwise", trigger.otherwise[0] if trigger.otherwise else name,
                       "`otherwise` stands only beside `chance`")  # fmt: skip
        if trigger.choose is None:
            branches = [ir.Branch("do", self._effects(trigger.do, f"{path}.do", f"{name}/do"))]
            if trigger.otherwise is not None and trigger.chance is not None:
                effects = self._effects(trigger.otherwise, f"{path}.otherwise", f"{name}/otherwise")
                branches.append(ir.Branch("otherwise", effects))
            return None, tuple(branches)
        if trigger.do or trigger.otherwise:
            self.fault(path, name, "a choice has no `do` of its own", "give the effects to its options")
        options: list[ir.Option] = []
        chosen: list[ir.Branch] = []
        for key, option in trigger.choose.items():
            options.append(self._option(name, key, option, f"{path}.choose.{key}"))
            effects = self._effects(option.do, f"{path}.choose.{key}.do", f"{name}/{key}/do")
            chosen.append(ir.Branch(str(key), effects))
        if not options:
            self.fault(path, name, "a choice without options", "name at least one under `choose`")
        rationality: Tree = Constant(DEFAULT_RATIONALITY, NUMBER)
        if trigger.rationality is not None:
            read = self.expression(
                trigger.rationality, f"{path}.rationality", NUMBER, where="`rationality`", timed=True,
                role=f"{name}/rationality",
            )  # fmt: skip
            rationality = read or rationality
            value = constant_value(rationality)
            if value is not None and not 0 <= value < math.inf:
                self.fault(f"{path}.rationality", trigger.rationality, f"a rationality of {value:g}",
                           "0 is pure chance; 3 is the default")  # fmt: skip
        return ir.Choice(tuple(options), rationality, str(trigger.asks or "")), tuple(chosen)

    def _option(self, name: Text, key: Text, option: schema.Option, path: str) -> ir.Option:
        usual: Tree = Constant(1.0, NUMBER)
        if option.usual is not None:
            scope = self.scope("`usual`", timed=True, role=f"{name}/{key}/usual")
            usual = self.expression(option.usual, f"{path}.usual", NUMBER, where="`usual`", scope=scope) or usual
            value = constant_value(usual)
            if value is not None and not 0 <= value < math.inf:
                self.fault(
                    f"{path}.usual", option.usual, f"a usual share of {value:g}", "it is not negative; 0 closes it"
                )
        scope = self.scope("`value`", timed=True, role=f"{name}/{key}/value")
        terms: list[tuple[str, Tree]] = []
        for term, text in (option.value or {}).items():
            tree = self.expression(text, f"{path}.value", NUMBER, where="`value`", scope=scope)
            terms.append((str(term), tree or Constant(0.0, NUMBER)))
        total: Tree = terms[0][1] if terms else Constant(0.0, NUMBER)
        for _, tree in terms[1:]:
            total = _sum(total, tree)
        condition = self.expression(option.if_, f"{path}.if", TRUTH, where="`if`", timed=True)
        return ir.Option(str(key), condition, usual, total, tuple(terms), str(option.says or ""))

    def _effects(self, texts: Iterable[Text], path: str, role: str) -> tuple[ir.Effect, ...]:
        effects = []
        for number, text in enumerate(texts):
            try:
                assignment = parse_assignment(text)
            except ExpressionError as error:
                self.fault(path, text, error.says, error.remedy, error.at)
                continue
            symbol = self.find(assignment.target)
            if symbol is None:
                self.fault(path, text, f"unknown quantity `{assignment.target}`",
                           did_you_mean(assignment.target, self.core.quantities), assignment.at)  # fmt: skip
                continue
            if not isinstance(symbol.tree, Read):
                what = "a parameter" if isinstance(symbol.tree, ReadParameter) else "defined by `is:`"
                self.fault(path, text, f"`{assignment.target}` is {what} and cannot be assigned",
                           "give it a quantity of its own", assignment.at)  # fmt: skip
                continue
            scope = self.scope(f"`{assignment.target}`", timed=True, role=f"{role}/{number}")
            value = self._resolved(lambda tree=assignment.value: tree, text, path, symbol.kind, scope)  # type: ignore[misc]
            constant = constant_value(value) if value is not None else None
            if constant is not None and symbol.kind.names and constant != math.floor(constant):
                self.fault(path, text, f"{constant:g} is no level of `{assignment.target}`")
            effects.append(ir.Effect(symbol.tree.slot, value or Constant(0.0, symbol.kind)))
        return tuple(effects)

    def _probability(self, tree: Tree | None, text: Text | None, path: str, what: str) -> None:
        value = constant_value(tree) if tree is not None else None
        if value is not None and not 0 <= value <= 1:
            self.fault(path, text, f"{what} of {value:g}", "a chance lies between 0 and 1, or 0 % and 100 %")

    # ---------------------------------------------------------------------------------------- what is looked at

    def _outcome(self, name: Text, outcome: schema.Outcome) -> ir.Outcome:
        path = f"outcomes.{name}"
        given = [how for how in ("when", "at_end", "otherwise") if getattr(outcome, how) is not None]
        if len(given) != 1:
            self.fault(path, name, "an outcome has one of `when`, `at_end` and `otherwise: true`",
                       f"this one has {len(given)}")  # fmt: skip
            return ir.Outcome(str(name), "otherwise", None)
        if outcome.otherwise is False:
            self.fault(path, name, "`otherwise: false` says nothing", "write `otherwise: true`")
        says, place = str(outcome.says or ""), place_of(name)
        if outcome.otherwise is not None:
            return ir.Outcome(str(name), "otherwise", None, says, place)
        if outcome.when is not None:
            condition = self.expression(outcome.when, f"{path}.when", TRUTH, where="an outcome's `when`")
            return ir.Outcome(str(name), "when", condition or Constant(0.0, TRUTH), says, place)
        condition = self.expression(outcome.at_end, f"{path}.at_end", TRUTH, where="`at_end`", timed=True)
        return ir.Outcome(str(name), "at_end", condition or Constant(0.0, TRUTH), says, place)

    def _outcomes(self) -> tuple[ir.Outcome, ...]:
        outcomes = tuple(self._outcome(name, outcome) for name, outcome in self.core.outcomes.items())
        if not outcomes:
            self.fault("outcomes", self.core.scenario, "no outcomes: every run must end in one",
                       "write at least `outcomes: {end: {otherwise: true}}`")  # fmt: skip
        elif not self.faults and leaves_unnamed(outcomes, self.quantities):
            last = list(self.core.outcomes)[-1]
            self.fault("outcomes", last, "these outcomes can leave a run without a name",
                       "add one with `otherwise: true`, or make the `at_end` conditions complementary")  # fmt: skip
        return outcomes

    def _metric(self, name: Text, metric: schema.Metric) -> ir.Metric:
        path = f"metrics.{name}"
        ways = ("max", "min", "first", "days", "integral", "mean", "final", "count")
        given = [how for how in ways if getattr(metric, how) is not None]
        if len(given) != 1:
            self.fault(path, name, f"a metric records in one way, this one in {len(given)}", f"ways: {', '.join(ways)}")
            return ir.Metric(str(name), "final", Constant(0.0, NUMBER))
        (how,) = given
        rest = {"unit": str(metric.unit or ""), "says": str(metric.says or ""), "place": place_of(name)}
        if how == "count":
            counted = self._on(metric.count or (), path).leaders
            return ir.Metric(str(name), "count", None, counted, **rest)  # type: ignore[arg-type]
        timed = how == "final"
        wanted = TRUTH if how in ("first", "days") else NUMBER if how in ("integral", "mean") else None
        where = f"`{how}`"
        tree = self.expression(getattr(metric, how), f"{path}.{how}", wanted, where=where, timed=timed)
        return ir.Metric(str(name), how, tree or Constant(0.0, NUMBER), **rest)  # type: ignore[arg-type]

    def _series(self) -> ir.Series | None:
        """What the file asks for; without a word, all ladders, some ninety times a run."""
        if self.core.series is None:
            columns = [(quantity.name, Read(slot), quantity.kind) for slot, quantity in enumerate(self.quantities)
                       if quantity.kind.names]  # fmt: skip
            if not columns:
                return None
            every = max(1.0, math.ceil(self.horizon_days / 90)) if self.horizon_days > 1 else self.horizon_days / 24
            names, trees, kinds = zip(*columns, strict=True)
            return ir.Series(max(1, ticks(every)), names, trees, kinds)
        every_days = self.constant(self.core.series.every, "series.every", DURATION, where="`every`")
        if every_days is not None and not every_days * 100_000 >= self.horizon_days:
            self.fault("series.every", self.core.series.every, f"a sample every {every_days:g} days",
                       "at most 100,000 samples a run")  # fmt: skip
            every_days = None
        names_, trees_, kinds_ = [], [], []
        for text in self.core.series.of:
            scope = self.scope("a series", timed=False)
            tree = self.expression(text, "series.of", None, where="a series", scope=scope)
            if tree is not None:
                names_.append(str(text))
                trees_.append(tree)
                kinds_.append(resolve(parse(text), scope)[1])
        tick = max(1, ticks(every_days)) if every_days else ticks(self.horizon_days)
        return ir.Series(tick, tuple(names_), tuple(trees_), tuple(kinds_))

    def program(self) -> ir.Program:
        """Everything, in file order."""
        core = self.core
        for name in core.triggers:
            if str(name) in self.symbols:
                self.fault(
                    f"triggers.{name}", name, f"`{name}` is already the name of a quantity", "rename one of them"
                )
        triggers = tuple(self._trigger(name, trigger) for name, trigger in core.triggers.items())
        correlated = self._correlated()
        metrics = tuple(self._metric(name, metric) for name, metric in core.metrics.items())
        series = self._series()
        outcomes = self._outcomes()
        digests = tuple(digest_of(site) for site in self.sites)
        all_digests = [*digests, *(parameter.site for parameter in self.parameters)]
        if len(set(all_digests)) != len(all_digests):
            self.fault("triggers", core.scenario, "two sites of chance share a digest", "rename a trigger")
        return ir.Program(
            name=str(core.scenario),
            question=str(core.question or ""),
            start=self.start,
            horizon=ticks(self.horizon_days),
            quantities=tuple(self.quantities),
            derived=tuple(self.derived.values()),
            parameters=tuple(self.parameters),
            correlated=correlated,
            triggers=triggers,
            outcomes=outcomes,
            metrics=metrics,
            series=series,
            sites=tuple(self.sites),
            digests=digests,
        )


def _sum(left: Tree, right: Tree) -> Tree:
    from sim.language.tree import Apply

    return Apply("+", (left, right))


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


def _first_text(value: object) -> Text | None:
    """A leaf of a block to point at: the first that knows its place."""
    if isinstance(value, Text):
        return value
    if isinstance(value, schema.Spread):
        if value.distribution.place is not None:
            return value.distribution
        return next((leaf for part in value.arguments.values() if (leaf := _first_text(part)) is not None), None)
    return None
