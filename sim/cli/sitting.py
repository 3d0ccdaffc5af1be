"""One person at one seat, turn by turn: what is shown, what is asked, what the answer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from sim.cli import bars, cards, looking_back, script, worldly
from sim.cli.asking import Asking
from sim.cli.keys import Keys, place_of
from sim.cli.outlook import Outlook
from sim.cli.paper import Paint, wrapped
from sim.cli.script import Written
from sim.counted import counted
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.api import Session

FUTURES, MOST_FUTURES = 100, 6_400
"""Futures of each option at first; how many `+` goes up to."""


class Sitting:
    """A person at a seat. `show` prints lines, or keeps still where records alone are wanted."""

    def __init__(
        self, session: Session, seat: str, person: str, *, keys: Keys, show: Callable[[Sequence[str]], None],
        paint: Paint, written: Mapping[int, Written], futures: int = FUTURES, want: str = "",
    ) -> None:  # fmt: skip
        self.session, self.seat, self.person = session, seat, person
        self.show, self.paint = show, paint
        self.keys, self.asking = keys, Asking(keys, show, paint, looked=self._looked)
        self.written, self.futures, self.want = dict(written), futures, want
        self.reveals: dict[int, Mapping[str, Any]] = {}
        self.debrief: Mapping[str, Any] | None = None
        self.noted: set[str] = set()  # notes that were shown once
        self.outlook = Outlook(session, seat, person, is_person=keys.is_person)

    # ------------------------------------------------------------------------------------------ the evening

    def play(self) -> None:
        """From where the session stands to its debrief.

        Raises
        ------
        Stop
            If the person stops before.
        """
        steps = {"lobby": self._begin, "brief": self._brief, "decide": self._decide, "reveal": self._reveal}
        while (step := steps.get(self.session.state.phase)) is not None:
            step()
        self._look_back()

    @property
    def view(self) -> Mapping[str, Any]:
        """What the seat may see now."""
        from sim import api

        seen: Mapping[str, Any] = api.view(self.session, self.seat, person=self.person)
        return seen

    @property
    def turn(self) -> int:
        """The turn, counted from 0."""
        return self.session.state.turn

    def _begin(self) -> None:
        self.session.advance("brief")

    def _brief(self) -> None:
        self.show(cards.brief_lines(self.view, self.paint))
        self.asking.pause("Enter begins")
        self.session.advance("decide")

    # ------------------------------------------------------------------------------------------ a turn

    def _decide(self) -> None:
        self._open_turn()
        planned = self.written.pop(self.turn, None if self.keys.is_there else Written({}))
        if planned is not None:
            self._as_written(planned)
            return
        self.outlook.prepare(self.view["questions"], self.futures)
        while True:
            self.show(cards.agenda_lines(self.view, self.pending, self.paint, free=self._answers))
            answer = self._ask("A number opens a question, Enter seals your orders, ? helps >")
            questions = self.view["questions"]
            if answer == "":
                self._seal(self._forecast())
                return
            if answer == "m":
                self._leave_to_model(None)
                return
            if answer == "b":
                if self._back():
                    return
            elif (place := place_of(answer, len(questions))) is not None:
                self._question(questions[place]["trigger"])
            else:
                self.asking.no_key(answer, f"a number from 1 to {len(questions)}" if questions else "Enter")

    def _open_turn(self) -> None:
        if not self.session.is_of_people(self.seat):  # the model had decided a turn
            self.session.hand(self.seat, "people")
        view, turn = self.view, self.turn
        since = [one for one in view["news"] if one["turn"] == turn]
        self.show(cards.turn_lines(view, self.paint))
        self.show(cards.news_lines(since, self.paint, title="News"))

    @property
    def pending(self) -> dict[str, str]:
        """What the person has chosen in this turn so far: trigger -> option."""
        return {trigger: option for (turn, trigger, who), option in self.session.state.votes.items()
                if (turn, who) == (self.turn, self.person)}  # fmt: skip

    @property
    def _answers(self) -> set[str]:
        """The questions whose answers cost no order."""
        return {one.trigger for one in self.session.game.seats[self.seat].questions if one.is_answer}

    def _question(self, trigger: str) -> None:
        """One question: its options, what each leads to, and the choice."""
        question = next(one for one in self.view["questions"] if one["trigger"] == trigger)
        names = [option["name"] for option in question["options"]]
        self.show(cards.question_lines(question, self.pending.get(trigger, ""), self.paint,
                                       is_free=trigger in self._answers))  # fmt: skip
        futures = self.futures
        self._bars(trigger, futures)
        while True:
            answer = self._ask(f"1 to {len(names)} orders it, 0 orders nothing, + more futures, Enter goes back >")
            if answer == "":
                return
            if answer == "+":
                if self.outlook.played >= futures:
                    futures = min(MOST_FUTURES, 4 * futures or FUTURES)
                self._bars(trigger, futures, patiently=True)
            elif answer in (*names, "0"):
                self._choose(trigger, answer if answer in names else "")
                return
            elif (place := place_of(answer, len(names))) is not None:
                self._choose(trigger, names[place])
                return
            else:
                self.asking.no_key(answer, f"a number from 0 to {len(names)}")

    def _choose(self, trigger: str, option: str) -> None:
        seat, wanted = self.session.game.seats[self.seat], {**self.pending, trigger: option}
        if option and seat.costly(wanted) > max(seat.orders, seat.costly(self.pending)):
            self.asking.say(f"You have given {counted(seat.orders, 'order')}, the most that a turn allows: take one "
                      "back first (open its question and type 0).")  # fmt: skip
        else:
            self.session.vote(self.person, trigger, option, turn=self.turn)

    def _bars(self, trigger: str, futures: int, *, patiently: bool = False) -> None:
        """What the options lead to."""
        if not futures:
            return
        try:
            record = self.outlook.record(trigger, futures, self.pending, patiently=patiently)
        except UsageError as refused:
            self.asking.say(f"No bars here: {refused}.")
            return
        names = self.session.game.seats[self.seat].question(trigger).names
        self.show(bars.prospect_lines(record, names, self.paint))
        self.show(bars.note_lines(filter(self._once, record["notes"]), self.paint))
        if self.outlook.played < futures:
            self.asking.say(f"So far {self.outlook.played} of {futures} futures are played: + plays the others, too.")

    def _forecast(self) -> float | None:
        asked = self.view["forecast"]
        if not asked or not asked["asks"]:
            return None
        self.show(["", *wrapped(f"Your forecast: {asked['asks'].rstrip('.')}. How likely is that?")])
        while True:
            answer = self._ask("A number of percent, Enter skips >")
            found = script.read_forecast(answer)
            if answer == "" or found is not None:
                return found
            self.asking.no_key(answer, "a number from 0 to 100, as 35 for 35 %")

    def _as_written(self, planned: Written) -> None:
        for trigger in self.pending:
            self.session.vote(self.person, trigger, "", turn=self.turn)
        if planned.orders is None:
            self._leave_to_model(planned.forecast)
            return
        for trigger, option in planned.orders.items():
            self.session.vote(self.person, trigger, option, turn=self.turn)
        self.show(cards.agenda_lines(self.view, self.pending, self.paint, free=self._answers))
        self._seal(planned.forecast)

    def _seal(self, forecast: float | None) -> None:
        if not self.pending:
            self.asking.say("An empty envelope: what you leave open is not done in this turn." + self._once(
                " (To let the model decide it is another thing: `m` here, `model` in `--choose`.)"))  # fmt: skip
        sealed = self.session.state.sealed.get((self.turn, self.seat))
        seen = sealed.times if sealed else 0
        self.session.order(self.person, self.pending, turn=self.turn, seen=seen)
        self._play(forecast)

    def _leave_to_model(self, forecast: float | None) -> None:
        """Until the next turn begins the seat is the model's."""
        self.session.hand(self.seat, "model")
        self.asking.say("The model decides for you in this turn.")
        self._play(forecast)

    def _play(self, forecast: float | None) -> None:
        self.outlook.forget()
        if forecast is not None:
            self.session.foretell(self.person, forecast, turn=self.turn)
        self.session.advance("reveal")

    # ------------------------------------------------------------------------------------------ what came

    def _reveal(self) -> None:
        view = self.view
        self.reveals[self.turn] = view["reveal"]
        self.show(cards.reveal_lines(view["reveal"], view["turn"], self._idle(), self.paint, seat=self.seat,
                                     title=view["me"]["title"], own=self._own(view)))  # fmt: skip
        self.show(cards.foretold_lines(view["reveal"].get("foretold"), self.session.state.forecasts.get(
            (self.turn, self.person)), self.paint))  # fmt: skip
        self.show(cards.talk_lines(view["turn"], self.paint))
        if self.turn + 1 not in self.written and self.asking.pause("Enter goes on, b decides this turn anew") == "b":
            self._back()
            return
        following = self.session.next_phases()
        self.session.advance(following[0])

    def _own(self, view: Mapping[str, Any]) -> str:
        """What is said of the player's seat in a turn in which it gave no order."""
        moves = [move["by"] for move in view["reveal"]["moves"] if move["seat"] == self.seat]
        if self.session.state.played[-1].get(self.seat) is None:
            return "" if moves else "The model decided for you, and none of your questions came up."
        if {*moves} - {"model"}:
            return ""
        return "You gave no order: of what you might have ordered nothing was done." + self._once(
            " What you were asked and left open the model answered.")  # fmt: skip

    def _once(self, sentence: str) -> str:
        """A sentence that is for whoever does not know it yet."""
        is_new = sentence not in self.noted
        self.noted.add(sentence)
        return sentence if is_new else ""

    def _idle(self) -> set[tuple[str, str]]:
        """Of each question the option that changes nothing."""
        return {(question.trigger, question.idle) for seat in self.session.game.seats.values()
                for question in seat.questions}  # fmt: skip

    def _back(self) -> bool:
        """Back to the last decision before this moment; whether there is one."""
        before = (self.session.state.phase, self.turn)
        if before == ("decide", 0):
            self.asking.say("This is the first turn: there is nothing to go back to.")
            return False
        while self.session.state.phase != "decide" or (self.session.state.phase, self.turn) == before:
            self.session.undo()
        self.reveals.pop(self.turn, None)
        return True

    def _look_back(self) -> None:
        from sim import api

        self._mark_aims()
        if self.keys.is_person:
            click.echo("Your decisions are being weighed: a few seconds.", err=True)
        found = api.debrief(self.session, want=self.want)
        self.debrief = found.record()
        first, *others = looking_back.debrief_pages(self.debrief, self.seat, self.paint)
        self.show(first)
        for page in others:
            self.asking.pause("Enter goes on")
            self.show(page)

    def _mark_aims(self) -> None:
        """Aims that nobody counts are for whoever played to judge."""
        marks = {"k": "kept", "p": "partly", "l": "lost"}
        for number, aim in enumerate(self.session.game.seats[self.seat].aims):
            is_open = aim.kept is None and aim.partly is None and (self.seat, number) not in self.session.state.marks
            while is_open and self.keys.is_person:
                self.show(["", *wrapped(f"Nobody counts this aim, so judge yourself: {aim.says}")])
                answer = self._ask("k kept, p partly, l lost, Enter leaves it open >")
                if answer == "" or answer[:1] in marks:
                    self.session.mark(self.seat, number, marks.get(answer[:1], ""))
                    break
                self.asking.no_key(answer, "k, p or l")

    def record(self) -> dict[str, Any]:
        """The game so far, for a machine."""
        session, state = self.session, self.session.state
        turns = [
            {
                "turn": number + 1, "name": session.game.turns[number].name, "orders": played.get(self.seat),
                "forecast": state.forecasts.get((number, self.person)), "reveal": self.reveals.get(number),
            }
            for number, played in enumerate(state.played)
        ]  # fmt: skip
        return {
            "scenario": session.opened.name, "seed": session.seed, "seat": self.seat, "phase": state.phase,
            "turns": turns, "outcome": session.course().outcome or None, "debrief": self.debrief,
            "digest": session.digest(),
        }  # fmt: skip

    # ------------------------------------------------------------------------------------------ asking

    def _ask(self, prompt: str) -> str:
        """An answer that is for whoever asks; bars are prepared meanwhile."""
        self.outlook.begin()
        try:
            return self.asking.ask(prompt)
        finally:
            self.outlook.settle()

    def _looked(self, word: str) -> bool:
        """Whether a word only looks at something, which is shown."""
        if word in ("d", "dd"):
            self.show(cards.diary_lines(self.view["news"], self.paint, whole=word == "dd"))
        elif word == "w":
            self.show(worldly.world_lines(self.view["world"], self.paint))
        elif word == "r":
            self.show(cards.brief_lines(self.view, self.paint))
        else:
            return False
        return True


def printed(lines: Sequence[str]) -> None:
    """Lines on standard output."""
    for line in lines:
        click.echo(line)
