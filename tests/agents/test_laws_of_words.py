"""Laws of the words of members, votes, homes, perception, threats and proposals, over files that nobody chose."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents.expand import expand
from sim.engine.choose import choose
from sim.program.build import build_core
from sim.program.ir import Program
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from sim.scenario.schema import Scenario
from tests.agents.stage import scenario, tell
from tests.rulings.core import Told

RUNS = st.integers(0, 1_000)
SHARES = st.sampled_from(("0", "5 %", "0.3", "50 %", "0.8", "1"))
DAYS = st.sampled_from(("1 day", "3 days", "7 days", "{lognormal: {median: 4 days, p90: 9 days}}"))
RULES = st.sampled_from(
    ("all members", "majority of members", "55 % of members", "2 of 5", "60 % of weight", "no veto")
)


@dataclass(frozen=True)
class Written:
    """A small file of the new words: its sections by name."""

    sections: dict[str, str]

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(f"{name}: {block}" for name, block in self.sections.items())

    def without(self, section: str, block: str) -> Written:
        """The same file without a part of it."""
        assert block in self.sections[section]
        return Written({**self.sections, section: self.sections[section].replace(block, "")})


STRANGER = ", stranger: {posture: {actor: monitors}, rungs: {few: {}, many: {}}, start: few, military: false"
STRANGER += ", pace: 2 days, triggers: {grow: {rate: 0.1, do: order stranger up}}}"
RUMOUR = ", rumour: {rate: 0.3, disabled: true, do: [unrest += draw exponential(1), order army up]}"


@st.composite
def files(draw: st.DrawFn) -> Written:
    """A challenger with an army, a body that votes, publics that rally, reports, a threat, an offer, proposals."""
    rule, renew = draw(RULES), draw(st.sampled_from(("", ", renew: 20 days")))
    channel = draw(st.sampled_from(("public", "private, leaks: 50 % within 20 days", "secret")))
    end = draw(st.sampled_from(("when: army rises", "unless: army <= home, deadline: 30 days")))
    keeps, error = draw(SHARES), draw(st.sampled_from(("0", "10 %", "0.5")))
    late = draw(st.sampled_from(("", ", delay: 2 days")))
    made, where = draw(st.sampled_from(("made", "unsaid"))), draw(st.sampled_from(("up", "down", "to war")))
    willing = [draw(SHARES) for _ in range(3)]
    members = ", ".join(
        f"{name}: {{willing: {share}, exposure: 0.3, weight: {weight}{', veto: true' if weight == 3 else ''}}}"
        for weight, (name, share) in enumerate(zip(("one", "two", "three"), willing, strict=True), 1)
    )
    coordinated = draw(st.sampled_from(("true", "false", "50 %")))
    home = "home: {{support: {}, rally: {}, audience: {}}}"

    return Written({
        "actors": f"{{challenger: {{resolve: {draw(SHARES)}, {home.format(draw(SHARES), draw(SHARES), '5 %')}}},"
        f" defender: {{{home.format(draw(SHARES), '5 %', draw(SHARES))}}},"
        f" bloc: {{members: {{{members}, others: {{count: 2, willing: {draw(SHARES)}}}}},"
        f" agree_alike: {draw(SHARES)}}}, monitors: {{}}}}",
        "quantities": "{unrest: {start: 0.2, within: [0, 1]}}",
        "agents": "{army: {posture: {actor: challenger, against: defender}, start: massed, military: false,"
        f" rungs: {{home: {{level: none}}, massed: {{level: display}}, war: {{level: force}}}}, pace: {draw(DAYS)}}},"
        " measures: {sanctions: {senders: [defender, bloc], target: challenger}, start: none,"
        f" tiers: {{none: {{}}, some: {{bite: 1}}, all: {{bite: 2}}}}, adopt: {{bloc: {{vote: {rule}{renew}}}}}}},"
        " talks: {diplomacy: {parties: [challenger, bloc], consent: defender}, rounds: {every: 5 days},"
        " issues: {back: {challenger: -0.2, defender: 0.3},"
        " words: {challenger: 0.3, defender: -0.4, demanded_by: challenger}},"
        f" proposals: {{draft: {{contains: [back, words], to: defender, coordinated: {coordinated}}}}}}}{STRANGER}}}",
        "threats": f"{{raft: {{by: [defender, bloc], to: challenger, {end}, then: raise measures,"
        f" kept: {keeps}, channel: {channel}, start: {made}}}}}",
        "offers": "{relief: {by: defender, to: challenger, when: army <= home, then: lower measures,"
        f" kept: {keeps}}}}}",
        "perception": f"{{defender: {{sees: {{army: {{error: {error}{late}}}, unrest: {{error: 0{late}}}}},"
        " believes: {challenger.resolve: 0.5}}}",
        "triggers": f"{{push: {{every: {draw(DAYS)}, do: order army {where}}},"
        " crowds: {rate: 0.2, do: unrest = 0.5 * draw exponential(1)},"
        " speak: {at: 3 days, do: [make raft, raise measures]}, again: {every: 9 days, do: raise measures}"
        f"{RUMOUR}}}",
    })  # fmt: skip


def written(file: Written) -> tuple[Scenario, Program]:
    """The expansion of a file, and its program."""
    core = expand(scenario(file.text, days=60))
    return core, build_core(core)


def played(file: Written, run: int) -> Told:
    """One run of sixty days, in full."""
    return tell(choose(), written(file)[1], run=run)


@given(files())
@settings(max_examples=8)
def test_an_expansion_is_its_own_expansion_and_reads_back(file: Written) -> None:
    """The core as it is printed is read to an equal program, and has nothing left to expand."""
    core, program = written(file)
    again = scenario_from_text(core_text(core))
    assert build_core(again) == program
    assert build_core(expand(again)) == program
    assert build_core(expand(core)) == program


# ------------------------------------------------------------------------------------------- what holds in any run

START = {"measures.bloc.vote.yes": 5.0, "measures.bloc.vote.others": 2.0, "unrest": 0.2, "defender.sees.unrest": 0.2}


def steps(told: Told) -> Iterator[tuple[str, Mapping[str, float], Mapping[str, float]]]:
    """Each firing: its trigger, what every quantity that moves is after it, and what it changed."""
    now = defaultdict(float, START | {f"measures.bloc.vote.{name}": 1.0 for name in ("one", "two", "three")})
    for row in told.events:
        changed = {told.program.quantities[slot].name: new for slot, _, new in row.changes}
        now.update(changed)
        yield told.program.triggers[row.trigger].name, now, changed


@given(files(), RUNS)
@settings(max_examples=12)
def test_the_yes_of_a_vote_are_those_who_said_yes(file: Written, run: int) -> None:
    """After each vote and each renewal, the count is that of the flags and of the unnamed."""
    for trigger, now, _ in steps(played(file, run)):
        if trigger in ("measures.bloc.vote", "measures.bloc.renewal"):
            ballot = [now[f"measures.bloc.vote.{who}"] for who in ("one", "two", "three", "others")]
            assert now["measures.bloc.vote.yes"] == sum(ballot)


@given(files(), RUNS)
@settings(max_examples=12)
def test_support_and_belief_stay_shares(file: Written, run: int) -> None:
    """Rallies, broken words and years never take a support, a belief or a resolve out of 0 to 1."""
    for _, _, changed in steps(played(file, run)):
        shares = [value for name, value in changed.items() if name.endswith((".support", ".resolve", ".believed"))]
        assert all(0 <= value <= 1 for value in shares), changed


@given(files(), RUNS)
@settings(max_examples=12)
def test_a_report_without_error_is_the_truth_of_its_look(file: Written, run: int) -> None:
    """What is seen of the unrest is what it was when somebody looked, however late the report."""
    looked: list[float] = []
    for trigger, now, _ in steps(played(file, run)):
        if trigger == "defender.sees.unrest.looks":
            looked.append(now["unrest"])
        elif trigger == "defender.sees.unrest.report":
            assert now["defender.sees.unrest"] == looked.pop(0)


@given(files(), RUNS)
@settings(max_examples=12)
def test_a_word_is_kept_or_broken_once_a_call(file: Written, run: int) -> None:
    """An issuer answers a call at most once, and then keeps its word or breaks it."""
    calls, answers = 0, {"defender": 0, "bloc": 0}
    for trigger, _, changed in steps(played(file, run)):
        calls += trigger == "raft.called"
        for issuer in answers:
            done = [word for word in ("kept", "broken") if changed.get(f"raft.{word}.{issuer}")]
            assert len(done) <= 1
            answers[issuer] += trigger == f"raft.answer.{issuer}"
            assert answers[issuer] <= calls


# ------------------------------------------------------------------------------------------- what changes nobody's luck


def others(told: Told, *names: str) -> list[str]:
    """The rows of all but these, with what they changed and without the numbers of their causes."""
    rows = (re.sub(r" <- \d+", "", row) for row in told.full_rows)
    return [row for row in rows if not row.split(" ")[1].startswith(names)]


@given(files(), RUNS)
@settings(max_examples=10)
def test_an_agent_that_nobody_reads_moves_no_draw_of_the_others(file: Written, run: int) -> None:
    """Without it every other row is what it was, to the microsecond and the bit."""
    with_it, without = played(file, run), played(file.without("agents", STRANGER), run)
    assert others(with_it, "stranger") == others(without, "stranger")


@given(files(), RUNS)
@settings(max_examples=10)
def test_a_disabled_trigger_changes_nobodys_luck(file: Written, run: int) -> None:
    """A rule that is switched off is as good as a rule that was never written."""
    assert others(played(file, run)) == others(played(file.without("triggers", RUMOUR), run))
