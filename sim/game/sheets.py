"""The role sheet of a seat: one record for the page, for the printer and for the book of sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.game.marks import Marks
from sim.game.speech import Speech, day_in_words
from sim.game.table import Question, Seat
from sim.game.world import Figure
from sim.program.sayings import capital


def brief(speech: Speech, seat: Seat, *, knows: Iterable[Figure], marked: Sequence[str]) -> dict[str, Any]:
    """What a seat is, wants, must not let happen, may decide and knows, as plain data.

    Parameters
    ----------
    marked
        What the class has said of each aim that has no condition, "" where it has said nothing.
    """
    marks = Marks(speech)
    return {
        "says": seat.says, "brief": seat.brief, "begins": day_in_words(speech.program, speech.game.turns[0].tick),
        "aims": [
            {"says": aim.says, "kept": marks.says(aim.kept), "partly": marks.says(aim.partly), "mark": mark}
            for aim, mark in zip(seat.aims, marked, strict=True)
        ],
        "red_lines": list(seat.red_lines),
        "knows": [{"name": one.name, "says": one.says, "value": one.value, "unit": one.unit, "kind": one.kind,
                   "text": one.text} for one in knows],
        "orders": seat.orders, "decides": [_question(speech, one) for one in seat.questions],
    }  # fmt: skip


def _question(speech: Speech, question: Question) -> dict[str, Any]:
    """A question with all that may ever be answered to it, whatever is open now."""
    plain = speech.plain
    return {
        "trigger": question.trigger, "asks": capital(plain(question.asks)), "idle": question.idle,
        "is_answer": question.is_answer,
        "options": [{"name": one.name, "says": plain(one.says), "costs": one.costs, "channel": one.channel}
                    for one in question.options],
    }  # fmt: skip
