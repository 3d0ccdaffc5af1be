"""Proposals: drafted, submitted, accepted, countered, dismissed; by the track itself or by the file's own choices."""

from __future__ import annotations

import math

import pytest

from sim.agents import evidence, proposals
from sim.engine.record import Engine
from tests.agents.paris import JOINT, decided, paris, rounds_of
from tests.agents.stage import faults, moves, program, tell
from tests.rulings.core import Told


def odds(told: Told, choice: str, option: str = "accept") -> float:
    """The odds of an option at the first occasion of a choice."""
    place = told.program.trigger(choice)
    first = next(one for one in told.runs.decisions[0] if one.trigger == place)
    names = [each.name for each in told.program.triggers[place].choice.options]  # type: ignore[union-attr]
    share = first.shares[names.index(option)]
    return share / (1 - share)


# ---------------------------------------------------------------------------------------------- the three lives


def test_drafters_are_asked_first_then_those_to_whom_it_is_submitted(engine: Engine) -> None:
    """Tabled, both drafters, submitted, the addressee, agreed, signed: all in the round of one day."""
    played, decisions = rounds_of(["accept"], paris(), days=10)
    assert tell(engine, played, decisions=decisions).rows == [
        "10 track.round",
        "10 track.joint.tabled",
        "10 track.joint.ask.us.accept",
        "10 track.joint.ask.russia.accept",
        "10 track.joint.submitted",
        "10 track.joint.ask.ukraine.accept",
        "10 track.joint.agreed",
        "10 track.signed",
    ]


def test_a_drafter_who_fights_on_ends_the_matter(engine: Engine) -> None:
    """Nobody else is asked, and nothing is submitted."""
    played = program(paris(), days=10)
    told = tell(engine, played, decisions=decided(played, joint_us=["dismiss"]))
    assert told.rows[-1] == "10 track.joint.ask.us.dismiss"
    assert moves(told, "track.joint.tabled") == [(10, 1), (10, 0)]


def test_what_was_dismissed_may_come_again(engine: Engine) -> None:
    """It is off the table, no longer submitted, and the next round asks everybody anew."""
    played, decisions = rounds_of(["dismiss", "accept"], paris())
    told = tell(engine, played, decisions=decisions)
    assert moves(told, "track.joint.dismissed") == [(10, 1), (20, 0)]
    assert moves(told, "track.joint.submitted")[:2] == [(10, 1), (10, 0)]
    assert told.days("track.joint.ask.us") == [10, 20] and told.days("track.signed") == [20]


def test_what_is_countered_comes_back_changed(engine: Engine) -> None:
    """Without what Russia demands and Ukraine would pay for, with what Ukraine demands; then all accept it so."""
    text = paris(more="    series: {every: 10 days, of: [track.joint.value.russia, track.joint.value.ukraine]}\n")
    played, decisions = rounds_of(["counter", "accept"], text)
    told = tell(engine, played, decisions=decisions)
    assert moves(told, "track.joint.has.federalism") == [(10, 0)]
    assert moves(told, "track.joint.has.regions") == [(10, 1)]
    assert moves(told, "track.regions.on_agenda") == moves(told, "track.regions.demanded") == [(10, 1)]
    assert moves(told, "track.joint.countered") == [(10, 1), (20, 0)] and told.days("track.signed") == [20]
    # Russia gives 0.1 and 0.2, and what it demanded is not met; Ukraine gains 0.2 and 0.1.
    assert told.sampled("track.joint.value.russia")[2] == pytest.approx(-0.1 - 0.2 - 0.05)
    assert told.sampled("track.joint.value.ukraine")[2] == pytest.approx(0.2 + 0.1)


def test_what_is_demanded_later_is_put_in_once_it_is_demanded(engine: Engine) -> None:
    """An issue that only a verb demands enters a counter after that, and not before."""
    text = paris().replace("demanded_by: ukraine, ", "")
    later = "    triggers: {demands: {at: 15 days, actor: ukraine, do: demand regions}}\n"
    played, decisions = rounds_of(["counter", "counter"], text + later)
    told = tell(engine, played, decisions=decisions)
    assert moves(told, "track.joint.has.regions") == [(20, 1)]


def test_nobody_counters_who_has_nothing_to_take_out_or_put_in(engine: Engine) -> None:
    """After its counter Ukraine can only accept or dismiss; and who may never counter has no such option."""
    played, decisions = rounds_of(["counter", "accept"], paris())
    told = tell(engine, played, decisions=decisions)
    ask = played.trigger("track.joint.ask.ukraine")
    counters = [one.shares[1] for one in told.runs.decisions[0] if one.trigger == ask]
    assert counters[0] > 0 and counters[1] == 0
    plain = paris().replace("demanded_by: russia", "").replace("demanded_by: ukraine, ", "")
    choice = program(plain).triggers[program(plain).trigger("track.joint.ask.ukraine")].choice
    assert choice is not None and [option.name for option in choice.options] == ["accept", "dismiss"]


def test_what_was_countered_comes_first_when_they_meet_again(engine: Engine) -> None:
    """Of two proposals the countered one is taken up, whatever the other would bring."""
    both = JOINT + "\n          better: [pull_back]"
    played = program(paris(both))
    yes = ["accept"] * 9
    decisions = decided(
        played, _proposes=["joint"], joint_us=yes, joint_russia=yes, joint_ukraine=["counter", "dismiss"]
    )
    told = tell(engine, played, days=20, decisions=decisions)
    assert told.days("track.joint.tabled")[:2] == [10, 20]
    second = [one for one in told.runs.decisions[0] if one.trigger == played.trigger("track.proposes")][1]
    assert second.shares[0] == 1


# ---------------------------------------------------------------------------------------------- how likely


def test_at_equal_values_a_proposal_succeeds_as_often_as_in_the_record(engine: Engine) -> None:
    """The chance that all three accept after ten days is 1 - exp(-10 h), with drafters as without."""
    text = """
    actors: {us: {}, russia: {}, ukraine: {}}
    agents:
      track:
        diplomacy: {parties: [us, russia], consent: ukraine}
        rounds: {every: 10 days, slips: 0 %}
        issues: {nothing: {us: 0}}
        proposals: {joint: {by: [us, russia], contains: nothing, coordinated: true}}
    """
    played, decisions = rounds_of(["accept"], text, days=10)
    shares = [one.shares[0] for one in tell(engine, played, decisions=decisions).runs.decisions[0]]
    assert len(shares) == 3 and math.prod(shares) == pytest.approx(1 - math.exp(-10 * evidence.COMPROMISE), rel=1e-12)


def test_those_who_do_not_accept_counter_three_times_in_ten(engine: Engine) -> None:
    """At equal values of countering and dismissing, as the page of the agents says."""
    played, decisions = rounds_of(["accept"], paris(), days=10)
    ask = played.trigger("track.joint.ask.ukraine")
    told = tell(engine, played, decisions=decisions)
    _, counter, dismiss = next(one.shares for one in told.runs.decisions[0] if one.trigger == ask)
    assert counter / (counter + dismiss) == pytest.approx(0.3) and proposals.COUNTERED == "0.3"


def test_co_ordination_makes_acceptance_likelier(engine: Engine) -> None:
    """It takes out federalism, which costs Ukraine 0.4, and spares the tenth that Ukraine minds not being asked."""
    told = {}
    for said in ("false", "true"):
        joint = JOINT.replace("]}", f"], coordinated: {said}}}")
        played, decisions = rounds_of(["accept"], paris(joint), days=10)
        told[said] = tell(engine, played, decisions=decisions)
    ratio = odds(told["true"], "track.joint.ask.ukraine") / odds(told["false"], "track.joint.ask.ukraine")
    # The weight of countering and dismissing together is the same in both, or the odds would not compare.
    assert ratio == pytest.approx(math.exp(3 * (0.4 + 0.1)))
    assert moves(told["true"], "track.joint.has.federalism") == [(10, 0)]


def test_with_the_same_luck_whoever_accepts_unasked_accepts_when_asked_before(engine: Engine) -> None:
    """Co-ordination loses no acceptance of Ukraine's and wins some."""
    accepted = {}
    for said in ("false", "true"):
        joint = JOINT.replace("]}", f"], coordinated: {said}}}")
        played, decisions = rounds_of([], paris(joint), days=10)
        told = [tell(engine, played, run=run, decisions=decisions) for run in range(60)]
        accepted[said] = {run for run, one in enumerate(told) if one.days("track.signed")}
    assert accepted["false"] < accepted["true"]


def test_what_an_addressee_has_refused_is_taken_out_even_if_it_costs_it_nothing(engine: Engine) -> None:
    """A refusal of Ukraine counts; one of a drafter does not."""
    joint = "joint: {by: [us, russia], contains: [pull_back, federalism], coordinated: true}"
    for actor, after in (("ukraine", [(10, 0)]), ("us", [])):
        refusal = f"    triggers: {{no: {{at: 5 days, actor: {actor}, do: refuse pull_back}}}}\n"
        told = tell(engine, paris(joint, refusal), days=10)
        assert moves(told, "track.joint.has.pull_back") == after


@pytest.mark.parametrize(("chance", "days"), [("0 %", []), ("100 %", [10, 20]), ("mood > 0.5", [10, 20])])
def test_co_ordination_may_be_a_chance_or_a_truth(engine: Engine, chance: str, days: list[float]) -> None:
    """It is drawn whenever the proposal is tabled; without it Ukraine minds."""
    joint = JOINT.replace("]}", f"], coordinated: {chance}}}")
    text = paris(joint).replace("left: {flag: true}", "mood: 0.7, left: {flag: true}")
    played, decisions = rounds_of(["dismiss"] * 2, text, days=20)
    told = tell(engine, played, decisions=decisions)
    assert told.days("track.joint.coordinates") == days
    sure = JOINT.replace("]}", f"], coordinated: {'true' if days else 'false'}}}")
    certain, same = rounds_of(["dismiss"] * 2, paris(sure), days=20)
    other = tell(engine, certain, decisions=same)
    assert odds(told, "track.joint.ask.ukraine") == pytest.approx(odds(other, "track.joint.ask.ukraine"))


# ---------------------------------------------------------------------------------------------- who is asked


def test_who_is_no_party_may_draft_and_may_be_asked(engine: Engine) -> None:
    """Drafters, addressees and those whose consent the track needs are asked; a party that is none of them is not."""
    text = paris("joint: {by: [russia, eu], contains: [pull_back], to: germany}")
    text = text.replace("actors: {", "actors: {eu: {}, germany: {}, ").replace(", under: federalism", "")
    played = program(text, days=10)
    yes = ["accept"]
    decisions = decided(played, joint_russia=yes, joint_eu=yes, joint_germany=yes, joint_ukraine=yes)
    rows = tell(engine, played, decisions=decisions).rows
    asked = [row.split(".")[3] for row in rows if ".ask." in row]
    assert asked == ["russia", "eu", "germany", "ukraine"] and rows[-1] == "10 track.signed"


def test_on_a_living_track_a_bare_list_is_drafted_by_the_parties(engine: Engine) -> None:
    """And answered by all others who must consent."""
    played = program(paris(f"{JOINT}\n          plan: [pull_back]"), days=10)
    yes = ["accept"]
    decisions = decided(played, _proposes=["plan"], plan_us=yes, plan_russia=yes, plan_ukraine=yes)
    assert tell(engine, played, decisions=decisions).rows[-2:] == ["10 track.plan.agreed", "10 track.signed"]


def test_bare_lists_that_nothing_moves_play_as_they_always_did(engine: Engine) -> None:
    """No drafters and no verb: the same questions under the same names, and nothing of a life."""
    played = program(paris("joint: [pull_back, federalism]"))
    names = {trigger.name for trigger in played.triggers} | {quantity.name for quantity in played.quantities}
    assert {"track.ask.us", "track.ask.russia", "track.ask.ukraine"} <= names
    assert not {"track.joint.tabled", "track.joint.submitted", "track.joint.has.federalism"} & names


# ---------------------------------------------------------------------------------------------- verbs


OWN = """
    choices:
      kiev:
        actor: ukraine
        on: track.joint.submitted
        after: 2 days
        options:
          accept: {usual: ACCEPT, do: accept joint}
          counter: {usual: COUNTER, do: counter joint without federalism}
          dismiss: {usual: DISMISS, do: dismiss joint}
"""


def own(answer: str) -> str:
    """A choice of the file that always answers so."""
    shares = {word: "1" if word == answer.upper() else "0" for word in ("ACCEPT", "COUNTER", "DISMISS")}
    text = OWN
    for word, share in shares.items():
        text = text.replace(f"usual: {word}", f"usual: {share}")
    return text


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        ("accept", {"track.joint.accepted.ukraine": [(12, 1)], "track.agreement.signed": [(12, 1)]}),
        ("counter", {"track.joint.countered": [(12, 1)], "track.joint.has.federalism": [(12, 0)]}),
        ("dismiss", {"track.joint.dismissed": [(12, 1)], "track.joint.has.federalism": []}),
    ],
)
def test_a_choice_of_the_file_takes_the_place_of_the_question(engine: Engine, answer: str, after: dict) -> None:
    """Ukraine is asked by the file alone, two days after the proposal is submitted, and its answer is done."""
    played = program(paris(more=own(answer)), days=15)
    assert not [trigger for trigger in played.triggers if trigger.name == "track.joint.ask.ukraine"]
    told = tell(engine, played, decisions=decided(played, joint_us=["accept"], joint_russia=["accept"]))
    assert {name: moves(told, name) for name in after} == after
    assert told.days("track.joint.submitted") == [10]


def test_propose_does_not_wait_for_a_round_and_counts_as_a_word(engine: Engine) -> None:
    """On day 3 the United States are asked at once; Russia, which proposes it, is not."""
    text = paris(more="    triggers: {initiative: {at: 3 days, actor: russia, do: propose joint}}\n")
    played = program(text, days=5)
    rows = tell(engine, played, decisions=decided(played, joint_us=["accept"], joint_ukraine=["accept"])).rows
    assert rows[:3] == ["3 initiative", "3 track.joint.proposed", "3 track.joint.ask.us.accept"]
    assert rows[3:5] == ["3 track.joint.submitted", "3 track.joint.ask.ukraine.accept"]
    assert rows[-1] == "3 track.signed"


def test_a_proposal_on_the_first_day_can_be_accepted(engine: Engine) -> None:
    """A hazard over no time would be nothing; one day is counted at least."""
    text = paris(more="    triggers: {initiative: {at: 0 days, do: propose joint}}\n")
    told = tell(engine, text, days=5)
    share = next(one.shares[0] for one in told.runs.decisions[0])
    expected = (1 - math.exp(-evidence.COMPROMISE)) ** (1 / 3)
    lifted = expected * math.exp(3 * 0.1)  # the pull-back is worth a tenth of the prize to the United States
    assert share == pytest.approx(lifted / (lifted + 1 - expected))


def test_nothing_is_proposed_while_something_is_signed(engine: Engine) -> None:
    """`propose` on a track with an agreement in force asks nobody."""
    rules = "    triggers: {pact: {at: 1 day, do: sign track}, initiative: {at: 3 days, do: propose joint}}\n"
    told = tell(engine, paris(more=rules), days=5)
    assert told.days("initiative") == [3] and told.days("track.joint.proposed") == []


def test_a_proposal_that_waits_is_taken_up_anew_by_the_next_round(engine: Engine) -> None:
    """Its drafters are asked again, and what the addressee answers then is signed."""
    waiting = own("accept").replace("after: 2 days", "after: 12 days")
    played = program(paris(more=waiting), days=25)
    told = tell(engine, played, decisions=decided(played, joint_us=["accept"] * 3, joint_russia=["accept"] * 3))
    assert told.days("track.joint.submitted") == [10, 20] and told.days("track.signed") == [22]


def test_what_comes_to_the_table_meanwhile_changes_no_chance(engine: Engine) -> None:
    """Russia takes three days over a proposal; what is proposed on the second is weighed by itself."""
    slow = """
    choices:
      moscow: {actor: russia, on: track.joint.tabled, after: 3 days, options: {yes: {do: accept joint}}}
    triggers: {other: {at: 11 days, do: propose aside}}
    """
    shares = []
    for more in (slow, slow.replace("propose aside", "aside_too = true")):
        text = paris(f"{JOINT}\n          aside: [pull_back]", more).replace(
            "left: {", "aside_too: {flag: true}, left: {"
        )
        played = program(text, days=15)
        decisions = decided(played, _proposes=["joint"], joint_us=["accept"])
        told = tell(engine, played, days=15, decisions=decisions)
        ask = played.trigger("track.joint.ask.ukraine")
        shares += [one.shares for one in told.runs.decisions[0] if one.trigger == ask]
        assert told.days("track.joint.submitted") == [13]
    assert len(shares) == 2 and shares[0] == shares[1]


def test_the_same_name_on_two_tracks_is_told_apart(engine: Engine) -> None:
    """A choice that answers `other.joint` does not silence the question about `track.joint`."""
    other = """
      other:
        diplomacy: {parties: [us], consent: ukraine}
        issues: {calm: {us: 0.1}}
        proposals: {joint: {by: us, contains: calm}}
    quantities:"""
    text = paris(more=own("accept").replace("do: accept joint", "do: accept other.joint")
                 .replace("counter joint without federalism", "counter other.joint without calm")
                 .replace("dismiss joint", "dismiss other.joint")).replace("\n    quantities:", other)  # fmt: skip
    names = {trigger.name for trigger in program(text).triggers}
    assert "track.joint.ask.ukraine" in names and "other.joint.ask.ukraine" not in names


def test_what_a_verb_cannot_mean_is_told() -> None:
    """Who is not asked cannot accept, what is not in a proposal cannot be taken out, and an actor must be known."""
    rules = """
    triggers:
      a: {at: 1 day, do: accept joint}
      b: {at: 1 day, actor: germany, do: accept joint}
      c: {at: 1 day, do: counter joint without monitors}
      d: {at: 1 day, do: counter joint without calm}
      e: {at: 1 day, do: counter joint}
      f: {at: 1 day, do: propose}
      g: {at: 1 day, do: propose join}
    """
    text = (
        paris(more=rules)
        .replace("issues:", "issues:\n          calm: {us: 0.1}")
        .replace("{us: {}", "{germany: {}, us: {}")
    )
    assert faults(text) == [
        "triggers.a.do: nobody says who answers `joint`",
        "triggers.b.do: `germany` is not asked about `joint`",
        "triggers.c.do: unknown issue `monitors`",
        "triggers.d.do: `joint` does not contain `calm`",
        "triggers.e.do: `counter joint` does not say what is to change",
        "triggers.f.do: `propose` does not say what",
        "triggers.g.do: unknown proposal `join`",
    ]


# ---------------------------------------------------------------------------------------------- brought by somebody


@pytest.mark.parametrize("others", ["", "\n          aside: [pull_back]"])
def test_an_unsaid_proposal_waits_until_somebody_brings_it(engine: Engine, others: str) -> None:
    """Rounds pass it by before it is proposed; dismissed then, the next round takes it up as any other."""
    unsaid = JOINT.replace("[us, russia],", "[us, russia], start: unsaid,")
    text = paris(f"{unsaid}{others}", "    triggers: {brings: {at: 25 days, actor: us, do: propose joint}}\n")
    played = program(text, days=40)
    answers = {"joint_russia": ["dismiss"], "joint_us": ["dismiss"] * 3}
    if others:
        answers |= {"_proposes": ["aside", "aside", "joint", "joint"], "aside_us": ["dismiss"] * 2}
    told = tell(engine, played, days=40, decisions=decided(played, **answers))
    assert told.days("track.joint.tabled") == [30, 40]
    assert told.days("track.joint.proposed") == [25] and told.days("track.joint.ask.russia") == [25]
    if others:
        assert told.days("track.aside.tabled") == [10, 20]


def test_an_unsaid_proposal_can_be_brought_by_a_counter(engine: Engine) -> None:
    """`counter` puts it on the table of the next round, before all others."""
    unsaid = f"{JOINT.replace('[us, russia],', '[us, russia], start: unsaid,')}\n          aside: [pull_back]"
    text = paris(unsaid, "    triggers: {brings: {at: 15 days, do: counter joint without federalism}}\n")
    played = program(text, days=20)
    told = tell(engine, played, days=20, decisions=decided(played, aside_us=["dismiss"]))
    assert told.days("track.aside.tabled") == [10] and told.days("track.joint.tabled") == [20]


def test_who_drafts_alone_proposes_where_nobody_is_said_to_act(engine: Engine) -> None:
    """`propose` of a rule without an actor is the yes of the one name of `by`, and of nobody where there are two."""
    rule = "    triggers: {brings: {at: 5 days, do: propose joint}}\n"
    for by, asked in (("us", []), ("[us, russia]", [5])):
        told = tell(engine, paris(JOINT.replace("[us, russia]", by), rule), days=5)
        assert told.days("track.joint.proposed") == [5] and told.days("track.joint.ask.us") == asked
