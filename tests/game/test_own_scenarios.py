"""A scenario of one's own at the table: who has a seat, why not, how questions are told apart, what is empty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim import api
from sim.cli.group import code_of
from sim.errors import ScenarioError
from tests.game.stage import DUEL

NAVIES = """
scenario: two-navies
start: 2031-01-01
horizon: 120 days
actors: {albion: {}, borea: {}, cato: {}}
agents:
  fleet:
    posture: {actor: albion, against: borea}
    rungs: {port: {level: none}, patrol: {level: display}, blockade: {level: force}}
    start: port
  guard:
    posture: {actor: borea, against: albion}
    rungs: {harbour: {level: none}, coast: {level: display}, firing: {level: force}}
    start: harbour
outcomes:
  clash: {when: fleet >= blockade and guard >= firing}
  quiet: {otherwise: true}
"""


TALKS = """
  talks:
    diplomacy: {parties: [albion, borea], consent: cato}
    rounds: {every: 10 days}
    issues:
      truce: {albion: 0.3, borea: 0.2}
      ports: {albion: 0.1, borea: -0.2 + fleet_days / 100, cato: fleet_days / 100}
    proposals: {pact: {by: albion, contains: [truce, ports], to: borea}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of two navies, and a third actor whom nobody asks anything."""
    path = tmp_path / "navies.yaml"
    path.write_text(NAVIES, encoding="utf-8")
    return path


def written(file: Path, more: str) -> Path:
    """The same with more in it."""
    file.write_text(NAVIES + more, encoding="utf-8")
    return file


Said = Callable[..., str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command prints and complains of, in one line."""

    def run(*words: str) -> str:
        code_of(words)
        told = capsys.readouterr()
        return " ".join(f"{told.out} {told.err}".split())

    return run


def test_a_posture_that_only_answers_is_a_seat(file: Path) -> None:
    """Its replies are decisions of somebody: the actor has a seat, and may do nothing that shows."""
    seats = api.game(file).seats
    assert list(seats) == ["albion", "borea"]
    assert [one.trigger for one in seats["borea"].questions] == ["guard.replies_to_display", "guard.replies_to_force"]
    assert all(one.idle for one in seats["borea"].questions)


def test_questions_of_a_seat_are_told_apart_by_their_words(file: Path, tmp_path: Path) -> None:
    """What is asked about a show of force and about its use reads otherwise; of twins each says what it is called."""
    asks = [one.asks for one in api.game(file).seats["borea"].questions]
    assert asks == [
        "If the fleet goes to patrol: what does the guard do?",
        "If the fleet goes to blockade: what does the guard do?",
    ]
    twin = DUEL.replace("  warn:\n", "  turn_back:\n    actor: east\n    asks: Does the army march?\n"
                        "    every: 9 days\n"
                        "    options: {stay: {usual: 50 %}, go: {usual: 50 %, do: alarm += 1}}\n  warn:\n")  # fmt: skip
    (tmp_path / "twin.yaml").write_text(twin, encoding="utf-8")
    asks = [one.asks for one in api.game(tmp_path / "twin.yaml").seats["east"].questions]
    assert asks == ["Does the army march? (march)", "Does the army march? (turn back)"]


def test_what_sim_show_calls_a_decision_may_stand_in_decides(file: Path, said: Said) -> None:
    """`sim show` tells the replies of a posture by its own name, and a seat takes that name for all of them."""
    shown = said("show", str(file))
    assert "- guard (borea, when fleet moves): How does `guard` answer the other side's move?" in shown
    seats = api.game(written(file, "seats: {albion: {}, borea: {decides: guard}}\n")).seats
    assert len(seats["borea"].questions) == 2
    with pytest.raises(ScenarioError) as fault:
        api.game(written(file, "seats: {borea: {decides: gard}}\n"))
    assert "did you mean `guard" in str(fault.value)


def test_an_actor_without_a_seat_is_told_why_and_what_to_write(file: Path, said: Said) -> None:
    """In a dry run, before anybody comes, and by `sim play --as`; what is to be written then gives it a seat."""
    why = "nothing in the file asks `cato` anything"
    assert f"No seat: {why}" in said("seminar", str(file), "--dry-run")
    assert why in said("play", str(file), "--as", "cato")
    asked = "choices: {what_now: {actor: cato, every: 14 days, options: {wait: {}, act: {do: order guard up}}}}\n"
    assert "cato" in api.game(written(file, asked)).seats
    left_out = written(file, "seats: {albion: {}}\n")
    assert "No seat" not in said("seminar", str(left_out), "--dry-run")
    assert "`seats: {borea: {decides: guard}}`" in said("play", str(left_out), "--as", "borea")
    assert set(api.unseated(api.game(left_out))) == {"borea", "cato"}
    empty = written(file, "seats: {albion: {}, cato: {}}\n")
    assert why in said("seminar", str(empty), "--dry-run")
    assert "did you mean `borea`" in said("play", str(written(file, "")), "--as", "boreas")


@pytest.mark.parametrize("scenario", ["first-lesson", "sanctions-spiral", "ukraine-2014"])
def test_no_seat_of_a_scenario_that_comes_with_the_simulator_is_missing(scenario: str, said: Said) -> None:
    """Where the file means it, nobody is bothered with who has none."""
    assert "No seat" not in said("seminar", scenario, "--dry-run")


@pytest.mark.parametrize(
    ("predict", "remedy"),
    [
        ("fleet >= blockade", "`metrics: {fleet_then: {final: fleet}}`, and write `fleet_then >= blockade`"),
        ("clash or fleet.peak > 1", "`metrics: {fleet_peak_then: {final: fleet.peak}}`, and write `clash or "),
    ],
)
def test_a_condition_over_a_quantity_says_which_metric_to_write(
    file: Path, predict: str, remedy: str, said: Said
) -> None:
    """The example is made of what was written; written so, the game opens."""
    turns = "turns: {one: {at: 2031-01-01, predict: WHAT}}\n"
    for command in (("validate",), ("seminar", "--dry-run")):
        told = said(command[0], str(written(file, turns.replace("WHAT", predict))), *command[1:])
        assert remedy in told
        assert "Traceback" not in told
    mended = "metrics: {fleet_then: {final: fleet}}\n" + turns.replace("WHAT", "fleet_then >= blockade")
    assert api.game(written(file, mended)).turns[0].forecast.says == "fleet_then >= blockade"


def test_a_fault_of_an_inject_is_told_where_it_stands(file: Path) -> None:
    """Not among triggers, where the file has none."""
    with pytest.raises(ScenarioError) as fault:
        api.game(written(file, "injects: {storm: {says: A storm, do: flet += 1}}\n"))
    assert "injects.storm.do" in str(fault.value)
    assert "triggers.injects" not in str(fault.value)


def test_what_is_ordered_is_no_ladder_of_its_own_afterwards(file: Path) -> None:
    """The debrief draws where forces stood, and not besides where they were ordered to."""
    found = api.debrief(api.rehearse(file, seed=2, turns=2), futures=20)
    assert [one["title"] for one in found.fans] == ["Fleet", "Guard"]


def test_who_is_asked_about_a_proposal_reads_what_is_in_it_for_them(file: Path) -> None:
    """Each issue of the draft with its worth to that seat alone; one that moves says so."""
    text = NAVIES.replace("outcomes:", f"{TALKS.strip(chr(10))}\nquantities: {{fleet_days: 0}}\noutcomes:")
    file.write_text(text, encoding="utf-8")
    seats = api.game(file).seats
    cards = {actor: seat.question(f"talks.pact.ask.{actor}").option("accept").costs for actor, seat in seats.items()}
    assert cards == {
        "albion": "As drafted, in shares of the prize: truce +0.3, ports +0.1",
        "borea": "As drafted, in shares of the prize: truce +0.2, ports -0.2, more or less as things stand",
        "cato": "As drafted, in shares of the prize: ports as things stand",
    }


def test_an_exported_session_is_replayed_by_a_command(tmp_path: Path, said: Said) -> None:
    """`sim replay FILE.zip`, as its README.txt says, tells whether every number follows; of others what is wrong."""
    (tmp_path / "duel.yaml").write_text(DUEL, encoding="utf-8")
    session = api.rehearse(tmp_path / "duel.yaml", seed=3, turns=2, folder=tmp_path / "session")
    path = api.export_session(session, tmp_path / "seminar-duel-3.zip", futures=20)
    assert f"as it did: digest {session.digest()}" in said("replay", str(path))
    assert "one session, not many runs" in said("replay", str(path), "3")
    assert "no file" in said("replay", str(tmp_path / "other.zip"))
    (tmp_path / "bad.zip").write_text("no archive", encoding="utf-8")
    assert "is no export of a session" in said("replay", str(tmp_path / "bad.zip"))
    import zipfile

    with zipfile.ZipFile(path) as archive:
        assert "sim replay seminar-duel-3.zip" in archive.read("README.txt").decode()


@pytest.mark.parametrize(("minutes", "seconds"), [(20, 168), (50, 360), (75, 360), (90, 360)])
def test_deciding_leaves_a_lesson_its_other_half(minutes: int, seconds: int, said: Said) -> None:
    """The clocks of a file are its own in the lessons that it is written for; a shorter one shortens them, and says so.

    With what there is to say in all of them, and nothing where they fit.
    """
    game = api.game("ukraine-2014", minutes=minutes)
    assert {turn.seconds for turn in game.turns} == {seconds}
    assert sum(turn.seconds for turn in game.turns) <= 0.42 * 60 * minutes
    told = said("seminar", "ukraine-2014", "--minutes", str(minutes), "--dry-run")
    assert ("is to be time to talk" in told) is (seconds < 360)


@pytest.mark.extra
def test_a_terminal_that_serves_a_short_lesson_says_so(tmp_path: Path) -> None:
    """Before the addresses, so that whoever leads knows why a clock is not that of the file."""
    from types import SimpleNamespace

    for needed in ("starlette", "itsdangerous", "segno", "python_multipart"):
        pytest.importorskip(needed)
    from sim.seminar.run import Wanted, _greeting

    session = api.open_session("ukraine-2014", minutes=20, folder=tmp_path / "session")
    links = {"screen": "http://s", "room": {"url": "http://r"}}
    room = SimpleNamespace(session=session, beside=SimpleNamespace(links=lambda: links), is_lan=True)
    lines = list(_greeting(room, tmp_path, "http://h", Wanted()))  # type: ignore[arg-type]
    assert "3 turns in 20 minutes" in lines[0] and "time to talk" in lines[1]
