"""Home audiences: what rallies them, how a rally fades, and who reads them."""

from __future__ import annotations

import pytest

from sim.agents.expand import defaults_of, expand, expansion_of
from sim.engine.record import Engine
from sim.program.build import build_core
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import HEADER, moves, scenario, tell

SUPPORT, RALLIED = "russia.home.support", "russia.home.rallied"

CRISIS = """
    actors: {russia: {home: {support: 60 %, rally: 0.1}}, us: {}}
    agents:
      fleet:
        posture: {actor: us, against: russia}
        rungs: {port: {level: none}, words: {level: threat}, near: {level: display}, fire: {level: force}}
        start: port
        military: false
        pace: 1 hour
      measures:
        sanctions: {senders: [us], target: russia}
        tiers: {none: {}, some: {}, all: {}}
        start: none
        adopt: {us: {after: 1 day}}
"""
HOUR = 1 / 24


def crisis(**orders: str) -> str:
    """The crisis with an effect on each of some days: `on_10="order fleet up"`."""
    rules = ", ".join(f"{name}: {{at: {name.removeprefix('on_')} days, do: {do}}}" for name, do in orders.items())
    return f"{CRISIS}    triggers: {{{rules}}}\n"


def test_sanctions_raised_against_it_rally_a_home(engine: Engine) -> None:
    """A tier that comes into force adds the rally; one that is lowered adds nothing."""
    told = tell(engine, crisis(on_9="raise measures to some", on_60="lower measures to none"))
    assert told.days("measures.us.lowered") == [61] and told.days("russia.home.rallies") == [10]
    assert moves(told, SUPPORT)[0] == (10, pytest.approx(0.7)) and moves(told, RALLIED)[0] == (10, 0.1)


def test_forces_that_come_up_to_a_display_rally_a_home(engine: Engine) -> None:
    """Words do not, a display does, a use of force 40 days later does again, and going back to a display does not."""
    orders = {
        "on_5": "order fleet up",
        "on_10": "order fleet up",
        "on_50": "order fleet up",
        "on_90": "order fleet down",
    }
    told = tell(engine, crisis(**orders))
    assert [round(day, 3) for day in told.days("fleet.moves")] == [round(day + HOUR, 3) for day in (5, 10, 50, 90)]
    assert told.days("russia.home.rallies") == [10 + HOUR, 50 + HOUR]


def test_what_comes_within_thirty_days_counts_once(engine: Engine) -> None:
    """A display and sanctions 20 days after it are one rally; those 40 days after it are another."""
    told = tell(engine, crisis(on_10="order fleet to near", on_29="raise measures", on_49="raise measures"))
    assert told.days("measures.us.raised") == [30, 50]
    assert told.days("russia.home.rallies") == [10 + 2 * HOUR, 50]


def test_a_rally_fades_by_half_in_sixty_days(engine: Engine) -> None:
    """Sixty days after it half of the rally is left, and the support that was there before is untouched."""
    text = crisis(on_9="raise measures to some") + f"    series: {{every: 10 days, of: [{SUPPORT}, {RALLIED}]}}\n"
    told = tell(engine, text, days=130)
    assert told.sampled(RALLIED)[7] == pytest.approx(0.05, rel=1e-12)  # day 70
    assert told.sampled(SUPPORT)[7] == pytest.approx(0.65, rel=1e-12)
    assert told.sampled(SUPPORT)[13] == pytest.approx(0.625, rel=1e-12)


def test_the_half_life_can_be_said(engine: Engine) -> None:
    """With `fades: 10 days` half is left after ten."""
    text = crisis(on_9="raise measures to some").replace("rally: 0.1", "rally: 0.1, fades: 10 days")
    told = tell(engine, f"{text}    series: {{every: 10 days, of: [{RALLIED}]}}\n")
    assert told.sampled(RALLIED)[2] == pytest.approx(0.05, rel=1e-12)


def test_no_more_rally_than_there_are_people(engine: Engine) -> None:
    """A home of 95 % rallies to 100 %, and only the 5 % that came fade again."""
    text = crisis(on_9="raise measures to some").replace("60 %", "95 %")
    told = tell(engine, f"{text}    series: {{every: 70 days, of: [{SUPPORT}]}}\n")
    assert moves(told, SUPPORT)[0][1] == 1
    assert told.sampled(SUPPORT)[1] == pytest.approx(0.975)


def test_support_may_move_by_itself(engine: Engine) -> None:
    """`support` is a quantity, with a change of its own beside the rally."""
    text = crisis().replace("support: 60 %", "support: {start: 60 %, change: -36.525 % per year}")
    told = tell(engine, f"{text}    series: {{every: 100 days, of: [{SUPPORT}]}}\n")
    assert told.sampled(SUPPORT)[1] == pytest.approx(0.5)


def test_the_words_of_a_home_stand_bare_in_blocks_of_its_actor(engine: Engine) -> None:
    """`home.support` in a choice of Russia is Russia's; a home may read its own words too."""
    text = crisis().replace("rally: 0.1", "rally: 0.1, audience: support / 6, pain: 0.3")
    choice = "choices: {ask: {actor: russia, at: 5 days, options: {no: {}, yes: {value: VALUE}}}}"
    value = "{a: home.support, b: home.audience, c: home.pain, d: home.rally}"
    told = tell(engine, f"{text}    {choice.replace('VALUE', value)}\n")
    assert told.runs.decisions[0][0].terms[1] == pytest.approx((0.6, 0.1, 0.3, 0.1))


def test_an_actor_without_a_home_has_none(engine: Engine) -> None:
    """Nothing of a home is made for who has none, and nobody looks where its rivals stood before."""
    text = crisis(on_10="order fleet up").replace("{home: {support: 60 %, rally: 0.1}}", "{}")
    core = core_text(expand(scenario(text)))
    assert "home" not in core and "_before" not in core


def test_a_home_that_says_nothing_is_told_what_is_taken() -> None:
    """Support, rally, its fading, the audience, the pain, and the month in which a rally counts once."""
    told = {
        default.path: default.value
        for default in defaults_of(scenario(crisis().replace("{support: 60 %, rally: 0.1}", "{}")))
    }
    assert {path.removeprefix("russia.home."): value for path, value in told.items() if "home" in path} == {
        "support": "0.5", "rally": "0.05", "audience": "0.1", "pain": "0.1", "fades": "60 days",
        "rallies.cooldown": "30 days",
    }  # fmt: skip


def test_a_lever_moves_the_number_of_a_home() -> None:
    """`russia.home.audience` is a path of the file, whether or not the file says it."""
    text = HEADER + "horizon: 9 days\noutcomes: {end: {otherwise: true}}\nactors: {russia: {home: {rally: 0.1}}}\n"
    told = scenario_from_text(text, overrides=[("russia.home.audience", "0.3"), ("russia.home.support", "70 %")])
    core = expand(told)
    assert "russia.home.audience: {says: what breaking a public word takes from support at home, is: 0.3}" in core_text(
        core
    )
    assert "start: 70 %" in core_text(core)


# ---------------------------------------------------------------------------------------------- names


def test_a_name_brings_its_attributes(engine: Engine) -> None:
    """`ukraine.office.yields` is that of whoever is in office, also of three, and may read what its actor has."""
    text = """
    actors:
      ukraine:
        mood: 0.5
        office:
          one_of:
            interim: {yields: -0.2, rank: 1}
            elected: {yields: 0.1, rank: 2}
            exiled: {yields: mood - 1, rank: 3}
          start: interim
    triggers: {elect: {at: 10 days, do: ukraine.office = elected}, flee: {at: 20 days, do: ukraine.office = exiled}}
    series: {every: 15 days, of: [ukraine.office.yields, ukraine.office.rank]}
    """
    told = tell(engine, text, days=30)
    assert told.sampled("ukraine.office.yields") == [-0.2, 0.1, -0.5]
    assert told.sampled("ukraine.office.rank") == [1, 2, 3]


def test_a_rung_of_a_quantity_brings_its_attributes_too(engine: Engine) -> None:
    """`level` as a block: the ladder keeps its order, of the world's quantities and of an agent's alike."""
    text = """
    quantities: {alert: {level: {calm: {cost: 0}, raised: {cost: 2}, high: {cost: 5}}, start: calm}}
    agents: {press: {quantities: {tone: {level: {mild: {heat: 1}, loud: {heat: 3}}, start: mild}}}}
    triggers: {up: {at: 10 days, if: alert < raised, do: [alert += 1, press.tone = loud]}}
    series: {every: 15 days, of: [alert.cost, press.tone.heat]}
    """
    told = tell(engine, text, days=15)
    assert told.sampled("alert.cost") == [0, 2] and told.sampled("press.tone.heat") == [1, 3]


def test_homes_and_attributes_read_back_from_the_core() -> None:
    """What is printed as the core is the same crisis, and expands into itself."""
    text = crisis(on_9="raise measures").replace("us: {}", "us: {office: {one_of: {a: {x: 1}, b: {x: 2}}, start: a}}")
    core = expand(scenario(text))
    again = scenario_from_text(core_text(core))
    assert build_core(again) == build_core(core) and core_text(expand(again)) == core_text(core)
    assert [name for name in (*core.quantities, *core.triggers) if name.place is None] == []
    assert not expansion_of(scenario(text)).faults
