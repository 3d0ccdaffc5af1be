"""The hazards behind `usual: record`, as the worth of the options moves them, in the quantities of a choice.

With hazards u (up) and e (the crisis ends, and the army goes down), D days since the last decision and rationality r,
what the options are worth moves the hazards themselves:

    u' = u * exp(r * (value of up - value of hold))        e' = e * exp(r * (value of down - value of hold))

    up    u' / (u' + e') * (1 - exp(-(u' + e') * D))
    down  e' / (u' + e') * (1 - exp(-(u' + e') * D))
    hold  exp(-(u' + e') * D)

so that the chance of having gone up by a day is the same however often one decides. The law of choice multiplies a
usual share by exp(r * value); these usual shares make that come to the chances above:

    up  u * exposure        down  e * exposure        hold  exp(-(u' + e') * D)

where the exposure is (1 - exp(-(u' + e') * D)) / (u' + e') days. Of several ways up each has its part of u, moved by
its own value; several ways to hold are worth the logarithm of the mean of their exp(r * value).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.agents.draft import Draft
from sim.agents.wording import bracketed
from sim.errors import Text

CEILING = "500"
"""No exponent goes further: nothing is taken for infinitely better than to hold, and holding stays open to a person."""
FLOOR = "0.000000001"
"""No exposure is divided by a lesser hazard per day than this: below, it is the days themselves."""
NOWHERE = "-1000000000"
"""What a closed option counts for where the best is looked for."""
ALWAYS = "1"
"""The condition of an option that is never closed."""
SIDES = {"up": "up", "down": "ending"}
"""The two ways to go, and what the record calls the hazard of each."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The options of a choice by what they do, each with the condition under which it does so (`1` for always)."""

    up: Mapping[Text, str]
    down: Mapping[Text, str]
    hold: Mapping[Text, str]


def hazards(draft: Draft, name: Text, army: str, ways: Ways, pulls: Mapping[Text, str]) -> None:
    """What the weights of a choice are made of: its hazards as its values move them, and the days they were at work.

    `pulls` names rationality times value of each option that has a value.
    """
    place, both = name.place, f"{name}.hazard"
    factors = _factors(draft, name, ways, pulls)
    draft.quantity(f"{name}.days", place, is_=f"min(since({name}) / 1 day, day)",
                   says="days since the last decision, or since the start")  # fmt: skip
    for side, tests in (("up", ways.up), ("down", ways.down)):
        moved = ", moved by what it is worth" if factors.keys() & tests.keys() else ""
        draft.quantity(f"{both}.{side}", place, is_=_hazard(f"{army}.record.{SIDES[side]}", tests, factors),
                       says=f"hazard per day of going {side}{moved}, 0 where it cannot")  # fmt: skip
    draft.quantity(both, place, is_=f"{both}.up + {both}.down", says="hazard per day of either")
    draft.quantity(
        f"{name}.exposure", place, is_=f"(1 - exp(-max({both}, {FLOOR}) * {name}.days)) / max({both}, {FLOOR})",
        says="days at risk since the last decision: those in which neither hazard has struck yet",
    )  # fmt: skip


def shared(weight: str, tests: Sequence[str]) -> str:
    """A weight divided among as many options as are open: the sum of their conditions, each 0 or 1."""
    return weight if len(tests) < 2 else f"{weight} / {_count(tests)}"


def _count(tests: Iterable[str]) -> str:
    return f"({' + '.join(bracketed(test) for test in tests)})"


def _sum(numbers: Iterable[str], tests: Iterable[str]) -> str:
    """The sum of those numbers whose condition holds."""
    terms = (one if test == ALWAYS else f"({one} if {test} else 0)" for one, test in zip(numbers, tests, strict=True))
    return f"({' + '.join(terms)})"


def _where(text: str, tests: Sequence[str]) -> str:
    """A number where one of these conditions holds, and 0 elsewhere."""
    either = " or ".join(f"({test})" if len(tests) > 1 else test for test in tests)
    return text if ALWAYS in tests else f"{text} if {either} else 0"


def _hazard(recorded: str, tests: Mapping[Text, str], factors: Mapping[Text, str]) -> str:
    """The hazard of one side: that of the record, times the mean of what moves it over the options that are open."""
    if not tests:
        return "0"
    by, conditions = [factors.get(key, "1") for key in tests], list(tests.values())
    if len(by) > 1 and factors.keys() & tests.keys():
        return _where(f"{recorded} * {_sum(by, conditions)} / {_count(conditions)}", conditions)
    return _where(recorded if by[0] == "1" else f"{recorded} * {by[0]}", conditions)


def _factors(draft: Draft, name: Text, ways: Ways, pulls: Mapping[Text, str]) -> dict[Text, str]:
    """By how much each option that moves the army moves its hazard: exp of what it is worth more than to hold."""
    against, factors = _against(draft, name, ways.hold, pulls), {}
    for key in (*ways.up, *ways.down):
        more = f"{pulls.get(key, '')} - {against}" if against else pulls.get(key, "")
        if more:
            factors[key] = f"exp(min({more.strip()}, {CEILING}))"
    return factors


def _against(draft: Draft, name: Text, hold: Mapping[Text, str], named: Mapping[Text, str]) -> str:
    """Rationality times what it is worth to hold: the logarithm of the mean over the open ways to hold, 0 if none is.

    The best of them is taken out of the mean, so that no exp of it is infinite.
    """
    conditions, pulls = list(hold.values()), [named.get(key, "0") for key in hold]
    if not named.keys() & hold.keys():
        return ""
    if conditions == [ALWAYS]:
        return pulls[0]
    against, best = f"{name}.hazard.against", f"{name}.hazard.against.best"
    text = pulls[0]
    if len(pulls) > 1:
        draft.quantity(best, name.place, is_=_best(pulls, conditions), says="rationality times what is worth most")
        text = f"{best} + log({_sum([f'exp({pull} - {best})' for pull in pulls], conditions)} / {_count(conditions)})"
    draft.quantity(against, name.place, is_=_where(text, conditions), says="rationality times what it is worth to hold")
    return against


def _best(pulls: Sequence[str], conditions: Sequence[str]) -> str:
    """The largest of these whose condition holds."""
    found = ""
    for pull, test in zip(pulls, conditions, strict=True):
        one = pull if test == ALWAYS else f"({pull} if {test} else {NOWHERE})"
        found = f"max({found}, {one})" if found else one
    return found
