"""Ultimata and the ends of commitments: called to the tick, met in time, moved by `extend`."""

from __future__ import annotations

import pytest

from sim.agents.expand import expand
from sim.clock import TICKS_PER_DAY
from sim.engine.record import Engine
from sim.program.build import build_core
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import faults, moves, scenario, tell

HOUR = 1 / 24

CRISIS = """
    actors: {us: {}, ussr: {}}
    parameters: {patience: 9 days}
    agents:
      missiles:
        posture: {actor: ussr, against: us}
        rungs: {dismantled: {}, crated: {}, ready: {}}
        start: crated
        military: false
        pace: 1 hour
      strike:
        posture: {actor: us, against: ussr}
        rungs: {ready: {}, flown: {}}
        start: ready
        military: false
        pace: 1 hour
    threats:
      ultimatum: {by: us, to: ussr, unless: missiles <= dismantled, deadline: 2030-01-08, then: order strike up,
                  hurts: 0.8, believed: 50 %, kept: 100 %}
"""


def told_of(engine: Engine, triggers: str = "", *, text: str = CRISIS):
    """One run, with these triggers."""
    return tell(engine, text + (f"    triggers: {{{triggers}}}\n" if triggers else ""))


def test_an_ultimatum_is_called_at_its_deadline_to_the_tick(engine: Engine) -> None:
    """On the seventh day at midnight, not a microsecond sooner or later; and then its issuer acts."""
    told = told_of(engine)
    assert told.ticks("ultimatum.called") == [7 * TICKS_PER_DAY]
    assert told.rows[:3] == ["7 ultimatum.called", "7 ultimatum.answer.kept", f"{7 + HOUR:g} strike.moves"]
    assert not told.days("ultimatum.met") and moves(told, "ultimatum.called") == [(7, 1)]


@pytest.mark.parametrize("deadline", ["7 days", "168 hours", "patience - 2 days"])
def test_a_deadline_may_be_a_time_from_when_it_is_made(engine: Engine, deadline: str) -> None:
    """Of one that stands from the start, the time runs from the start."""
    text = CRISIS.replace("deadline: 2030-01-08", f"deadline: {deadline}")
    assert told_of(engine, text=text).ticks("ultimatum.called") == [7 * TICKS_PER_DAY]


def test_an_odd_deadline_is_kept_to_the_tick(engine: Engine) -> None:
    """An hour of the day, with a start that has one too, is met exactly, though days are fractions."""
    text = CRISIS.replace("2030-01-08", "2030-03-11 07:13")
    found = scenario_from_text(
        "scenario: small\nstart: 2030-01-01 18:50\nhorizon: 100 days\noutcomes: {end: {otherwise: true}}\n"
        + text.replace("\n    ", "\n")
    )
    told = tell(engine, build_core(expand(found)))
    minutes = (31 + 28 + 10) * 24 * 60 + 7 * 60 + 13 - (18 * 60 + 50)
    assert told.ticks("ultimatum.called") == [minutes * 60 * 1_000_000]


def test_complying_in_time_ends_it(engine: Engine) -> None:
    """What is demanded comes true before the deadline: it is met, stands no more, and nothing is called."""
    told = told_of(engine, "back: {at: 5 days, do: order missiles down}")
    assert told.days("ultimatum.met") == [5 + HOUR] and not told.days("ultimatum.called")
    assert moves(told, "ultimatum.met") == [(5 + HOUR, 1)] and moves(told, "ultimatum.standing") == [(5 + HOUR, 0)]
    late = told_of(engine, "back: {at: 7 days, do: order missiles down}")
    assert late.days("ultimatum.called") == [7] and not late.days("ultimatum.met")


def test_who_complies_at_the_last_moment_has_complied(engine: Engine) -> None:
    """A move that arrives at the very tick of the deadline is in time."""
    told = told_of(engine, "back: {at: 167 hours, do: order missiles down}")
    assert told.ticks("missiles.moves") == told.ticks("ultimatum.met") == [7 * TICKS_PER_DAY]
    assert not told.days("ultimatum.called")


def test_extend_moves_the_deadline(engine: Engine) -> None:
    """Three days more, and two days more again: it is called five days later, once."""
    told = told_of(engine, "more: {at: [2 days, 6 days], do: extend ultimatum by (1 day + 36 hours)}")
    assert told.ticks("ultimatum.called") == [12 * TICKS_PER_DAY]
    assert told.days("ultimatum.extended") == [2, 6]
    parameter = told_of(engine, "more: {at: 2 days, do: extend ultimatum by patience}")
    assert parameter.days("ultimatum.called") == [16]
    late = told_of(engine, "more: {at: 8 days, do: extend ultimatum by 3 days}")
    assert late.days("ultimatum.called") == [7] and not late.days("ultimatum.extended")


def test_an_ultimatum_that_is_made_later_runs_from_then(engine: Engine) -> None:
    """Its time begins when it is made; made anew once it was called, its time begins anew."""
    text = CRISIS.replace("deadline: 2030-01-08", "deadline: 7 days, start: unsaid")
    assert not told_of(engine, text=text).days("ultimatum.called")
    told = told_of(engine, "say: {at: [10 days, 30 days], do: make ultimatum}", text=text)
    assert told.days("ultimatum.called") == [17, 37] and told.days("ultimatum.made") == [10, 30]
    assert not told.days("ultimatum.extended")
    again = told_of(engine, "say: {at: [10 days, 14 days], do: make ultimatum}", text=text)
    assert again.days("ultimatum.called") == [21] and again.days("ultimatum.extended") == [14]


def test_one_that_was_met_may_be_made_again(engine: Engine) -> None:
    """After it was met the missiles may come back, and the ultimatum with them."""
    text = CRISIS.replace("deadline: 2030-01-08", "deadline: 7 days")
    triggers = (
        "go: {at: 2 days, do: order missiles down}, back: {at: 4 days, do: order missiles up},"
        " anew: {at: 6 days, do: make ultimatum}"
    )
    told = told_of(engine, triggers, text=text)
    assert told.days("ultimatum.met") == [2 + HOUR] and told.days("ultimatum.called") == [13]
    assert moves(told, "ultimatum.met") == [(2 + HOUR, 1), (6, 0)]


def test_withdrawn_it_is_not_called(engine: Engine) -> None:
    """An ultimatum taken back before its deadline comes to nothing."""
    assert not told_of(engine, "off: {at: 3 days, do: withdraw ultimatum}").days("ultimatum.called")


def test_an_offer_may_have_a_deadline(engine: Engine) -> None:
    """Relief comes on the day, unless the missiles are made ready before."""
    offer = CRISIS.replace("threats:", "offers:").replace("hurts: 0.8", "helps: 0.8")
    offer = offer.replace("unless: missiles <= dismantled", "unless: missiles >= ready")
    assert told_of(engine, text=offer).days("ultimatum.called") == [7]
    assert told_of(engine, "up: {at: 3 days, do: order missiles up}", text=offer).days("ultimatum.met") == [3 + HOUR]


CHOICE = """
    choices:
      next:
        actor: ussr
        every: 2 days
        options:
          stay: {value: {risk: -risk}}
          up: {value: {risk: -risk}, do: order missiles up}
          down: {value: {risk: -risk}, do: order missiles down}
          home: {value: {risk: -risk}, do: order missiles to dismantled}
"""


def test_every_option_that_does_not_comply_runs_the_risk(engine: Engine) -> None:
    """Staying and going up risk belief times hurt; going down, which is what is demanded, risks nothing."""
    decision = tell(engine, CRISIS + CHOICE, days=20).runs.decisions[0][0]
    assert [terms[0] for terms in decision.terms] == pytest.approx([-0.4, -0.4, 0, 0])
    assert decision.shares[2] > 3 * decision.shares[0]


def test_compliance_under_way_counts_as_done(engine: Engine) -> None:
    """While the missiles are on their way to where they must be, staying that course risks nothing."""
    text = (CRISIS + CHOICE).replace("pace: 1 hour", "pace: 4 days", 1)
    told = tell(engine, text + "    triggers: {back: {at: 1 day, do: order missiles down}}\n", days=20)
    assert told.runs.decisions[0][0].terms[0][0] == 0


def test_extend_moves_the_day_on_which_a_threat_lapses(engine: Engine) -> None:
    """A threat until day 5 that is extended by 10 days still stands on day 9, and lapses on day 15."""
    threat = CRISIS.replace(
        "unless: missiles <= dismantled, deadline: 2030-01-08", "when: missiles rises, until: UNTIL"
    )
    go = "go: {at: 9 days, do: order missiles up}"
    for until in ("2030-01-06", "5 days"):
        text = threat.replace("UNTIL", until)
        plain = told_of(engine, go, text=text)
        assert plain.days("ultimatum.lapses") == [5] and not plain.days("ultimatum.called")
        assert "ultimatum.until" not in [quantity.name for quantity in plain.program.quantities]
        more = "more: {at: 2 days, do: extend ultimatum by 10 days}"
        assert told_of(engine, f"{more}, {go}", text=text).days("ultimatum.called") == [9 + HOUR]
        quiet = told_of(engine, more, text=text)
        assert quiet.ticks("ultimatum.lapses") == [15 * TICKS_PER_DAY] and quiet.days("ultimatum.extended") == [2]


def test_the_printed_core_of_an_ultimatum_reads_back_the_same() -> None:
    """Everything about deadlines is said with quantities and triggers of the core."""
    text = CRISIS + CHOICE + "    triggers: {more: {at: 3 days, do: [extend ultimatum by 1 day, make ultimatum]}}\n"
    core = expand(scenario(text))
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)


THREAT = "unless: missiles <= dismantled, deadline: 2030-01-08"


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        ("unless: missiles <= dismantled", "threats.ultimatum.unless: `unless` stands only beside `deadline`"),
        ("when: missiles rises, deadline: 7 days",
         "threats.ultimatum.deadline: `deadline` stands only beside `unless`"),
        (f"when: missiles rises, {THREAT}", "threats.ultimatum.unless: `ultimatum` says both `when` and `unless`"),
        ("until: 9 days", "threats.ultimatum: nothing says when `ultimatum` is called"),
        (f"{THREAT}, until: 9 days", "threats.ultimatum.until: `ultimatum` ends at its deadline"),
        (THREAT.replace("2030-01-08", "7"),
         "threats.ultimatum.deadline: `deadline` wants a duration, and this is a number"),
    ],
)  # fmt: skip
def test_words_of_time_that_do_not_fit_together_are_told_once(instead: str, says: str) -> None:
    """One sentence for each."""
    assert faults(CRISIS.replace(THREAT, instead)) == [says]


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        ("extend ultimatum", "`extend ultimatum` does not say by how much"),
        ("extend ultimatun by 3 days", "unknown threat or offer `ultimatun`"),
        ("extend ultimatum by 3", "`by` wants a duration, and this is a number"),
        ("extend endless by 3 days", "`endless` has no end that could be moved"),
    ],
)
def test_an_extension_that_is_none_is_told(verb: str, says: str) -> None:
    """Which word, by how much, and whether it ends at all."""
    endless = "      endless: {by: us, to: ussr, when: missiles rises, hurts: 0.1}\n"
    assert [
        fault.split(": ", 1)[1]
        for fault in faults(CRISIS + endless + f"    triggers: {{x: {{at: 1 day, do: {verb}}}}}\n")
    ] == [says]
