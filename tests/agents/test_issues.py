"""Issues: off the agenda until demanded, refused, and what it costs to take one's word back."""

from __future__ import annotations

import pytest

from sim.engine.record import Engine
from tests.agents.paris import JOINT, paris
from tests.agents.stage import faults, moves, program, tell

VALUES = (
    "    series: {every: 10 days, of: [track.joint.value.us, track.joint.value.russia, track.joint.value.ukraine]}\n"
)
EVERYTHING = "joint: {by: [us, russia], contains: [pull_back, federalism, regions]}"


def value(engine: Engine, text: str, actor: str, day: int) -> float:
    """What the joint proposal is worth to an actor on a day."""
    return tell(engine, text + VALUES, days=30).sampled(f"track.joint.value.{actor}")[day // 10]


def test_what_is_off_the_agenda_is_worth_nothing_until_it_is_demanded(engine: Engine) -> None:
    """The regions cost Russia 0.2 from the day on which Ukraine demands them."""
    text = paris(EVERYTHING, "    triggers: {ask: {at: 15 days, actor: ukraine, do: demand regions}}\n")
    before, after = (value(engine, text, "russia", day) for day in (10, 20))
    assert (before, after) == (pytest.approx(-0.1 + 0.3), pytest.approx(-0.1 + 0.3 - 0.2))


def test_accepting_what_one_has_refused_costs_the_one_who_refused_it(engine: Engine) -> None:
    """Ukraine pays 0.05 for federalism once it has refused it; nobody else does."""
    text = paris(more="    triggers: {no: {at: 15 days, actor: ukraine, do: refuse federalism}}\n")
    assert value(engine, text, "ukraine", 20) == pytest.approx(value(engine, text, "ukraine", 10) - 0.05)
    assert value(engine, text, "us", 20) == value(engine, text, "us", 10)
    assert value(engine, text, "russia", 20) == value(engine, text, "russia", 10)


def test_a_demand_that_is_not_met_costs_the_one_who_demands_it(engine: Engine) -> None:
    """Russia demands federalism from the start, Ukraine the regions from day 15; a proposal without them costs each."""
    text = paris("joint: [pull_back]", "    triggers: {ask: {at: 15 days, actor: ukraine, do: demand regions}}\n")
    text = text.replace(", under: federalism", "")
    assert value(engine, text, "russia", 10) == pytest.approx(-0.1 - 0.05)
    assert value(engine, text, "ukraine", 10) == pytest.approx(0.2)
    assert value(engine, text, "ukraine", 20) == pytest.approx(0.2 - 0.05)


def test_an_actor_with_a_home_pays_what_its_audience_takes(engine: Engine) -> None:
    """`ukraine.home.audience` in place of 0.05."""
    text = paris(more="    triggers: {no: {at: 15 days, actor: ukraine, do: refuse federalism}}\n")
    text = text.replace("quantities: {left", "quantities: {ukraine.home.audience: 0.2, left")
    assert value(engine, text, "ukraine", 20) == pytest.approx(value(engine, text, "ukraine", 10) - 0.2)


def test_a_refusal_without_an_actor_is_of_those_whose_consent_is_needed(engine: Engine) -> None:
    """Not of the party that demands it, and not of the other drafter."""
    told = tell(engine, paris(more="    triggers: {no: {at: 5 days, do: refuse federalism}}\n"), days=9)
    assert moves(told, "track.federalism.refused.ukraine") == [(5, 1)]
    names = [quantity.name for quantity in told.program.quantities if ".refused." in quantity.name]
    assert names == ["track.federalism.refused.ukraine"]


def test_several_issues_may_be_named_at_once(engine: Engine) -> None:
    """With commas, with `and`, bare or with their track."""
    rules = """
    triggers:
      ask: {at: 5 days, actor: russia, do: "demand track.federalism, pull_back and regions"}
    """
    told = tell(engine, paris(more=rules), days=9)
    assert moves(told, "track.pull_back.demanded") == moves(told, "track.regions.on_agenda") == [(5, 1)]


def test_who_demands_by_a_verb_is_who_acts(engine: Engine) -> None:
    """An issue that says nothing of who demands it is demanded by the actor of the rule that does."""
    text = paris(JOINT.replace("pull_back, federalism", "federalism"),
                 "    triggers: {ask: {at: 15 days, actor: us, do: demand pull_back}}\n")  # fmt: skip
    assert (value(engine, text, "us", 10), value(engine, text, "us", 20)) == (0, pytest.approx(-0.05))


def test_a_file_without_these_words_expands_as_it_always_did() -> None:
    """No flag of an issue, and a value that is a plain sum."""
    text = paris("joint: [pull_back]").replace(", under: federalism", "")
    for word in (", demanded_by: russia", ", demanded_by: ukraine, off_agenda: true"):
        text = text.replace(word, "")
    played = program(text)
    names = {quantity.name for quantity in played.quantities}
    assert not [name for name in names if name.startswith(("track.pull_back", "track.federalism", "track.regions"))]


def test_an_issue_on_two_tracks_must_say_which() -> None:
    """And one that is on none is unknown."""
    text = paris(more="    triggers: {a: {at: 1 day, do: demand federalism}, b: {at: 1 day, do: refuse language}}\n")
    other = "agents:\n      other: {diplomacy: {parties: [us]}, issues: {federalism: {us: 0.1}}}"
    assert faults(text.replace("agents:", other)) == [
        "triggers.a.do: `federalism` stands on several tracks: `other` and `track`",
        "triggers.b.do: unknown issue `language`",
    ]
