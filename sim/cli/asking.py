"""Asking whoever sits at the terminal: what only looks is dealt with here, and what is no answer gets a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.cli.keys import AtEnd, Keys
from sim.cli.paper import Paint, painted, wrapped

HELP = (
    "a number   looks at a question, and there takes an option as your order",
    "0          takes the order on this question back",
    "+          the rest of the futures behind the bars, then four times as many:",
    "           narrower intervals",
    "Enter      seals your orders; then the turn is played. Sealed without orders",
    "           nothing is begun in your name; the model answers what is asked",
    "d w r      the diary so far; the world as you see it; your role",
    "dd         the diary with nothing folded: each report with its date",
    "m          lets the model decide this turn for you",
    "b          back to the turn before, to decide it anew on the same luck",
    "q          stops; nothing is lost",
)


class Stop(Exception):
    """The person has had enough for now."""


class Asking:
    """Asks, and shows what an answer that is none asked for.

    Parameters
    ----------
    looked
        Shows what a word looks at; whether it does.
    """

    def __init__(
        self, keys: Keys, show: Callable[[Sequence[str]], None], paint: Paint, *, looked: Callable[[str], bool]
    ) -> None:
        self.keys, self.show, self.paint, self.looked = keys, show, paint, looked

    def ask(self, prompt: str) -> str:
        """An answer that is for whoever asks.

        Raises
        ------
        Stop
            If the person has had enough, or there is nobody any more.
        """
        while True:
            try:
                word = self.keys.ask(prompt).lower()
            except AtEnd:
                raise Stop from None
            if word in ("q", "quit", "exit"):
                raise Stop
            if word in ("?", "h", "help"):
                self.show(["", *(f"  {line}" for line in HELP)])
            elif not self.looked(word):
                return word

    def pause(self, prompt: str) -> str:
        """Wait for Enter, where a person reads; `b` alone is handed back."""
        if not self.keys.is_person:
            return ""
        while True:
            answer = self.ask(f"{prompt}, ? helps >")
            if answer == "" or (answer == "b" and " b " in prompt):
                return answer
            self.no_key(answer, "Enter")

    def no_key(self, answer: str, wanted: str) -> None:
        """Say that an answer is none, and what would be one."""
        shown = "".join(mark if mark.isprintable() else "?" for mark in answer[:40])
        self.say(f"`{shown}` is nothing that can be done here: type {wanted}, or ? for what else there is.")

    def say(self, sentence: str) -> None:
        """One sentence that is not to be overlooked."""
        self.show(painted(wrapped(sentence), "warning", self.paint))
