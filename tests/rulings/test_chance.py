"""Chance: the generator, the names of sites, and which draw belongs to which occasion."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.engine.record import Engine
from sim.errors import ScenarioError
from sim.streams import digest_of, make_philox, make_uniform, uniform, uniforms
from tests.rulings.core import play, program

DAY = 86_400_000_000


# Random123's known answers for philox4x32-10 (Salmon et al. 2011, file kat_vectors): counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]  # fmt: skip


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_known_answers(counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]) -> None:
    """In plain integers and in NumPy's."""
    assert make_philox(int)(*key, *counter) == words
    wide = [np.uint64(part) for part in (*key, *counter)]
    assert tuple(int(word) for word in make_philox(np.uint64)(*wide)) == words


def test_a_uniform_is_made_of_52_bits_of_the_first_two_words() -> None:
    """u = (((w0 << 32 | w1) >> 12) + 0.5) * 2**-52, key = seed low, high; counter = n, run, site low, high."""
    seed, run, site, n = 0x1234567890ABCDEF, 77, 0xFEDCBA0987654321, 5
    w0, w1, _, _ = make_philox(int)(0x90ABCDEF, 0x12345678, n, run, 0x87654321, 0xFEDCBA09)
    assert uniform(seed, run, site, n) == (((w0 << 32 | w1) >> 12) + 0.5) * 2**-52


def test_a_uniform_is_never_0_and_never_1() -> None:
    """Whatever the words: the smallest is 2**-53, the largest 1 - 2**-53."""

    def made_of(word: int) -> float:
        return ((((word << 32) ^ word) >> 12) + 0.5) * 2.0**-52

    assert made_of(0) == 2**-53 > 0
    assert made_of(0xFFFFFFFF) == 1 - 2**-53 < 1
    assert all(0 < uniform(1, run, 2, n) < 1 for run in range(50) for n in range(50))


def test_many_uniforms_at_once_are_the_same_numbers() -> None:
    """Bit for bit, for seeds and sites of 64 bits."""
    runs = np.array([0, 1, 2, 2**32 - 1], dtype=np.uint64)
    for seed, site, n in ((0, 0, 0), (2**64 - 1, 2**64 - 1, 2**32 - 1), (7, digest_of("a/clock"), 12)):
        assert uniforms(seed, runs, site, n).tolist() == [uniform(seed, int(run), site, n) for run in runs]
    assert make_uniform(np.uint64)(np.uint64(3), np.uint64(4), np.uint64(5), np.uint64(6)) == uniform(3, 4, 5, 6)


def test_a_site_is_the_blake2b_digest_of_its_name() -> None:
    """8 bytes, little-endian."""
    from hashlib import blake2b

    assert digest_of("escalate/clock") == int.from_bytes(blake2b(b"escalate/clock", digest_size=8).digest(), "little")


def test_each_place_where_chance_enters_has_a_name_of_its_own() -> None:
    """Trigger, role, and the number of the draw in reading order; for options, their names."""
    played = program(
        """
        quantities: {x: {start: 0}}
        triggers:
          a: {rate: 1, after: {uniform: {low: 0 days, high: 1 day}}, chance: 50 %,
              cooldown: 'draw uniform(0 days, 1 day)',
              do: [x += 1, 'x = draw uniform(0, 1) + draw normal(0, draw uniform(1, 2))'],
              otherwise: 'x = draw exponential(1)'}
          b: {when: x > 0, for: {exponential: {mean: 1 day}},
              choose: {stay: {value: 'draw normal(0, 1)'}, go: {do: 'x = draw uniform(0, 1)'}}}
          c: {every: {uniform: {low: 1 day, high: 2 days}}}
        """
    )
    assert sorted(played.sites) == sorted([
        "a/clock", "a/after/0", "a/chance", "a/cooldown/0", "a/do/1/0", "a/do/1/1", "a/do/1/2", "a/otherwise/0/0",
        "b/for/0", "b/choice", "b/stay/value/0", "b/go/do/0/0", "c/clock/0",
    ])  # fmt: skip
    assert played.digests == tuple(digest_of(site) for site in played.sites)


def test_two_sites_that_share_a_digest_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would have the same luck."""
    monkeypatch.setattr("sim.program.build.digest_of", len)
    program("triggers: {a: {rate: 1}, bb: {rate: 1}}")
    with pytest.raises(ScenarioError, match="share a digest"):
        program("triggers: {a: {rate: 1}, b: {rate: 1}}")


def test_a_draw_is_one_uniform_through_the_inverse_of_its_distribution(engine: Engine) -> None:
    """n is the number of the cause."""
    told = play(
        engine, "quantities: {x: {start: 0}}\ntriggers: {t: {every: 2 days, do: 'x = draw exponential(3)'}}", run=8
    )
    values = [row.changes[0][2] for row in told.events]
    assert values == [3.0 * -math.log(uniform(1, 8, digest_of("t/do/0/0"), n)) for n in range(5)]


def test_a_draw_that_is_not_evaluated_changes_nothing(engine: Engine) -> None:
    """There are no counters to keep."""
    text = "quantities: {x: {start: 0}}\ntriggers: {t: {every: 1 day, do: 'x = CASE'}}"
    drawn = play(engine, text.replace("CASE", "draw uniform(0, 1)"))
    half = play(engine, text.replace("CASE", "draw uniform(0, 1) if count(t) >= 5 else 0"))
    assert [row.changes for row in half.events][6:] == [row.changes for row in drawn.events][6:]


def test_the_same_variate_whatever_else_is_added(engine: Engine) -> None:
    """Another trigger in front, with draws of its own, moves no draw."""
    text = "quantities: {x: {start: 0}}\ntriggers: {NEW t: {rate: 1, chance: 60 %, do: 'x = draw normal(0, 1)'}}"
    alone = play(engine, text.replace("NEW", ""))
    beside = play(engine, text.replace("NEW", "new: {rate: 2, chance: 10 %, after: 1 day, do: []},"))
    assert [(row.tick, row.changes) for row in alone.events] == [
        (row.tick, row.changes) for row in beside.events if row.trigger == 1
    ]


def test_a_parameter_is_drawn_once_per_run_at_n_0(engine: Engine) -> None:
    """At its own site, whatever the run does with it."""
    text = "parameters: {p: {uniform: {low: 2, high: 4}}}\nmetrics: {p: {final: p}}"
    for run in (0, 5):
        u = uniform(1, run, digest_of("parameters/p"), 0)
        assert play(engine, text, run=run).metric("p") == pytest.approx(2 + 2 * u, rel=1e-15)


LUCKY = """
horizon: 20 days
quantities: {x: {start: 0}}
parameters: {p: {uniform: {low: 0, high: 1}}}
triggers: {t: {rate: 1, after: "draw uniform(0 days, 1 day)", chance: 70 %, do: "x = draw uniform(0, 1)"}}
metrics: {p: {final: p}}
"""


def test_a_switch_of_luck_leaves_what_was_drawn_in_or_before_its_turn(engine: Engine) -> None:
    """The winding of that turn's own clock uses the new seed; clocks wound and delays drawn before it stand."""
    plain = play(engine, LUCKY)
    for turn in (1, 4, 9):
        switched = play(engine, LUCKY, switches=((turn, 99),))
        assert [row for row in switched.events if row.turn <= turn] == [row for row in plain.events if row.turn <= turn]
        assert switched.events != plain.events
    single = "triggers: {t: {rate: 1, do: []}}"
    first = play(engine, single).ticks("t")[0]
    after = play(engine, single, switches=((1, 99),)).ticks("t")
    assert after[:2] == [first, first + round(-math.log(uniform(99, 0, digest_of("t/clock"), 1)) * DAY)]


def test_a_switch_at_turn_0_keeps_only_the_parameters(engine: Engine) -> None:
    """The start is turn 0."""
    other, switched = play(engine, LUCKY, seed=99), play(engine, LUCKY, switches=((0, 99),))
    assert switched.events == other.events
    assert switched.metric("p") == play(engine, LUCKY).metric("p") != other.metric("p")


def test_switches_may_be_nested(engine: Engine) -> None:
    """A branch of a branch keeps both pasts."""
    once, twice = play(engine, LUCKY, switches=((3, 5),)), play(engine, LUCKY, switches=((3, 5), (8, 6)))
    assert [row for row in once.events if row.turn <= 8] == [row for row in twice.events if row.turn <= 8]
    assert once.events != twice.events
    assert play(engine, LUCKY, switches=((3, 5), (8, 1))).events[0] == play(engine, LUCKY).events[0]
