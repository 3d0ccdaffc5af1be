"""What a file says for a seminar besides its seats: turns and history, which act on nothing, and injects.

An inject is a trigger that is disabled: it is in every program and never comes by itself, so that luck and places are
the same with and without it. A session in which it is thrown in enables it at that moment.
"""

from __future__ import annotations

from sim.agents.draft import WORLD, Draft, Phase
from sim.agents.rules import rule
from sim.agents.seats import choices_named
from sim.clock import days_between, parse_date
from sim.errors import Text
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Constant
from sim.language.words import DURATION
from sim.scenario import schema


def lesson(draft: Draft) -> None:
    """A fault for each turn and each piece of history that is out of order, or names what is not there."""
    last = -1.0
    for name, turn in draft.scenario.turns.items():
        path = f"turns.{name}"
        day = day_of(draft.scenario, turn.at)
        if day is None:
            draft.fault(turn.at, f"{path}.at", f"`{turn.at}` is no moment of the run",
                        "write a date, or days since the start, between start and horizon")  # fmt: skip
        elif day <= last:
            draft.fault(turn.at, f"{path}.at", "turns follow one another, and this one does not",
                        "write the turns in the order of their dates")  # fmt: skip
        else:
            last = day
        if turn.lesson is not None and not _is_count(turn.lesson):
            draft.fault(turn.lesson, f"{path}.lesson", f"`{turn.lesson}` is no number of minutes", "write `lesson: 75`")
        _clock(draft, turn.clock, f"{path}.clock")
    for actor, seat in draft.scenario.seats.items():
        if seat.orders is not None and not (_is_count(seat.orders) and int(seat.orders) > 0):
            draft.fault(seat.orders, f"seats.{actor}.orders", f"`{seat.orders}` is no number of orders",
                        "write `orders: 2`")  # fmt: skip
        _clock(draft, seat.clock, f"seats.{actor}.clock")
    made = {str(name): str(trigger.actor or "") for _, name, trigger in draft.triggers if trigger.choose is not None}
    for name, happened in draft.scenario.history.items():
        _happened(draft, happened, f"history.{name}", made)


def _happened(draft: Draft, happened: schema.Happened, path: str, made: dict[str, str]) -> None:
    try:
        parse_date(happened.at)
    except ValueError as error:
        draft.fault(happened.at, f"{path}.at", str(error), "write a date such as 2014-05-25")
    if happened.choice is None:
        return
    choice, _, option = str(happened.choice).rpartition(".")
    found = choices_named(choice, "", made)
    if len(found) != 1:
        draft.fault(happened.choice, f"{path}.choice", f"`{choice}` is not the name of one choice",
                    f"write CHOICE.OPTION; choices: {', '.join(made)}")  # fmt: skip
        return
    options = next(trigger.choose or {} for _, name, trigger in draft.triggers if str(name) == found[0])
    draft.one_of(option, options, happened.choice, f"{path}.choice", "option")


def injects(draft: Draft) -> None:
    """A disabled trigger for each inject that does something."""
    for name, inject in draft.scenario.injects.items():
        path = f"injects.{name}"
        if inject.at is not None and day_of(draft.scenario, inject.at) is None:
            draft.fault(inject.at, f"{path}.at", f"`{inject.at}` is no moment of the run",
                        "write a date, or days since the start, between start and horizon")  # fmt: skip
            continue
        if not inject.do:
            continue
        written = schema.Trigger(
            at=(inject.at or Text("0 days", name.place),), do=inject.do, says=inject.says, source=inject.source,
            disabled=True,
        )  # fmt: skip
        draft.add(Phase.INJECTS, Text(f"injects.{name}", name.place), rule(draft, written, WORLD, path))


def day_of(scenario: schema.Scenario, text: Text) -> float | None:
    """The day since the start of a date or duration of the file; None if it is none, or lies outside the run."""
    days = _days(scenario, text)
    horizon = _days(scenario, scenario.horizon)
    return days if days is not None and 0 <= days <= (horizon if horizon is not None else days) else None


def _days(scenario: schema.Scenario, text: Text) -> float | None:
    try:
        return days_between(parse_date(scenario.start), parse_date(text))
    except ValueError:
        return _duration(text)


def _duration(text: Text) -> float | None:
    try:
        tree = parse(text)
    except ExpressionError:
        return None
    return tree.value if isinstance(tree, Constant) and tree.kind == DURATION else None


def _clock(draft: Draft, text: Text | None, path: str) -> None:
    """A fault unless a time to decide is a time: no run ever looks at it."""
    if text is not None and (_duration(text) or 0) <= 0:
        draft.fault(text, path, f"`{text}` is no time to decide in", "write `clock: 6 minutes`")


def _is_count(text: Text) -> bool:
    return text.strip().isdigit()
