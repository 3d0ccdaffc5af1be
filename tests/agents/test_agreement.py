"""Agreements: verified, broken unseen, broken in the open, and owed only for what was signed."""

from __future__ import annotations

import pytest

from sim.analysis.timeline import timeline
from sim.engine.record import Engine
from tests.agents.paris import paris, rounds_of
from tests.agents.stage import faults, moves, tell

BROKEN = """
    actors: {us: {}, russia: {}, osce: {}}
    agents:
      measures:
        sanctions: {senders: [us], target: russia}
        tiers: {none: {}, listings: {}, sectoral: {}}
        start: listings
        adopt: {us: {after: 1 day}}
      track:
        diplomacy: {parties: [us, russia]}
        rounds: {every: 200 days}
        agreement:
          withdraw: {by: russia, do: left = true, due: 10 days, kept: 0 %}
          monitors: {by: russia, do: watched = true, due: 20 days, kept: 100 %}
          relieve: {by: us, do: lower measures, due: 5 days, kept: 100 %, after: withdraw}
        snap_back: raise measures to sectoral
    quantities: {left: {flag: true}, watched: {flag: true}}
    triggers: {pact: {at: 1 day, do: sign track}}
"""


@pytest.mark.parametrize(
    ("said", "day"), [("", 25), (", verified_by: osce", 14), (", verified_by: measures", 14), (", seen: 4 days", 15)]
)
def test_a_breach_is_seen_after_a_time(engine: Engine, said: str, day: float) -> None:
    """Broken on day 11: seen 14 days later, 3 if somebody verifies, or as the file says; then it snaps back."""
    told = tell(engine, BROKEN.replace("kept: 0 %", f"kept: 0 %{said}"), days=40)
    assert moves(told, "track.agreement.withdraw.broken") == [(11, 1)]
    assert moves(told, "track.agreement.breached") == [(day, 1)]
    assert moves(told, "track.agreement.signed") == [(1, 1), (day, 0)]
    assert moves(told, "measures.us") == [(day + 1, 2)] and told.days("track.agreement.snaps_back") == [day]


def test_while_a_breach_is_unseen_the_rest_of_the_agreement_goes_on(engine: Engine) -> None:
    """The monitors come in time; what stands after the broken obligation waits for it in vain."""
    told = tell(engine, BROKEN, days=40)
    assert moves(told, "watched") == [(21, 1)] and told.days("track.agreement.relieve.due") == []
    early = tell(engine, BROKEN.replace("kept: 0 %", "kept: 0 %, seen: 4 days"), days=40)
    assert moves(early, "watched") == []  # by then the agreement is off


def test_of_two_breaches_one_is_enough(engine: Engine) -> None:
    """The second is seen by nobody, since nothing is signed any more; it snaps back once."""
    told = tell(engine, BROKEN.replace("kept: 100 %}", "kept: 0 %}"), days=60)
    assert told.days("track.agreement.withdraw.seen") == [25] and told.days("track.agreement.monitors.seen") == []
    assert told.days("track.agreement.snaps_back") == [25]


def test_an_open_breach_is_seen_at_once(engine: Engine) -> None:
    """`breach track.withdraw` undoes the obligation, unsigns the agreement, and it snaps back on the same day."""
    rules = "pact: {at: 1 day, do: sign track}, back: {at: 12 days, do: breach track.withdraw}"
    kept = BROKEN.replace("kept: 0 %", "kept: 100 %").replace("pact: {at: 1 day, do: sign track}", rules)
    told = tell(engine, kept, days=40)
    assert moves(told, "track.agreement.withdraw") == [(11, 1), (12, 0)]
    assert moves(told, "track.agreement.withdraw.broken") == moves(told, "track.agreement.breached") == [(12, 1)]
    assert told.days("track.agreement.snaps_back") == [12] and moves(told, "watched") == []


def test_what_is_not_signed_cannot_be_breached(engine: Engine) -> None:
    """`breach` of a track without an agreement in force does nothing."""
    unsigned = BROKEN.replace("pact: {at: 1 day, do: sign track}", "back: {at: 12 days, do: breach track}")
    told = tell(engine, unsigned, days=40)
    assert told.days("back") == [12] and moves(told, "track.agreement.breached") == []
    assert told.days("track.agreement.snaps_back") == []


def test_an_agreement_signed_anew_is_not_broken_by_what_was(engine: Engine) -> None:
    """Breached in the open and signed again: the old breach, which nobody has seen, is forgiven."""
    rules = "pact: {at: [1 day, 15 days], do: sign track}, open: {at: 12 days, do: breach track}"
    told = tell(engine, BROKEN.replace("pact: {at: 1 day, do: sign track}", rules), days=26)
    assert told.days("track.agreement.withdraw.seen") == [] and moves(told, "track.agreement.breached")[-1] == (15, 0)


def test_an_obligation_under_an_issue_is_owed_only_if_it_was_signed(engine: Engine) -> None:
    """Countered away, federalism is not owed: nobody carries it out, and what comes after is due from the signing."""
    then = "elections: {by: ukraine, do: [], after: devolve, due: 5 days, kept: 100 %}"
    text = paris().replace("under: federalism}", f"under: federalism}}\n          {then}")
    for answers, devolved, elections in ((["accept"], [(30, 1)], 35), (["counter", "accept"], [], 25)):
        played, decisions = rounds_of(answers, text)
        told = tell(engine, played, decisions=decisions)
        assert moves(told, "devolved") == devolved
        assert told.days("track.agreement.elections.due") == [elections]
        assert told.days("track.agreement.withdraw.due") == [24 if devolved else 34]
        assert moves(told, "track.agreement.devolve") == devolved
        assert moves(told, "track.agreement.devolve.owed") == ([(10, 1)] if devolved else [])
        kept = moves(told, "track.agreement.elections")
        assert kept == [(elections, 1)]


def test_an_agreement_is_done_when_all_that_is_owed_is_kept(engine: Engine) -> None:
    """`done` waits for what was signed alone: without federalism on the withdrawal, with it on the devolution."""
    watched = "done: {when: track.agreement.done, do: finished = true}"
    text = paris().replace("devolved: {flag: true}}", "devolved: {flag: true}, finished: {flag: true}}")
    for answers, day in ((["accept"], 30), (["counter", "accept"], 34)):
        played, decisions = rounds_of(answers, f"{text}\n    triggers: {{{watched}}}\n")
        assert moves(tell(engine, played, decisions=decisions), "finished") == [(day, 1)]


def test_what_an_agreement_cannot_mean_is_told() -> None:
    """Who verifies must be somebody, and `under` must be an issue that some proposal has."""
    text = paris().replace("kept: 100 %}", "kept: 100 %, verified_by: oscee, under: regions}", 1)
    text = text.replace("under: federalism}", "under: language}").replace("actors: {", "actors: {osce: {}, ")
    text = text.replace("demanded_by: ukraine, ", "")
    assert faults(text) == [
        "agents.track.agreement.withdraw.under: no proposal has the issue `regions`",
        "agents.track.agreement.withdraw.verified_by: unknown actor or agent `oscee`",
        "agents.track.agreement.devolve.under: unknown issue `language`",
    ]


def test_the_lanes_of_a_run_do_not_say_that_what_is_not_owed_was_carried_out(engine: Engine) -> None:
    """Of the two obligations the withdrawal is told, and the devolution only where federalism was signed."""
    for answers, told in ((["accept"], True), (["counter", "accept"], False)):
        played, decisions = rounds_of(answers, paris())
        says = [mark.says for band in timeline(tell(engine, played, decisions=decisions).runs).bands
                for mark in band.marks]  # fmt: skip
        assert "agreement signed" in says and "withdraw carried out" in says
        assert ("devolve carried out" in says) == told and not any("owed" in words for words in says)
