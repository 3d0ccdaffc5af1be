"""What the options of a seat lead to: asked, played, and kept for as long as the same is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.api import Ask, Chunk, Session


class Outlook:
    """What a person at a seat can foresee. One thing is played at a time: `settle` before anything else is."""

    def __init__(self, session: Session, seat: str, person: str) -> None:
        self.session, self.seat, self.person = session, seat, person
        self.asked: Ask | None = None  # what was asked last, and the futures that were played for it
        self.chunks: list[Chunk] = []
        self.preparing: Thread | None = None

    def prepare(self, questions: Sequence[Mapping[str, Any]], futures: int) -> None:
        """While the person reads, make what all questions of a turn have in common, so that bars come at once."""
        from sim import api

        with suppress(UsageError):  # it is told where bars are asked for
            asked = api.ask(self.session, self.seat, questions[0]["trigger"], person=self.person)
            self.preparing = Thread(target=_prepare, args=(asked, futures))
            self.preparing.start()

    def settle(self) -> None:
        """Wait until what is prepared is there."""
        if self.preparing is not None:
            self.preparing.join()
            self.preparing = None

    def record(self, trigger: str, futures: int, pending: Mapping[str, str]) -> Mapping[str, Any]:
        """What the options of a question lead to; futures that were played already are not played again.

        Raises
        ------
        UsageError
            If nothing can be foreseen here.
        """
        from sim import api

        asked = api.ask(self.session, self.seat, trigger, pending=pending, person=self.person)
        if asked != self.asked:
            self.asked, self.chunks = asked, []
        so_far = sum(chunk.count for chunk in self.chunks)
        if futures > so_far:
            self.chunks.append(api.chunk(asked, so_far, futures - so_far))
        record: Mapping[str, Any] = api.prospects(asked, self.chunks).record()
        return record


def _prepare(asked: Ask, futures: int) -> None:
    from sim import api

    with suppress(Exception):  # it comes again where bars are asked for, and is told there
        api.warm(asked, 0, futures)
