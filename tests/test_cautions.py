"""What the output says by itself: each caution appears where its trap is, and stays away where it is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sim.analysis.base_rates import base_rate, level_of_outcome
from sim.analysis.cautions import (
    RULES,
    Observed,
    cautions,
    is_judgement,
)
from sim.cli.group import code_of
from sim.engine.choose import choose
from sim.engine.record import UNNAMED, Ending, Failure, Recording
from sim.program.build import build_program
from sim.scenario.read import read_scenario, scenario_from_text
from sim.streams import Luck

HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 100 days\n"

ARMY = """
actors: {a: {resolve: 0.5}, b: {}}
agents:
  army:
    posture: {actor: a, against: b}
    rungs: {home: {level: none}, massed: {level: display}, war: {level: war}}
    start: massed
    triggers: {shove: {every: 10 days, do: army += 1}}
outcomes: {great_war: {when: army >= war}, rest: {otherwise: true}}
"""


def observed(text: str, runs: int = 60, **changes: Any) -> Observed:
    """A scenario played a few times, as the cautions see it."""
    scenario = scenario_from_text(HEAD + text)
    program = build_program(scenario)
    played = choose().run(program, luck=Luck(1), runs=range(runs), recording=Recording(events=True))
    names = [program.outcome_names[place] for place in played.outcome.tolist() if place != UNNAMED]
    early = int((played.ending == Ending.OUTCOME).sum())
    given: dict[str, Any] = {
        "scenario": scenario, "program": program, "counts": Counter(names), "runs": runs, "ended_early": early,
        "failures": played.failures, "sample": played,
    }  # fmt: skip
    return Observed(**{**given, **changes})


def said(trap: str, seen: Observed) -> list[str]:
    """What one rule says."""
    return list(RULES[trap](seen))


def test_war_likelier_than_the_record_names_its_cause() -> None:
    """War in every run is told beside the record, with the trigger that is behind it and how often it fires."""
    (says,) = said("war_likelier_than_the_record", observed(ARMY))
    assert says.startswith("War (`great_war`) in 100 % of runs; of recorded disputes 0.8-4 %.")
    assert "Largest cause: `army.shove`, 1 firings a run." in says


def test_war_as_rare_as_the_record_is_no_caution() -> None:
    """War in 4 % of runs says nothing."""
    seen = observed(ARMY, counts={"great_war": 4, "rest": 96}, runs=100, sample=observed(ARMY).sample)
    assert said("war_likelier_than_the_record", seen) == []


def test_level_of_an_outcome_is_read_from_its_rung() -> None:
    """`army >= war` means war, a condition without a rung means nothing, and the base rate goes with the level."""
    scenario = scenario_from_text(HEAD + ARMY)
    program = build_program(scenario)
    assert level_of_outcome(scenario, program, "great_war") == "war"
    assert level_of_outcome(scenario, program, "rest") is None
    assert "0.8-4 %" in base_rate(scenario, program, "great_war")
    assert base_rate(scenario, program, "rest") == ""


RACE = """
quantities: {hit: {flag: true, start: false}}
triggers: {t: {rate: 0.02, do: hit = true}}
outcomes: {struck: {when: hit}, spared: {otherwise: true}}
"""


def test_means_over_runs_of_different_length() -> None:
    """Where runs ended early, a metric that grows with time is named; one that cannot is not."""
    (says,) = said("runs_of_different_length", observed(RACE + "metrics: {m: {days: not hit}, n: {max: 3}}"))
    assert "`m` outcome by outcome" in says
    assert "`n`" not in says
    assert said("runs_of_different_length", observed(RACE + "metrics: {m: {days: not hit}}", ended_early=0)) == []


def test_first_passage_is_told_as_a_pair() -> None:
    """The share of runs in which it came, and the median of those alone."""
    seen = observed(RACE, first_passages={"first_hit": (0.17, 86.2), "never": (0.0, float("nan"))})
    assert said("time_to_what_may_not_come", seen) == [
        "`first_hit` came in 17 % of runs; median day 86 of those.",
        "`never` came in no run.",
    ]


def test_decisions_are_counted() -> None:
    """A choice every ten days is about ten decisions in a hundred days, and weighs what stands now."""
    text = "triggers: {t: {every: 10 days, choose: {yes: {}, no: {}}}}\noutcomes: {o: {otherwise: true}}\n"
    (says,) = said("decisions", observed(text))
    assert "Decisions in 100 days: about 10 at `t`." in says
    assert "do not reason backwards" in says
    assert said("decisions", observed(RACE)) == []


THREAT = (
    ARMY
    + """
threats: {wire: {by: b, to: a, when: army >= war, hurts: 0.5, believed: 60 %, kept: 20 %, until: 2030-02-10}}
"""
)


def test_threat_that_lapses_before_the_horizon() -> None:
    """A threat that ends on 10 February is told; one that stands to the end is not."""
    (says,) = said("threats_that_lapse", observed(THREAT))
    assert says == "`wire` lapses on 2030-02-10, 60 days before the horizon."
    assert said("threats_that_lapse", observed(THREAT.replace(", until: 2030-02-10", ""))) == []


def test_bluff_is_told() -> None:
    """A threat believed more than it is kept is told with both numbers; an honest one is not."""
    (says,) = said("bluffs", observed(THREAT))
    assert "`wire` is believed 60 % and kept 20 %" in says
    assert "a bluff, in part, that costs nothing until it is called" in says
    assert said("bluffs", observed(THREAT.replace("kept: 20 %", "kept: 80 %"))) == []


@pytest.mark.parametrize(("kept", "what"), [("0 %", "a bluff that"), ("{b: 0}", "a bluff that"), ("5 %", "in part")])
def test_a_threat_that_nobody_keeps_is_a_bluff_and_not_in_part(kept: str, what: str) -> None:
    """Kept by no issuer, it is a bluff; kept now and then, a bluff in part."""
    (says,) = said("bluffs", observed(THREAT.replace("kept: 20 %", f"kept: {kept}")))
    assert what in says.partition("costs nothing")[0]
    assert ("in part" in says) == (what == "in part")
    assert ("not kept 100 %" in says) == (what != "in part")


def test_belief_and_fact_far_apart_are_set_side_by_side() -> None:
    """The sentence is followed by a table of what is believed and what is kept; near each other, there is none."""
    wide = THREAT.replace("believed: 60 %", "believed: 80 %")
    found = {caution.trap: caution for caution in cautions(observed(wide))}["bluffs"]
    assert found.says.endswith("not what a believes.")
    assert found.table == (
        "                      kept 20 %                    not kept 80 %",
        "  believed 80 %       deters; called, it is done   deters as well: a bluff",
        "  not believed 20 %   does not deter, yet is done  words that nobody minds",
    )
    assert "\n" not in said("bluffs", observed(THREAT))[0]
    trusted_little = THREAT.replace("believed: 60 %, kept: 20 %", "believed: 10 %, kept: 95 %")
    (trusted_less,) = said("bluffs", observed(trusted_little))
    assert "are two numbers.\n" in trusted_less
    assert "bluff that costs" not in trusted_less


def test_an_offer_that_nobody_keeps_is_an_empty_offer() -> None:
    """Offers are told as threats are, in their own words."""
    offer = ARMY + "offers: {ease: {by: b, to: a, when: army <= home, helps: 0.5, believed: 60 %, kept: 0 %}}\n"
    (says,) = said("bluffs", observed(offer))
    assert "an empty offer that costs nothing until it is taken up" in says


def test_threats_that_worked_are_recalled() -> None:
    """How often a threat was called is told with what never shows."""
    seen = observed(THREAT.replace("{when: army >= war}", "{at_end: army >= war}"))
    (says,) = said("threats_that_worked", seen)
    assert says.startswith("`wire` was called in all 60 runs in which it could be")
    assert "In the others" not in says
    assert said("threats_that_worked", observed(THREAT)) == []  # there the war ends the run before anybody calls it


def test_rung_never_reached() -> None:
    """A rung on which no run stood is named, one that some run reached is not."""
    text = (
        "quantities: {q: {level: [a, b, c], start: a}}\ntriggers: {t: {rate: 0.1, do: q = b}}\n"
        "outcomes: {o: {otherwise: true}}\n"
    )
    assert said("rungs_never_reached", observed(text)) == ["In 60 runs looked at, `q` never stood on `c`."]


def test_clamp_that_bites() -> None:
    """An effect that goes beyond a limit is told; one that just reaches it is not."""
    text = (
        "quantities: {{q: {{start: 0, within: [0, 3]}}}}\ntriggers: {{t: {{every: 10 days, do: q += {step}}}}}\n"
        "outcomes: {{o: {{otherwise: true}}}}\n"
    )
    (says,) = said("clamps_that_bite", observed(text.format(step=2)))
    assert says.startswith("`q` is cut off at 3 in 100 % of runs")
    assert said("clamps_that_bite", observed(text.format(step=0.3))) == []


def test_outcome_shadowed() -> None:
    """An outcome that held when an earlier one took the run is told with its share."""
    text = "quantities: {q: {start: 0}}\ntriggers: {t: {every: 10 days, do: q += 1}}\n"
    both = text + "outcomes: {one: {when: q > 2}, two: {when: q > 1.5 and q > 2}, rest: {otherwise: true}}\n"
    (says,) = said("outcomes_shadowed", observed(both))
    assert says.startswith("`two` held too in 100 % of the runs that ended as `one`")
    apart = text + "outcomes: {one: {when: q > 2}, two: {when: q > 5}, rest: {otherwise: true}}\n"
    assert said("outcomes_shadowed", observed(apart)) == []


def test_condition_without_a_value_shadows_nothing() -> None:
    """A later condition that was never looked at, and has no value, does not hold."""
    text = "quantities: {q: {start: 0}}\ntriggers: {t: {every: 10 days, do: q += 1}}\n"
    late = text + 'outcomes: {one: {when: q > 2}, two: {when: "q > 2 and log(2 - q) > 0"}, rest: {otherwise: true}}\n'
    assert said("outcomes_shadowed", observed(late)) == []


def test_draws_before_a_clamp_are_read_from_the_row() -> None:
    """An effect that reads what a draw before it gave is judged by what was drawn."""
    text = """
quantities: {x: {start: -1}, q: {start: 0, within: [0, 3]}}
triggers: {t: {every: 10 days, do: ["x = draw uniform(100, 200)", "q = log(x)"]}}
outcomes: {o: {otherwise: true}}
"""
    (says,) = said("clamps_that_bite", observed(text))
    assert says.startswith("`q` is cut off at 3 in 100 % of runs")


def test_guesses_are_counted() -> None:
    """Numbers whose source is a judgement are counted among all numbers, and those without a source apart."""
    text = (
        "sources: {book: 'A book, 1999', me: our judgement}\n"
        "parameters: {p: {value: 1, source: book}, q: {value: 2, source: me}}\n"
        "triggers: {t: {rate: 0.1, do: []}}\noutcomes: {o: {otherwise: true}}\n"
    )  # fmt: skip
    (says,) = said("guesses", observed(text))
    assert says.startswith("1 of 3 numbers is judgement and 1 has no source (`sim show ")
    bare = "triggers: {t: {rate: 0.1, do: []}}\noutcomes: {o: {otherwise: true}}\n"
    (says,) = said("guesses", observed(bare))
    assert says.startswith("1 of 1 numbers has no source (")
    scenario = scenario_from_text(HEAD + text)
    assert is_judgement(scenario, "me")
    assert not is_judgement(scenario, "A co-authored dataset, Journal of Teaching Politics")
    assert not is_judgement(scenario, "book")


def test_failed_runs_come_with_the_command_that_replays() -> None:
    """How many failed, why the first did, and what to type."""
    failure = Failure(17, "t", "do/0", "log(-1) has no value", 5, "")
    (says,) = said("failed_runs", observed(RACE, failures=(failure,), study="results/x-1"))
    assert says.startswith("1 of 60 runs failed")
    assert says.endswith("sim replay results/x-1 17")
    assert said("failed_runs", observed(RACE)) == []


def test_gravest_comes_first() -> None:
    """Failed runs stand before everything else, and every caution names its trap."""
    failure = Failure(1, "t", "do/0", "no value", 5, "")
    told = cautions(observed(THREAT, failures=(failure,)))
    assert told[0].trap == "failed_runs"
    assert {caution.trap for caution in told} <= set(RULES)


@pytest.mark.parametrize("name", ["first-lesson", "ukraine-2014"])
def test_shipped_scenarios_are_not_far_from_the_record(name: str) -> None:
    """No shipped scenario makes war far likelier than the record has it."""
    scenario = read_scenario(name)
    program = build_program(scenario)
    played = choose().run(program, luck=Luck(1), runs=range(150), recording=Recording(events=True))
    counts = Counter(program.outcome_names[place] for place in played.outcome.tolist())
    seen = Observed(scenario, program, counts, 150, 0, (), played)
    assert said("war_likelier_than_the_record", seen) == []


def test_the_page_of_a_run_prints_the_table_under_its_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sim run` shows belief and fact below the bluff that they belong to, in lines of at most 80 columns."""
    code_of(["run", "ukraine-2014", "-n", "4", "--policy", "words_only", "--no-plots", "-q", "--out", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if " ".join(line.split()) == "kept 0 % not kept 100 %")
    assert lines[at + 1].split()[:3] == ["believed", "45", "%"]
    assert "a bluff that" in " ".join(lines[at - 3 : at]).replace("  ", " ")
    assert max(len(line) for line in lines[at : at + 3]) <= 80
