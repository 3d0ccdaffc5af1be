"""A comparison as a reader meets it: alternatives on the same luck, what differs, by how much, and in which worlds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any

from sim.analysis.base_rates import base_rate
from sim.analysis.cautions import Caution
from sim.analysis.comparing import sheets as tables
from sim.analysis.comparing.alternatives import (
    Alternative,
    Reading,
    alternatives_of,
    checked,
    condition_of,
    objective_of,
    reading_of,
)
from sim.analysis.comparing.contrast import Asked, Contrast, asked_of, contrast_of
from sim.analysis.comparing.worlds import (
    Fared,
    Satisfied,
    Unfared,
    fared,
    regret_sheet,
    satisficing_sheet,
    satisfied,
)
from sim.analysis.sheet import Sheet, cell, figures
from sim.analysis.told import Told
from sim.counted import counted
from sim.study.ensemble import Ensemble, replay_command
from sim.study.pairs import endings_of, first_failed

MOST_TOLD = 3
"""Differences that are told in the sentence about those that stand."""


@dataclass(frozen=True)
class Comparison(Told):
    """Alternatives on the same luck, read against a baseline."""

    as_read: Reading | None = None  # as it was read last, if nothing is said

    def read(self, reading: Reading) -> Comparison:
        """The same study, read otherwise; written down beside it.

        Raises
        ------
        UsageError
            If the reading names what is not there.
        """
        reading = checked(reading, [one.name for one in self.alternatives], self.ensemble.program)
        reading.keep(self.folder)
        return replace(self, as_read=reading)

    @cached_property
    def reading(self) -> Reading:
        """Baseline, objectives and conditions."""
        names = [one.name for one in self.alternatives]
        return checked(self.as_read or reading_of(self.folder), names, self.ensemble.program)

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """What is compared, in the order in which it was asked for."""
        return alternatives_of(self.ensemble)

    @cached_property
    def players(self) -> tuple[Ensemble, ...]:
        """The runs of each alternative, in which parameters are drawn anew in each run."""
        experiments = self.ensemble.experiments
        return tuple(experiments[one.experiment] for one in self.alternatives)

    @cached_property
    def measured(self) -> Asked:
        """What is told of every pair."""
        return asked_of([player.program for player in self.players])

    def baseline_of(self, alternative: Alternative) -> Alternative:
        """What an alternative is held against: where policies are crossed with variants, in its own variant."""
        baseline = next(one for one in self.alternatives if one.name == self.reading.baseline)
        if not self.settings.get("crossed"):
            return baseline
        mine = [one for one in self.alternatives if one.variant == alternative.variant]
        each = len(mine)
        return mine[baseline.number % each]

    @cached_property
    def contrasts(self) -> tuple[Contrast, ...]:
        """Every alternative against its baseline; against every other too, if that is asked."""
        pairs = []
        for one in self.alternatives:
            baseline = self.baseline_of(one)
            others = [baseline] if one != baseline else []
            if self.reading.all_pairs:
                others += [
                    other for other in self.alternatives
                    if other.number < one.number and baseline not in (one, other)
                    and self.baseline_of(other) == baseline
                ]  # fmt: skip
            pairs += [(other, one) for other in others]
        return tuple(contrast_of(self.players, first, second, self.measured) for first, second in pairs)

    @cached_property
    def tables(self) -> tables.Told:
        """What the tables are made of."""
        return tables.Told(
            self.ensemble.program, self.alternatives, self.players, tuple(endings_of(one) for one in self.players),
            self.contrasts, self.measured, self.reading.simultaneous, self.reading.all_pairs,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------ worlds

    @property
    def worlds(self) -> int:
        """States of the world in which every alternative was played besides; often 0."""
        return int(self.settings.get("worlds", 0))

    @cached_property
    def judged(self) -> tuple[Fared | Unfared, ...]:
        """Regrets by each objective, or why there are none."""
        if not self.worlds:
            return ()
        wanted = (objective_of(text, self.ensemble.program) for text in self.reading.objectives)
        return tuple(fared(self.ensemble, self.alternatives, one) for one in wanted)

    @property
    def fared(self) -> tuple[Fared, ...]:
        """Regrets by each objective of which they can be told."""
        return tuple(one for one in self.judged if isinstance(one, Fared))

    @cached_property
    def satisfied(self) -> tuple[Satisfied, ...]:
        """Conditions, and where they are kept."""
        if not self.worlds:
            return ()
        wanted = (condition_of(text, self.ensemble.program) for text in self.reading.satisfice)
        return tuple(satisfied(self.ensemble, self.alternatives, one) for one in wanted)

    # ------------------------------------------------------------------------------------------------ tables

    @cached_property
    def by_name(self) -> dict[str, Sheet]:
        """The tables by name, most important first."""
        told = self.tables
        sheets = [tables.differences(told), tables.changes(told), *(regret_sheet(one) for one in self.fared)]
        sheets += [satisficing_sheet(self.satisfied, self.worlds)] if self.satisfied else []
        sheets += [tables.metrics(told)] if told.asked.means else []
        sheets += [tables.moments(told)] if told.asked.of("moments") else []
        sheets += [tables.rungs(told)] if told.asked.of("rungs") else []
        sheets += [tables.pairing(told), tables.transitions(told)]
        return {sheet.name: sheet for sheet in sheets}

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The tables, most important first."""
        return tuple(self.by_name.values())

    @property
    def _is_uncertain(self) -> bool:
        """Whether a parameter is drawn: whether there is more than one world."""
        return any(one.distribution[0] != "constant" for one in self.ensemble.program.parameters)

    @property
    def shown(self) -> int:
        """Differences, changes and what was asked of worlds; metrics and the rest wait for -v."""
        return 2 + len(self.fared) + bool(self.satisfied)

    @property
    def what(self) -> str:
        """How much was played, on which luck."""
        told = f"{counted(len(self.alternatives), 'alternative')}, {counted(self.runs, 'run')} of each on the same luck"
        if self.worlds:
            told += f"; in {counted(self.worlds, 'world')} besides, {counted(self.runs, 'run')} of each in each"
        return f"{told}; seed {self.ensemble.seed}"

    # ------------------------------------------------------------------------------------------------ words

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste."""
        told = (
            f"Each of {len(self.alternatives)} alternatives was played {counted(self.runs, 'time')}, run r of each "
            "with the "
            "same luck, and compared pair by pair; pairs with a failed run are left out of differences. Differences of "
            "shares have Tango's score interval (Tango 1998) and McNemar's test (McNemar 1947), differences of means "
            "Student's interval (Student 1908) where ten pairs or more differ, shares Wilson's (Wilson 1927), all at "
            "95 %. What differs taken together is said by Holm's procedure (Holm 1979) over each table."
        )
        if not self.worlds:
            return told
        return (
            f"{told} Regret (Savage 1951) is over {counted(self.worlds, 'point')} of a Latin hypercube of the "
            "uncertain "
            "parameters (McKay, Beckman and Conover 1979); the best alternative was chosen on other runs than it was "
            "judged on. Bounds are the domain criterion (Starr 1963)."
        )

    @property
    def says(self) -> tuple[str, ...]:
        """What the tables show, a sentence each."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        for name in self.ensemble.program.outcome_names:
            if record := base_rate(self.scenario, self.ensemble.program, name):
                yield f"Beside {name}: {record} (MID 5.0)."
        yield from self._standing()
        yield from self._identical()
        yield from self._worth()
        if "metrics" in self.by_name:
            sheet = self.by_name["metrics"]
            stand, tested = len(tables.standing(sheet)), sum(row.get("p_holm") is not None for row in sheet.rows)
            if tested:
                yield (
                    f"Metrics: {stand} of {counted(tested, 'difference')} of means differ from 0 taken together "
                    "(Holm, 5 %)."
                )
        for one in self.fared:
            yield from self._least_regret(one)

    def _standing(self) -> Iterator[str]:
        """Which differences of shares stand, taken together, the largest of them in figures."""
        sheet = self.by_name["differences"]
        stand = sorted(tables.standing(sheet), key=lambda row: -abs(row["difference"]))
        tested = sum(row.get("p_holm") is not None for row in sheet.rows)
        column = next(one for one in sheet.columns if one.key == "difference")
        if not stand:
            yield f"Of {counted(tested, 'difference')} of shares none differs from 0 taken together (Holm, 5 %)."
            return
        told = [
            f"{row['outcome']} under `{row['alternative']}` {cell(row, column)} points"
            + (f" against `{row['against']}`" if self.reading.all_pairs else "")
            for row in stand[:MOST_TOLD]
        ]
        more = f"; and {len(stand) - MOST_TOLD} more" if len(stand) > MOST_TOLD else ""
        verb = "differs" if len(stand) == 1 else "differ"
        yield (
            f"Of {counted(tested, 'difference')} of shares {len(stand)} {verb} from 0 taken together (Holm, 5 %): "
            f"{'; '.join(told)}{more}."
        )

    def _identical(self) -> Iterator[str]:
        for one in self.contrasts:
            if one.pairs.pairs and not one.changed:
                most = figures(100 * one.share(self.measured.of("outcomes")[0]).high, 2)
                yield (
                    f"`{one.second.name}` ended as `{one.first.name}` did in "
                    f"{_every(one.pairs.pairs)}: "
                    f"of any outcome the difference is at most {most} points either way."
                )

    def _worth(self) -> Iterator[str]:
        outcomes = len(self.measured.of("outcomes")) * len(self.contrasts)  # they stand first
        known = [row for row in self.by_name["pairing"].rows[:outcomes] if row["worth"] is not None]
        if not known:
            yield "What the same luck was worth cannot be said: too few pairs end differently."
            return
        times = [row["worth"] for row in known]
        nothing = sum(row["low"] <= 1 for row in known)
        least, most = figures(min(times), 2), figures(max(times), 2)
        middle = (
            f" (half of {counted(len(known), 'difference')}: {figures(median(times), 2)} or more)"
            if least != most
            else ""
        )
        yield (
            f"The same luck was worth {least if least == most else f'{least} to {most}'} times as many runs of fresh "
            f"luck to differences of shares{middle}"
            + (f"; in {nothing} of {len(known)} nothing that can be seen." if nothing else ".")
        )

    def _least_regret(self, one: Fared) -> Iterator[str]:
        rows = [(told, one.alternatives[at].name) for at, told in enumerate(one.regrets.each)]
        first, name = min(rows, key=lambda row: row[0].mean)
        ties = [other for told, other in rows if other != name and not told.is_behind]
        says = f"By `{one.objective.text}` the least expected regret is that of `{name}`"
        yield f"{says}, not told apart by luck from {_listed(ties)}." if ties else f"{says}."
        least = min(told.largest for told, _ in rows)
        near = [other for told, other in rows if told.largest <= least + one.regrets.floor_largest]
        which = _listed(near) if len(near) < len(rows) else "all alternatives"
        told = "is that of" if len(near) == 1 else "is, within the noise floor, that of"
        yield (
            f"The least largest regret (minimax regret) over the {counted(one.worlds, 'world')} looked at {told} "
            f"{which}. To know "
            f"the world before one chooses would be worth {one.said(first.expected)} on average."
        )

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        return tuple(Caution(trap, says) for trap, says in self._cautions())

    def _cautions(self) -> Iterator[tuple[str, str]]:
        failed = sum(one.pairs.failed for one in self.contrasts)
        if failed:
            first = first_failed(self.ensemble)
            see = f" To see the first: {replay_command(self.folder, *first)}" if first else ""
            experiments = len(self.ensemble.manifest["experiments"])
            yield (
                "failed_runs",
                f"{counted(failed, 'pair')} {'has' if failed == 1 else 'have'} a run that failed, and "
                f"{'counts' if failed == 1 else 'count'} in no difference "
                f"({self.failed:,} of {self.runs * experiments:,} runs failed).{see}",
            )
        yield (
            "hypothesis",
            (
                "A comparison is a hypothesis, not a test: alternatives differ here as the file makes them differ. "
                "More runs narrow every interval, and say nothing new of the world."
            ),
        )
        if self._is_uncertain and not self.worlds:
            yield (
                "averages",
                "Every difference is an average over what is uncertain: parameters are drawn anew in each run. "
                "`--objective` shows how alternatives fare from world to world.",
            )
        if any(one.policy for one in self.alternatives):
            yield (
                "no_foresight",
                (
                    "Actors weigh what stands now, under every policy alike: nobody here foresees a policy, or reasons "
                    "backwards from it."
                ),
            )
        if any(one.variant for one in self.alternatives):
            yield "assumptions", "A variant is an assumption, not a move: what differs between variants nobody chose."
        yield from self._lengths()
        for says in dict.fromkeys(one.says for one in self.judged if isinstance(one, Unfared)):
            yield "no_regret", says

    def _lengths(self) -> Iterator[tuple[str, str]]:
        most = max((one for one in self.contrasts if one.pairs.pairs), key=_apart, default=None)
        if most is not None and _apart(most) >= 0.005 and self.measured.means:
            yield (
                "lengths",
                (
                    f"Means over runs of different length: in up to {100 * _apart(most):.0f} % of pairs "
                    f"(`{most.second.name}`) one run ended sooner than the other, and what it costs stopped then."
                ),
            )

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next: why two runs of the same luck part, and how alternatives fare in many worlds."""
        changed = [one for one in self.contrasts if one.changed]
        found = []
        if changed:
            most = max(changed, key=lambda one: one.changed[0][2])
            run = most.changed[0][3]
            sides = " ".join(f"--experiment {one.experiment}" for one in (most.first, most.second))
            found.append(f"sim diff {self.folder} {run} {self.folder} {run} {sides}")
        typed = [str(word) for word in self.ensemble.manifest.get("command", ())]
        plain = not self.worlds and not any(one.variant for one in self.alternatives)
        if self._is_uncertain and plain and typed[:2] == ["sim", "compare"]:
            found.append(shlex.join([*typed, "--objective", f"avoid:{self.ensemble.program.outcome_names[0]}"]))
        return (*found, f"sim status {self.folder}")

    def record(self) -> dict[str, Any]:
        """The comparison as one object; `baseline` says against what differences are told."""
        told = super().record()
        return told | {"alternatives": [one.name for one in self.alternatives], "baseline": self.reading.baseline}


def _apart(contrast: Contrast) -> float:
    return contrast.pairs.apart / contrast.pairs.pairs


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _every(pairs: int) -> str:
    return "the only pair" if pairs == 1 else f"every one of {pairs:,} pairs"
