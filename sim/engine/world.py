"""The state of one run, and what may be asked of it: values, chance, metrics, outcomes, samples.

No time passes here; `sim.engine.reference` lets it pass. Whatever goes wrong becomes a `RunFault` that names the
trigger, the role and the values.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from sim.clock import ticks
from sim.engine.record import UNNAMED, Ending, Recording
from sim.engine.score import Part, Score
from sim.errors import RunFault
from sim.language.evaluate import Meaning, Undefined
from sim.streams import Luck, uniform


class RunState:
    """What expressions see of one run (`sim.language.evaluate.World`), and what is noted of it."""

    def __init__(self, score: Score, parameters: Sequence[float], luck: Luck, run: int, recording: Recording) -> None:
        self.score, self.program, self.recording = score, score.program, recording
        self.run_number, self.seed = run, luck.seed
        self.switches = deque(luck.switches)
        count = len(self.program.triggers)
        self.values: list[float] = [0.0] * len(self.program.quantities)
        self.parameters = parameters
        self.derived = score.derived
        self.counts = [0] * count
        self.branch_counts = [[0] * len(trigger.branches) for trigger in self.program.triggers]
        self.last_fired = [-1] * count
        self.now = 0
        self.turns = 0
        self.occasion = 0  # the n of the law of chance, for what is being evaluated
        self.metrics = [metric.begin() for metric in score.metrics]
        self.samples: list[list[float]] = []
        self.outcome = UNNAMED
        self.ending: Ending | None = None

    # ------------------------------------------------------------------------------ values

    def assign(self, slot: int, effect: Meaning, trigger: str, role: str) -> None:
        """One assignment, clamped to the quantity's range; a level must be whole."""
        quantity = self.program.quantities[slot]
        try:
            value = effect(self)
        except Undefined as error:
            raise self.fault(trigger, role, str(error)) from None
        if value != value:
            raise self.fault(trigger, role, f"`{quantity.name}` would not be a number")
        value = quantity.low if value < quantity.low else quantity.high if value > quantity.high else value
        if quantity.kind.names and value != math.floor(value):
            raise self.fault(trigger, role, f"`{quantity.name}` would stand at {value:g}, between two levels")
        self.values[slot] = value

    def truth(self, part: Part) -> float:
        """Whether the condition of a `when` holds now."""
        try:
            return part.watched(self)
        except Undefined as error:
            raise self.fault(part.name, "when", str(error)) from None

    def hazard(self, part: Part) -> float:
        """The rate of a trigger now, per day."""
        try:
            rate = part.watched(self)
        except Undefined as error:
            raise self.fault(part.name, "rate", str(error)) from None
        if not 0.0 <= rate < math.inf:
            raise self.fault(part.name, "rate", f"a rate of {rate:g} per day; it is finite and not negative")
        return rate

    def duration(self, part: Part, role: str, length: Meaning | None, n: int) -> int:
        """Ticks of a delay, an interval, a hold or a cooldown, 0 if there is none; n numbers its draws."""
        if length is None:
            return 0
        self.occasion = n
        try:
            return ticks(length(self))
        except (Undefined, ValueError) as error:
            raise self.fault(part.name, role, str(error)) from None

    # ------------------------------------------------------------------------------ what is noted

    def look_at_metrics(self, numbers: Iterable[int]) -> None:
        """Metrics look at the start and after each firing."""
        for number in numbers:
            metric = self.score.metrics[number]
            try:
                metric.look(self.metrics[number], self)
            except Undefined as error:
                raise self.fault("metrics", metric.name, str(error)) from None

    def end_metric(self, number: int) -> None:
        """A metric is completed when the run is over."""
        metric = self.score.metrics[number]
        try:
            metric.end(self.metrics[number], self)
        except Undefined as error:
            raise self.fault("the end", f"metrics/{metric.name}", str(error)) from None

    def look_at_outcomes(self, numbers: Iterable[int]) -> None:
        """The first `when` outcome that is true ends the run there and then."""
        for number in numbers:
            outcome = self.program.outcomes[number]
            if outcome.how == "when" and self.holds(number):
                self.outcome, self.ending = number, Ending.OUTCOME
                return

    def holds(self, number: int) -> bool:
        """Whether the condition of an outcome is true now."""
        try:
            return bool(self.score.outcomes[number](self))
        except Undefined as error:
            raise self.fault("outcomes", self.program.outcomes[number].name, str(error)) from None

    def sample_before(self, tick: int) -> None:
        """Samples show the state when time leaves their tick."""
        if not self.recording.series:
            return
        moments = self.score.moments
        while len(self.samples) < len(moments) and moments[len(self.samples)] < tick:
            try:
                self.samples.append([column(self) for column in self.score.columns])
            except Undefined as error:
                raise self.fault("series", "of", str(error)) from None

    # ------------------------------------------------------------------------------ chance

    def draw(self, site: int) -> float:
        """The uniform of a draw in an expression."""
        return self.uniform(site, self.occasion)

    def uniform(self, site: int, n: int) -> float:
        """The uniform of a clock, a chance or a choice."""
        return float(uniform(self.seed, self.run_number, self.score.digests[site], n))

    def change_luck(self) -> None:
        """Draws after this turn, the winding of its clock included, use the seed of a switch that stands here."""
        while self.switches and self.switches[0][0] <= self.turns:
            self.seed = self.switches.popleft()[1]

    # ------------------------------------------------------------------------------ faults

    def fault(self, trigger: str, role: str, says: str) -> RunFault:
        """A fault of this run, with the values that led to it."""
        return RunFault(trigger, role, says, self.now, self.shown())

    def place_of(self, trigger: str, role: str) -> str:
        """Where the text that failed stands, as file:line:column with the file's bare name; nothing if nobody knows."""
        program = self.program
        place = next((rule.place_of(role) for rule in program.triggers if rule.name == trigger), None)
        if place is None:
            looked = [(one.name, one.place) for one in program.quantities]
            looked += [(one.name, one.place) for one in program.metrics]
            looked += [(one.name, one.place) for one in program.outcomes]
            place = dict(looked).get(role.removesuffix(".start"))
        return "" if place is None else f"{PurePath(place.file).name}:{place.line}:{place.column}"

    def shown(self) -> str:
        """The state as text: levels by name."""
        parts = []
        for quantity, value in zip(self.program.quantities, self.values, strict=True):
            names = quantity.kind.names
            whole = names and 0 <= value < len(names) and value == int(value)
            parts.append(f"{quantity.name} = {names[int(value)] if whole else format(value, 'g')}")
        return ", ".join(parts)
