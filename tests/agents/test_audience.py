"""What a word costs at home: a bluff costs its issuer later, and only what was heard is paid for."""

from __future__ import annotations

import pytest

from sim.agents.expand import defaults_of, expand
from sim.engine.record import Engine
from sim.program.build import build_core
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import by_person, ended_as, faults, moves, play, program, scenario, tell

WORLD = """
    actors: {us: {home: {support: 60 %, audience: 0.1}}, uk: {}, russia: {}, china: {}}
    quantities: {crossed: {flag: true, start: false}}
    threats:
      warning: {by: [us, uk], to: russia, when: crossed, hurts: 0.5, kept: 0 %, MORE}
    triggers: {cross: {at: 10 days, do: crossed = true}, TRIGGERS}
"""


def world(more: str = "believed: 50 %", triggers: str = "") -> str:
    """A threat, and triggers beside the one that calls it."""
    return WORLD.replace("MORE", more).replace("TRIGGERS", triggers)


def support(engine: Engine, text: str, **more: int) -> list[tuple[float, float]]:
    """How support in the United States moved."""
    return [(day, pytest.approx(value)) for day, value in moves(tell(engine, text, **more), "us.home.support")]


def test_a_public_word_that_is_broken_costs_its_issuer_at_home(engine: Engine) -> None:
    """Who has a home pays a tenth of support; who has none pays nothing."""
    assert support(engine, world()) == [(10, 0.5)]
    names = [quantity.name for quantity in program(world()).quantities]
    assert not [name for name in names if name.startswith("uk.")]


def test_a_word_that_is_kept_costs_nothing(engine: Engine) -> None:
    """The audience is paid for bluffs alone."""
    assert support(engine, world().replace("kept: 0 %", "kept: 100 %")) == []


@pytest.mark.parametrize("channel", ["private", "secret"])
def test_nobody_pays_for_what_was_not_public_and_never_leaked(engine: Engine, channel: str) -> None:
    """A broken word costs nothing at home in a run without a leak; in 200 runs, exactly those with a leak pay."""
    text = world(f"channel: {channel}, leaks: 0")
    for run in range(3):
        assert support(engine, text, run=run) == []
    leaky = program(text.replace("leaks: 0", "leaks: 50 % within 10 days"))
    runs = play(engine, leaky, runs=200, events=True)
    leaks, slot = leaky.trigger("warning.leaks"), leaky.quantity("us.home.support")
    for number, rows in enumerate(runs.events):
        out = runs.counters[number, leaks, 0] > 0
        paid = any(changed == slot for row in rows for changed, _, _ in row.changes)
        before = any(row.trigger == leaks and row.tick <= 10 * 86_400e6 for row in rows)
        assert paid == (before if channel == "private" else out)


def test_a_private_word_binds_from_when_it_is_out(engine: Engine) -> None:
    """Published before it is broken it costs the audience then; published after, nothing."""
    private = "channel: private, leaks: 0"
    assert support(engine, world(private, "out: {at: 5 days, do: publish warning}")) == [(10, 0.5)]
    assert support(engine, world(private, "out: {at: 15 days, do: publish warning}")) == []


def test_a_secret_word_shames_when_it_is_out(engine: Engine) -> None:
    """It costs at once, and again if it is then broken; published twice it shames once."""
    secret = "channel: secret, leaks: 0"
    out = "out: {at: [5 days, 6 days], do: publish warning}"
    assert support(engine, world(secret, out)) == [(5, 0.5), (10, 0.4)]
    assert support(engine, world(secret, out.replace("5 days, 6 days", "15 days"))) == [(15, 0.5)]
    unsaid = world(f"{secret}, start: unsaid", out)
    assert support(engine, unsaid) == []


def test_a_threat_may_stake_more_than_the_home_does(engine: Engine) -> None:
    """`audience: 0.3` on the commitment goes before `home.audience`, and may be an expression."""
    assert support(engine, world("audience: 0.3")) == [(10, 0.3)]
    assert support(engine, world("audience: 0.5 * home.support")) == [(10, 0.3)]


def test_rises_in_a_commitment_counts_from_when_it_was_made(engine: Engine) -> None:
    """What is staked, and how likely it is kept, may depend on how far things have come since."""
    oil = "    quantities: {oil: 10, crossed"
    text = world("audience: 0.3 if oil rises else 0.2, start: unsaid",
                 "dearer: {at: 2 days, do: oil += 1}, say: {at: 5 days, do: make warning}, AGAIN")  # fmt: skip
    text = text.replace("    quantities: {crossed", oil)
    assert support(engine, text.replace("AGAIN", "")) == [(10, 0.4)]
    assert support(engine, text.replace("AGAIN", "on: {at: 7 days, do: oil += 1}")) == [(10, 0.3)]
    kept = text.replace("AGAIN", "").replace("kept: 0 %", "kept: 0 % if oil rises else 100 %")
    assert support(engine, kept) == []


def test_taking_a_public_threat_back_costs_half(engine: Engine) -> None:
    """Half before it is called, nothing once it is over, nothing for an offer; the half is told as a guess."""
    back = "back: {at: 5 days, do: withdraw warning}"
    assert support(engine, world(triggers=back)) == [(5, 0.55)]
    assert support(engine, world(triggers=back.replace("5 days", "15 days"))) == [(10, 0.5)]
    assert support(engine, world("channel: private, leaks: 0", back)) == []
    assert support(engine, world(triggers=back).replace("threats:", "offers:").replace("hurts", "helps")) == []
    taken = {default.path: (default.value, default.source) for default in defaults_of(scenario(world(triggers=back)))}
    assert taken["warning.withdrawn"] == ("half of the audience", "author")


def test_support_at_home_never_leaves_its_range(engine: Engine) -> None:
    """Who stakes more than there is loses what there is."""
    assert support(engine, world("audience: 0.9")) == [(10, 0.0)]


def test_what_is_staked_must_have_somebody_to_lose_it() -> None:
    """`audience` without a home is told once, with what to write."""
    homeless = world("audience: 0.3").replace("us: {home: {support: 60 %, audience: 0.1}}", "us: {}")
    assert faults(homeless) == ["threats.warning.audience: nobody who makes `warning` has a home to answer to"]
    assert faults(world("audience: 30")) == ["threats.warning.audience: an audience cost of 30"]


def test_the_printed_core_of_audiences_reads_back_the_same() -> None:
    """What is paid at home is an effect."""
    core = expand(scenario(world("channel: secret", "back: {at: 5 days, do: withdraw warning}")))
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)


# ---------------------------------------------------------------------------------------------- later threats

TWO_THREATS = """
    actors: {us: {home: {support: 60 %}}, russia: {resolve: 0.5}}
    quantities: {crossed: {flag: true, start: false}, island: {flag: true, start: false}}
    threats:
      first: {by: us, to: russia, when: crossed, hurts: 0.1, believed: 60 %, kept: KEPT}
      second: {by: us, to: russia, when: island, hurts: 1.5, believed: BELIEVED}
    triggers: {cross: {at: 10 days, do: crossed = true}}
    choices:
      grab:
        actor: russia
        at: 20 days
        options: {hold: {}, take: {value: {prize: 0.6, risk: -risk}, do: island = true}}
    outcomes: {taken: {when: island}, held: {otherwise: true}}
"""


def grabs(engine: Engine, *, kept: str, believed: str = "60 %") -> list[bool]:
    """Of each of 400 runs on the same luck, whether the island was taken."""
    played = program(TWO_THREATS.replace("KEPT", kept).replace("BELIEVED", believed))
    return ended_as(play(engine, played, runs=400), "taken")


def test_a_bluff_costs_its_issuer_later(engine: Engine) -> None:
    """After a bluff the next threat is believed less and deters less, run by run on the same luck; support is lost."""
    bluff, kept = grabs(engine, kept="0 %"), grabs(engine, kept="100 %")
    assert all(after_bluff or not after_word for after_bluff, after_word in zip(bluff, kept, strict=True))
    assert sum(bluff) > sum(kept) + 40
    told = tell(engine, TWO_THREATS.replace("KEPT", "0 %").replace("BELIEVED", "60 %"))
    assert moves(told, "second.believed") == [(10, pytest.approx(0.45))]
    assert moves(told, "us.home.support")[0] == (10, pytest.approx(0.5))


def test_a_threat_fully_believed_deters_more_than_one_half_believed(engine: Engine) -> None:
    """On the same luck, whoever is held by half belief is held by full belief, and many more are."""
    full, half = grabs(engine, kept="100 %", believed="100 %"), grabs(engine, kept="100 %", believed="50 %")
    assert all(at_half or not at_full for at_full, at_half in zip(full, half, strict=True))
    assert sum(half) > sum(full) + 40


def test_a_person_who_bluffs_pays_too(engine: Engine) -> None:
    """The price belongs to the deed, whoever decides it."""
    played = program(TWO_THREATS.replace("KEPT", "99 %").replace("BELIEVED", "60 %"))
    told = tell(engine, played, decisions=by_person(played, "first.answer", "broken", [0]))
    assert moves(told, "us.home.support")[0] == (10, pytest.approx(0.5))
