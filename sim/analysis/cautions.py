"""What the output says by itself, so that nobody draws the wrong conclusion.

Each caution is a function of what was observed and yields sentences when it applies. Shares come from the whole study;
what needs single events (decisions, rungs stood on, limits reached) comes from a sample of its runs, replayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.analysis.base_rates import WAR_IN_THE_RECORD, level_of_outcome, say_war_in_the_record
from sim.analysis.causes import Replayed
from sim.analysis.explain import explain
from sim.analysis.narrative import is_hidden, is_shown, say_day
from sim.analysis.sample import Sample
from sim.clock import days_between, parse_date, say_duration, ticks
from sim.counted import counted
from sim.engine.order import watched
from sim.engine.record import UNNAMED, Failure, Runs
from sim.language.evaluate import Meaning, Undefined, meaning
from sim.language.functions import INFINITY
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Compare, Constant, Date, Read, walk
from sim.language.words import NUMBER
from sim.program.diagram import asked, slots_read
from sim.program.ir import Program
from sim.program.ledger import ledger
from sim.program.lint import is_extended
from sim.program.wording import figures
from sim.scenario.schema import Commitment, Scenario
from sim.study.ensemble import FailedRun, replay_command


@dataclass(frozen=True)
class Observed:
    """What the cautions look at: the scenario as played, shares over the study, and a sample of runs with events."""

    scenario: Scenario
    program: Program
    counts: Mapping[str, int]  # runs by outcome, over the whole study
    runs: int  # of the study, failed ones included
    ended_early: int  # runs that an outcome ended before the horizon
    failures: Sequence[Failure | FailedRun]
    sample: Runs
    first_passages: Mapping[str, tuple[float, float]] = field(
        default_factory=dict
    )  # share of runs, median day of those
    study: str = "STUDY"  # what to write in a command
    asked: str = "FILE"
    experiment: int = 0  # of the study

    @cached_property
    def events(self) -> Sample:
        """The sample as columns."""
        return Sample(self.sample)

    def share(self, outcome: str) -> float:
        """Share of the runs that ended so."""
        return self.counts.get(outcome, 0) / self.runs if self.runs else 0.0


@dataclass(frozen=True, slots=True)
class Caution:
    """One sentence to print, and the name of the trap that it is about; a small table may follow it."""

    trap: str
    says: str
    table: tuple[str, ...] = ()  # lines that stand as they are, at most 78 columns wide


Rule = Callable[[Observed], Iterator[str]]
"""A rule yields sentences; lines after the first are a table."""

RULES: dict[str, Rule] = {}


def _rule(function: Rule) -> Rule:
    RULES[function.__name__] = function
    return function


def cautions(observed: Observed) -> tuple[Caution, ...]:
    """Every caution that applies, the gravest first."""
    found = ((trap, told.split("\n")) for trap, rule in RULES.items() for told in rule(observed))
    return tuple(Caution(trap, says, tuple(lines)) for trap, (says, *lines) in found)


# ------------------------------------------------------------------------------------------------ what went wrong


@_rule
def failed_runs(observed: Observed) -> Iterator[str]:
    """Runs failed: how many, why the first did, and the command that tells it again."""
    if observed.failures:
        first, n = observed.failures[0], len(observed.failures)
        where = _looked_at(observed.program, first)
        yield (
            f"{n:,} of {counted(observed.runs, 'run')} failed and {'counts' if n == 1 else 'count'} in no outcome. "
            f"The first: {first.told}"
            f"{f', where {where}' if where else ''}. To see it: "
            f"{replay_command(observed.study, observed.experiment, first.run)}"
        )


def _looked_at(program: Program, failure: Failure | FailedRun) -> str:
    """Of the state in which a run failed, what the trigger that failed looks at."""
    trigger = next((one for one in program.triggers if one.name == failure.trigger), None)
    if trigger is None:
        return ""
    effects = [effect.value for branch in trigger.branches for effect in branch.effects]
    reads = slots_read(program, (*asked(trigger), *effects, watched(trigger), trigger.after, trigger.cooldown))
    names = {program.quantities[slot].name for slot in reads}
    return ", ".join(part for part in failure.values.split(", ") if part.partition(" = ")[0] in names)


# ------------------------------------------------------------------------------------------------ the record


@_rule
def war_likelier_than_the_record(observed: Observed) -> Iterator[str]:
    """War comes in far more runs than the record would have it: the largest cause, and decisions a run."""
    high = max(WAR_IN_THE_RECORD)
    for outcome in observed.program.outcomes:
        share = observed.share(outcome.name)
        if share <= 2 * high or level_of_outcome(observed.scenario, observed.program, outcome.name) != "war":
            continue
        says = f"War (`{outcome.name}`) in {_percent(share)} of runs; {say_war_in_the_record()}."
        cause = _largest_cause(observed, outcome.name)
        yield f"{says} {cause}" if cause else says


def _largest_cause(observed: Observed, outcome: str) -> str:
    """The choice in most chains behind an outcome, else the commonest first link, and how often it fires."""
    program = observed.program
    places = {trigger.name: place for place, trigger in enumerate(program.triggers)}
    weight: dict[str, int] = {}
    for chain in explain(observed.sample, outcome).chains:
        names = [name for link in chain.links for name in link.name.split(" > ")]
        chosen = [name.rpartition(".")[0] for name in names if _is_choice(program, name.rpartition(".")[0])]
        blamed = chosen[0] if chosen else names[0]
        weight[blamed] = weight.get(blamed, 0) + chain.count
    blamed = max(weight, key=lambda name: weight[name], default="")
    if blamed not in places:
        return ""
    fired = observed.sample.counters[:, places[blamed], 0].mean()
    what = "decisions" if _is_choice(program, blamed) else "firings"
    return f"Largest cause: `{blamed}`, {fired:.2g} {what} a run."


def _is_choice(program: Program, name: str) -> bool:
    return any(trigger.name == name and trigger.choice is not None for trigger in program.triggers)


# ------------------------------------------------------------------------------------------------ what numbers mean


@_rule
def runs_of_different_length(observed: Observed) -> Iterator[str]:
    """Means go over runs that ended early, whose costs stopped with them."""
    share = observed.ended_early / observed.runs if observed.runs else 0.0
    growing = [
        metric.name for metric in observed.program.metrics if metric.how in ("integral", "days", "final", "count")
    ]
    if share >= 0.02 and growing:
        yield (
            f"Means over runs of different length: {_percent(share)} ended early, and what they cost stopped then. "
            f"The tables of metrics have {_names(growing)} outcome by outcome."
        )


@_rule
def time_to_what_may_not_come(observed: Observed) -> Iterator[str]:
    """A time of first passage is of those runs alone in which it came: always the pair of share and median."""
    for name, (share, median) in observed.first_passages.items():
        if share:
            yield f"`{name}` came in {_percent(share)} of runs; median day {median:.0f} of those."
        else:
            yield f"`{name}` came in no run."


@_rule
def decisions(observed: Observed) -> Iterator[str]:
    """How many decisions a run holds, because a median interval of 11 days is not a decision every 11 days."""
    often = {
        trigger.name: float(observed.sample.counters[:, place, 0].mean())
        for place, trigger in enumerate(observed.program.triggers)
        if trigger.choice is not None
    }
    if not often:
        return
    first = sorted(often, key=lambda name: -often[name])[:3]
    told = [f"about {often[name]:.0f} at `{name}`" for name in first if often[name] >= 0.5]
    rest = len(often) - len(told)
    told += [f"fewer at {rest} more"] if rest and told else ["hardly any"] if rest else []
    length = say_duration(observed.program.horizon / ticks(1.0))
    yield (
        f"Decisions in {length}: {', '.join(told)}. Each weighs what stands at that moment: "
        "actors here do not reason backwards."
    )


# ------------------------------------------------------------------------------------------------ what cannot happen


@_rule
def threats_that_lapse(observed: Observed) -> Iterator[str]:
    """A threat or offer ends before the horizon, and what follows is not its failure."""
    for name, commitment in _commitments(observed.scenario):
        until = _moment(observed, commitment.until)
        if until is not None and until < observed.program.horizon:
            left = say_duration(round((observed.program.horizon - until) / ticks(1.0)))
            unless = ", unless it is extended" if is_extended(observed.scenario, name) else ""
            yield f"`{name}` lapses on {say_day(observed.program, until)}, {left} before the horizon{unless}."


def _commitments(scenario: Scenario) -> Iterator[tuple[str, Commitment]]:
    for section in (scenario.threats, scenario.offers):
        for name, commitment in section.items():
            yield str(name), commitment


def _moment(observed: Observed, text: str | None) -> int | None:
    """The tick of a date or of a duration after the start; None if it is neither."""
    if text is None:
        return None
    try:
        tree = parse(text)
    except ExpressionError:
        return None
    if isinstance(tree, Date):
        length = days_between(observed.program.start, parse_date(tree.text))
        return ticks(length) if length >= 0 else 0
    return ticks(tree.value) if isinstance(tree, Constant) else None


@_rule
def rungs_never_reached(observed: Observed) -> Iterator[str]:
    """A rung or tier on which no run of the sample ever stood."""
    program, sample = observed.program, observed.events
    known = set(_rungs_of_outcomes_that_came(observed))
    for slot, quantity in enumerate(program.quantities):
        if not quantity.kind.names or not is_shown(program, slot):
            continue
        seen = sample.stood_on(slot) | {value for at, value in known if at == slot}
        empty = [name for at, name in enumerate(quantity.kind.names) if float(at) not in seen]
        if empty:
            yield f"In {counted(len(sample), 'run')} looked at, `{quantity.name}` never stood on {_names(empty)}."


def _rungs_of_outcomes_that_came(observed: Observed) -> Iterator[tuple[int, float]]:
    """(ladder, rung) of outcomes that some run of the study ended in, though perhaps none of the sample."""
    for outcome in observed.program.outcomes:
        if outcome.condition is not None and observed.counts.get(outcome.name):
            for node in walk(outcome.condition):
                match node:
                    case Compare(Read(slot), ((">=" | "==", Constant(value, kind)),)) if kind.names:
                        yield slot, value


@_rule
def clamps_that_bite(observed: Observed) -> Iterator[str]:
    """An effect would have taken a quantity beyond its range: what lies beyond is lost."""
    program, sample = observed.program, observed.events
    for slot, writers in sorted(_writers(program).items()):
        quantity = program.quantities[slot]
        for limit in () if is_hidden(quantity.name) else (quantity.low, quantity.high):
            n = _runs_cut(sample, slot, limit, writers, at_least=0.05 * len(sample))
            if not n:
                continue
            share = _percent(n / len(sample))
            yield f"`{quantity.name}` is cut off at {figures(limit)} in {share} of runs: what goes beyond is lost."


def _runs_cut(
    sample: Sample, slot: int, limit: float, writers: Sequence[tuple[int, int, bool]], *, at_least: float
) -> int:
    """In how many runs an effect went beyond a limit of a quantity; 0 if it is fewer than `at_least`.

    An effect that does leaves the quantity at the limit, unless another follows it in the same firing: so only firings
    that end there, and those, need be computed anew.
    """
    rows, suspected = sample.firings, [np.empty(0, dtype=np.int64)]
    for trigger, branch, several in writers:
        these = sample.firings_of(trigger, branch)
        suspected.append(these if several else these[sample.after(slot, these) == limit])
    firings = np.sort(np.concatenate(suspected))
    if len(np.unique(rows.run[firings])) < max(1.0, at_least):
        return 0
    cut: set[int] = set()
    for firing in firings.tolist():
        run = int(rows.run[firing])
        if run not in cut and limit in _cuts(sample, firing, slot):
            cut.add(run)
    return len(cut) if len(cut) >= at_least else 0


def _writers(program: Program) -> dict[int, list[tuple[int, int, bool]]]:
    """Bounded quantity -> (trigger, branch) that sets it to more than a plain number, and whether more than once."""
    found: dict[int, list[tuple[int, int, bool]]] = {}
    for place, trigger in enumerate(program.triggers):
        for number, branch in enumerate(trigger.branches):
            slots = [effect.slot for effect in branch.effects if not isinstance(effect.value, Constant)]
            for slot in set(slots):
                if _is_bounded(program, slot):
                    several = sum(effect.slot == slot for effect in branch.effects) > 1
                    found.setdefault(slot, []).append((place, number, several))
    return found


def _cuts(sample: Sample, firing: int, slot: int) -> set[float]:
    """The limits of a quantity that cut off effects of one firing; effects with a draw are passed over."""
    program, rows, world = sample.program, sample.firings, sample.before(firing)
    trigger, branch = int(rows.trigger[firing]), int(rows.branch[firing])
    effects = program.triggers[trigger].branches[branch].effects
    drawn = dict(sample.changes_of(firing))  # what a draw gave is known from the row alone
    found = set()
    for effect, means in zip(effects, sample.meanings.effects(trigger, branch), strict=True):
        if means is None:
            world.values[effect.slot] = drawn.get(effect.slot, world.values[effect.slot])
            continue
        value, quantity = means(world), program.quantities[effect.slot]
        kept = quantity.low if value < quantity.low else quantity.high if value > quantity.high else value
        if effect.slot == slot and abs(value - kept) > 1e-9 * max(1.0, abs(kept)):
            found.add(kept)
        world.values[effect.slot] = kept
    return found


def _is_bounded(program: Program, slot: int) -> bool:
    quantity = program.quantities[slot]
    return quantity.kind == NUMBER and (quantity.low > -INFINITY or quantity.high < INFINITY)


@_rule
def outcomes_shadowed(observed: Observed) -> Iterator[str]:
    """An outcome held when an earlier one took the run: the order in the file decided."""
    program, sample = observed.program, observed.sample
    held: dict[tuple[int, int], int] = {}
    ended: dict[int, int] = {}
    conditions = [None if outcome.condition is None else meaning(outcome.condition) for outcome in program.outcomes]
    for index, winner in enumerate(sample.outcome.tolist()):
        if winner == UNNAMED or conditions[winner] is None:
            continue
        ended[winner] = ended.get(winner, 0) + 1
        others = [later for later in range(winner + 1, len(conditions)) if conditions[later] is not None
                  and program.outcomes[later].how == program.outcomes[winner].how]  # fmt: skip
        world = observed.events.at_end(index) if others else None
        for later in others:
            condition = conditions[later]
            if world is not None and condition is not None and _holds(condition, world):
                held[winner, later] = held.get((winner, later), 0) + 1
    for (winner, later), n in held.items():
        yield (
            f"`{program.outcomes[later].name}` held too in {_percent(n / ended[winner])} of the runs that ended as "
            f"`{program.outcomes[winner].name}`, which stands before it in the file."
        )


def _holds(condition: Meaning, world: Replayed) -> bool:
    """Whether a condition that the engine had no need to look at holds; one without a value does not."""
    try:
        return bool(condition(world))
    except Undefined:
        return False


# ------------------------------------------------------------------------------------------------ what is known


@_rule
def guesses(observed: Observed) -> Iterator[str]:
    """How many of the numbers are judgement rather than record, and how many say nothing of where they are from."""
    numbers = [number for number in ledger(observed.scenario) if number.role != "lever"]
    judged = sum(is_judgement(observed.scenario, number.source) for number in numbers)
    bare = sum(not number.source for number in numbers)
    told = [f"{judged} of {len(numbers)} numbers {'is' if judged == 1 else 'are'} judgement"] if judged else []
    if bare:
        told += [f"{bare}{'' if judged else f' of {len(numbers)} numbers'} {'has' if bare == 1 else 'have'} no source"]
    if told:
        yield f"{' and '.join(told)} (`sim show {observed.asked} --ledger` lists them)."


def is_judgement(scenario: Scenario, source: str) -> bool:
    """Whether a number rests on somebody's judgement: its source has the word in its text."""
    said = f"{source} {scenario.sources.get(source, '')}"  # type: ignore[call-overload]
    return re.search(r"\bjudge?ments?\b", said, re.IGNORECASE) is not None


STRONGLY = 0.5
"""By how much belief and fact have to differ before the table of both is shown; what nobody keeps shows it always."""

MEANINGS = {
    "threat": ("a bluff", ("deters; called, it is done", "deters as well: a bluff",
                           "does not deter, yet is done", "words that nobody minds")),
    "offer": ("an empty offer", ("draws; met, it is done", "draws as well: an empty offer",
                                 "does not draw, yet is done", "words that nobody minds")),
}  # fmt: skip
"""What a commitment is that is not kept, and what it means: believed and kept, believed alone, kept alone, neither."""


@_rule
def bluffs(observed: Observed) -> Iterator[str]:
    """What is believed and what is kept differ: what happens and what is believed are two numbers."""
    for name, commitment in _commitments(observed.scenario):
        believed = _chance(commitment.believed)
        known = [chance for text in (commitment.kept or {}).values() if (chance := _chance(text)) is not None]
        if believed is None or not known or commitment.start == "unsaid":
            continue
        word = "threat" if name in observed.scenario.threats else "offer"
        empty = believed > 0 and max(known) == 0
        apart = empty or min(abs(believed - chance) for chance in known) >= STRONGLY
        table = _believed_and_kept(word, believed, known) if apart else ""
        numbers = f"`{name}` is believed {_percent(believed)} and kept {_span(known)}"
        if max(known) < believed:
            what = MEANINGS[word][0] + (", in part," if max(known) else "")
            tested = "called" if word == "threat" else "taken up"
            yield (
                f"{numbers}: {what} that costs nothing until it is {tested}. "
                f"Keeping it less changes what happens, not what {commitment.to} believes.{table}"
            )
        elif table:
            yield f"{numbers}: what is done in the end, and what {commitment.to} believes, are two numbers.{table}"


def _believed_and_kept(word: str, believed: float, kept: Sequence[float]) -> str:
    """The table of what is believed and what is kept: the numbers at its edges, in its cells what each pair means."""
    both, belief, fact, neither = MEANINGS[word][1]
    rows = (
        ("", f"kept {_span(kept)}", f"not kept {_span([1 - chance for chance in kept])}"),
        (f"believed {_percent(believed)}", both, belief),
        (f"not believed {_percent(1 - believed)}", fact, neither),
    )
    return "".join(f"\n  {first:<18}  {second:<27}  {third}".rstrip() for first, second, third in rows)


def _span(chances: Sequence[float]) -> str:
    """A chance, or of several issuers the least and the greatest."""
    low, high = _percent(min(chances)), _percent(max(chances))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


@_rule
def threats_that_worked(observed: Observed) -> Iterator[str]:
    """Only threats that failed are called and carried out: measures seen at work look weaker than threats are."""
    program, sample = observed.program, observed.sample
    events = observed.events
    names = {quantity.name: slot for slot, quantity in enumerate(program.quantities)}
    for name in observed.scenario.threats:
        slot = names.get(f"{name}.called")
        if slot is None or not len(sample):
            continue
        called = events.turned_true(slot)
        made = len(sample)
        if observed.scenario.threats[name].start == "unsaid":
            made = events.turned_true(names[f"{name}.standing"])
        if called and called >= made:
            of = "the one run" if made == 1 else f"all {made:,} runs"
            yield f"`{name}` was called in {of} in which it could be: none shows what it is when it works."
        elif called:
            of = f"{counted(made, 'run')} looked at" if made == len(sample) else f"the {made:,} in which it was made"
            yield (
                f"`{name}` was called in {_percent(called / made)} of {of}. In the others it held or was not needed: "
                "what is imposed never shows the threats that worked."
            )


def _chance(text: str | None) -> float | None:
    """A chance that is written as a plain number."""
    try:
        tree = parse(text) if text else None
    except ExpressionError:
        return None
    return tree.value if isinstance(tree, Constant) else None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 or share == 0 else f"{100 * share:.1f} %"


def _names(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
