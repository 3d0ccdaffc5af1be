"""Diplomacy: rounds that slip, proposals that need consent, agreements that are kept or not."""

from __future__ import annotations

import math

import pytest

from sim.agents import evidence
from sim.engine.record import Engine
from tests.agents.stage import by_person, moves, program, tell
from tests.statistics.claims import assert_share

TALKS = """
    actors: {us: {}, russia: {}, ukraine: {}}
    agents:
      measures:
        sanctions: {senders: [us], target: russia}
        tiers: {none: {}, listings: {}}
        start: listings
        adopt: {us: {after: 1 day}}
      track:
        diplomacy: {parties: [us, russia], consent: ukraine}
        rounds: {every: 10 days, slips: 0 %}
        issues: {withdrawal: {us: US, russia: 0, ukraine: 0}}
        proposals: {plan: withdrawal}
        agreement:
          withdraw: {by: russia, do: left = true, due: 14 days, kept: KEPT}
          relieve: {by: us, do: lower measures, due: 20 days, after: withdraw, kept: 100 %}
    quantities: {left: {flag: true}}
"""


def talks(*, us: str = "0", kept: str = "100 %") -> str:
    return TALKS.replace("US,", f"{us},").replace("KEPT", kept)


def all_accept(text: str, occasion: int, *, days: int = 100) -> dict[tuple[int, int], int]:
    """Everybody accepts at this round, and at each one before somebody dismisses."""
    played = program(text, days=days)
    decided = by_person(played, "track.ask.us", "dismiss", range(occasion))
    decided |= by_person(played, "track.ask.us", "accept", [occasion])
    for actor in ("russia", "ukraine"):  # they are asked only when all before them accept
        decided |= by_person(played, f"track.ask.{actor}", "accept", [0])
    return decided


def test_rounds_are_held_at_their_time_while_the_track_is_open(engine: Engine) -> None:
    """Every ten days, but not while talks are suspended."""
    told = tell(engine, talks() + "    triggers: {stop: {at: 25 days, do: suspend track for 30 days}}\n")
    assert told.days("track.round") == [10, 20, 60, 70, 80, 90, 100]


def test_a_track_is_not_open_while_it_is_suspended(engine: Engine) -> None:
    """`track.open` is what a reader expects; the diary says when talks broke off and when they went on."""
    told = tell(
        engine,
        talks() + "    triggers: {stop: {at: 25 days, do: suspend track for 30 days}, seen: {when: not track.open}}\n",
    )
    assert (told.days("seen"), told.days("track.suspended"), told.days("track.resumes")) == ([25], [25], [55])


def test_a_second_suspension_moves_the_end_of_the_first(engine: Engine) -> None:
    """Later or sooner: talks go on when the last one that was said is over."""
    stops = "    triggers: {{one: {{at: 25 days, do: suspend track for 30 days}}, two: {{at: 35 days, do: {}}}}}\n"
    longer = tell(engine, talks() + stops.format("suspend track for 60 days"))
    assert (longer.days("track.suspended"), longer.days("track.resumes")) == ([25, 35], [95])
    sooner = tell(engine, talks() + stops.format("suspend track for 1 day"))
    assert sooner.days("track.resumes") == [36]
    never = tell(engine, talks() + stops.format("suspend track"))
    assert (never.days("track.resumes"), never.days("track.round")) == ([], [10, 20])


def test_a_suspension_opens_no_track_that_was_closed(engine: Engine) -> None:
    """What was closed before is closed when the time is over; `open` ends a suspension at once."""
    closed = talks().replace("rounds:", "start: closed\n        rounds:")
    told = tell(engine, closed + "    triggers: {stop: {at: 25 days, do: suspend track for 30 days}}\n")
    assert (told.days("track.resumes"), told.days("track.round")) == ([], [])
    opened = "    triggers: {stop: {at: 25 days, do: suspend track for 30 days}, go: {at: 35 days, do: open track}}\n"
    told = tell(engine, talks() + opened)
    assert (told.days("track.resumes"), told.days("track.round")[:4]) == ([], [10, 20, 40, 50])


def test_a_suspended_track_meets_again_when_it_is_opened(engine: Engine) -> None:
    """`suspend` without a time lasts until `open`."""
    told = tell(
        engine, talks() + "    triggers: {stop: {at: 25 days, do: suspend track}, go: {at: 65 days, do: open track}}\n"
    )
    assert told.days("track.round") == [10, 20, 70, 80, 90, 100]


def test_one_round_in_five_slips_unless_said(engine: Engine) -> None:
    """Without a word, four fifths of the rounds take place; the luck of each round is its own."""
    text = "agents: {track: {diplomacy: {parties: [us, russia]}, rounds: {every: 1 day}}}\n"
    held = set(tell(engine, text, days=4_600).days("track.round"))
    assert_share((day in held for day in range(1, 4_601)), expected=0.8, detects=0.08)


def test_an_agreement_is_signed_when_all_who_must_consent_accept_in_one_round(engine: Engine) -> None:
    """With everyone's consent it is signed; with one dismissal it is not."""
    text = talks()
    played = program(text)
    told = tell(engine, played, decisions=all_accept(text, 1))
    assert told.days("track.signed") == [20]
    refusing = {**all_accept(text, 1), **by_person(played, "track.ask.ukraine", "dismiss", [0])}
    assert 20 not in tell(engine, played, decisions=refusing).days("track.signed")


@pytest.mark.parametrize("parties", ["[us, russia]", "[us, russia, ukraine]"])
def test_at_equal_values_talks_succeed_as_often_as_in_the_record(engine: Engine, parties: str) -> None:
    """The chance that all accept in a round after ten days is 1 - exp(-10 h), however many must consent."""
    text = f"""
    agents:
      track:
        diplomacy: {{parties: {parties}}}
        rounds: {{every: 10 days, slips: 0 %}}
        issues: {{nothing: {{us: 0}}}}
        proposals: {{plan: nothing}}
    """
    played = program(text, days=10)
    actors = [name for name in ("us", "russia", "ukraine") if name in parties]
    decided: dict[tuple[int, int], int] = {}
    for actor in actors:
        decided |= by_person(played, f"track.ask.{actor}", "accept", [0])
    decisions = tell(engine, played, days=10, decisions=decided).runs.decisions[0]
    assert len(decisions) == len(actors)
    assert math.prod(decision.shares[0] for decision in decisions) == pytest.approx(
        1 - math.exp(-10 * evidence.COMPROMISE), rel=1e-12
    )


def test_what_a_proposal_is_worth_moves_who_accepts(engine: Engine) -> None:
    """A proposal worth a third of the prize multiplies the odds of accepting by e."""
    odds = []
    for worth in ("0", "1 / 3"):
        share = tell(engine, talks(us=worth), days=10).runs.decisions[0][0].shares[0]
        odds.append(share / (1 - share))
    assert odds[1] / odds[0] == pytest.approx(math.e)


def test_obligations_fall_due_one_after_another_and_make_the_agreement_done(engine: Engine) -> None:
    """Signed on day 10: withdrawn on day 24, relieved twenty days later, and then it is done."""
    text = talks() + "    series: {every: 1 day, of: [track.agreement.done]}\n"
    told = tell(engine, text, decisions=all_accept(text, 0))
    assert told.days("track.agreement.withdraw.due") == [24] and told.days("track.agreement.relieve.due") == [44]
    assert moves(told, "left") == [(24, 1)] and moves(told, "measures.us") == [(45, 0)]
    assert (told.sampled("track.agreement.done")[43], told.sampled("track.agreement.done")[44]) == (0.0, 1.0)


def test_an_obligation_that_is_not_kept_breaches_the_agreement(engine: Engine) -> None:
    """A breach is seen after 14 days; then nothing more is due, nothing is done, and rounds are held again."""
    text = talks(kept="0 %")
    told = tell(engine, text, decisions=all_accept(text, 0), days=60)
    assert moves(told, "track.agreement.withdraw.broken") == [(24, 1)]
    assert moves(told, "track.agreement.breached") == [(38, 1)]
    assert told.days("track.agreement.relieve.due") == []
    assert told.days("track.round")[:2] == [10, 40]


def test_the_verb_sign_does_what_consent_does(engine: Engine) -> None:
    """`sign track` needs nobody's consent, and the obligations follow."""
    told = tell(engine, talks() + "    triggers: {dictate: {at: 3 days, do: sign track}}\n", days=20)
    assert told.days("track.agreement.withdraw.due") == [17]
