"""Homes, reports, beliefs and seminars told in prose: who listens, who knows what, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.counted import counted
from sim.program.sayings import done, joined, plain, sentence
from sim.scenario.schema import Actor, Report, Scenario
from sim.scenario.spelling import LevelNames


def tell_home(name: str, actor: Actor) -> Iterator[str]:
    """How an actor's audience is minded, and whoever there may be with what goes with each."""
    if actor.home is not None:
        support = actor.home.support.start if actor.home.support is not None else None
        stand = f"{plain(support)} stand behind it" if support is not None else "it has an audience"
        rally = f"; a rally adds {plain(actor.home.rally)}" if actor.home.rally is not None else ""
        yield f"{name}: at home {stand}{rally}."
    for key, quantity in (*actor.quantities.items(), *(actor.model_extra or {}).items()):
        if isinstance(quantity.one_of, LevelNames) and quantity.one_of:
            names = [_named(quantity.one_of, one) for one in quantity.one_of]
            yield f"{name}.{key}: begins as {plain(quantity.start or names[0])}; there may be {joined(names, 'or')}."


def _named(names: LevelNames, one: str) -> str:
    numbers = {str(key): value for key, value in names.attributes.items()}.get(str(one), {})
    said = ", ".join(f"{key} {plain(value)}" for key, value in numbers.items())
    return f"{one} ({said})" if said else str(one)


def tell_minds(scenario: Scenario) -> Iterator[str]:
    """What each actor sees and believes of the others; what is not told here is known as it is."""
    if not scenario.perception and len(scenario.actors) > 1:
        yield "Everybody sees everything as it is, at once and without error: the file says nothing of perception."
    for actor, block in scenario.perception.items():
        for name, report in block.sees.items():
            yield f"{actor} sees {name} {_reported(report)}."
        for name, belief in block.believes.items():
            yield f"{actor} believes at first that {name} is {plain(belief.start)}."


def _reported(report: Report) -> str:
    parts = [f"with an error of {plain(report.error)}"] if report.error is not None else ["as it is"]
    parts += [f"{plain(report.delay)} late"] if report.delay is not None else []
    parts += [f"every {plain(report.every)}"] if report.every is not None else []
    parts += [f"at first as {plain(report.estimate)}"] if report.estimate is not None else []
    parts += [f"and takes alarm at {plain(report.alarm)}"] if report.alarm is not None else []
    return ", ".join(parts)


def tell_seats(scenario: Scenario) -> Iterator[str]:
    """Each role of a seminar: what it wants, what it cannot bear, what it decides."""
    for actor, seat in scenario.seats.items():
        says = [plain(words) for words in (seat.title, seat.says) if words]
        wants = [f"its aims: {_counted([plain(aim.says) for aim in seat.aims])}"] if seat.aims else []
        lines = [f"its red lines: {_counted([plain(line) for line in seat.red_lines])}"] if seat.red_lines else []
        orders = f", {plain(seat.orders)} in a turn" if seat.orders is not None else ""
        decides = [f"it decides {joined([f'`{one}`' for one in seat.decides])}{orders}"] if seat.decides else []
        yield sentence(f"{actor}: {'; '.join([*says, *wants, *lines, *decides]) or 'a seat'}")


def tell_lesson(scenario: Scenario) -> Iterator[str]:
    """The turns of a seminar, what may be thrown in, and how much is told of what really happened."""
    for name, turn in scenario.turns.items():
        lesson = f", in lessons of {turn.lesson} minutes and more" if turn.lesson is not None else ""
        told = [plain(words).rstrip(".") for words in (turn.says, turn.teaches) if words]
        yield sentence(f"turn {name}, {turn.at}{lesson}: {'. '.join(told) or 'the seats are asked'}")
    for name, inject in scenario.injects.items():
        to = f", to {joined([str(one) for one in inject.to])}" if inject.to else ""
        does = f" ({done(inject.do)})" if inject.do else " (news alone)"
        yield sentence(f"may be thrown in, {name}{to}: {plain(inject.says or 'nothing is said').rstrip('.')}{does}")
    if scenario.history:
        yield f"What really happened is told afterwards ({counted(len(scenario.history), 'entry')}): none acts."


def _counted(told: Sequence[str]) -> str:
    """Sentences in a row, numbered if one of them has a comma of its own."""
    if len(told) == 1 or not any("," in one for one in told):
        return joined(told)
    return ", ".join(f"({number}) {one}" for number, one in enumerate(told, 1))
