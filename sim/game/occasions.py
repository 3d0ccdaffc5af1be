"""When a question can come in a turn, in plain words, and which of its options are open as far as its seat can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sim.agents.choices import default_choice
from sim.agents.draft import Draft, Known
from sim.clock import ticks
from sim.errors import Text
from sim.game.past import Past, parts_of
from sim.game.sight import Sight
from sim.game.speech import Speech, day_in_words
from sim.game.table import Game, Question, Turn
from sim.game.undone import why_closed
from sim.language.tree import Constant, Tree
from sim.program.ir import At, Effect, Every, On, Rate, Trigger, When
from sim.program.sayings import event_text, joined, spread_text
from sim.program.wording import amount_text
from sim.scenario import schema


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that may come in a turn: when, and why each option is closed that is. "" for those that are open."""

    question: Question
    when: str
    closed: str  # why the question itself would not be asked as things stand
    because: tuple[str, ...]  # of each option
    is_sure: tuple[bool, ...]  # of each option, whether the seat knows all that this hangs on


_MOVES = {"raised": "raises", "lowered": "lowers", "blocked": "does not agree to", "lapsed": "lets lapse"}
"""What a sender may do to its measures, as its triggers are called."""


class Occasions:
    """Questions of one game: when they come is the same for all who look."""

    def __init__(self, game: Game, speech: Speech) -> None:
        self.game, self.program, self.speech = game, game.program, speech

    @cached_property
    def blocks(self) -> dict[str, schema.ChoiceBlock]:
        """What the file says of each choice, by the name of its trigger."""
        scenario = self.game.scenario
        found = {str(name): block for name, block in scenario.choices.items()}
        for name, agent in scenario.agents.items():
            found |= {f"{name}.{key}": block for key, block in agent.choices.items()}
            if isinstance(agent, schema.Posture) and not agent.choices:
                found[f"{name}.what_next"] = default_choice(Draft(scenario, Known()), name, agent)
        return found

    @cached_property
    def slots(self) -> dict[str, int]:
        """Where quantities stand, by their names."""
        return {one.name: slot for slot, one in enumerate(self.program.quantities)}

    def asked(self, seat: str, turn: Turn, past: Past, sight: Sight) -> tuple[Asked, ...]:
        """The questions that may come to a seat in a turn, with what is open now."""
        return tuple(
            self._asked(question, turn, past, sight)
            for question in self.game.seats[seat].questions
            if self.can_come(question, turn, past)
        )

    def can_come(self, question: Question, turn: Turn, past: Past) -> bool:
        """Whether the trigger of a question can have an occasion in a turn, as things stand at its beginning."""
        trigger = past.course.program.triggers[question.place]
        if not trigger.enabled or (trigger.times is not None and past.count(question.place) >= trigger.times):
            return False
        if trigger.until is not None and trigger.until < turn.tick:
            return False
        match trigger.cause:
            case At(moments):
                return any(turn.tick <= moment <= turn.until for moment in moments)
            case Every(_, first) if first is not None:
                return first <= turn.until
            case _:
                return not question.is_answer or self._may_be_asked(trigger, turn, past)

    def _may_be_asked(self, trigger: Trigger, turn: Turn, past: Past) -> bool:
        """Whether what an answer answers may come in a turn: a word that can be called, what can fall due."""
        duty, is_due, _ = trigger.name.rpartition(".due")
        if is_due:
            return self._may_fall_due(duty, trigger, turn, past)
        word, is_word, _ = trigger.name.partition(".answer")
        if is_word:
            standing = self.slots.get(f"{word}.standing")
            return standing is None or bool(past.value(standing)) or self._is_called(word, trigger, past) or (
                any(effect.slot == standing and _is_true(effect.value) for effect in self._effects_of(trigger.actor))
            )  # fmt: skip
        return True

    def _is_called(self, word: str, answer: Trigger, past: Past) -> bool:
        """Whether a word was called, and its issuer has not answered yet."""
        names = (self.program.triggers[row.trigger].name for row in reversed(past.rows))
        return next((name for name in names if name in (answer.name, f"{word}.called")), "") == f"{word}.called"

    def _effects_of(self, actor: str) -> Iterator[Effect]:
        """What the orders of a seat may change."""
        for question in self.game.seats[actor].questions if actor in self.game.seats else ():
            if not question.is_answer:
                for branch in self.program.triggers[question.place].branches:
                    yield from branch.effects

    def _may_fall_due(self, duty: str, trigger: Trigger, turn: Turn, past: Past) -> bool:
        """Whether a duty may fall due: it is signed and neither kept nor broken, or there is time to sign it first."""
        track = duty.rpartition(".agreement.")[0]
        values = {name: past.value(slot) for name, slot in self.slots.items() if name.startswith(f"{track}.agreement.")}
        if values.get(f"{track}.agreement.signed"):
            return not values.get(duty) and not values.get(f"{duty}.broken") and values.get(f"{duty}.owed") != 0.0
        wait = trigger.after
        return not isinstance(wait, Constant) or turn.tick + ticks(wait.value) <= turn.until

    def _asked(self, question: Question, turn: Turn, past: Past, sight: Sight) -> Asked:
        trigger = past.course.program.triggers[question.place]
        closed, _ = self._why_not(trigger.condition, past, sight)
        because, sure = [], []
        options = trigger.choice.options if trigger.choice is not None else ()
        for option in options:
            why, is_sure = self._why_not(option.condition, past, sight)
            because.append(closed or why)
            sure.append(is_sure)
        return Asked(question, self.when(question, turn), closed, tuple(because), tuple(sure))

    def _why_not(self, condition: Tree | None, past: Past, sight: Sight) -> tuple[str, bool]:
        """Why a condition does not hold, "" if it does for all the seat can tell; and whether it can tell."""
        if condition is None:
            return "", True
        parts = parts_of(condition)
        known = [part for part in parts if sight.can_tell(part)]
        failing = [part for part in known if not past.holds(part)]
        if failing:
            return why_closed(self.speech, failing), True
        return "", len(known) == len(parts)

    # ------------------------------------------------------------------------------------------ when

    def when(self, question: Question, turn: Turn) -> str:
        """When a question can come, in plain words: `every 7 days; and when the raft of new measures is called`."""
        trigger = self.program.triggers[question.place]
        block = self.blocks.get(question.trigger)
        said = list(self._of_block(block, turn)) if block is not None else []
        if question.is_answer:
            return self._of_answer(trigger)
        return "; and ".join(said or list(self._of_trigger(trigger, turn)))

    def _of_block(self, block: schema.ChoiceBlock, turn: Turn) -> Iterator[str]:
        if block.every is not None:
            said = spread_text(block.every)
            yield "every day" if said == "1 day" else f"every {said}"
        if block.at:
            yield from self._dates(block, turn)
        if block.on:
            events = dict.fromkeys(self._event(str(one)) for one in block.on)
            yield f"when {joined(list(events), 'or')}"

    def _dates(self, block: schema.ChoiceBlock, turn: Turn) -> Iterator[str]:
        ticks = [moment for name, found in self.blocks.items() if found is block for moment in self._moments(name)]
        listed = dict.fromkeys(day_in_words(self.program, one) for one in ticks if turn.tick <= one <= turn.until)
        if listed:
            yield f"on {joined(list(listed))}"

    def _moments(self, name: str) -> tuple[int, ...]:
        """The dates of a choice, its own or those of a trigger beside it that it follows."""
        return tuple(
            moment for one in self.program.triggers
            if (one.name == name or one.name.startswith(f"{name}.")) and isinstance(one.cause, At)
            for moment in one.cause.moments
        )  # fmt: skip

    def _event(self, path: str) -> str:
        """What a question follows, in words."""
        owner, answers, _ = path.partition(".answer")
        if answers and (Text(owner) in self.game.scenario.threats or Text(owner) in self.game.scenario.offers):
            return f"{self.speech.words(owner)} is called"
        agent, _, rest = path.partition(".")
        sender, _, verb = rest.partition(".")
        if verb in _MOVES:
            return f"{self.speech.within(sender)} {_MOVES[verb]} {self.speech.words(agent)}"
        said = event_text(self.game.scenario, path)
        name, _, verb = said.rpartition(" ")
        return f"{self.speech.words(name)} {verb}"

    def _of_answer(self, trigger: Trigger) -> str:
        """When an answer is asked for."""
        name = trigger.name
        if name.endswith(".due"):
            return "when it is due"
        word, is_word, _ = name.partition(".answer")
        if is_word:
            comes = f"the {self.speech.words(word)} is {'earned' if word in self.game.scenario.offers else 'called'}"
            return (
                f"when {comes}"
                if trigger.after is None
                else f"{amount_text(self.program, trigger.after)} after {comes}"
            )
        proposal, is_proposal, _ = name.partition(".ask.")
        named = self.speech.named(proposal.rpartition(".")[2]) if "." in proposal else "what is on the table"
        return f"when {named} comes to you" if is_proposal else "when asked"

    def _of_trigger(self, trigger: Trigger, turn: Turn) -> Iterator[str]:
        """The same of a choice that the vocabulary brings."""
        match trigger.cause:
            case Every(interval):
                yield f"every {amount_text(self.program, interval)}"
            case At(moments):
                days = dict.fromkeys(day_in_words(self.program, one) for one in moments
                                     if turn.tick <= one <= turn.until)  # fmt: skip
                yield f"on {joined(list(days))}"
            case When(condition, _):
                yield f"when {self.speech.condition(condition)}"
            case Rate():
                yield "now and then, by chance"
            case On(leaders):
                for place, _ in leaders:
                    leader = self.program.triggers[place]
                    if leader.name == f"{trigger.name}.in_time":
                        yield from self._of_trigger(leader, turn)
                    else:
                        yield f"when {self._event(leader.name)}"


def _is_true(value: Tree) -> bool:
    """Whether an effect says yes: a word is given, and not taken back."""
    return isinstance(value, Constant) and value.value == 1.0
