"""Two engines, one history: any program gives the same bytes from both, whatever it says and however it is played."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings

from sim.engine import compiled
from sim.engine.native import rows
from sim.engine.record import TURNS_AT_ONE_TICK, TURNS_IN_A_RUN, Ending, Recording, Runs
from sim.program.build import build_core
from sim.program.ir import Program
from sim.streams import Luck
from tests.agreement import faulty
from tests.agreement.features import EVERY_FEATURE, met, used
from tests.agreement.mutants import NARROW
from tests.agreement.numbered import ENGINES, FEW_TURNS, MOST, case, play, played
from tests.agreement.same import COMPILED, FLAT, Circumstances, agree, difference, level, limits
from tests.agreement.wild import switches_of, wild_case, wild_cases
from tests.rulings.core import program
from tests.strategies import random_scenario

LUCK = Luck(20140330)


def agreed(numbers: Iterable[int]) -> None:
    """Programs of these numbers agree at the level of optimisation that is set."""
    with limits(**FEW_TURNS):
        for number in numbers:
            left, right = (play(engine, *wild_case(number)) for engine in ENGINES)
            assert not (told := difference(left, right)), f"program {number}: {told}"
            if number % 50 == 0:
                compiled.forget()


# ------------------------------------------------------------------------------------------------ any program


def test_any_program_gives_the_same_bytes(at_level: str) -> None:
    """Hypothesis finds no small program, and no way to play it, in which the engines part."""
    examples = settings.default.max_examples if at_level == "quick" else settings.default.max_examples // 4

    @settings(max_examples=examples)
    @given(wild_cases())
    def holds(case: tuple[Program, Circumstances]) -> None:
        with limits(**FEW_TURNS):
            agree(*case)

    holds()


def test_numbered_programs_agree_and_reach_every_feature() -> None:
    """The first few hundred give the same bytes, and with those that fail they use all that the core can say."""
    found: Counter[str] = Counter()
    for number in range(MOST):
        left, right = (played(number, engine) for engine in ENGINES)
        assert not (told := difference(left, right)), f"program {number}: {told}"
        program, how = case(number)
        found.update({*used(program), *met(left, switched=bool(how.luck.switches), own=bool(how.own))})
    for block in faulty.places("x / x").values():
        found.update(met(play("simpy", faulty.program(block), Circumstances(LUCK)), switched=False))
    assert [feature for feature in EVERY_FEATURE if not found[feature]] == []
    assert not {*found} - {*EVERY_FEATURE}, "a feature that is not on the list"


def test_numbered_programs_agree_in_optimised_code() -> None:
    """However hard LLVM works, it works no change."""
    with level("optimised"):
        agreed(range(400, 415))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 5_000, 500))
def test_more_numbered_programs_agree(first: int, at_level: str) -> None:
    """Thousands of others, at every level of optimisation."""
    agreed(range(first, first + 500))


def test_many_runs_in_one_call_are_each_as_if_alone(quickly: None) -> None:
    """Nothing of a run is left behind for the next, whether it ended well, failed or ran away."""
    endings: Counter[int] = Counter()
    with limits(**FEW_TURNS):
        for number in range(500, 530):
            case, how = wild_case(number)
            runs = agree(case, replace(how, runs=tuple(range(40)), own=(), recording=Recording(events=True)))
            endings.update(runs.ending.tolist())
    assert set(endings) == set(Ending)


def test_tame_programs_agree_too(quickly: None) -> None:
    """The programs of the laws, of which few fail, give the same bytes."""
    for number in range(60):
        agree(build_core(random_scenario(number)), Circumstances(Luck(number, ((2, 9), (5, 4)))))


def test_each_run_may_have_its_own_luck(quickly: None) -> None:
    """Futures of one past and plain runs in one call are, to the bit, what each is alone; in both engines."""
    endings: Counter[int] = Counter()
    with limits(**FEW_TURNS):
        for number in range(530, 560):
            program, how = wild_case(number)
            pick = random.Random(number).randrange
            runs = (*(how.runs[0] for _ in range(9)), 5, 0, 5)
            own = tuple(Luck(how.luck.seed, switches_of(pick)) for _ in runs)
            together = agree(program, replace(how, runs=runs, own=own))
            for index, (run, luck) in enumerate(zip(runs, own, strict=True)):
                alone = COMPILED.run(program, luck=luck, runs=[run], recording=how.recording, decisions=how.decisions)
                assert not (told := difference(alone, taken(together, index))), f"program {number}: {told}"
            endings.update(together.ending.tolist())
    assert set(endings) == set(Ending)


def taken(runs: Runs, index: int) -> Runs:
    """One run of many, as if it had been played alone."""
    failed = np.flatnonzero(runs.ending >= Ending.RUNAWAY).tolist()
    arrays = {name: getattr(runs, name)[index : index + 1] for name in FLAT}
    return replace(
        runs, **arrays, events=runs.events[index : index + 1], decisions=runs.decisions[index : index + 1],
        failures=(runs.failures[failed.index(index)],) if index in failed else (),
    )  # fmt: skip


def test_no_run_is_no_trouble(quickly: None) -> None:
    """An empty ensemble is empty in both, in all its shapes."""
    for recording in (Recording(), Recording(events=True), Recording(series=False)):
        runs = agree(wild_case(3)[0], Circumstances(LUCK, (), {}, recording))
        assert len(runs) == 0


# ------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize("bad", faulty.NOT_A_NUMBER)
def test_a_nan_is_told_alike_wherever_it_arises(bad: str, quickly: None) -> None:
    """In every place of a scenario: the same trigger, role, words, values and place of the file."""
    for name, block in faulty.places(bad).items():
        runs = agree(faulty.program(block), Circumstances(LUCK))
        assert Ending.FAULT in runs.ending, f"{name} does not fail"
        assert all(failure.says for failure in runs.failures)


@pytest.mark.parametrize("name", faulty.OTHER_FAULTS)
def test_what_else_can_be_wrong_is_told_alike(name: str, at_level: str) -> None:
    """Rates, chances, shares, delays and levels outside their bounds, and runs that contradict themselves."""
    decisions = {(1, occasion): 0 for occasion in range(9)} if "person" in name else {}
    runs = agree(faulty.program(faulty.OTHER_FAULTS[name]), Circumstances(LUCK, decisions=decisions))
    assert Ending.FAULT in runs.ending


def test_a_run_that_no_outcome_names_is_told_alike(quickly: None) -> None:
    """A program whose outcomes leave a hole, which no file can say, ends as a fault in both engines."""
    whole = faulty.program({"outcomes": {"gone": {"at_end": "x > 3"}, "rest": {"otherwise": "true"}}})
    runs = agree(replace(whole, outcomes=whole.outcomes[:1]), Circumstances(LUCK))
    assert {failure.says.split(";")[0] for failure in runs.failures} == {"no outcome names this run"}


# ------------------------------------------------------------------------------------------------ limits and sizes

WHEEL = "triggers: {{spin: {{every: {length}, do: x += 1}}, rest: {{at: 1 day, do: x = 0}}}}\nquantities: {{x: 0}}"


def test_a_runaway_at_one_tick_is_told_alike(at_level: str) -> None:
    """At the law's own limit: the turn before which it ends, and who had the last hundred turns."""
    wheel = program(WHEEL.format(length="{choice: {0 days: 99999, 1 day: 1}}"))
    runs = agree(wheel, Circumstances(LUCK, (0, 1)))
    assert set(runs.ending) == {Ending.RUNAWAY} and min(runs.turns) >= TURNS_AT_ONE_TICK


@pytest.mark.parametrize("turns", [998, 999, 1_000, 1_001, 1_002])
def test_both_count_the_same_turns_as_too_many(turns: int, quickly: None) -> None:
    """A run of just as many turns as the limit allows ends well, one of more does not, at a tick as in a run."""
    with limits(at_one_tick=1_000, in_a_run=10_000):
        block = ", ".join(f"t{n}: {{at: 1 day}}" for n in range(turns))
        runs = agree(program(f"triggers: {{{block}}}"), Circumstances(LUCK, (0,)))
        assert runs.ending[0] == (Ending.HORIZON if turns <= 1_000 else Ending.RUNAWAY)
    with limits(at_one_tick=10_000, in_a_run=1_000):
        wheel = replace(program(WHEEL.format(length="1 second")), horizon=(turns - 1) * 1_000_000)
        runs = agree(wheel, Circumstances(LUCK, (0,), recording=Recording(events=False)))
        assert runs.turns[0] == min(turns - 1, 1_000)


def crowded(*, years: int, triggers: int) -> Program:
    """So many clocks of every sort in a long run, many of them due together."""
    causes = (
        "every: {length}",
        "rate: {pace}",
        "at: [{length}, {twice}]",
        "every: {{exponential: {{mean: {length}}}}}",
    )
    blocks = []
    for number in range(triggers):
        span = years * (1 + number % 7) / 40
        words = {"length": f"{span} years", "twice": f"{2 * span} years", "pace": 1 / (365.25 * span)}
        blocks.append(
            f"t{number}: {{{causes[number % 4].format(**words)}, after: {span / 2} years, do: x += {number}}}"
        )
    text = f"horizon: {years} years\nquantities: {{x: 0}}\ntriggers: {{{', '.join(blocks)}}}\n"
    return program(text + "metrics: {m: {mean: x}, i: {integral: x}, f: {first: x > 9}}")


@pytest.mark.parametrize("triggers", [1, 2, 3, 17, 33, 65, 150])
@pytest.mark.parametrize("years", [1, 1_000, 20_000, 100_000])
def test_long_and_crowded_runs_agree(years: int, triggers: int, quickly: None) -> None:
    """However many entries the agenda has and however late they are due: keys of 64 bits, and of 128."""
    agree(crowded(years=years, triggers=triggers), Circumstances(LUCK))


def test_keys_that_do_not_fit_are_seen(quickly: None) -> None:
    """Long and crowded runs go another way if every key of the agenda has 64 bits."""
    with NARROW.plant(), pytest.raises(AssertionError):
        agree(crowded(years=100_000, triggers=65), Circumstances(LUCK))


@pytest.mark.soak
def test_a_million_turns_are_told_alike() -> None:
    """A whole run that goes on and on, at the law's own limit."""
    wheel = replace(program(WHEEL.format(length="1 second")), horizon=2 * TURNS_IN_A_RUN * 1_000_000)
    runs = agree(wheel, Circumstances(LUCK, (0,), recording=Recording(events=True)))
    assert runs.ending[0] == Ending.RUNAWAY and runs.turns[0] == TURNS_IN_A_RUN


@pytest.mark.parametrize("room", [1, 8, 50, 400])
def test_rows_that_do_not_fit_at_first_are_all_kept(room: int, quickly: None) -> None:
    """However little memory there is for rows, every row and decision of every run is there, once."""
    with patch.object(rows, "ROOM", room), limits(**FEW_TURNS):
        for number in (7, 11, 16, 23, 501, 502):
            case, how = wild_case(number)
            agree(case, replace(how, runs=tuple(range(12)), own=(), recording=Recording(events=True)))


def test_rows_that_do_not_fit_into_the_first_memory_are_kept() -> None:
    """At its true size, with one run after another that fills it."""
    wheel = program(WHEEL.format(length="30 seconds"))
    runs = agree(wheel, Circumstances(LUCK, (0, 1)))
    assert sum(len(told) * 10 for told in runs.events) > rows.ROOM


def test_the_comparison_sees_every_field(quickly: None) -> None:
    """One bit moved in any field of `Runs` is a difference, and the sentence names what differs."""
    text = """
        quantities: {x: 0}
        triggers: {pick: {every: 1 day, choose: {a: {do: x += 1}, b: {do: x -= 1}}}, bad: {every: "1 day * (x + 2)"}}
        metrics: {last: {final: x}}
        series: {every: 1 day, of: [x]}
    """
    how = Circumstances(LUCK, tuple(range(9)))
    left, right = (play(engine, program(text), how) for engine in ENGINES)
    assert not difference(left, right)
    assert left.failures
    well = int((left.ending != Ending.FAULT).nonzero()[0][0])
    for name in ("outcome", "ending", "ended", "turns", "metrics", "counters", "series"):
        moved = getattr(right, name).copy()
        moved[well : well + 1].reshape(-1).view(np.uint8)[0] ^= 1
        assert name in difference(left, replace(right, **{name: moved}))
    for name in ("failures", "decisions"):
        assert name in difference(left, replace(right, **{name: getattr(right, name)[:-1]}))
    shorter = (*right.events[:-1], right.events[-1][:-1])
    assert "(no row)" in difference(left, replace(right, events=shorter))
