"""Policies, variants, settings and `extends`: what is laid over a scenario, and how a path finds its place."""

import pytest

from sim.errors import ScenarioError, UsageError
from sim.program.build import build_program
from sim.scenario.read import examine_scenario, read_scenario, scenario_from_text

CRISIS = """\
scenario: x
start: 2030-01-01
horizon: 100 days
parameters: {lag: {lognormal: {median: 9 days, p90: 17 days}, source: author}}
actors:
  us: {}
  eu: {}
  russia: {resolve: 0.5, strain: {start: 0.1, within: [0, 2]}, quantities: {support: 0.8}}
quantities: {calm: 1, twice: {is: 2 * calm}}
agents:
  army:
    posture: {actor: russia, against: us}
    rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
    start: massed
    choices:
      next:
        options:
          wait: {usual: record}
          push: {usual: record, do: order army up, value: russia.resolve - 0.5}
  measures:
    sanctions: {senders: [us, eu], target: russia}
    tiers: {none: {}, sectoral: {bite: 1}}
    start: none
    triggers: {relief: {when: army <= home, for: 30 days, do: lower measures}}
threats:
  raft: {by: [us, eu], to: russia, when: army >= attack, then: raise measures to sectoral, believed: 45 %, kept: 70 %}
calendar: {vote: {at: 2030-02-01, do: calm += 1}}
outcomes: {war: {when: army >= attack}, peace: {otherwise: true}}
metrics: {worst: {max: army}, spare: {final: calm}}
policies:
  words_only: {by: [us, eu], raft.kept: 0 %}
  silence: {without: raft}
  bare: {without: [raft, vote, next, push, relief, spare]}
variants:
  patient: {russia.resolve: 0.3, lag: {uniform: {low: 1 day, high: 2 days}}}
"""


def told(text=CRISIS, **choices):
    """The first fault of a text."""
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text, **choices)
    return caught.value.faults[0]


def given(*overrides, **choices):
    """The crisis with settings."""
    return scenario_from_text(CRISIS, overrides=overrides, **choices)


def test_a_unique_ending_means_the_whole_path():
    """Whole or ended, a path changes the same value."""
    assert given(("threats.raft.believed", "0.1")) == given(("raft.believed", "0.1")) == given(("believed", "0.1"))


def test_an_ending_that_is_not_unique_is_told_with_all_it_could_mean():
    """Two options have a usual share: the reader chooses."""
    fault = told(overrides=[("usual", "1")])
    assert fault.says == "`usual` may mean several things"
    assert "`agents.army.choices.next.options.wait.usual`" in fault.remedy


def test_a_path_goes_through_short_forms():
    """`resolve: 0.5` has a `within`, though the file does not write its block; and the bare value stays its start."""
    resolve = given(("russia.resolve.within", "[0, 2]")).actors["russia"].model_extra["resolve"]
    assert (resolve.start, resolve.within) == ("0.5", ("0", "2"))


def test_a_bare_value_over_a_block_keeps_the_rest_of_it():
    """A new start value is no reason to forget the range."""
    strain = given(("russia.strain", "0.7")).actors["russia"].model_extra["strain"]
    assert (strain.start, strain.within) == ("0.7", ("0", "2"))


def test_a_bare_value_over_a_defined_quantity_replaces_it():
    """What was `is: ...` starts at the value, and is no longer defined."""
    twice = given(("twice", "3")).quantities["twice"]
    assert (twice.start, twice.is_) == ("3", None)


def test_a_distribution_is_replaced_with_its_source():
    """Two distributions make no sense together, and another number has another source."""
    lag = given(variant="patient").parameters["lag"]
    assert (lag.distribution, lag.source) == ("uniform", None)


def test_containers_may_be_left_out_of_a_path():
    """`russia.support` is `russia.quantities.support`, as in expressions; `next.push.usual` names an option."""
    assert given(("russia.support", "0.2")).actors["russia"].quantities["support"].start == "0.2"
    assert given(("next.push.usual", "2")).agents["army"].choices["next"].options["push"].usual == "2"
    assert given(("measures.relief.for", "5 days")).agents["measures"].triggers["relief"].for_ is not None


def test_a_key_that_the_file_leaves_out_may_be_set():
    """`raft.after` does not stand in the file; the language has it there."""
    assert given(("raft.after", "5 days")).threats["raft"].after.arguments == {"value": "5 days"}


def test_one_issuer_may_differ_from_the_others():
    """`kept: 70 %` is said of both; after `kept.eu` the other still keeps at 70 %."""
    assert given(("raft.kept.eu", "10 %")).threats["raft"].kept == {"us": "70 %", "eu": "10 %"}


def test_what_is_laid_over_comes_in_order():
    """The variant first, then the policy, then settings: the last word counts."""
    scenario = given(("raft.kept", "20 %"), policy="words_only", variant="patient")
    assert scenario.threats["raft"].kept == {"": "20 %"}
    assert scenario.actors["russia"].model_extra["resolve"].start == "0.3"
    assert given(policy="words_only").threats["raft"].kept == {"": "0 %"}


def test_the_file_itself_is_not_changed():
    """Policies that were looked at leave no trace in the scenario without them."""
    assert scenario_from_text(CRISIS).threats["raft"].kept == {"": "70 %"}


def test_a_value_remembers_who_set_it():
    """Faults of a value point at the policy's line or at the setting, not at what it replaced."""
    fault = told(overrides=[("calm", "2"), ("raft.believed", "{a: 1}")])
    assert (fault.place.file, fault.place.line, fault.place.text) == ("--set", 2, "raft.believed={a: 1}")
    assert fault.place.column == len("raft.believed=") + 1
    fault = told(CRISIS.replace("raft.kept: 0 %", "raft.believed: 010"))
    assert fault.place.line == CRISIS[: CRISIS.index("words_only")].count("\n") + 1


def test_what_cannot_be_read_as_a_value_is_wrong_usage():
    """A torn or open value of `--set` is a sentence about the command."""
    with pytest.raises(UsageError, match="--set calm="):
        given(("calm", "[1, 2"))


@pytest.mark.parametrize("policy", [None, "words_only", "silence", "bare"])
def test_names_and_places_stay_whatever_a_policy_does_without(policy):
    """What a policy does without is still there to be named, in the same order; an unsaid threat can also be made."""
    before = build_program(given())
    program = build_program(given(policy=policy))
    names = [trigger.name for trigger in program.triggers if trigger.name != "raft.made"]
    assert names == [trigger.name for trigger in before.triggers]
    assert [quantity.name for quantity in program.quantities] == [quantity.name for quantity in before.quantities]


def test_without_means_never():
    """A trigger, a choice and a date are disabled, a threat unsaid, an option closed, a metric gone."""
    bare = given(policy="bare")
    assert bare.threats["raft"].start == "unsaid"
    assert bare.calendar["vote"].disabled
    assert bare.agents["army"].choices["next"].disabled
    assert bare.agents["army"].choices["next"].options["push"].if_ == "false"
    assert bare.agents["measures"].triggers["relief"].disabled
    assert list(bare.metrics) == ["worst"]


def test_unchosen_policies_are_looked_at_too(tmp_path):
    """A fault in a policy is a fault of the file, chosen or not, and so is a name that only its program would miss."""
    assert told(CRISIS.replace("raft.kept: 0 %", "raft.cept: 0 %")).says == "unknown path `raft.cept`"
    file = tmp_path / "x.yaml"
    file.write_text(CRISIS.replace("raft.kept: 0 %", "raft.kept: strength"))
    assert [name for name, _ in examine_scenario(str(file)).unsure] == ["policies.words_only", "variants.patient"]


@pytest.mark.parametrize(
    ("policy", "says"), [("silense", "did you mean `silence`?"), ("x", "it has words_only, silence")]
)
def test_an_unknown_policy_is_wrong_usage(policy, says):
    """The name that is not there, and those that are."""
    with pytest.raises(UsageError) as caught:
        given(policy=policy)
    assert says in str(caught.value)


# ------------------------------------------------------------------------------------------------ extends


def files(folder, **texts):
    """Files of these names in a folder."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_later_files_win_key_by_key(tmp_path):
    """Two pieces and the file itself: what each says last counts, the rest is kept, in order."""
    files(
        tmp_path,
        one="quantities: {a: {start: 1, within: [0, 5]}, b: 1}\n",
        two="quantities: {b: 2, c: 2}\noutcomes: {end: {otherwise: true}}\n",
        top="extends: [one.yaml, two]\nscenario: top\nstart: 2030-01-01\nhorizon: 9 days\nquantities: {a: 3, c: 3}\n",
    )
    scenario = read_scenario(str(tmp_path / "top.yaml"))
    assert {str(name): quantity.start for name, quantity in scenario.quantities.items()} == {
        "a": "3",
        "b": "2",
        "c": "3",
    }
    assert scenario.quantities["a"].within == ("0", "5")
    assert list(scenario.outcomes) == ["end"]


def test_a_shipped_scenario_can_be_extended(tmp_path):
    """A name without a file beside it is a shipped scenario; the new file changes what it says."""
    files(tmp_path, mine="extends: first-lesson\nscenario: mine\nthreats: {tripwire: {believed: 80 %}}\n")
    mine, lesson = read_scenario(str(tmp_path / "mine.yaml")), read_scenario("first-lesson")
    assert mine.threats["tripwire"].believed == "80 %"
    assert mine.threats["tripwire"].hurts == lesson.threats["tripwire"].hurts
    assert (mine.scenario, mine.horizon) == ("mine", lesson.horizon)


def test_pieces_are_found_beside_the_file_that_names_them(tmp_path):
    """Paths are relative to the file in which they stand, not to where one stands."""
    (tmp_path / "parts").mkdir()
    files(tmp_path / "parts", inner="quantities: {a: 1}\n", outer="extends: inner.yaml\n")
    files(tmp_path, top="extends: parts/outer.yaml\nscenario: t\nstart: 2030-01-01\nhorizon: 9 days\n")
    assert list(read_scenario(str(tmp_path / "top.yaml")).quantities) == ["a"]


def test_extending_cannot_explode(tmp_path):
    """Files that each take in the one before twice are as many as sands; the count is bounded."""
    files(tmp_path, f0="quantities: {a: 1}\n")
    for number in range(1, 30):
        files(tmp_path, **{f"f{number}": f"extends: [f{number - 1}, f{number - 1}]\n"})
    files(tmp_path, top="extends: f29\nscenario: t\nstart: 2030-01-01\nhorizon: 9 days\n")
    with pytest.raises(ScenarioError, match="more than 50 files"):
        read_scenario(str(tmp_path / "top.yaml"))
