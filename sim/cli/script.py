"""What `--choose` says: the orders of each turn, written down beforehand.

    push_further=push, moscow_at_the_table=insist, forecast=30 ; ; deadline: model

A semicolon ends a turn, a comma an order; `NAME:` or a number before a turn says which one it is. Nothing between two
semicolons is a turn without orders, `model` one that the model decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from sim.api import Game, Question, Seat

MODEL, FORECAST = "model", "forecast"


@dataclass(frozen=True, slots=True)
class Written:
    """One turn as it was written down. `orders` is None where the model decides."""

    orders: Mapping[str, str] | None  # trigger -> option
    forecast: float | None = None  # in [0, 1]


def read_script(text: str, game: Game, actor: str) -> dict[int, Written]:
    """Turn -> what was written for it; turns of which nothing is said are left out.

    Raises
    ------
    UsageError
        If there is no such turn, question or option, or there are more orders than the seat may give.
    """
    found: dict[int, Written] = {}
    number = 0
    for part in text.split(";") if text.strip() else ():
        named, colon, rest = part.partition(":")
        number = _turn(named.strip(), game) if colon else number
        if number >= len(game.turns):
            which = f"`{part.strip()}` is turn {number + 1}" if part.strip() else f"there is a turn {number + 1}"
            raise UsageError(f"`--choose`: {which}, and the game has {len(game.turns)}; a semicolon ends a turn")
        if number in found:
            raise UsageError(f"`--choose`: turn {number + 1} is written twice; put its orders together with a comma")
        found[number] = _written(rest if colon else part, game.seats[actor])
        number += 1
    return found


def _turn(word: str, game: Game) -> int:
    names = [turn.name for turn in game.turns]
    if re.fullmatch(r"\d{1,4}", word) and 1 <= int(word) <= len(names):
        return int(word) - 1
    if word in names:
        return names.index(word)
    hint = did_you_mean(word, names) or f"turns: {', '.join(names)}, or 1 to {len(names)}"
    raise UsageError(f"`--choose`: there is no turn `{word}`; {hint}")


def _written(text: str, seat: Seat) -> Written:
    words = [word.strip() for word in text.split(",") if word.strip() not in ("", "-")]
    forecast: float | None = None
    orders: dict[str, str] = {}
    for word in words:
        key, sign, value = (piece.strip() for piece in word.partition("="))
        if key == FORECAST and sign:
            forecast = read_forecast(value)
            if forecast is None:
                raise UsageError(f"`--choose`: `{word}`: a forecast is a number of percent, such as `forecast=30`")
        elif key != MODEL or sign:
            trigger, option = _order(word, key, sign, value, seat)
            if trigger in orders:
                raise UsageError(f"`--choose`: `{text.strip()}` answers `{trigger}` twice: take one of them out")
            orders[trigger] = option
    if MODEL in words and orders:
        raise UsageError(f"`--choose`: `{text.strip()}`: either the model decides a turn, or you do")
    if seat.costly(orders) > seat.orders:
        raise UsageError(f"`--choose`: {seat.costly(orders)} orders in a turn; this seat gives at most {seat.orders}")
    return Written(None if MODEL in words else orders, forecast)


def _order(word: str, key: str, sign: str, value: str, seat: Seat) -> tuple[str, str]:
    if not sign or not value:
        raise UsageError(
            f"`--choose`: `{word}`: write `question=option`, a comma between orders, a semicolon between turns"
        )
    question = question_named(key, seat.questions, seat.title)
    if value not in question.names:
        hint = did_you_mean(value, question.names) or f"there are {', '.join(question.names)}"
        raise UsageError(f"`--choose`: `{question.trigger}` has no option `{value}`; {hint}")
    return question.trigger, value


def question_named(word: str, questions: Iterable[Question], title: str) -> Question:
    """The question of this name, which may be the last part of the whole one.

    Raises
    ------
    UsageError
        If there is none, or several.
    """
    by_name = {question.trigger: question for question in questions}
    fitting = [by_name[word]] if word in by_name else [
        question for name, question in by_name.items() if name.endswith(f".{word}") or name.startswith(f"{word}.")
    ]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(
            f"`--choose`: `{word}` may be {' or '.join(f'`{one.trigger}`' for one in fitting)}: write it in full"
        )
    asked = next((name for name, question in by_name.items() if word in question.names), "")
    hint = f"did you mean `{asked}={word}`?" if asked else did_you_mean(word, by_name) or (
        f"it is asked {', '.join(f'`{name}`' for name in by_name)}")  # fmt: skip
    raise UsageError(f"`--choose`: {title} has no question `{word}`; {hint}")


def read_forecast(text: str) -> float | None:
    """A number of percent as a probability; None if it is none.

    >>> read_forecast("30 %"), read_forecast("about half")
    (0.3, None)
    """
    match = re.fullmatch(r"\s*(\d{1,3}(?:[.,]\d+)?)\s*%?\s*", text)
    value = float(match[1].replace(",", ".")) / 100.0 if match else -1.0
    return value if 0.0 <= value <= 1.0 else None


def written_again(played: Iterable[tuple[Mapping[str, str] | None, float | None]]) -> str:
    """Turns that were played, as `--choose` would say them."""
    turns = []
    for orders, forecast in played:
        words = [MODEL] if orders is None else [f"{trigger}={option}" for trigger, option in orders.items()]
        words += [] if forecast is None else [f"{FORECAST}={100 * forecast:g}"]
        turns.append(", ".join(words) or "-")
    return "; ".join(turns)
