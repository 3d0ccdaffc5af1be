"""What is printed of a scenario says all of it: the core reads back as it was, names come back from slots."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.agents.expand import expand
from sim.errors import Text, UsageError
from sim.program.build import build_core, build_program
from sim.program.diagram import Arrow, arrows, diagram
from sim.program.ir import Program
from sim.program.ledger import ledger
from sim.program.listing import core_text, plain_text, resolved_text
from sim.program.prose import tell_scenario
from sim.program.wording import expression_text, program_text, value_text
from sim.scenario.read import read_scenario, scenario_from_text, shipped_scenarios

SHIPPED = [path.stem for path in shipped_scenarios()]

SMALL = """
scenario: small
question: What comes of it?
start: 2030-01-01
horizon: 100 days
sources: {survey: "A survey, 2029", author: our judgement}
parameters:
  resolve: {triangular: {low: 0.2, mode: 0.5, high: 0.9}, source: survey, confidence: low}
quantities:
  army: {level: [home, massed, attack], start: massed}
  tier: {start: 0, within: [0, 3]}
  alarmed: {flag: true, start: false}
  pressure: {is: 0.1 * tier + resolve}
triggers:
  escalate: {rate: "0.02 * exp(-0.3 * tier) if army < attack else 0", do: army += 1}
  impose:
    when: army >= massed and not alarmed
    after: {lognormal: {median: 9 days, p90: 17 days}}
    do: [tier = 2, alarmed = true]
  answer: {on: impose, chance: 40 %, do: tier += 1, otherwise: "tier -= draw uniform(0, 1)"}
  think:
    every: 14 days
    actor: russia
    asks: "What now, and why?"
    choose:
      hold: {says: "Wait, and see", usual: 2}
      push: {if: army < attack, value: {prize: resolve - 0.5, risk: -pressure}, do: army += 1}
  late: {at: [2030-02-01, 2030-03-01], if: count(answer) > 1 and since(answer) > 3 days, do: tier = 0}
outcomes:
  war: {when: army >= attack, says: "It came to war: nobody wanted it"}
  rest: {otherwise: true}
metrics: {worst: {max: army}, long: {days: army >= massed}, answers: {count: answer.otherwise}}
series: {every: 7 days, of: [army, tier]}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return build_program(scenario_from_text(SMALL))


# ------------------------------------------------------------------------------------------------ reading back


def policies() -> list[tuple[str, str | None, str | None]]:
    """Each shipped scenario as it stands, and under each of its policies and variants."""
    found: list[tuple[str, str | None, str | None]] = []
    for name in SHIPPED:
        scenario = read_scenario(name)
        found += [(name, None, None), *((name, str(policy), None) for policy in scenario.policies)]
        found += [(name, None, str(variant)) for variant in scenario.variants]
    return found


@pytest.mark.parametrize(("name", "policy", "variant"), policies())
def test_core_reads_back_to_an_equal_program(name: str, policy: str | None, variant: str | None) -> None:
    """The printed core of a shipped scenario, read again, gives the same program: with and without expanding."""
    scenario = read_scenario(name, policy=policy, variant=variant)
    core = expand(scenario)
    again = scenario_from_text(core_text(core))
    assert build_core(again) == build_core(core)
    assert build_program(again) == build_core(core)


@pytest.mark.parametrize(("name", "policy", "variant"), policies())
def test_resolved_reads_back_to_an_equal_program(name: str, policy: str | None, variant: str | None) -> None:
    """What a study keeps of its scenario builds the program that was played, without policy or override."""
    scenario = read_scenario(name, policy=policy, variant=variant)
    assert build_program(scenario_from_text(resolved_text(scenario))) == build_program(scenario)


def test_core_of_small_scenario_reads_back(program: Program) -> None:
    """Options, otherwise, chance, lists of dates, derived quantities and drawn delays all survive printing."""
    printed = core_text(scenario_from_text(SMALL))
    assert build_program(scenario_from_text(printed)) == program
    assert core_text(scenario_from_text(printed)) == printed


@pytest.mark.parametrize(
    "says",
    ["a: b", "# no comment", "yes", "it's", 'he said "no"', "- dash", "{brace}", "trailing:", "[x, y]", "*star",
     "ümlaut", "> quoted", "a #b", "null", "1e3", "two\nlines", "!bang", "%percent", "@at", "`tick`", "? why"],
)  # fmt: skip
def test_any_sentence_survives_printing(says: str) -> None:
    """Whatever a sentence holds, the printed YAML gives it back."""
    scenario = scenario_from_text(SMALL)
    outcome = scenario.outcomes[Text("war")].model_copy(update={"says": Text(says)})
    changed = scenario.model_copy(update={"outcomes": {**scenario.outcomes, Text("war"): outcome}})
    assert scenario_from_text(core_text(changed)).outcomes[Text("war")].says == says


# ------------------------------------------------------------------------------------------------ names given back


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        ("escalate", "0.02 * exp(-0.3 * tier) if army < attack else 0"),
        ("impose", "army >= massed and not alarmed"),
    ],
)
def test_expressions_get_their_names_back(program: Program, trigger: str, says: str) -> None:
    """A resolved expression prints as it stood in the file."""
    cause: Any = program.triggers[program.trigger(trigger)].cause
    tree = cause.hazard if trigger == "escalate" else cause.condition
    assert expression_text(program, tree) == says


def test_draws_and_counts_get_their_names_back(program: Program) -> None:
    """A distribution is told with its arguments, a count with its trigger."""
    text = program_text(program)
    assert "draw uniform(low = 0, high = 1)" in text
    late = program.triggers[program.trigger("late")]
    assert late.condition is not None
    assert expression_text(program, late.condition) == "count(answer) > 1 and since(answer) > 3 days"


def test_values_are_told_as_people_say_them(program: Program) -> None:
    """A rung by its name, a flag as yes or no, a number with four figures."""
    assert value_text(program, program.quantity("army"), 2.0) == "attack"
    assert value_text(program, program.quantity("alarmed"), 1.0) == "yes"
    assert value_text(program, program.quantity("tier"), 40_000.0) == "40,000"
    assert value_text(program, program.quantity("tier"), 1 / 3) == "0.3333"


# ------------------------------------------------------------------------------------------------ the graph


def test_arrows_say_how_one_sets_off_another(program: Program) -> None:
    """`on` is certain; what a condition, a hazard or a choice reads may set it off; outcomes come last."""
    found = arrows(program)
    assert Arrow("impose", "answer", "on") in found
    assert Arrow("escalate", "impose", "when", ("army",)) in found
    assert Arrow("impose", "escalate", "rate", ("tier",)) in found
    assert Arrow("answer", "late", "if", ("count(answer)",)) in found
    assert Arrow("impose", "think", "if", ("tier",)) in found  # through the derived `pressure`
    assert Arrow("think", "war", "when", ("army",), to_outcome=True) in found
    assert not any(arrow.source == "late" and arrow.target == "impose" for arrow in found)


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_diagram_draws_every_trigger_and_outcome(form: Any) -> None:
    """Each trigger that may fire and each outcome of a shipped scenario stands in the diagram, and each arrow once."""
    for name in SHIPPED:
        program = api.load(name).program
        text = diagram(program, form)
        for thing in (*program.triggers, *program.outcomes):
            assert (f'"{thing.name}"' in text) == getattr(thing, "enabled", True)
        lines = [line for line in text.splitlines() if "->" in line or "-.->" in line]
        assert len(lines) == len([arrow for arrow in arrows(program) if arrow.how != "if"])


def test_mermaid_takes_its_identifiers() -> None:
    """Mermaid's nodes are numbered, because it takes no dots in an identifier."""
    for line in diagram(api.load("ukraine-2014").program, "mermaid").splitlines()[1:]:
        word = line.split()[0]
        assert word in ("subgraph", "end") or re.match(r"[at o]\d+", word), line


# ------------------------------------------------------------------------------------------------ the ledger


def test_ledger_lists_every_number_once() -> None:
    """Parameters with range, source and confidence; plain numbers; formulas that hold a number."""
    rows = {(row.path, row.role): row for row in ledger(scenario_from_text(SMALL))}
    resolve = rows["resolve", "parameter"]
    assert (resolve.low, resolve.high, resolve.source, resolve.confidence) == ("0.2", "0.9", "survey", "low")
    assert rows["answer.chance", "number"].value == "40 %"
    assert rows["think.choose.hold.usual", "number"].value == "2"
    assert ("army.level", "number") not in rows
    assert not any("says" in path or "asks" in path for path, _ in rows)


def test_ledger_names_defaults_with_their_source() -> None:
    """A number that the file does not say is listed as a default, and its source can be looked up."""
    model = api.load("first-lesson")
    defaults = [row for row in api.numbers(model) if row.role == "default"]
    assert any(row.path == "army.pace" for row in defaults)
    known = {str(key) for key in model.core.sources}
    assert all(row.source in known for row in defaults)


def test_a_source_is_inherited_from_the_block_around() -> None:
    """A number has the source of the nearest block that names one."""
    text = SMALL.replace("chance: 40 %,", "chance: 40 %, source: survey,")
    rows = {row.path: row for row in ledger(scenario_from_text(text))}
    assert rows["answer.chance"].source == "survey"
    assert rows["escalate.rate"].source == ""


# ------------------------------------------------------------------------------------------------ prose


def test_prose_answers_the_readers_questions() -> None:
    """Who stands where, who threatened what, what is decided, how it ends, what is not known: each has its heading."""
    model = api.load("ukraine-2014")
    told = tell_scenario(model.scenario, model.program)
    for heading in ("Who stands where", "Who threatened and offered what", "What is decided", "How it can end",
                    "What is not known", "Numbers taken by default"):  # fmt: skip
        assert f"# {heading}\n" in told
    for name in (*model.scenario.agents, *model.scenario.threats, *model.program.outcome_names):
        assert f"- {name}" in told
    for parameter in model.program.parameters:
        assert f"- {parameter.name}" in told


def test_attributes_of_names_are_printed_and_accounted_for() -> None:
    """What goes with a name stands in the resolved file, which reads back, and in the ledger."""
    text = (
        "scenario: names\nstart: 2030-01-01\nhorizon: 90 days\noutcomes: {end: {otherwise: true}}\n"
        "actors: {kiev: {office: {one_of: {interim: {yields: -0.2}, elected: {yields: 0.1}}, start: interim}}}\n"
        "quantities: {alert: {level: {calm: {cost: 0.5}}, start: calm}}\n"
    )
    scenario = scenario_from_text(text)
    again = scenario_from_text(resolved_text(scenario))
    assert build_program(again) == build_program(scenario)
    assert {row.path: row.value for row in ledger(scenario) if row.role == "number"} == {
        "kiev.office.interim.yields": "-0.2", "kiev.office.elected.yields": "0.1", "alert.calm.cost": "0.5"
    }  # fmt: skip


def test_prose_tells_who_knows_what_and_who_sits_where() -> None:
    """Homes, names with attributes, reports, beliefs and seats stand in sentences of their own."""
    scenario = scenario_from_text(
        "scenario: minds\nstart: 2030-01-01\nhorizon: 90 days\noutcomes: {end: {otherwise: true}}\n"
        "actors:\n"
        "  us: {home: {support: 43 %, rally: 0.05}}\n"
        "  kiev: {resolve: 0.5, office: {one_of: {interim: {yields: -0.2}, elected: {yields: 0.1}}, start: interim}}\n"
        "perception: {us: {sees: {kiev.office: {delay: 2 days}}, believes: {kiev.resolve: 0.4}}}\n"
        "choices: {act: {actor: us, every: 9 days, options: {wait: {}}}}\n"
        "seats: {us: {aims: [quiet, trade], decides: act}}\n"
    )
    told = tell_scenario(scenario, build_program(scenario))
    for said in (
        "- us: at home 43 % stand behind it; a rally adds 0.05.",
        "- kiev.office: begins as interim; there may be interim (yields -0.2) or elected (yields 0.1).",
        "- us sees kiev.office as it is, 2 days late.",
        "- us believes at first that kiev.resolve is 0.4.",
        "- us: its aims: quiet and trade; it decides `act`.",
    ):
        assert said in told, told


def test_prose_tells_belief_and_truth_apart() -> None:
    """What the addressee believes and what is in fact kept are two numbers."""
    model = api.load("ukraine-2014")
    (line,) = [line for line in api.show(model).splitlines() if line.startswith("- raft_of_new_measures:")]
    assert "Believed by russia: 45 %; kept in fact: us 85 %, eu 80 %" in line


def test_prose_speaks_the_language_of_the_file() -> None:
    """Verbs, dates, durations and chances stand as the file says them; no slot, flag or draw of the core is told."""
    told = api.show(api.load("ukraine-2014"))
    for said in (
        "- settlement: as soon as it has held for 30 days that paris_track.agreement.done and border_army <= garrison.",
        "Washington breaks off the talks. When border_army >= incursion: suspend paris_track for 30 days.",
        "On 2014-05-25, if border_army < open_war, in 10 % + 30 % * ",
        "On 2014-04-02, only under the policy `monitors_first`: order osce_mission to full.",
        "Likewise buildings.luhansk, buildings.donetsk,",
        "- russian_resolve: 5 %: 0.25, 50 %: 0.55, 95 %: 0.85.",
        "- us_lag: 9 days (median; nine in ten within 40 days).",
        "- true_troops: 20,000 to 60,000, most likely 35,000.",
        "when us or eu answers for raft_of_new_measures",
        "- paris_track (every 7 days, of which 30 % fall through): joint_initiative (pull_back, monitors,",
        "drafted by us, russia and eu, submitted to ukraine and co-ordinated before)",
        "Those who draft it are asked in turn, then the others",
        "once they have signed and pull_back is in it, 14 days on, russia: "
        "the troops go back to their garrisons (order border_army to garrison), kept 40 %",
        "Every 14 days: unrest.kharkiv *= 0.93 (and 7 more alike).",
    ):
        assert said in told
    for jargon in (
        " draw ",
        "replies_to",
        "outcome.",
        "_resumes",
        "_share",
        "weighing least",
        ".answer.",
        "whoever decides",
        "day +",
    ):
        assert jargon not in told.partition("# What could be otherwise")[0]


def test_prose_says_of_each_lever_on_which_side_it_is() -> None:
    """A lever is a move of somebody, or an assumption."""
    text = (Path(__file__).parent / "described" / "first-lesson.yaml").read_text()
    scenario = scenario_from_text(text.replace("tripwire.hurts: [0, 2]", "tripwire.kept: [0 %, 100 %]"))
    told = tell_scenario(scenario, build_program(scenario))
    assert "- lever tripwire.believed, an assumption: from 0 % to 100 %." in told
    assert "- lever tripwire.kept, a move of defender: from 0 % to 100 %." in told


OWN = """
scenario: own
start: 2030-01-01
horizon: 90 days
parameters:
  view: {experts: {smith: {triangular: {low: 0, mode: 0.4, high: 1}}, jones: {uniform: {low: 0.2, high: 0.3}}}}
  sure: {value: 3, source: census}
  mixed: {choice: {1: 1, 20: 3}}
sources: {census: "A census, 2029"}
quantities:
  army: {level: [home, out], start: home}
  oil: {path: {2029-06: 108, 2030-02: 47}}
  stock: {start: 10_000, within: [0, 20_000], unit: tonnes}
triggers:
  never: {at: 2030-01-05, chance: 0 %, do: stock = 0}
  idle: {rate: 0.1, disabled: true, do: stock = 1}
  often: {every: {lognormal: {median: 14 days, p90: 31 days}}, chance: 50 %, do: stock -= 1, otherwise: stock += 1}
  back: {when: army >= out, for: 5 days, again: true, do: army = home}
  go: {every: 10 days, choose: {stay: {}, move: {says: Go out, value: {gain: 0.2}, do: army = out}}}
outcomes: {end: {otherwise: true}}
"""


def test_prose_of_a_core_says_amounts_and_chances_in_words() -> None:
    """Experts, fixed numbers, drawn intervals, chances of none and choices without an actor read as sentences."""
    scenario = scenario_from_text(OWN)
    told = tell_scenario(scenario, build_program(scenario)).splitlines()
    for line in (
        "- oil: goes from 108 (2029-06) to 47 (2030-02), as given.",
        "- stock: begins at 10,000 and stays between 0 and 20,000 (tonnes).",
        "- never: On 2030-01-05, never, unless a policy says so: stock = 0.",
        "- idle: At a daily rate of 0.1, never, unless a policy says so: stock = 1.",
        "- often: Every 14 days (median; nine in ten within 31 days), every other time: stock -= 1; "
        "otherwise stock += 1.",
        "- back: When it has held for 5 days, again and again, that army >= out: army = home.",
        "- go (every 10 days): `stay`; `move` (Go out), weighing gain.",
        "- view: smith says 0 to 1, most likely 0.4; jones says 0.2 to 0.3, all alike. No source is named.",
        "- sure: fixed at 3. Source: census.",
        "- mixed: 1 (weight 1), 20 (weight 3). No source is named.",
    ):
        assert line in told


def test_show_refuses_a_face_that_is_not_there() -> None:
    """A face that a scenario does not have is a sentence that names those it has."""
    with pytest.raises(UsageError, match="there are prose, core"):
        api.show(api.load("first-lesson"), "icons")


def test_plain_text_of_blocks() -> None:
    """A value of a policy is told on one line, whatever it is."""
    assert plain_text({Text("a"): Text("1"), Text("b"): [Text("x"), Text("y")]}) == "{a: 1, b: [x, y]}"


def test_prose_gathers_what_sets_a_choice_off() -> None:
    """A choice that the vocabulary brings is told with its clock and with whose moves it follows, by name."""
    told = api.show(api.load("first-lesson"))
    assert "- army.what_next (challenger, every 14 days and when defender answers for tripwire): What does" in told
