"""`for_each`, families and `path`: what is written once plays like what is written out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import dedent

import pytest

from sim import api
from sim.agents.expand import expand
from sim.engine.record import Runs
from sim.errors import Text, UsageError
from sim.program.build import build_core, build_program
from sim.program.listing import core_text
from sim.program.prose import tell_scenario
from sim.scenario.read import read_scenario, scenario_from_text
from sim.scenario.repeating import repeated
from sim.scenario.source import compose
from tests.agents.stage import ended_as, moves, play, program, scenario, tell

TEN_LINES = Path(__file__).parent / "ten_lines"
REGIONS = "lists: {regions: [kharkiv, luhansk, donetsk]}\n"
WEST, EAST = "{me: west, other: east, mine: measures_of_west}", "{me: east, other: west, mine: measures_of_east}"


def regions(text: str) -> str:
    """A text behind the list of the regions."""
    return REGIONS + dedent(text)


def metric(runs: Runs, name: str):
    """What each run recorded of a metric."""
    return runs.metrics[:, [each.name for each in runs.program.metrics].index(name)]


# ---------------------------------------------------------------------------------------------- for_each


def test_a_block_for_each_is_what_it_is_written_out():
    """Quantities and triggers of a list are those of the same blocks written by hand."""
    once, by_hand = (
        regions("""
        quantities: {unrest: {for_each: regions, start: 0.2, fades: 60 days}}
        triggers:
          taken: {for_each: regions, rate: 0.01 * (1 - unrest.each), do: unrest.each += 0.1, says: "Taken in {each}"}
        """),
        """
        quantities:
          unrest.kharkiv: {start: 0.2, fades: 60 days}
          unrest.luhansk: {start: 0.2, fades: 60 days}
          unrest.donetsk: {start: 0.2, fades: 60 days}
        triggers:
          taken.kharkiv: {rate: 0.01 * (1 - unrest.kharkiv), do: unrest.kharkiv += 0.1, says: Taken in kharkiv}
          taken.luhansk: {rate: 0.01 * (1 - unrest.luhansk), do: unrest.luhansk += 0.1, says: Taken in luhansk}
          taken.donetsk: {rate: 0.01 * (1 - unrest.donetsk), do: unrest.donetsk += 0.1, says: Taken in donetsk}
        """,
    )
    assert program(once) == program(by_hand)


def test_pairs_make_a_choice_for_each_side():
    """The words of a pair stand for names wherever they are a whole part of one, in keys too."""
    text = """
    actors: {me: {for_each: sides, resolve: 0.5}}
    agents:
      mine:
        for_each: sides
        sanctions: {senders: [me], target: other}
        tiers: {none: {}, full: {bite: 1}}
        start: none
    threats:
      word: {for_each: sides, by: me, to: other, when: measures_of_west >= full, hurts: 0.3, kept: {me: 80 %}}
    choices:
      answer:
        for_each: sides
        actor: me
        asks: What does {me} do, not some?
        every: 10 days
        options: {wait: {}, act: {value: other.resolve - resolve, do: raise mine}}
    """
    made = scenario(f"lists: {{sides: [{WEST}, {EAST}]}}\n{dedent(text)}")
    assert list(made.actors) == ["west", "east"]
    assert list(made.agents) == ["measures_of_west", "measures_of_east"]
    assert list(made.threats) == ["word.west", "word.east"]
    answer = made.choices[Text("answer.east")]
    assert (answer.actor, answer.asks) == ("east", "What does east do, not some?")
    assert answer.options[Text("act")].do == ("raise measures_of_east",)
    assert made.threats[Text("word.east")].kept == {"east": "80 %"}
    assert not build_core(expand(made)).outcomes[0].condition


def test_braces_put_a_name_together():
    """A word in braces may be a piece of a name, and what is more than one value comes in brackets."""
    made = scenario(
        """
        quantities: {west_alert: 0, east_alert: 0}
        triggers:
          watch:
            for_each: [{me: west, gain: 1 + 1}, {me: east, gain: 20 %}]
            every: 3 days
            do: "{me}_alert += 2 * gain"
        """
    )
    assert [one.do for one in made.triggers.values()] == [
        ("west_alert += 2 * (1 + 1)",), ("east_alert += 2 * 20 %",),
    ]  # fmt: skip


def test_what_is_said_of_one_alone_is_laid_over_its_copy():
    """One of many may differ: what stands under its own name, before or behind, wins key by key."""
    made = scenario(
        regions(
            """
            quantities:
              unrest.donetsk: 0.4
              unrest: {for_each: regions, start: 0.2, fades: 60 days}
            triggers:
              taken: {for_each: regions, rate: 0.01, do: unrest.each += 0.1}
              taken.kharkiv: {rate: 0.03}
            """
        )
    )
    unrest = {str(name): (str(one.start), str(one.fades)) for name, one in made.quantities.items()}
    assert unrest == {
        "unrest.kharkiv": ("0.2", "60 days"),
        "unrest.luhansk": ("0.2", "60 days"),
        "unrest.donetsk": ("0.4", "60 days"),
    }
    assert [str(one.rate) for one in made.triggers.values()] == ["0.03", "0.01", "0.01"]


def test_each_copy_has_luck_of_its_own(engine):
    """Copies with the same rate do not fire at the same moments."""
    told = tell(engine, REGIONS + "triggers: {shot: {for_each: regions, rate: 0.1, do: []}}", days=300)
    names = [told.program.triggers[row.trigger].name for row in told.events]
    moments = {name: tuple(row.tick for row in told.events if told.program.triggers[row.trigger].name == name)
               for name in names}  # fmt: skip
    assert set(names) == {"shot.kharkiv", "shot.luhansk", "shot.donetsk"}
    assert len(set(moments.values())) == 3


def test_agents_and_their_verbs_may_be_of_a_family(engine):
    """An army for each, orders to one by its whole name and to all by that of the family."""
    text = """
    lists: {fronts: [north, south]}
    actors: {a: {}, b: {}}
    agents:
      army:
        for_each: fronts
        posture: {actor: a}
        military: false
        rungs: {home: {men: 1}, out: {men: 5}}
        start: home
        pace: 1 day
      measures:
        for_each: fronts
        sanctions: {senders: [a], target: b}
        tiers: {none: {}, full: {bite: 2}}
        start: none
        adopt: {a: {after: 1 day}}
    triggers:
      one: {at: 10 days, do: order army.south up}
      all: {at: 20 days, do: order army to out}
      some: {at: 30 days, do: raise measures.north to full}
    metrics: {men: {final: sum(army.men)}}
    """
    told = tell(engine, text)
    assert moves(told, "army.south") == [(11.0, 1.0)]
    assert moves(told, "army.north") == [(21.0, 1.0)]
    assert [day for day, _ in moves(told, "measures.north.a")] == [31.0]
    assert moves(told, "measures.south.a") == []
    assert told.metric("men") == 10


def test_options_may_be_of_a_family(engine):
    """A choice between as many options as a list is long, each counted by its name."""
    text = regions("""
    actors: {a: {}}
    quantities: {hit: {for_each: regions, start: 0}}
    choices: {strike: {actor: a, every: 10 days, options: {wait: {}, at: {for_each: regions, do: hit.each += 1}}}}
    metrics: {donetsk: {final: count(strike.at.donetsk) - hit.donetsk}, all: {final: count(strike) - sum(hit)}}
    triggers: {after: {on: strike.at.donetsk, do: hit.donetsk += 0}}
    """)
    runs = play(engine, text, runs=50)
    assert not runs.failures
    assert set(metric(runs, "donetsk").tolist()) == {0.0}
    assert metric(runs, "all").max() > 0


def test_the_innermost_each_is_meant():
    """Inside a block for each stands another: its `each` is its own, and words of pairs reach in."""
    made = scenario(
        """
        lists: {fronts: [{front: north}, {front: south}], months: [may, june]}
        agents:
          army:
            for_each: fronts
            quantities: {fed: {for_each: months, start: 0}}
            triggers: {feed: {for_each: months, every: 9 days, do: army.front.fed.each += 1}}
        """
    )
    triggers = made.agents[Text("army.south")].triggers
    assert {str(name): trigger.do for name, trigger in triggers.items()} == {
        "feed.may": ("army.south.fed.may += 1",), "feed.june": ("army.south.fed.june += 1",),
    }  # fmt: skip


def test_members_are_those_with_names():
    """`eu.members` is every member but those that nobody names, and `members` alone is the actor's own."""
    text = """
    scenario: s
    actors:
      eu:
        members: {germany: {willing: 0.5}, uk: {willing: 0.6}, others: {count: 26, willing: 0.4}}
        quantities: {patience: {for_each: members, start: 1}, least: {is: min(members.willing)}}
    quantities: {pain: {for_each: eu.members, start: eu.each.willing}, all: {is: mean(eu.members.willing)}}
    """
    faults = []
    data = repeated(compose(text, "s.yaml").data, faults)
    assert faults == []
    assert list(data["quantities"]) == ["pain.germany", "pain.uk", "all"]
    assert data["quantities"]["pain.uk"]["start"] == "eu.uk.willing"
    assert data["quantities"]["all"]["is"] == "((eu.germany.willing + eu.uk.willing) / 2)"
    assert data["actors"]["eu"]["quantities"]["least"]["is"] == "min(eu.germany.willing, eu.uk.willing)"
    assert list(data["actors"]["eu"]["quantities"]) == ["patience.germany", "patience.uk", "least"]


def test_a_file_without_for_each_is_handed_on_as_it_is():
    """Nothing is copied or looked up where nothing is repeated."""
    data = compose("scenario: s\nlists: {a: [b]}\ntriggers: {t: {rate: 'max(1, x)', if: count(t) < 3}}", "s.yaml").data
    assert repeated(data, []) is data


def test_too_many_copies_are_told():
    """A list of a thousand for a block of many lines stops where a file would have been too long."""
    names = ", ".join(f"r{number}" for number in range(1_000))
    inner = ", ".join(f"q{number}: 0" for number in range(30))
    faults = []
    repeated(compose(f"scenario: s\nagents: {{a: {{for_each: [{names}], quantities: {{{inner}}}}}}}", "s").data, faults)
    assert [fault.says for fault in faults] == ["more than 20,000 values once what is written for each is written out"]


# ---------------------------------------------------------------------------------------------- families


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("sum(u)", "u.kharkiv + u.luhansk + u.donetsk"),
        ("mean(u)", "(u.kharkiv + u.luhansk + u.donetsk) / 3"),
        ("max(u) + 1", "max(max(u.kharkiv, u.luhansk), u.donetsk) + 1"),
        ("2 * min( u )", "2 * min(min(u.kharkiv, u.luhansk), u.donetsk)"),
        ("count(t) * 2", "(count(t.kharkiv) + count(t.luhansk) + count(t.donetsk)) * 2"),
        ("since(t)", "min(min(since(t.kharkiv), since(t.luhansk)), since(t.donetsk))"),
    ],
)
def test_a_function_of_a_family_is_written_out(asked, written):
    """Over all of a family, with nothing left for the core to know."""
    rest = REGIONS + "quantities: {u: {for_each: regions, start: 0}}\n"
    rest += "triggers: {t: {for_each: regions, every: 3 days, do: []}}\n"
    metric = "metrics: {{m: {{final: '{}'}}}}"
    assert program(rest + metric.format(asked)).metrics == program(rest + metric.format(written)).metrics


def test_an_effect_on_a_family_is_one_on_each(engine):
    """`unrest -= 0.1` takes from all, `on` hears any, and inside an agent its own family may stand bare."""
    text = regions("""
    agents:
      mob:
        quantities: {unrest: {for_each: regions, start: 0.5}, heard: 0}
        triggers:
          drop: {at: 10 days, do: unrest -= 0.1}
          shot: {for_each: [{town: kharkiv, moment: 20 days}, {town: luhansk, moment: 30 days}], at: moment, do: []}
          echo: {on: mob.shot, do: [heard += 1, unrest += max(unrest)]}
    metrics: {low: {final: min(mob.unrest)}, heard: {final: mob.heard}}
    """)
    told = tell(engine, text)
    assert [value for _, value in moves(told, "mob.unrest.luhansk")][:1] == [0.4]
    assert told.metric("heard") == 2


def test_the_family_in_its_own_effect_is_the_same_one():
    """What an effect on a family reads of that family is the one it changes; what it asks of all it asks of all."""
    written = expand(
        scenario(
            regions("""
        quantities: {unrest: {for_each: regions, start: 0.2}}
        triggers: {calm: {at: 2 days, do: unrest += (max(unrest) - unrest) / 2}}
    """)
        )
    )
    assert [str(effect) for effect in written.triggers[Text("calm")].do] == [
        f"unrest.{region} += (max(max(unrest.kharkiv, unrest.luhansk), unrest.donetsk) - unrest.{region}) / 2"
        for region in ("kharkiv", "luhansk", "donetsk")
    ]


def test_policies_name_the_family_or_one_of_it():
    """`buildings.rate` means all of them, `buildings.donetsk.rate` one, on the command line too."""
    file = str(TEN_LINES / "for_each.yaml")

    def rates(made):
        return [str(trigger.rate) for name, trigger in made.triggers.items() if name.startswith("buildings")]

    usual = rates(read_scenario(file))
    assert rates(read_scenario(file, policy="calm_donetsk")) == [*usual[:2], "0"]
    assert (
        rates(read_scenario(file, overrides=[("buildings.rate", "0.02 * max(unrest)")]))
        == ["0.02 * max(max(unrest.kharkiv, unrest.luhansk), unrest.donetsk)"] * 3
    )
    quiet = read_scenario(file, policy="calm")
    assert [trigger.disabled for name, trigger in quiet.triggers.items()] == [True] * 3 + [False]
    with pytest.raises(UsageError):
        read_scenario(file, policy="calm_lviv")


def test_a_lever_may_move_a_family(tmp_path):
    """A lever on a number of the family is sound, and one on a number that is not there is told."""
    text = (TEN_LINES / "for_each.yaml").read_text()
    file = tmp_path / "levers.yaml"
    file.write_text(text + "levers: {unrest.start: [0, 1]}\n")
    assert api.validate(file).holds
    file.write_text(text + "levers: {unrest.strt: [0, 1]}\n")
    assert not api.validate(file).holds


def test_a_piece_of_a_scenario_may_repeat_over_a_list_of_who_takes_it(tmp_path):
    """A file without a start brings blocks for a list, and the scenario that extends it says who is in the list."""
    piece = "quantities: {unrest: {for_each: regions, start: 0.2}}\nmetrics: {worst: {max: max(unrest)}}\n"
    (tmp_path / "crisis-pieces.yaml").write_text(f"lists: {{regions: [kharkiv]}}\n{piece}")
    rest = "scenario: s\nstart: 2030-01-01\nhorizon: 9 days\noutcomes: {end: {otherwise: true}}\n"
    (tmp_path / "s.yaml").write_text(f"extends: [crisis-pieces]\n{rest}lists: {{regions: [a, b]}}\n")
    made = read_scenario(str(tmp_path / "s.yaml"))
    assert list(made.quantities) == ["unrest.a", "unrest.b"]
    assert made.metrics[Text("worst")].max == "max(unrest.a, unrest.b)"


# ---------------------------------------------------------------------------------------------- path


def test_a_path_is_straight_between_its_dates(engine):
    """Level before the first date, straight lines between, level after the last; a parameter may be a value."""
    text = """
    parameters: {low: 40}
    quantities: {oil: {path: {2029-12-22: 110, 2030-01-11: 90, 2030-01-31: low, 60 days: 60}}}
    """
    told = tell(engine, text, days=80)
    values = dict(moves(told, "oil"))
    assert told.program.quantities[told.program.quantity("oil")].name == "oil"
    assert values[1.0] == pytest.approx(99.0)
    assert values[10.0] == pytest.approx(90.0)
    assert values[20.0] == pytest.approx(65.0)
    assert values[30.0] == pytest.approx(40.0)
    assert values[45.0] == pytest.approx(50.0)
    assert max(values) == 60.0
    assert values[60.0] == pytest.approx(60.0)


def test_a_path_may_have_as_many_dates_as_it_has(engine):
    """A hundred dates, more than one expression can hold, are followed to the end."""
    points = ", ".join(f"{day} days: {day % 7}" for day in range(100))
    told = tell(engine, f"quantities: {{x: {{path: {{{points}}}}}}}", days=120)
    values = dict(moves(told, "x"))
    assert all(values.get(float(day)) == pytest.approx(day % 7) for day in range(1, 100))


def test_a_path_that_is_over_stands_still(engine):
    """A path of dates before the start has its last value throughout."""
    told = tell(engine, "quantities: {x: {path: {2020-01: 3, 2021-01: 5}}}")
    assert moves(told, "x") == []


# ---------------------------------------------------------------------------------------------- together


@pytest.mark.parametrize("name", ["for_each", "path"])
def test_the_expansion_reads_back_to_an_equal_program(name):
    """What `sim show --core` prints is the same program."""
    made = expand(read_scenario(str(TEN_LINES / f"{name}.yaml")))
    again = scenario_from_text(core_text(made))
    assert build_core(expand(again)) == build_core(made)


def test_ten_lines_of_unrest_behave(fast_engine):
    """Buildings are taken, a calm region makes losing rarer, and without the cause nothing is lost."""

    def lost(policy=None):
        made = build_program(read_scenario(str(TEN_LINES / "for_each.yaml"), policy=policy))
        runs = play(fast_engine, made, runs=400)
        return sum(ended_as(runs, "lost")), runs

    usual, runs = lost()
    assert 5 < metric(runs, "taken").mean() < 12
    assert 20 < usual < 380
    assert lost("calm_donetsk")[0] < usual
    assert lost("calm")[0] == 0


def test_ten_lines_of_oil_behave(engine):
    """The price falls to its low of 47 at new year, and the treasury that lives on it shrinks."""
    told = tell(engine, build_program(read_scenario(str(TEN_LINES / "path.yaml"))))
    assert told.metric("cheapest") == pytest.approx(47)
    assert told.metric("last") == pytest.approx(65)
    assert told.metric("cheap_from") == (datetime(2014, 9, 8) - datetime(2014, 7, 1)).days
    assert 85 < told.metric("money") < 99


def test_copies_are_told_by_their_whole_names():
    """Prose says which army moves and whose word it is, though their names have dots in them."""
    made = scenario(
        """
        actors: {a: {}, b: {}}
        agents:
          army:
            for_each: [north, south]
            posture: {actor: a, against: b}
            rungs: {home: {level: threat}, out: {level: display}}
            start: home
        threats: {word: {for_each: [north, south], by: b, to: a, when: army.each >= out, hurts: 0.1}}
        triggers: {seen: {on: army.moves, do: []}, heard: {on: word.answer, do: []}}
        """
    )
    told = tell_scenario(made, build_program(made))
    assert "seen: When army.north moves or army.south moves" in told
    assert "heard: When b answers for word.north or b answers for word.south" in told
