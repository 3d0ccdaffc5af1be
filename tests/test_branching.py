"""Futures of one past: known answers, the same past in all of them, options in pairs, faults in sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.analysis.branching.fork import Fork, fork, fork_policies
from sim.analysis.branching.futures import Futures, play_futures
from sim.analysis.branching.pasts import Asked, call
from sim.analysis.differing.witness import Course, witnessed
from sim.cli.group import code_of
from sim.clock import TICKS_PER_DAY
from sim.engine.choose import choose
from sim.engine.record import Engine, EventRow, Recording
from sim.errors import UsageError
from sim.program.ir import Program
from sim.streams import future_seed, uniform
from sim.study.design import Experiment
from sim.study.futures import kept_of
from sim.study.parts import luck_of, placed_decision
from tests.rulings.core import program
from tests.statistics.claims import SEED, assert_share, runs_needed

COIN = program("""
horizon: 5 days
quantities: {heads: {start: 0}}
triggers: {toss: {every: 1 day, chance: 0.5, do: heads += 1}}
outcomes: {many: {at_end: heads >= 4}, few: {otherwise: "true"}}
metrics: {heads: {final: heads}}
""")
"""Five tosses; many are four heads or five."""

CHOICE = """
horizon: 9 days
quantities: {x: {start: 0}, y: {start: 0}, z: {start: 0}}
triggers:
  noise: {every: 1 day, chance: 0.5, do: z += 1}
  pick: {every: 2 days, choose: {left: {do: x += 1}, right: {do: y += 1}, never: {if: x > 99, do: x = 0}}}
  wobble: {when: x + y >= 1, after: {exponential: {mean: 1 day}}, do: z += 10}
outcomes: {lefts: {at_end: x > y}, rights: {at_end: y > x}, even: {otherwise: "true"}}
metrics: {z: {final: z}, x: {final: x}}
"""


def bare(played: Program) -> Experiment:
    return Experiment(played, "")


def forked(played: Program | str, **asked: object) -> Fork:
    return fork(bare(program(played) if isinstance(played, str) else played), Asked(**asked))  # type: ignore[arg-type]


def futures(one: Fork, runs: int, engine: Engine) -> Futures:
    return play_futures(one.experiments, one.settings, one.seed, runs, engine=engine)


def events(one: Fork, number: int, runs: int, engine: Engine) -> tuple[tuple[EventRow, ...], ...]:
    """The firings of futures of one experiment of a fork."""
    experiment = one.experiments[number]
    past = experiment.past
    assert past is not None
    played = engine.run(
        experiment.program, luck=[luck_of(one.seed, past, run) for run in range(runs)], runs=[past.run] * runs,
        recording=Recording(events=True),
        decisions=dict(placed_decision(experiment.program, *each) for each in experiment.decisions),
    )  # fmt: skip
    return tuple(played.events)


def past(played: Program, run: int, seed: int = 1) -> Course:
    return witnessed(call(bare(played), Asked(seed=seed, run=run)))


# ------------------------------------------------------------------------------------------------ known answers


def test_a_coin_after_a_known_past(fast_engine: Engine) -> None:
    """Of five tosses three are over: what remains is a binomial share, for each number of heads so far."""
    seen = set()
    for run in range(40):
        course = past(COIN, run, SEED % 2**32)
        heads = sum(row.tick <= 3 * TICKS_PER_DAY for row in course.rows)
        if heads in seen:
            continue
        seen.add(heads)
        one = forked(COIN, at=3, run=run, seed=SEED % 2**32)
        played = futures(one, runs_needed(0.08), fast_engine)
        expected = sum(math.comb(2, more) for more in range(3) if heads + more >= 4) / 4
        if expected in (0.0, 1.0):
            assert played.ended(0, "many").all() == bool(expected)
        else:
            assert_share(played.ended(0, "many"), expected=expected, detects=0.08)
    assert {1, 2, 3} <= seen


def test_each_future_has_the_tosses_of_its_own_seed(engine: Engine) -> None:
    """Heads of future j are the past's and what the uniforms of its seed say, one by one."""
    one = forked(COIN, at="3 days", run=2)
    heads = sum(row.tick <= 3 * TICKS_PER_DAY for row in past(COIN, 2).rows)
    played = futures(one, 60, engine)
    site = COIN.digests[COIN.triggers[0].site("chance")]
    for future in range(60):
        more = sum(uniform(future_seed(1, future), 2, site, n) < 0.5 for n in (3, 4))
        assert played.metrics[0][future, 0] == heads + more


def test_a_day_a_date_and_a_trigger_name_the_same_moment() -> None:
    """Day 3, its date, and the firing that came then."""
    run = next(run for run in range(40) if [row.tick for row in past(COIN, run).rows][:1] == [3 * TICKS_PER_DAY])
    day, date, first = (forked(COIN, at=at, run=run) for at in (3, "2030-01-04", "toss"))
    assert {one.experiments[0].past for one in (day, date, first)} == {day.experiments[0].past}
    assert day.common == first.common == 1


# ------------------------------------------------------------------------------------------------ one past


def test_every_future_has_the_past_event_by_event(engine: Engine) -> None:
    """Up to the decision, in every option; then the option, once, and what comes of it is new."""
    one = forked(CHOICE, choice="pick", at=3, run=4)
    course = past(program(CHOICE), 4)
    assert [row.label for row in one.experiments] == [one.chosen, ({"left", "right"} - {one.chosen}).pop()]
    assert one.closed == ("never",) and sum(one.shares) == 1.0
    for number, experiment in enumerate(one.experiments):
        seen = events(one, number, 25, engine)
        assert all(rows[: one.common] == course.rows[: one.common] for rows in seen)
        decided = [rows[one.common] for rows in seen]
        place = experiment.program.trigger("pick")
        names = [branch.name for branch in experiment.program.triggers[place].branches]
        assert {(row.trigger, row.tick, names[row.branch]) for row in decided} == {(place, one.tick, experiment.label)}
        later = {tuple(row.branch for row in rows if row.trigger == place)[2:] for rows in seen}
        assert len(later) > 2, "later decisions are the model's own"


def test_what_an_option_sets_off_is_drawn_anew() -> None:
    """The delay that a decision's own turn draws differs from future to future: it was not known in the past."""
    one = forked(CHOICE, choice="pick", run=4)
    for number in range(2):
        seen = events(one, number, 30, choose("compiled"))
        place = one.experiments[0].program.trigger("wobble")
        assert len({next((row.tick for row in rows if row.trigger == place), 0) for rows in seen}) > 20


def test_options_meet_the_same_luck(engine: Engine) -> None:
    """What the options do not touch is the same in future j of each, and both engines say the same of all of it."""
    one = forked(CHOICE, choice="pick", at=3, run=4)
    seen = [events(one, number, 25, engine) for number in range(2)]
    place = one.experiments[0].program.trigger("noise")
    for left, right in zip(*seen, strict=True):
        assert [row.tick for row in left if row.trigger == place] == [row.tick for row in right if row.trigger == place]
    same = replace(one, experiments=(one.experiments[0], one.experiments[0]))
    played = futures(same, 50, engine)
    assert (played.outcome[0] == played.outcome[1]).all()
    rows = [row for row in played.sheets[0].rows if row["option"] == one.chosen and "difference" in row]
    assert rows and all(row["difference"] == 0.0 and row["difference_low"] < 0 < row["difference_high"] for row in rows)


def test_an_option_is_what_the_model_would_have_made_of_it(engine: Engine) -> None:
    """Left to itself, each future is, firing by firing, that of the option which its own luck takes there."""
    one = forked(CHOICE, choice="pick", at=3, run=4)
    free = replace(one, experiments=(replace(one.experiments[0], decisions=()),))
    place = one.experiments[0].program.trigger("pick")
    names = [branch.name for branch in one.experiments[0].program.triggers[place].branches]
    dictated = {row.label: events(one, number, 40, engine) for number, row in enumerate(one.experiments)}
    taken = set()
    for future, rows in enumerate(events(free, 0, 40, engine)):
        option = names[rows[one.common].branch]
        taken.add(option)
        assert rows == dictated[option][future]
    assert taken == {"left", "right"}


RATES = """
horizon: 20 days
quantities: {{x: {{start: 0}}, y: {{start: 0}}}}
triggers:
  shock: {{rate: 0.2, do: x += 1}}
  pick: {{{cause}, choose: {{go: {{do: y += 1}}, stay: {{}}}}}}
outcomes: {{end: {{otherwise: "true"}}}}
"""


def test_futures_that_do_not_keep_the_past_are_left_out(fast_engine: Engine) -> None:
    """A clock that was wound last may come before the decision: as often as its hazard says, and then it is counted."""
    played = program(RATES.format(cause="at: 10 days"))
    run = next(run for run in range(200) if 5.5 < _last_shock(played, run) < 8)
    one = forked(played, choice="pick", run=run)
    assert one.redrawn and one.is_timed
    count = runs_needed(0.1)
    found = futures(one, count, fast_engine)
    assert_share(found.kept, expected=math.exp(-0.2 * (10 - _last_shock(played, run))), detects=0.1)
    course = past(played, run)
    for keeps, rows in zip(found.kept[:200], events(one, 0, 200, fast_engine), strict=True):
        assert keeps == (rows[: one.common] == course.rows[: one.common] and rows[one.common].tick == one.tick)
    assert any("are left out, under every option" in note for note in found.sheets[0].notes)
    assert found.count == sum(row["count"] for row in found.sheets[0].rows if row["option"] == "go")


def _last_shock(played: Program, run: int) -> float:
    """The day of the last shock before the decision, in runs where it has the turn before that; else 0."""
    rows = [row for row in past(played, run).rows if row.tick < 10 * TICKS_PER_DAY]
    return rows[-1].tick / TICKS_PER_DAY if rows else 0.0


def test_a_decision_on_its_own_clock_comes_at_its_own_time() -> None:
    """Where the clock of the decision itself was wound last all futures count, and it is said."""
    played = program(RATES.format(cause="rate: 0.5"))
    run = next(run for run in range(200) if [row.trigger for row in past(played, run).rows[:2]] == [1, 1])
    place, (first, second) = played.trigger("pick"), [row.branch for row in past(played, run).rows[:2]]
    if first == second:  # the second decision is named by its branch only where that differs from the first's
        one = forked(played, choice="pick", at=_between(played, run), run=run)
    else:
        one = forked(played, at=f"pick.{played.triggers[place].branches[second].name}", run=run)
    assert one.occasion == 1 and not one.is_timed
    found = play_futures(one.experiments, one.settings, 1, 40, engine="simpy")
    assert found.kept.all() and any("drawn anew in each future" in note for note in found.sheets[0].notes)


def _between(played: Program, run: int) -> float:
    rows = past(played, run).rows
    return (rows[0].tick + rows[1].tick) / 2 / TICKS_PER_DAY


# ------------------------------------------------------------------------------------------------ policies

POLICIES = """
scenario: policies
start: 2030-01-01
horizon: 10 days
quantities: {x: {start: 0}, pace: {start: 1}}
triggers:
  early: {at: 2 days, chance: 50 %, do: x += 1}
  late: {at: 8 days, chance: 50 %, do: x += pace}
outcomes: {high: {at_end: x >= 1}, low: {otherwise: true}}
policies:
  patient: {triggers.late.chance: 10 %}
  bold: {triggers.early.chance: 100 %}
  fast: {pace: 2}
"""


@pytest.fixture
def policies(tmp_path: Path) -> str:
    path = tmp_path / "policies.yaml"
    path.write_text(POLICIES)
    return str(path)


def test_a_policy_that_would_have_had_the_same_past_is_compared(policies: str) -> None:
    """Future j has the same draw under each; what stood otherwise all along is said."""
    found = api.branch(policies, at=5, policies=["patient", "fast"], runs=400, engine="compiled")
    assert found.labels == ("as it stands", "patient", "fast")
    high = [found.ended(number, "high") for number in range(3)]
    assert (high[1] <= high[0]).all() and (high[2] == high[0]).all()
    assert any("`fast` is in force from the start" in note and "pace 1 | 2" in note for note in found.sheets[0].notes)


def test_a_policy_of_another_past_is_refused_with_its_parting(policies: str) -> None:
    """The sentence names the event and a moment that would do; there it is compared."""
    runs = [run for run in range(40) if not past(api.load(policies).program, run).rows]
    with pytest.raises(
        UsageError, match=r"under `bold` this run parts on 2030-01-03 .* `--at 1.99` or earlier"
    ) as told:
        api.branch(policies, at=5, run=runs[0], policies=["bold"], runs=10)
    assert "missed in this past" in str(told.value) or "in this past it was missed" in str(told.value)
    assert api.branch(policies, at=1.99, run=runs[0], policies=["bold"], runs=10).count == 10


# ------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "say where the futures begin: `--at DAY`"),
        ({"at": 99}, "`--at 99` lies after the horizon, 2030-01-10"),
        ({"at": "2029-12-01"}, "lies before the start"),
        ({"at": 9}, "run 4 of seed 1 is over on 2030-01-10 00:00 (day 9)"),
        ({"at": "nosie"}, "`nosie` is no day, no date and no trigger; did you mean `noise`?"),
        ({"choice": "noise"}, "`noise` does not choose; those that do: pick"),
        ({"choice": "pikc"}, "`--choice pikc`: there is no such trigger; did you mean `pick`?"),
        ({"at": "pick.never"}, "`pick` does not choose `never` in run 4 of seed 1"),
        ({"at": 8.5, "choice": "pick"}, "`pick` does not choose from then on in run 4 of seed 1"),
        ({"at": "2030-13-01"}, "a year has 12 months"),
    ],
)  # fmt: skip
def test_what_cannot_be_branched_is_a_sentence(asked: dict[str, object], says: str) -> None:
    """Each names what is wrong, and how to mend it."""
    with pytest.raises(UsageError) as told:
        forked(CHOICE, run=4, **asked)
    assert says in str(told.value)


def test_a_trigger_that_does_not_come_is_told_where_it_does() -> None:
    """Another run of the same seed in which it fires."""
    run = next(run for run in range(99) if not past(COIN, run).rows)
    with pytest.raises(UsageError, match=r"`toss` does not come in run \d+ of seed 1; it does in `--run \d+`"):
        forked(COIN, at="toss", run=run)


def test_a_past_may_hold_decisions_of_persons() -> None:
    """They are the past's in every future; one that nobody can take is a sentence."""
    plain = forked(CHOICE, choice="pick", at=5, run=4)
    for option in ("left", "right"):
        one = forked(CHOICE, choice="pick", at=5, run=4, decisions=(("pick", 0, option),))
        assert one.occasion == plain.occasion
        assert all(row.decisions[0] == ("pick", 0, option) and len(row.decisions) == 2 for row in one.experiments)
        place, number = one.experiments[0].program.trigger("pick"), ["left", "right"].index(option)
        first = [next(row for row in rows if row.trigger == place) for rows in events(one, 1, 5, choose("compiled"))]
        assert {row.branch for row in first} == {number}
    for wrong in (("pick", 0, "up"), ("pikc", 0, "left"), ("noise", 0, "do")):
        with pytest.raises(UsageError, match="there is no such option; those that do: pick"):
            forked(CHOICE, choice="pick", run=4, decisions=(wrong,))


def test_a_decision_without_alternative_is_told() -> None:
    """One open option is no choice."""
    text = CHOICE.replace("right: {do: y += 1}", "right: {if: x > 99, do: y += 1}")
    with pytest.raises(UsageError, match="`pick` could choose `left` alone on 2030-01-03"):
        forked(text, choice="pick", run=4)


# ------------------------------------------------------------------------------------------------ stored


@pytest.fixture
def model(tmp_path: Path) -> Callable[[], api.Model]:
    path = tmp_path / "choice.yaml"
    path.write_text(f"scenario: choice\nstart: 2030-01-01\n{CHOICE}")
    return lambda: api.load(path)


def test_a_stored_study_says_what_is_said_without_a_folder(model: Callable[[], api.Model], tmp_path: Path) -> None:
    """The same tables; a larger number extends it; futures are replayed, laid beside each other, and drawn."""
    asked = {"choice": "pick", "at": 3, "run": 4}
    for runs in (60, 150):
        study = api.run(api.plan_branch(model(), runs=runs, out=tmp_path, workers=1, **asked))  # type: ignore[arg-type]
    (folder,) = tmp_path.glob("choice-branch-*")
    told = api.branch(model(), runs=150, **asked)  # type: ignore[arg-type]
    opened = api.study(folder)
    assert study.sheets == told.sheets == opened.sheets and told.says == opened.says
    assert opened.record()["outcomes"] == told.record()["outcomes"]
    labels = opened.futures.labels
    parted = api.diff(folder, 7, folder, 7, experiments=labels)
    assert parted.says[0].startswith("`pick` chose `") and parted.common >= 1
    assert parted.says[1] == "in both the option was dictated"
    other = api.diff(folder, 7, folder, 8, experiments=(0, 0))
    assert other.never or other.common > 0
    story = api.replay(api.study(folder, experiment=1), 7)
    assert any(f"pick.{labels[1]}, a person's choice" in line.what for line in story.lines)
    assert [path.name for path in api.plot(opened)] == ["futures.png", "futures.svg"]


def test_what_one_interval_of_many_shows_is_not_said() -> None:
    """An interval that leaves 0 out is no finding among fifteen: what is said stands by Holm's procedure."""
    played = futures(forked(CHOICE, choice="pick", at=3, run=4), 100, choose("compiled"))
    settings = {**played.settings, "trigger": ""}
    for changed, stands in ((9, False), (40, True)):  # of 100 pairs 2 change one way, and so many the other
        ends = np.zeros((6, 100), dtype=np.int16)
        ends[0, :2], ends[1, 2 : 2 + changed] = 1, 1
        many = replace(
            played,
            labels=tuple("abcdef"),
            programs=played.programs[:1] * 6,
            outcome=ends,
            settings=settings,
            metrics=played.metrics[:1] * 6,
        )
        (row,) = [row for row in many.sheets[0].rows if (row["option"], row["outcome"]) == ("b", "rights")]
        assert row["difference_low"] > 0
        assert ["no outcome differs" not in says for says in many.says] == [stands, *[False] * 4]


def test_any_number_of_futures_is_looked_at_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which futures keep their past does not depend on how many are looked at together."""
    played = program(RATES.format(cause="at: 10 days"))
    run = next(run for run in range(200) if 5.5 < _last_shock(played, run) < 8)
    one = forked(played, choice="pick", run=run)
    kept = [kept_of(one.experiments, one.settings, 1, range(50), engine="compiled")]
    monkeypatch.setattr("sim.study.futures.SLICE", 7)
    kept.append(kept_of(one.experiments, one.settings, 1, range(50), engine="compiled"))
    assert (kept[0] == kept[1]).all() and 0 < kept[0].sum() < 50


def test_policies_and_a_choice_are_two_questions() -> None:
    """They are asked one at a time."""
    with pytest.raises(UsageError, match="one at a time"):
        fork_policies([bare(COIN)], Asked(choice="toss", at=1))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("branch first-lesson", "say where the futures begin"),
        ("branch first-lesson --at 20 --policies a,,b", "write names with a comma between"),
        ("branch first-lesson --choice answer", "`tripwire.answer` does not choose in run 0 of seed 1"),
        ("diff nowhere 1 nowhere 2", "nowhere"),
    ],
)
def test_a_fault_at_the_command_line_is_a_sentence(
    words: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2, one line, nothing played."""
    monkeypatch.chdir(tmp_path)
    assert code_of(words.split()) == 2
    told = capsys.readouterr()
    assert says in told.err and told.err.count("\n") == 1 and not told.out
    assert not list(tmp_path.iterdir())
