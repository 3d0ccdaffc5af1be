"""What a team foresees: the same in whatever chunks, from what it knows alone, and as the game is really played."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from sim import api
from sim.engine import reference
from sim.engine.record import Engine, Runs
from sim.game import foresight
from sim.game.ahead import Pasts, Table, play_ahead
from sim.game.clocks import unpaced, wound_anew
from sim.game.course import Course, Window, beginning, course
from sim.game.forecasts import moment
from sim.game.hindsight import futures
from sim.game.known import past_of, watched
from sim.game.session import Refused, Session
from sim.game.sight import Sight
from sim.streams import Luck
from tests.game.secrets import SEALED
from tests.game.stage import DUEL, seated
from tests.statistics.claims import SEED, assert_share

SECRETS = """
scenario: secrets
question: What does the east see coming?
start: 2030-01-01
horizon: 60 days
actors: {east: {}, west: {}}
parameters:
  temper: {uniform: {low: 0, high: 1}}
quantities:
  alarm: {start: 0}
  mined: {flag: true, start: false}
  wrath: {start: temper}
choices:
  march:
    actor: east
    at: [2030-01-02, 2030-01-22, 2030-02-11]
    options:
      stay: {usual: 1}
      go: {usual: 1, do: alarm += 1}
  dig:
    actor: west
    at: [2030-01-03, 2030-01-23, 2030-02-12]
    options:
      wait: {usual: 70 %}
      mine: {usual: 30 %, channel: secret, leaks: 0, do: mined = true}
triggers:
  storm: {at: 2030-02-20, chance: wrath, do: alarm += 100}
outcomes:
  stormy: {at_end: alarm >= 100}
  blown: {at_end: mined}
  quiet: {otherwise: true}
metrics:
  alarms: {final: alarm}
"""

RACE = """
scenario: race
question: Does it burn?
start: 2030-01-01
horizon: 60 days
actors: {east: {}, west: {}}
quantities:
  burning: {flag: true, start: false}
  seen: {start: 0}
choices:
  light:
    actor: east
    at: 2030-01-05
    options:
      wait: {usual: 1}
      strike: {usual: 1, do: seen += 1}
  look: {actor: west, every: 20 days, options: {no: {usual: 1}, yes: {usual: 1, do: seen += 1}}}
triggers:
  catch: {on: light.strike, chance: 0.4, do: burning = true}
  spark: {rate: 0 if burning else 0.01, do: burning = true}
outcomes:
  burnt: {when: burning}
  whole: {otherwise: true}
"""


def prospects(session: Session, seat: str, trigger: str, *, futures: int = 30) -> dict[str, object]:
    """What a seat foresees now, as a page gets it."""
    asked = api.ask(session, seat, trigger)
    return api.prospects(asked, [api.chunk(asked, 0, futures)]).record()


def second_turn(folder: Path, text: str, *, seed: int = 1, **orders: dict[str, str]) -> Session:
    """A session in its second turn; in the first these seats gave these orders."""
    session = seated(folder, text, seed=seed)
    session.advance("decide")
    for seat, given in orders.items():
        session.order(seat[0], given, turn=0, seen=0)
    session.advance("reveal")
    session.advance("decide")
    return session


# ---------------------------------------------------------------------------------------- the same, and harmless


def test_the_same_is_asked_and_the_same_is_answered_whatever_the_chunks(tmp_path: Path) -> None:
    """Equal asks have equal prospects, whether their futures are played at once or in pieces, in whatever order."""
    session = second_turn(tmp_path, SECRETS, east={"march": "go"})
    asked = api.ask(session, "east", "march")
    whole = api.prospects(asked, [api.chunk(asked, 0, 40)])
    foresight._drawn.clear()
    pieces = [api.chunk(pickle.loads(pickle.dumps(asked)), first, 10) for first in (30, 0, 20, 10)]
    assert api.prospects(asked, pieces).record() == whole.record()
    assert whole.n + whole.left_out == 40
    other = api.prospects(asked, [api.chunk(asked, 40, 40)])
    assert other.record() != whole.record(), "other futures would be the same"


def test_both_engines_foresee_the_same(tmp_path: Path) -> None:
    """What a team foresees is the same to the last bit by the SimPy model and by machine code."""
    session = second_turn(tmp_path, SECRETS, east={"march": "go"}, west={"dig": "mine"})
    asked = api.ask(session, "east", "march")
    slow, fast = (foresight.chunk(asked, 0, 25, engine=engine) for engine in ("simpy", "compiled"))
    for name in ("outcome", "marks", "metrics", "carried", "numbers"):
        assert np.array_equal(getattr(slow, name), getattr(fast, name), equal_nan=name == "marks"), name


def test_a_what_if_changes_nothing(tmp_path: Path) -> None:
    """Looking ahead adds no event to the log, and the digest of the session stays as it was."""
    session = second_turn(tmp_path, DUEL, east={"march": "go"})
    events, digest, state = list(session.log.events), session.digest(), session.state
    prospects(session, "east", "march")
    prospects(session, "west", "warn")
    assert (session.log.events, session.digest(), session.state) == (events, digest, state)


# ---------------------------------------------------------------------------------------- what it is made of


@pytest.mark.parametrize("text", [SECRETS, SECRETS.replace("mine: {usual", "mine: {if: alarm < 0, usual")])
def test_a_secret_order_of_another_seat_is_not_foreseen(tmp_path: Path, text: str) -> None:
    """What a seat asks and is answered is equal to the last byte, whether another seat gave a secret order or none.

    Nor is an order foreseen that was secret and could not be carried out.
    """
    sessions = [second_turn(tmp_path, text, west={"dig": option}) for option in ("mine", "wait")]
    asks = [api.ask(session, "east", "march") for session in sessions]
    assert pickle.dumps(asks[0]) == pickle.dumps(asks[1])
    records = [prospects(session, "east", "march") for session in sessions]
    assert json.dumps(records[0]) == json.dumps(records[1])
    own = [pickle.dumps(api.ask(session, "west", "dig")) for session in sessions]
    assert (own[0] != own[1]) == (text is SECRETS), "the seat that gave it knows whether it was carried out"


WHISPERS = (
    SECRETS.replace("actors: {east: {}, west: {}}", "actors: {east: {}, west: {}, south: {}}")
    .replace(
        "mine: {usual: 30 %, channel: secret, leaks: 0, do: mined = true}",
        "mine: {usual: 30 %, if: not relief.standing, channel: private, leaks: 0, do: make relief}",
    )
    .replace(
        "triggers:",
        """offers:
  relief:
    by: west
    to: south
    channel: private
    leaks: 0
    start: unsaid
    when: alarm >= 50
    then: alarm += 1
    helps: 0.1
    believed: 50 %
    kept: 75 %
triggers:
  talk: {at: 2030-01-15, do: publish relief}""",
    )
)
"""What the west does in private is to give its word to the south; on a day all know of it, if it was given."""


def test_a_word_in_private_is_not_foreseen_until_it_is_out(tmp_path: Path) -> None:
    """A private word and silence are equal to the last byte for those who did not hear it; once it is out, they know.

    Then pasts are found in which it was given, for who gave it and when is no secret any more.
    """
    quiet = WHISPERS.replace("do: publish relief", "do: alarm += 0")
    asks = [api.ask(second_turn(tmp_path, quiet, west={"dig": option}), "east", "march") for option in ("mine", "wait")]
    assert asks[0].past.guesses and pickle.dumps(asks[0]) == pickle.dumps(asks[1])
    told = api.ask(second_turn(tmp_path, WHISPERS, west={"dig": "mine"}), "east", "march")
    assert told.past.guesses == () and len(told.past.decisions) == len(asks[0].past.decisions) + 1
    assert len(api.chunk(told, 0, 20).numbers) == 20


def test_votes_and_sealed_orders_of_others_are_not_foreseen(tmp_path: Path) -> None:
    """What a seat is answered stays as it was when another seat votes, seals and seals anew in the same turn."""
    session = second_turn(tmp_path, DUEL)
    before = prospects(session, "east", "march")
    session.vote("w", "warn", "shout", turn=1)
    session.order("w", {"warn": "shout"}, turn=1, seen=0)
    session.order("w", {"warn": "wait"}, turn=1, seen=1)
    session.override("warn", "shout", turn=1)
    assert prospects(session, "east", "march") == before


def test_true_numbers_that_a_seat_does_not_know_are_not_foreseen(tmp_path: Path) -> None:
    """What a seat is answered is equal to the last byte, whatever the true value of a number that is hidden from it."""
    found = []
    for temper in (0.01, 0.99):
        drawn = np.array([[temper]])
        with patch.object(reference, "draw_parameters", lambda *_, drawn=drawn: drawn):
            session = second_turn(tmp_path, SECRETS)
            assert session.course().runs is not None
            asked = api.ask(session, "east", "march")
            truly = futures(session.game, moment(session, 1), range(200), turn=1)
        found.append((pickle.dumps(asked), api.chunk(asked, 0, 200).outcome[0], truly.outcome))
    assert found[0][0] == found[1][0]
    stormy = [[(outcome == 0).mean() for outcome in one[1:]] for one in found]
    assert stormy[0][0] == stormy[1][0] and 0.3 < stormy[0][0] < 0.7
    assert stormy[0][1] < 0.1 and stormy[1][1] > 0.9, "whoever knows everything knows this"


def test_a_seat_foresees_with_the_numbers_it_knows(tmp_path: Path) -> None:
    """A number that a seat is said to know has its true value in all that it foresees."""
    text = SECRETS + "seats:\n  east: {knows: [temper]}\n  west: {}\n"
    drawn = np.array([[0.99]])
    with patch.object(reference, "draw_parameters", lambda *_: drawn):
        session = second_turn(tmp_path, text)
        east, west = (api.chunk(api.ask(session, seat, trigger), 0, 200)
                      for seat, trigger in (("east", "march"), ("west", "dig")))  # fmt: skip
    assert (east.outcome[0] == 0).mean() > 0.9
    assert (west.outcome[0] == 0).mean() < 0.7


NERVE = DUEL.replace("army: {level: [home, massed, attack], start: home}", """nerve: {start: cool}
  army: {level: [home, massed, attack], start: "massed if cool > 0.5 else home"}
  awake: {flag: true, start: cool > 0.25}
  held: {start: cool, within: [0, 0.6]}
  struck: {flag: true, start: false}""").replace("choices:", """parameters:
  cool: {uniform: {low: 0, high: 1}}
triggers:
  strike: {at: 2030-02-20, if: cool > 0.6, do: struck = true}
choices:""", 1).replace("attacked: {when: army >= attack}", "hit: {at_end: struck}") + """
seats:
  east: {}
  west: {knows: [KNOWS]}
"""  # fmt: skip


@pytest.mark.parametrize(("knows", "values", "shares"), [
    ("alarm", (0.55, 0.62, 0.99), (0.7, 0.9)),  # 0.4 of the 0.5 that is left
    ("held", (0.62, 0.99), (0.7, 0.9)),  # it was cut: how much above it is, nobody sees
])  # fmt: skip
def test_a_rung_or_a_truth_gives_away_no_number(
    tmp_path: Path, knows: str, values: tuple[float, ...], shares: tuple[float, float]
) -> None:
    """A team that sees what an army starts as foresees with all numbers that let it start so, not with the true one."""
    found = []
    for cool in values:
        with patch.object(reference, "draw_parameters", lambda *_, cool=cool: np.array([[cool]])):
            session = second_turn(tmp_path, NERVE.replace("KNOWS", knows))
            asked = api.ask(session, "west", "warn")
        found.append((pickle.dumps(asked), (api.chunk(asked, 0, 200).outcome[0] == 0).mean()))
    assert found.count(found[0]) == len(values)
    assert asked.past.held == () and shares[0] < found[0][1] < shares[1]


BREACH = DUEL.replace("attacked: {when:", "attacked: {at_end:").replace("choices:", """agents:
  talks:
    diplomacy: {parties: [east, west]}
    rounds: {every: 200 days}
    agreement:
      leave: {by: east, do: army = home, due: DUE, kept: 50 %, seen: SEEN}
triggers:
  sign: {at: 2030-01-03, do: sign talks}
choices:""", 1)  # fmt: skip


@pytest.mark.parametrize(("seen", "known"), [("300 days", set()), ("1 day", {1})])
def test_a_breach_is_known_once_it_is_seen(tmp_path: Path, seen: str, known: set[int]) -> None:
    """That another broke what it owed is handed to a seat when it is seen; before, not even that it had come due is."""
    text = BREACH.replace("DUE", "{uniform: {low: 5 days, high: 15 days}}").replace("SEEN", seen)
    broken, found = 0, set()
    for seed in range(SEED, SEED + 10):
        session = second_turn(tmp_path, text, seed=seed)
        due, runs = session.game.program.trigger("talks.agreement.leave.due"), session.course().runs
        assert runs is not None
        if [one.chosen for one in runs.decisions[0] if one.trigger == due] != [1]:
            continue
        past = past_of(session.game, session.course(), "west", [])
        broken += 1
        found |= {chosen for (place, _), chosen in past.decisions if place == due}
        assert due not in {one.place for one in past.guesses}
    assert broken and found == known


def test_a_ladder_of_which_a_seat_has_reports_alone_is_not_watched(tmp_path: Path) -> None:
    """Pasts that a seat foresees from agree with the reports that it had, and not with the truth behind them."""
    game = seated(tmp_path, SEALED).game
    names = {seat: {game.program.quantities[slot].name for slot in watched(Sight.of(game, None, seat))}
             for seat in ("west", "south")}  # fmt: skip
    assert "army" in names["west"]
    assert "south.sees.army" in names["south"] and not {"army", "army.ordered", "army.peak"} & names["south"]


def test_secrets_are_guessed_as_often_as_the_model_takes_them(tmp_path: Path) -> None:
    """A secret that may have been is in so many of the pasts that a team foresees from as the model takes it."""
    session = second_turn(tmp_path, SECRETS, seed=SEED, west={"dig": "wait"})
    past = past_of(session.game, session.course(), "east", [0.5])
    assert [(one.occasion, one.options) for one in past.guesses] == [(0, (0, 1))]
    asked = api.ask(session, "east", "march")
    drawn = foresight._pasts(foresight._table(asked, "auto"), asked, range(400), "auto")
    assert drawn.found.all()
    assert_share([bool(hidden) for hidden in drawn.pasts.hidden], expected=0.3, detects=0.28)


def test_what_was_seen_says_something_of_what_is_hidden(tmp_path: Path) -> None:
    """After a flash a team expects more of what comes with it: pasts without one are left out."""
    text = SECRETS.replace(
        "storm: {at: 2030-02-20, chance: wrath, do: alarm += 100}",
        """
  flash: {at: 2030-01-10, chance: "0.9 if wrath > 0.5 else 0.1", do: lit = true}
  storm: {at: 2030-02-20, chance: "0.9 if wrath > 0.5 else 0.1", do: alarm += 100}""",
    )
    text = text.replace("  alarm: {start: 0}", "  alarm: {start: 0}\n  lit: {flag: true, start: false}")
    lit = next(
        session for seed in range(SEED, SEED + 40)
        if (session := second_turn(tmp_path, text, seed=seed)).course().runs.events[0]  # type: ignore[union-attr]
        and any(session.game.program.triggers[row.trigger].name == "flash" for row in session.course().runs.events[0])  # type: ignore[union-attr]
    )  # fmt: skip
    chunk = api.chunk(api.ask(lit, "east", "march"), 0, 600)
    # By Bayes 0.9 of pasts are wrathful, so 0.9 * 0.9 + 0.1 * 0.1 are stormy; before anything was seen it is half.
    assert_share(chunk.outcome[0] == 0, expected=0.82, detects=0.25)


# ---------------------------------------------------------------------------------------- as it is played


def true_past(session: Session, before: Course) -> Pasts:
    """The past as it was, with the luck that is true."""
    runs = before.runs
    heard = np.array([before.heard], dtype=np.int64)
    parameters = np.zeros((1, 0)) if runs is None else runs.parameters
    return Pasts(before.until, before.decisions, ((),), (Luck(session.seed),), parameters, heard)


OPENING = DUEL.replace("open: {flag: true, start: true}", "open: {flag: true, start: false}").replace(
    "outcomes:", "triggers:\n  unlock: {rate: 0.03, do: open = true}\n  lock: {rate: 0.05, do: open = false}\noutcomes:"
)
"""The army cannot always march."""


@pytest.mark.parametrize("turns", [1, 3])
def test_an_order_is_foreseen_as_it_will_be_carried_out(tmp_path: Path, turns: int) -> None:
    """With the same luck, what is foreseen of an order is what the game then plays, open at once, later or never."""
    ways = set()
    for seed in range(12):
        session = seated(tmp_path, OPENING, seed=seed, turns=turns)
        game = session.game
        table = Table.of(game, {})
        for orders in ({"east": {"march": "go"}}, {"east": {}}, {"east": {"march": "go"}, "west": {"warn": "shout"}}):
            windows = [Window.of(0, {"east": {"march": "go"}})] if turns > 1 else []
            before = course(game, seed, windows) if windows else beginning(game, seed)
            if before.is_over:
                continue
            window = Window.of(len(windows), orders)
            played = course(
                game, seed, [*windows, window, *(Window.of(one, {}) for one in range(len(windows) + 1, turns))]
            )
            seen, fired = play_ahead(table, true_past(session, before), window, _ends)
            assert played.runs is not None
            assert seen == [(int(played.runs.outcome[0]), played.runs.metrics[0].tolist())]
            mine = [one.tick is not None for one in played.orders if one.turn == len(windows)]
            assert [bool(one) for one in fired[0][: len(mine)]] == mine
            ways.add(tuple(mine))
    assert {(True,), (False,), ()} <= ways


def _ends(runs: Runs) -> list[tuple[int, list[float]]]:
    return list(zip(runs.outcome.tolist(), runs.metrics.tolist(), strict=True))


def test_the_bars_are_the_chances(tmp_path: Path, fast_engine: Engine) -> None:
    """Where chances can be worked out by hand, bars agree with them, and so does the difference of options."""
    session = seated(tmp_path, RACE, seed=SEED)
    session.advance("decide")
    asked = api.ask(session, "east", "light")
    chunk = foresight.chunk(asked, 0, 4_000, engine=fast_engine)
    spared = {"wait": math.exp(-0.6), "strike": math.exp(-0.04) * 0.6 * math.exp(-0.56)}  # to day 4, and from then on
    for option, ended in zip(("wait", "strike"), chunk.outcome, strict=True):
        assert_share(ended == 0, expected=1 - spared[option], detects=0.1)
    told = api.prospects(asked, [chunk])
    strike = told.options[1]
    assert strike.option == "strike" and strike.carried > 0.9
    more = next(one for one in strike.more if one.name == "burnt")
    assert more.low < spared["wait"] - spared["strike"] < more.high and more.stands


# ---------------------------------------------------------------------------------------- what is refused, and said


def test_only_what_is_a_question_now_can_be_asked(tmp_path: Path) -> None:
    """What is no question of the seat, no option of it, or not to be decided now, is refused with a sentence."""
    session = seated(tmp_path)
    session.advance("decide")
    for seat, trigger, options in (("east", "warn", ()), ("north", "march", ()), ("east", "march", ("fly",))):
        with pytest.raises(Refused) as refused:
            api.ask(session, seat, trigger, options=options)
        assert refused.value.reason == "unknown"
    session.advance("reveal")
    with pytest.raises(Refused) as refused:
        api.ask(session, "east", "march")
    assert refused.value.reason == "closed"


def test_prospects_say_how_they_were_made(tmp_path: Path) -> None:
    """Prospects name the number of futures, say that they are no forecast, and hold in JSON."""
    session = second_turn(tmp_path, DUEL, east={"march": "go"})
    told = prospects(session, "east", "march")
    assert told["says"] == f"model estimate from {told['n']} futures, not a forecast"
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    options = told["options"]
    assert isinstance(options, list)
    assert [one["option"] for one in options] == ["stay", "go"] and options[0]["more"] == []
    assert all(abs(sum(row["share"] for row in one["outcomes"]) - 1) < 1e-9 for one in options)


def test_what_else_the_seat_would_order_is_in_what_it_foresees(tmp_path: Path) -> None:
    """What the person who asks wants of other questions of the seat is ordered in all that is foreseen."""
    text = DUEL.replace("  warn:\n    actor: west", "  warn:\n    actor: east")
    session = seated(tmp_path, text.replace("west: {}", "west: {}"))
    session.advance("decide")
    session.vote("e", "warn", "shout", turn=0)
    asked = api.ask(session, "east", "march", person="e")
    assert asked.alternatives[0].window.given == {"east": {"march": "stay", "warn": "shout"}}
    assert api.ask(session, "east", "march").alternatives[0].window.given == {"east": {"march": "stay"}}


FATE = """
scenario: fate
question: Is it hit?
start: 2030-01-01
horizon: 60 days
actors: {east: {}, west: {}}
quantities:
  side: {flag: true, start: false}
  hit: {flag: true, start: false}
  alarm: {start: 0}
choices:
  march: {actor: east, every: 7 days, options: {stay: {usual: 1}, go: {usual: 1, do: alarm += 1}}}
  warn: {actor: west, every: 7 days, options: {wait: {usual: 1}, shout: {usual: 1, do: alarm += 1}}}
triggers:
  coin: {every: 2 days, chance: 0.5, do: side = false if side else true}
  shot: {rate: 0.02, do: hit = true}
outcomes:
  struck: {at_end: hit}
  spared: {otherwise: true}
"""


def test_what_is_due_in_truth_is_not_foreseen(tmp_path: Path) -> None:
    """Where luck decided much that was seen, clocks that run unseen are wound anew: what is due in truth is not shown.

    Twenty days went by without a shot, so within the forty that are left one comes with 1 - exp(-0.8), whether the true
    clock runs down in them or not.
    """
    hits, due = [], set()
    for seed in range(SEED, SEED + 60):
        session = second_turn(tmp_path, FATE, seed=seed)
        runs = session.course().runs
        assert runs is not None
        names = [session.game.program.triggers[row.trigger].name for row in runs.events[0]]
        truly = session.course_of([*session.windows(), Window.of(1, {}), Window.of(2, {})]).outcome
        if "shot" in names or "coin" not in names or truly in due:
            continue
        due.add(truly)
        chunk = api.chunk(api.ask(session, "east", "march"), 0, 700)
        assert chunk.renewed < 350, "luck that is new alone would show nothing of it"
        own = chunk.outcome[0] == 0
        assert 0.4 < own.mean() < 0.7, f"{truly} in truth"
        hits += own.tolist()
    assert due == {"struck", "spared"}
    assert_share(hits, expected=1 - math.exp(-0.8), detects=0.15)


def test_a_pace_changes_nothing_but_the_winding_that_is_meant(tmp_path: Path) -> None:
    """With every clock as it was wound, a program with paces plays the same histories; wound anew, other ones."""
    game = seated(tmp_path, FATE).game
    table = Table.of(game, {})
    rows = np.zeros((40, 0))
    lucks = [Luck(5, ((0, number),)) for number in range(40)]

    def shots(one: Table, values: np.ndarray) -> list[object]:
        return one.play(game.program.horizon, lucks, values, [()] * 40, lambda _: {},
                        lambda runs: runs.counters[:, game.program.trigger("shot"), 0].tolist())  # fmt: skip

    as_wound = unpaced(game.program, rows)
    assert shots(table.paced, as_wound) == shots(table, rows)
    anew = np.array([wound_anew(game.program, row, [0] * 9, true=number, fresh=77, number=number)
                     for number, row in enumerate(as_wound)])  # fmt: skip
    assert shots(table.paced, anew) != shots(table, rows)
