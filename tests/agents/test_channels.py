"""What is not public: who knows, how it leaks, and what the verbs `publish` and `tell` do to it."""

from __future__ import annotations

import pytest

from sim.agents.expand import defaults_of, expand
from sim.engine.record import Engine
from sim.program.build import build_core
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.agents.stage import faults, moves, play, program, scenario, tell
from tests.statistics.claims import assert_share

WORLD = """
    actors: {us: {}, ussr: {}, turkey: {}, uk: {}, france: {}}
    quantities: {gone: {flag: true, start: false}}
    offers:
      trade: {by: us, to: ussr, voice: uk, when: gone, helps: 0.4, channel: CHANNEL}
"""


def world(channel: str, triggers: str = "") -> str:
    """An offer on a channel, and triggers."""
    return WORLD.replace("CHANNEL", channel) + (f"    triggers: {{{triggers}}}\n" if triggers else "")


def state(text: str) -> set[str]:
    """The names of what is known of the offer."""
    names = {quantity.name for quantity in program(text).quantities}
    return {name for name in names if name.startswith(("trade.public", "trade.known"))}


def test_a_public_word_has_no_state_of_who_knows() -> None:
    """What is said in public, or says nothing of its channel, expands as before."""
    assert state(world("public")) == set()
    assert not [name for name in expand(scenario(world("public"))).triggers if "leaks" in name]
    assert expand(scenario(world("public"))) == expand(scenario(WORLD.replace(", channel: CHANNEL", "")))


def test_those_who_are_named_know_and_the_others_do_not() -> None:
    """Those who give and get the word know of it, and who voices it: nobody says what he does not know."""
    for channel in ("private", "secret"):
        assert state(world(channel)) == {"trade.public", "trade.known.turkey", "trade.known.france"}


@pytest.mark.parametrize("channel", ["private", "secret"])
def test_leaks_come_with_the_stated_chance(fast_engine: Engine, channel: str) -> None:
    """40 % within 30 days: so many runs of 30 days see it come out, whatever the channel."""
    played = program(world(f"{channel}, leaks: 40 % within 30 days"), days=30)
    runs = play(fast_engine, played, runs=4_600)
    fired = runs.counters[:, played.trigger("trade.leaks"), 0]
    assert set(fired.tolist()) == {0, 1}
    assert_share(fired > 0, expected=0.4, detects=0.08)


def test_unless_said_one_in_five_comes_out_within_30_days(fast_engine: Engine) -> None:
    """The default is told as our judgement."""
    played = program(world("private"), days=30)
    assert_share(
        play(fast_engine, played, runs=4_600).counters[:, played.trigger("trade.leaks"), 0] > 0,
        expected=0.2,
        detects=0.08,
    )
    taken = {default.path: (default.value, default.source) for default in defaults_of(scenario(world("private")))}
    assert taken["trade.leaks"] == ("20 % within 30 days", "author")


def test_what_leaks_is_known_to_all_and_leaks_once(engine: Engine) -> None:
    """It becomes public, every stranger knows, and there is nothing left to come out."""
    told = tell(engine, world("secret, leaks: 99 % within 1 day"))
    (day,) = told.days("trade.leaks")
    for name in ("trade.public", "trade.known.turkey", "trade.known.france"):
        assert moves(told, name) == [(day, 1)]


def test_what_was_never_said_cannot_leak(engine: Engine) -> None:
    """An unsaid offer waits to be made; one that was made and is over may still come out."""
    leaky = "secret, leaks: 99 % within 1 day, start: unsaid"
    assert not tell(engine, world(leaky)).days("trade.leaks")
    told = tell(engine, world(leaky, "say: {at: 20 days, do: make trade}, off: {at: 20 days, do: withdraw trade}"))
    assert told.days("trade.leaks") and min(told.days("trade.leaks")) > 20


def test_a_leak_of_chance_zero_never_comes(engine: Engine) -> None:
    """`leaks: 0` keeps a secret for good."""
    assert not tell(engine, world("secret, leaks: 0"), days=5_000).days("trade.leaks")


def test_publish_lets_all_know(engine: Engine) -> None:
    """The verb does what a leak does, at once, and nothing leaks after it."""
    told = tell(engine, world("private, leaks: 5 % within 1000 days", "out: {at: 3 days, do: publish trade}"))
    assert moves(told, "trade.public") == [(3, 1)] and moves(told, "trade.known.turkey") == [(3, 1)]
    assert not told.days("trade.leaks")


def test_an_actor_may_be_told(engine: Engine) -> None:
    """Who is told knows; the others do not, and it is no more public than before."""
    told = tell(engine, world("secret, leaks: 0", "hint: {at: 3 days, do: tell turkey trade}"))
    assert moves(told, "trade.known.turkey") == [(3, 1)]
    assert not moves(told, "trade.known.france") and not moves(told, "trade.public")


DEEDS = """
    actors: {us: {}, ussr: {}, uk: {}}
    offers:
      trade: {by: us, to: ussr, when: false, helps: 0.4, channel: private, start: unsaid}
    choices:
      answer:
        actor: us
        every: 10 days
        options:
          hush: {usual: 1, channel: secret, leaks: 99 % within 1 day, do: make trade}
          wait: {usual: WAIT}
"""


def test_an_option_that_is_not_public_leaks_once_it_was_chosen(engine: Engine) -> None:
    """The secret move comes out after the first decision for it, and never if it is not taken."""
    told = tell(engine, DEEDS.replace("WAIT", "0"), days=30)
    (day,) = told.days("answer.hush.leaks")
    assert day > 10 and moves(told, "answer.hush.known.uk") == moves(told, "answer.hush.public") == [(day, 1)]
    quiet = tell(engine, DEEDS.replace("{usual: 1, channel", "{usual: 0, channel").replace("WAIT", "1"), days=200)
    assert not quiet.days("answer.hush.leaks")


def test_who_is_given_a_word_by_an_option_knows_of_it() -> None:
    """The addressee of the offer that is made knows; the word made in it keeps its own channel."""
    names = {quantity.name for quantity in program(DEEDS.replace("WAIT", "1")).quantities}
    assert {"answer.hush.public", "answer.hush.known.uk", "trade.public", "trade.known.uk"} <= names
    assert "answer.hush.known.ussr" not in names


def test_an_option_can_be_published_by_its_bare_name_inside_its_agent(engine: Engine) -> None:
    """In the block of an agent its own choices may stand bare."""
    text = """
    actors: {us: {}, uk: {}}
    agents:
      office:
        actor: us
        choices: {act: {every: 3 days, options: {hush: {channel: private, leaks: 0}}}}
        triggers: {out: {at: 9 days, do: publish act.hush}}
    """
    assert moves(tell(engine, text), "office.act.hush.public") == [(9, 1)]


def test_the_printed_core_of_what_is_secret_reads_back_the_same() -> None:
    """Who knows is said with flags and a rate."""
    for text in (DEEDS.replace("WAIT", "1"), world("secret", "out: {at: 3 days, do: publish trade}")):
        core = expand(scenario(text))
        assert build_core(scenario_from_text(core_text(core))) == build_core(core)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (world("public, leaks: 5 % within 9 days"), "offers.trade.leaks: what is public cannot leak"),
        (world("private, leaks: 20 %"), "offers.trade.leaks: `leaks: 20 %` says no time"),
        (world("public", "x: {at: 3 days, do: publish trade}"),
         "triggers.x.do: `trade` is public: all know of it already"),
        (world("private", "x: {at: 3 days, do: publish tarde}"),
         "triggers.x.do: unknown private or secret word `tarde`"),
        (DEEDS.replace("WAIT", "1, leaks: 0"), "choices.answer.options.wait.leaks: what is public cannot leak"),
        (DEEDS.replace("WAIT", "1") + "    triggers: {x: {at: 3 days, choose: {a: {channel: secret}}}}\n",
         "triggers.x.choose.a.channel: `channel` is for options of `choices`"),
    ],
)  # fmt: skip
def test_secrets_that_cannot_be_are_told_once(text: str, says: str) -> None:
    """One sentence for each."""
    assert faults(text) == [says]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("ussr trade", "`ussr` knows of `trade` from the start"),
        ("ussia trade", "unknown actor `ussia`"),
        ("turkey trad", "unknown private or secret word `trad`"),
    ],
)
def test_who_cannot_be_told_is_told_once(words: str, says: str) -> None:
    """Who knows already, who is nobody, and what is nothing."""
    assert faults(world("secret", f"x: {{at: 3 days, do: tell {words}}}")) == [f"triggers.x.do: {says}"]
