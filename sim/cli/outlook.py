"""What the options of a seat lead to: asked, played, and kept for as long as the same is asked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.api import Ask, Chunk, Session

STEP, PATIENCE = 10, 0.8
"""Futures that are played at once for a person, and the seconds after which what is there is shown to one."""

FEW = 30
"""Futures of which no more than these have a past that fits: three times as long is waited for more."""

MOST_PREPARED = 400
"""Futures that are prepared beforehand: more are not kept."""


class Outlook:
    """What somebody at a seat can foresee. A person waits for no more than the first bars.

    One thing is played at a time: what is prepared is prepared between `begin` and `settle`.
    """

    def __init__(self, session: Session, seat: str, person: str, *, is_person: bool) -> None:
        self.session, self.seat, self.person, self.is_person = session, seat, person, is_person
        self.asked: Ask | None = None  # what was asked last, and the futures that were played for it
        self.chunks: list[Chunk] = []
        self.moment: Ask | None = None  # what is prepared, and how much of how much of it is there
        self.ready, self.wanted = 0, 0
        self.preparing: tuple[Thread, Event] | None = None

    def prepare(self, questions: Sequence[Mapping[str, Any]], futures: int) -> None:
        """What all questions of the turn have in common is to be made while the person reads."""
        from sim import api

        self.moment, self.ready, self.wanted = None, 0, min(futures, MOST_PREPARED)
        if self.is_person and questions and futures:
            with suppress(UsageError):  # it is told where bars are asked for
                self.moment = api.ask(self.session, self.seat, questions[0]["trigger"], person=self.person)

    def forget(self) -> None:
        """The turn is over."""
        self.moment = None

    def begin(self) -> None:
        """The person reads: go on with what is prepared."""
        if self.moment is not None and self.ready < self.wanted:
            is_over = Event()
            self.preparing = Thread(target=self._prepare, args=(self.moment, is_over)), is_over
            self.preparing[0].start()

    def settle(self) -> None:
        """The person has answered: leave it at what is prepared."""
        if self.preparing is not None:
            thread, is_over = self.preparing
            is_over.set()
            thread.join()
            self.preparing = None

    def _prepare(self, asked: Ask, is_over: Event) -> None:
        from sim import api

        with suppress(Exception):  # it comes again where bars are asked for, and is told there
            while self.ready < self.wanted and not is_over.is_set():
                api.warm(asked, self.ready, STEP)
                self.ready += STEP

    def record(
        self, trigger: str, futures: int, pending: Mapping[str, str], *, patiently: bool = False
    ) -> Mapping[str, Any]:  # fmt: skip
        """What the options of a question lead to; futures that were played already are not played again.

        Parameters
        ----------
        patiently
            Play all of them, be it to a person.

        Raises
        ------
        UsageError
            If nothing can be foreseen here.
        """
        from sim import api

        asked, began = api.ask(self.session, self.seat, trigger, pending=pending, person=self.person), time.monotonic()
        if asked != self.asked:
            self.asked, self.chunks = asked, []
        step = STEP if self.is_person else futures
        while (left := futures - self.played) > 0:
            self.chunks.append(api.chunk(asked, self.played, min(step, left)))
            found = sum(len(chunk.numbers) for chunk in self.chunks)
            patience = PATIENCE if found >= FEW else 3 * PATIENCE
            if self.is_person and not patiently and time.monotonic() - began > patience:
                break
        record: Mapping[str, Any] = api.prospects(asked, self.chunks).record()
        return record

    @property
    def played(self) -> int:
        """How many futures were played of what was asked last."""
        return sum(chunk.count for chunk in self.chunks)
