"""What is wrong with a file is told together: no fault hides another, none brings complaints that follow from it."""

import re

import pytest

from sim import api
from sim.errors import UsageError

HEAD = "scenario: x\nstart: 2030-01-01\nhorizon: 100 days\n"
END = "outcomes: {end: {otherwise: true}}\n"
WORLD = "quantities:\n  army: {level: [home, massed, attack], start: massed}\n  tier: {start: 0}\n"


def told(tmp_path, text):
    """Line and sentence of each fault."""
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    return [(fault.place.line, fault.says) for fault in api.validate(file).faults if fault.level == "error"]


SINGLES = [
    ("quantities", "n: {start: 010}", "octal"),
    ("quantities", "o: {start: 1, starts: 2}", "unknown key `starts`"),
    ("quantities", "p: {start: 1, within: [3, 0]}", "is no range"),
    ("quantities", "q: {start: 1:30}", "base 60"),
    ("quantities", "army: {start: 0}", "stands twice"),
    ("triggers", "a: {when: tier > frobnicate, do: tier = 1}", "unknown name `frobnicate`"),
    ("triggers", "b: {rate: -1, do: tier = 1}", "a rate of -1"),
    ("triggers", "c: {every: 1 day, chance: 1,5, do: tier = 1}", "cut it off"),
    ("triggers", "d: {evry: 1 day, do: tier = 1}", "unknown key `evry`"),
    ("triggers", "e: {at: 30.1.2030, do: tier = 1}", "no date here"),
    ("triggers", "f: {at: 2029-01-01, do: tier = 1}", "lies outside the run"),
    ("triggers", "g: {every: 1 day, do: frob tier}", "is no verb"),
    ("triggers", "h: {every: {normal: 3 days}, do: tier = 1}", "takes its arguments by name"),
    ("triggers", "i: {when: tier > 1, again: yes, for: 1 day, do: tier = 1}", "is no truth"),
    ("triggers", "j: {every: 1 day, do: [tier = min(1, 2), tier = 2]}", "tore"),
    ("triggers", "k: {on: [k, nobody], do: tier = 2}", "unknown trigger `nobody`"),
    ("metrics", "m: {max: nothing_here}", "unknown name `nothing_here`"),
    ("metrics", "n2: {frob: tier}", "unknown key `frob`"),
    ("outcomes", "war: {when: army >= attck}", "`attck` is no level"),
]


def joined(singles):
    """A file that holds all of these."""
    sections = {
        "quantities": WORLD.partition("\n")[2],
        "triggers": "",
        "metrics": "",
        "outcomes": "  end: {otherwise: true}\n",
    }
    for section, line, _ in singles:
        sections[section] = (
            f"{sections[section]}  {line}\n" if section != "outcomes" else f"  {line}\n{sections[section]}"
        )
    return HEAD + "".join(f"{name}:\n{lines}" for name, lines in sections.items() if lines)


@pytest.mark.parametrize("single", SINGLES, ids=[line for _, line, _ in SINGLES])
def test_a_single_fault_is_told_alone(tmp_path, single):
    """One thing that is wrong is one sentence (the doubled quantity apart, all of these stand for themselves)."""
    found = told(tmp_path, joined([single]))
    assert len(found) == 1, found
    assert single[2] in found[0][1]


def test_many_faults_are_told_together_and_nothing_else(tmp_path):
    """Nineteen faults of shape, vocabulary, names, dates, torn text: each once, in file order, without an echo."""
    singles = [one for one in SINGLES if one[0] != "outcomes"]  # a doubled `army` leaves nothing to say of its levels
    found = told(tmp_path, joined(singles))
    missing = [line for _, line, says in singles if not any(says in sentence for _, sentence in found)]
    assert not missing, missing
    assert len(found) == len(singles), found
    assert found == sorted(found, key=lambda one: one[0])


def test_expectations_and_outcomes_are_told_beside_a_trap(tmp_path):
    """A trap in one number hides neither a run without a name nor an expectation of nothing."""
    text = (
        HEAD
        + WORLD
        + "  n: {start: 010}\ntriggers:\n  t: {when: army >= masse, do: n = 1}\n"
        + "outcomes:\n  war: {when: army == attack}\n  high: {at_end: n > 5}\nexpect: [P(warr) below 1 %]\n"
    )
    says = [sentence for _, sentence in told(tmp_path, text)]
    assert len(says) == 4, says
    for part, sentence in zip(["octal", "`masse` is no level", "without a name", "`warr`"], says, strict=True):
        assert part in sentence


def test_a_bad_word_hides_nothing_of_an_agent(tmp_path):
    """A rung's unknown level, an unknown actor and an unknown start are told together."""
    text = (
        HEAD
        + "actors: {a: {}, b: {}}\nagents:\n  army:\n    posture: {actor: a, against: c}\n"
        + "    rungs: {home: {level: none}, massed: {level: nope}}\n    start: mm\n"
        + END
    )
    says = " / ".join(sentence for _, sentence in told(tmp_path, text))
    assert "`nope`" in says
    assert "unknown actor `c`" in says
    assert "`mm`" in says


@pytest.mark.parametrize("head", ["start: 2014-13-40\nhorizon: 90 days\n", "start: 2030-01-01\nhorizon: 180 dayz\n"])
def test_no_date_is_judged_by_a_run_that_nobody_wrote(tmp_path, head):
    """With a start or a horizon that makes no sense, nothing is said of dates within the run."""
    text = (
        "scenario: x\n" + head + WORLD + "triggers: {t: {at: 2031-05-01, if: day < 2031-06-01, do: tier = 1}}\n" + END
    )
    found = told(tmp_path, text)
    assert len(found) == 1, found
    assert found[0][0] in (2, 3)


@pytest.mark.parametrize("text", ["agents:\n  army:\n    posture: {actor: a}\n"
                                  "    rungs: {home: {level: none}}\n"
                                  "    strat: home\n    start: home\n"
                                  "triggers: {t: {every: 1 day, do: order army up}}\n",
                                  "trigers: {t: {every: 1 day, do: tier = 1}}\nmetrics: {m: {count: t}}\n",
                                  "agents:\n  talks:\n    diplomcy: {parties: [a]}\nthreats:\n"
                                  "  x: {by: a, to: b, when: talks.open, hurts: 0.5}\n"])  # fmt: skip
def test_what_a_misspelt_block_would_have_made_is_not_missed(tmp_path, text):
    """An unknown key that holds names silences complaints about these names."""
    found = told(tmp_path, HEAD + WORLD + text + END)
    assert len(found) == 1, found
    assert "unknown key" in found[0][1]


def test_of_what_could_not_be_taken_in_nothing_is_missed(tmp_path):
    """A file that extends itself, or nothing, is told so, and not that it lacks what it would have had from there."""
    for name in ("nothing", "wrong.yaml"):
        found = told(tmp_path, f"scenario: x\nextends: {name}\npolicies: {{calm: {{tripwire.believed: 10 %}}}}\n")
        assert len(found) == 1, found
        assert found[0][0] == 2


def test_a_path_that_is_not_there_is_not_taken_for_a_key(tmp_path):
    """`--set foo=3` is not answered with a key of the language that stands nowhere in the file."""
    file = tmp_path / "good.yaml"
    file.write_text(HEAD + WORLD + "triggers: {t: {every: 1 day, do: tier = 1}}\n" + END)
    for path in ("foo", "foo.bar"):
        (fault,) = api.validate(file, overrides=[(path, "3")]).faults
        assert "did you mean" not in fault.remedy
    (fault,) = api.validate(file, overrides=[("army.strat", "home")]).faults
    assert fault.remedy == "did you mean `army.start`?"


def test_a_new_scenario_is_clean_and_makes_no_folders(tmp_path):
    """What `sim new` writes validates without a warning; a folder that is not there is not made."""
    assert not api.validate(api.create(tmp_path / "mine.yaml")).faults
    with pytest.raises(UsageError, match="make it first"):
        api.create(tmp_path / "folder" / "mine.yaml")
    assert not (tmp_path / "folder").exists()


def test_a_misspelt_kind_of_agent_is_one_fault(tmp_path):
    """Who misspells `posture` is told so, and not that a posture's keys are unknown."""
    (fault,) = told(
        tmp_path,
        HEAD + WORLD + "agents:\n  navy:\n    postur: {actor: a}\n    rungs: {port: {}}\n    start: port\n" + END,
    )
    assert fault[1] == "unknown key `postur`"


def test_a_misspelt_key_is_not_missed_as_well(tmp_path):
    """A needed key that stands there under a name that is nearly its own is one fault."""
    (fault,) = told(tmp_path, HEAD + WORLD + "series: {evry: 7 days, of: army}\n" + END)
    assert fault[1] == "unknown key `evry`"


MEASURES = """scenario: x
start: 2030-01-01
horizon: 100 days
lists: {regions: [north, south]}
actors:
  us: {resolve: high}                                                          #! unknown name `high`
  eu:
    members:
      germany: {willing: 150 %}                                                #! a chance of 1.5
      uk: {exposure: -1}                                                       #! -1
      others: {count: 1.5}                                                     #! `1.5`
    agree_alike: 2                                                             #! a correlation of 2
  ussr: {home: {support: 60 %, raly: 0.1, fades: 3}}                           #! unknown key `raly` | `fades` wants
quantities:
  unrest: {for_each: region, start: 0.2}                                       #! `region`
  oil: {path: {2030-01-01: 100, 2029-01-01: 90}}                               #! 2029-01-01
agents:
  army:
    posture: {actor: ussr, against: usa}                                       #! unknown actor `usa`
    rungs: {home: {level: none}, massed: {level: dispaly}}                     #! `dispaly`
    start: home
  measures:
    sanctions: {senders: [us, eu, us], target: ussr}                           #! `us` stands twice
    tiers: {none: {}, all: {bite: 1, sectors: {energy: 40 %, finance: 50 %}}}  #! sum to 0.9
    start: none
    adopt: {eu: {vote: most members}}                                          #! `most members`
choices:
  next:
    actor: us
    every: 7 days
    options: {wait: {}, go: {needs: consent of nobody, do: raise measures}}    #! `nobody`
outcomes: {end: {otherwise: true}}
"""

TALKS = """scenario: x
start: 2030-01-01
horizon: 100 days
actors: {us: {}, ussr: {resolve: 0.5}, cuba: {}}
quantities: {missiles: {flag: true, start: true}}
agents:
  track:
    diplomacy: {parties: [us, ussr], consent: cuba}
    issues:
      bases: {us: 0.2, ussr: -0.1, cube: 0.1}                                  #! `cube`
      turkey: {us: -0.1, ussr: 0.2, demanded_by: usr}                          #! `usr`
    proposals:
      swap: {contains: [bases, turky]}                                         #! `turky`
    questions:
      letter: {by: us, to: ussr, asked: 2030-01-05, tells: ussr.resolve}       #! `us` holds no belief
    agreement: {leave: {by: ussr, do: missiles = false, due: 14, kept: 120 %}} #! `due` | chance of 1.2
perception:
  us: {sees: {army: {error: 10 %}, missiles: {delay: 9 days, every: 7 days}}}   #! `army` | takes `9 days`
threats:
  strike: {by: us, to: ussr, unless: not missiles, hurts: 80 %}                 #! `deadline`
  siege:
    {by: us, to: ussr, unless: not missiles, deadline: 2031-01-01,             #! `2031-01-01` lies outside
     hurts: 50 %, channel: open}                                               #! `open`
offers:
  trade: {by: us, to: ussr, when: not missiles, helps: 40 %, leaks: 20 %}       #! cannot leak
triggers:
  more: {at: 9 days, do: [extend truce by 7 days, publish swapp, demand oil]}   #! `truce` | `swapp` | `oil`
seats: {ussr: {decides: nothing}}                                              #! `nothing`
outcomes: {end: {otherwise: true}}
"""


@pytest.mark.parametrize("text", [MEASURES, TALKS], ids=["measures", "talks"])
def test_faults_of_the_vocabulary_are_told_together_and_nothing_else(tmp_path, text):
    """Each wrong line of a file about sanctions, or about talks and threats, is told as often as it is wrong."""
    wanted = [
        (number, says.strip())
        for number, line in enumerate(text.splitlines(), 1)
        for says in (line.partition("#!")[2].split("|") if "#!" in line else ())
    ]
    found = told(tmp_path, re.sub(" +#!.*", "", text))
    assert [line for line, _ in found] == [line for line, _ in wanted], found
    for line, says in wanted:
        assert any(says in sentence for at, sentence in found if at == line), (line, says, found)
