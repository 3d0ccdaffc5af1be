"""Scenario -> Program: triggers, outcomes, metrics and series, beyond which there are no names.

The builder goes through the expanded scenario once, in file order, and gathers every fault before it complains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from sim.clock import ticks
from sim.errors import Fault, Place, ScenarioError, Text, did_you_mean, place_of
from sim.language.kinds import UNKNOWN, resolve
from sim.language.parse import ExpressionError, parse, parse_assignment
from sim.language.tree import Apply, Constant, Read, ReadParameter, Tree, walk
from sim.language.words import DURATION, NUMBER, TRUTH
from sim.program import ir
from sim.program.exhaustive import leaves_unnamed
from sim.program.importance import importance_of
from sim.program.names import Names, branch_names, constant_value, first_text, spot
from sim.scenario import schema
from sim.streams import digest_of


def build_program(scenario: schema.Scenario) -> ir.Program:
    """The Program of a scenario, its vocabulary expanded first.

    Raises
    ------
    ScenarioError
        With every fault of names, kinds, dates, chances and outcomes, in file order.
    """
    program, faults = examine_program(scenario)
    if faults:
        raise ScenarioError(faults)
    return program


def examine_program(scenario: schema.Scenario) -> tuple[ir.Program, list[Fault]]:
    """The Program of a scenario with all that is wrong with it; with faults it is of no use but to look up names.

    Faults of the vocabulary and of the core are told together, but for those that plainly echo others.
    """
    from sim.agents.expand import expansion_of
    from sim.agents.pointing import pointed, without_echoes, without_unmade

    expansion = expansion_of(scenario)
    builder = _Builder(expansion.scenario)
    program = builder.program()
    faults = list(expansion.faults)
    found = without_unmade(_once(builder.faults), expansion.unmade)
    return program, faults + without_echoes(pointed(found, scenario), faults)


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
    return list({(str(fault.place), fault.says): fault for fault in reversed(list(faults))}.values())[::-1]


def _are_read(outcomes: Iterable[ir.Outcome]) -> bool:
    """Whether every name in the conditions of these outcomes stands for something."""
    return not any(
        isinstance(node, Constant) and node.kind == UNKNOWN
        for outcome in outcomes
        for node in (walk(outcome.condition) if outcome.condition is not None else ())
    )


_DECLARE = "write a quantity that is there, or declare it under `quantities`"


class _Builder(Names):
    """One pass over the triggers and what is looked at of one core scenario."""

    # ---------------------------------------------------------------------------------------- triggers

    def _trigger(self, name: Text, trigger: schema.Trigger) -> ir.Trigger:
        path = str(name) if name.startswith("injects.") else f"triggers.{name}"  # where it stands in the file
        cause, implicit = self._cause(name, trigger, path)
        chance = self.expression(trigger.chance, f"{path}.chance", NUMBER, where="`chance`", timed=True)
        self._probability(chance, trigger.chance, f"{path}.chance", "a chance")
        if chance is not None:
            implicit.append(("chance", self.site(f"{name}/chance")))
        choice, branches = self._branches(name, trigger, path)
        if choice is not None:
            implicit.append(("choice", self.site(f"{name}/choice")))
        times = self.constant(trigger.times, f"{path}.times", NUMBER, where="`times`")
        if times is not None and not (times >= 1 and times.is_integer()):
            self.fault(f"{path}.times", trigger.times, f"`times` is {times:g}", "write a whole number from 1 on")
            times = None
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
            places=_places(trigger),
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
                self.fault(f"{path}.{word}", first_text(value) or name, f"`{word}` stands only beside `{beside}`",
                           f"write `{beside}:` too, or take `{word}` away")  # fmt: skip
        if trigger.when is not None:
            condition = self.expression(trigger.when, f"{path}.when", TRUTH, where="`when`")
            hold = self.amount(trigger.for_, f"{path}.for", f"{name}/for")
            return ir.When(condition or Constant(0.0, TRUTH), hold, trigger.again), []
        if trigger.rate is not None:
            return self._rate(name, trigger.rate, path)
        if trigger.every is not None:
            interval = self.amount(trigger.every, f"{path}.every", f"{name}/clock") or Constant(1.0, DURATION)
            if constant_value(interval) == 0:
                self.fault(f"{path}.every", first_text(trigger.every), "an interval of 0 never ends", "write a time")
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
                says = f"`on` names an unknown trigger `{leader}`"
                remedy = did_you_mean(leader, known) or "write the name of a trigger, or of a trigger and its branch"
                self.fault(f"{path}.on", leader, says, remedy)
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

    def _branches(
        self, name: Text, trigger: schema.Trigger, path: str
    ) -> tuple[ir.Choice | None, tuple[ir.Branch, ...]]:
        if trigger.otherwise is not None and trigger.chance is None:
            remedy = "write `chance:` too, or take `otherwise` away"
            self.fault(f"{path}.otherwise", trigger.otherwise[0] if trigger.otherwise else name,
                       "`otherwise` stands only beside `chance`", remedy)  # fmt: skip
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
        rationality: Tree = Constant(schema.DEFAULT_RATIONALITY, NUMBER)
        if trigger.rationality is not None:
            where = "`rationality`"
            read = self.expression(trigger.rationality, f"{path}.rationality", NUMBER, where=where, timed=True)
            rationality = read or rationality
            value = constant_value(rationality)
            if value is not None and not 0 <= value < math.inf:
                self.fault(f"{path}.rationality", trigger.rationality, f"a rationality of {value:g}",
                           "0 is pure chance; 3 is the default")  # fmt: skip
        return ir.Choice(tuple(options), rationality, str(trigger.asks or "")), tuple(chosen)

    def _option(self, name: Text, key: Text, option: schema.Option, path: str) -> ir.Option:
        usual: Tree = Constant(1.0, NUMBER)
        if option.usual is not None:
            usual = self.expression(option.usual, f"{path}.usual", NUMBER, where="`usual`", timed=True) or usual
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
            total = Apply("+", (total, tree))
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
                remedy = did_you_mean(assignment.target, self.core.quantities) or _DECLARE
                self.fault(path, text, f"unknown quantity `{assignment.target}`", remedy, assignment.at)
                continue
            if not isinstance(symbol.tree, Read):
                what = "a parameter" if isinstance(symbol.tree, ReadParameter) else "defined by `is:`"
                self.fault(path, text, f"`{assignment.target}` is {what} and cannot be assigned",
                           "give it a quantity of its own", assignment.at)  # fmt: skip
                continue
            scope = self.scope(f"`{assignment.target.partition('._')[0]}`", timed=True, role=f"{role}/{number}")
            value = self.resolved(assignment.value, text, path, symbol.kind, scope)
            constant = constant_value(value) if value is not None else None
            if constant is not None and symbol.kind.names and not constant.is_integer():
                self.fault(
                    path, text, f"{constant:g} is no level of `{assignment.target}`", "write the name of a level"
                )
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
        before = len(self.faults)
        outcomes = tuple(self._outcome(name, outcome) for name, outcome in self.core.outcomes.items())
        if not outcomes:
            self.fault("outcomes", self.core.scenario, "no outcomes: every run must end in one",
                       "write at least `outcomes: {end: {otherwise: true}}`")  # fmt: skip
        elif len(self.faults) == before and _are_read(outcomes) and leaves_unnamed(outcomes, self.quantities):
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
            length = self.horizon_days if math.isfinite(self.horizon_days) else 1.0
            every = max(1.0, math.ceil(length / 90)) if length > 1 else length / 24
            names, trees, kinds = zip(*columns, strict=True)
            return ir.Series(max(1, ticks(every)), names, trees, kinds)
        every_days = self.constant(self.core.series.every, "series.every", DURATION, where="`every`")
        length = self.horizon_days if math.isfinite(self.horizon_days) else 0.0
        if every_days is not None and (every_days <= 0 or every_days * 100_000 < length):
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
        triggers = tuple(self._trigger(name, trigger) for name, trigger in core.triggers.items())
        correlated = self.correlated()
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
            importance=importance_of(self),
        )


def _places(trigger: schema.Trigger) -> tuple[tuple[str, Place], ...]:
    """Where the text of each role of a trigger stands, for those that a run may stumble over."""
    texts: dict[str, Text | None] = {
        "when": trigger.when,
        "rate": trigger.rate,
        "every": first_text(trigger.every),
        "for": first_text(trigger.for_),
        "after": first_text(trigger.after),
        "cooldown": first_text(trigger.cooldown),
        "if": trigger.if_,
        "chance": trigger.chance,
    }
    branches = {"do": trigger.do, "otherwise": trigger.otherwise or ()}
    branches |= {str(name): option.do for name, option in (trigger.choose or {}).items()}
    texts |= {f"{branch}/{number}": text for branch, effects in branches.items() for number, text in enumerate(effects)}
    return tuple((role, place) for role, text in texts.items() if (place := spot(text)) is not None)
