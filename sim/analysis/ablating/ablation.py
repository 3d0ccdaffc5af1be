"""An ablation as a reader meets it: which thing of a scenario mattered, for what, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sim.analysis.ablating.crossed import Crossed, crossed
from sim.analysis.ablating.effects import Effect, Without, without_each
from sim.analysis.ablating.shapley import Shapley, shapley
from sim.analysis.ablating.sheets import (
    CHANGE,
    FEW,
    changes_sheet,
    metrics_sheet,
    necessity_sheet,
    pairs_sheet,
    ranked_sheet,
    record_of,
    shapley_sheet,
)
from sim.analysis.cautions import Caution
from sim.analysis.outcomes import Share
from sim.analysis.percent import percent, percent_range
from sim.analysis.sheet import Sheet, cell, figures
from sim.analysis.told import Told
from sim.counted import counted
from sim.program.removing import Thing, thing_of
from sim.study import store

TOLD = 3
"""Things that are told in sentences."""


@dataclass(frozen=True)
class Ablation(Told):
    """The whole, each thing taken out in turn, and the coalitions of a named group."""

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """What was taken out, in file order."""
        return tuple(map(thing_of, self.settings["things"]))

    @cached_property
    def found(self) -> Crossed:
        """The whole and the experiments without each thing, run by run."""
        return crossed(self.ensemble, range(len(self.things) + 1))

    @cached_property
    def rows(self) -> tuple[Without, ...]:
        """What the scenario is without each thing, the largest change first."""
        fired = [self._runs_fired(thing) for thing in self.things]
        return without_each(self.things, fired, self.ensemble.outcome_names, self.found)

    def _runs_fired(self, thing: Thing) -> int:
        """In how many runs of the whole it was seen at work."""
        files = self.ensemble.done_files("counters")
        if not files or not thing.shows:
            return 0
        names = ", ".join(store.literal(name) for name in thing.shows)
        where = f"experiment = 0 AND run < {self.ensemble.limit} AND fired > 0 AND trigger IN ({names})"
        ((runs,),) = store.read(files, "count(DISTINCT run)", where, as_rows=True)
        return int(runs)

    @cached_property
    def shapley(self) -> Shapley | None:
        """The Shapley values of the named group, if one was named."""
        if not self.settings.get("group"):
            return None
        taken = [tuple(map(int, places)) for places in self.settings["taken"]]
        return shapley(self.ensemble, taken, self.settings["group"], self.settings["orders"])

    @property
    def n(self) -> int:
        """Runs that every experiment has: those that are compared."""
        return self.found.runs

    @property
    def moved(self) -> tuple[Effect, ...]:
        """Every change that is told from luck among all of them, the surest first."""
        sure = [effect for row in self.rows for effect in row.effects if effect.is_sure]
        return tuple(sorted(sure, key=lambda effect: effect.rank, reverse=True))

    @property
    def silent(self) -> tuple[str, ...]:
        """What never fired, and is missed by no run."""
        return tuple(row.thing.name for row in self.rows if row.is_silent)

    # ------------------------------------------------------------------------------------------------ tables

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Ranked changes; necessary and enough; Shapley values of a group; every change; metrics."""
        shared, metrics = self.shapley, self.ensemble.program.metrics
        group = (shapley_sheet(shared, self.things),) if shared is not None else ()
        pairs = (pairs_sheet(shared, self.things),) if shared is not None and shared.pairs else ()
        of_metrics = (metrics_sheet(self.rows, self.things, self.found, metrics),) if metrics else ()
        first = ranked_sheet(self.rows, self.n), necessity_sheet(self.moved, self.n)
        return (*first, *group, changes_sheet(self.rows, self.n), *of_metrics, *pairs)

    @property
    def shown(self) -> int:
        """The ranked table, what was necessary, and the group's if there is one."""
        return 2 if self.shapley is None else 3

    # ------------------------------------------------------------------------------------------------ words

    @property
    def what(self) -> str:
        """How much was taken out, and on what luck."""
        return (
            f"{counted(len(self.things), 'thing')} taken out in turn, {counted(self.n, 'run')} of each experiment, "
            f"seed {self.ensemble.seed}"
        )

    @property
    def says(self) -> tuple[str, ...]:
        """What mattered, what did not, and how the group shares what it did."""
        if not self.n:
            return ("There is no run yet that every experiment has; the same command goes on.",)
        return (*self._of_the_first(), *self._of_the_others(), *self._of_the_group())

    def _of_the_first(self) -> Iterator[str]:
        sure = [row for row in self.rows if row.largest.is_sure]
        if not sure:
            yield f"Nothing that was taken out moves any outcome beyond luck in {counted(self.n, 'run')}."
        for row in sure[:TOLD]:
            effect = row.largest
            yield (
                f"Without `{row.thing.name}`, {percent(effect.ended_so_without / self.n)} of the runs end in "
                f"`{effect.outcome}` instead of {percent(effect.ended_so / self.n)}: "
                f"{cell(record_of(effect, self.n), CHANGE)} points."
            )
            brought = max(row.effects, key=lambda one: -one.high)
            if brought.high < 0:
                yield (
                    f"`{row.thing.name}` was necessary in {_said(brought.necessary)} of the {brought.necessary.of:,} "
                    f"runs that ended in `{brought.outcome}`, and enough in {_said(brought.enough)} of the "
                    f"{brought.enough.of:,} that do not end so without it."
                )

    def _of_the_others(self) -> Iterator[str]:
        if self.silent:
            names = ", ".join(f"`{name}`" for name in self.silent)
            yield f"Never fired in these runs, and no run would be otherwise without: {names}."
        unsure = sum(not row.is_silent and not row.largest.is_sure for row in self.rows)
        if unsure:
            yield (
                f"{unsure} more fired or stood, and of none is it sure that it moves an outcome; with "
                f"{counted(self.n, 'run')} a change of up to {figures(100 * max(self._unseen(), default=0.0), 2)} "
                "points may be hidden there."
            )

    def _unseen(self) -> Iterator[float]:
        for row in self.rows:
            if not row.is_silent and not row.largest.is_sure:
                yield from (max(abs(effect.low), abs(effect.high)) for effect in row.effects)

    def _of_the_group(self) -> Iterator[str]:
        found = self.shapley
        if found is None or not found.values:
            return
        most = max(found.values, key=lambda value: max(value.low, -value.high))
        all_of_them = next(total for total in found.sums if total.outcome == most.outcome)
        one, other = (
            cell({"change": value.value, "low": value.low, "high": value.high}, CHANGE) for value in (most, all_of_them)
        )
        yield (
            f"Of the group, `{self.things[most.members[0]].name}` adds most: {one} points of `{most.outcome}`; "
            f"all of them together add {other}."
        )

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What an ablation is not."""
        return tuple(self._cautions())

    def _cautions(self) -> Iterator[Caution]:
        yield Caution(
            "model",
            "An ablation takes apart the model and not the crisis: what is not in the file was taken out of both.",
        )
        yield Caution(
            "no policy",
            "Taking something out is no policy: somebody would have to be able to do it. For what one side might do, "
            "`sim compare`.",
        )
        if any(thing.never for thing in self.things):
            yield Caution(
                "deterrence",
                "A threat that deters is needed by what does not happen: look for it at the outcomes that rise without "
                "it, and not among chains of triggers, where it never fires.",
            )
        over = [row.thing.name for row in self.rows if not row.is_silent and row.fires_in.share > 0.5]
        if over and any(not row.largest.is_sure for row in self.rows if row.thing.name in over):
            yield Caution(
                "stand-ins",
                "What moves nothing when it alone is taken out may have a stand-in: where either of two suffices, "
                "neither is necessary. `--shapley` with both shows what they do together.",
            )

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste."""
        return (
            f"{super().methods} Changes of shares have score intervals of paired data (Tango 1998), "
            "p values of McNemar's test (1947) and Holm's correction (1979) over all things and outcomes that could "
            "differ. Necessary and enough are the probabilities of necessity and sufficiency of Pearl (2009, ch. 9), "
            "counted on common luck, with Wilson intervals."
        )

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        asked, apart = self.asked or self.ensemble.program.name, self._apart()
        group = (f"sim ablate {asked} --shapley {','.join(apart)}",) if self.shapley is None and len(apart) > 1 else ()
        return (*group, f"sim show {asked}", f"sim report {self.folder}")

    def _apart(self) -> list[str]:
        """The first few things that matter and share nothing."""
        taken: set[str] = set()
        names: list[str] = []
        for row in self.rows:
            own = {*row.thing.triggers, *row.thing.never}
            if row.largest.is_sure and not own & taken and len(names) < TOLD:
                names.append(row.thing.name)
                taken |= own
        return names


def _said(share: Share) -> str:
    """A share with its interval; an anecdote is called one."""
    few = ", an anecdote" if share.of < FEW else ""
    return f"{percent(share.share)} ({percent_range(share.low, share.high)}{few})"
