"""What is reckoned beside the game: what-ifs, two baselines, rehearsals, debriefs, exports."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim import api  # noqa: E402
from sim.seminar.whatifs import MOST  # noqa: E402
from tests.game.stage import DUEL  # noqa: E402
from tests.seminar.client import Client  # noqa: E402
from tests.seminar.measured import measure  # noqa: E402
from tests.seminar.stage import Stage  # noqa: E402
from tests.seminar.test_protocol import at, deciding, until  # noqa: E402

LEVERS = DUEL + "levers:\n  march.options.go.usual: {range: [5 %, 95 %], says: How ready is the east?}\n"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A seminar of the duel with a lever."""
    stage = Stage.open(tmp_path / "session", LEVERS)
    yield stage
    stage.close()


def log_of(stage: Stage) -> bytes:
    """What lies in the log."""
    return (stage.folder / "log.jsonl").read_bytes()


def finished(stage: Stage, page: str, *names: str, seconds: float = 60.0) -> dict[str, Any]:
    """What has been reckoned for a page, once all of these names are there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = stage.room.reckoner.of(page, "host")
        if all(found.get(name) for name in names):
            return dict(found)
        with stage.people[0].live_now("/host/console") as line:  # as long as it takes to hear a beat
            until(line, lambda message: "beat" in message)
    raise AssertionError(f"{names} never came")


def bars(stage: Stage, seat: str, trigger: str) -> dict[str, Any]:
    """The bars of a team's what-if when no more futures are to come."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = stage.room.reckoner.of("/seat/whatif", seat)
        if found and not found["asking"] and trigger in found["whatif"]:
            return dict(found["whatif"][trigger])
        with stage.people[0].live_now("/host/console") as line:
            until(line, lambda message: "beat" in message)
    raise AssertionError("the bars never came")


def test_a_what_if_is_quick_changes_nothing_and_says_the_same_again(stage: Stage) -> None:
    """First bars, then finer ones, on the pages of the team alone; the same again has the same numbers."""
    host, east, west = deciding(stage)
    stage.people.append(host)
    east.do("vote", trigger="march", option="go")
    with east.live_now("/seat/whatif") as line:  # the processes are warm when there was time for a first answer
        east.do("whatif", trigger="march", options="stay,go")
        until(line, lambda message: "bars" in message.get("regions", {}), seconds=60)
    first = bars(stage, "east", "march")
    before = log_of(stage), stage.session.digest()
    mate = stage.person("east")
    with ExitStack() as stack:
        mine, theirs = (stack.enter_context(one.live_now("/seat/whatif")) for one in (mate, west))
        until(mine, at(0))
        until(theirs, at(0))
        asked = time.perf_counter()
        assert east.do("whatif", trigger="march", options="stay,go").status == 200
        until(mine, lambda message: "<svg" in message.get("regions", {}).get("bars", ""), seconds=60)
        measure(16, "seconds to the first bars of a small game", time.perf_counter() - asked, promised=1.0)
        voted = time.perf_counter()
        assert west.do("vote", trigger="warn", option="shout").status == 200
        measure(16, "seconds for a vote meanwhile", time.perf_counter() - voted, promised=0.5)
    again = bars(stage, "east", "march")
    assert first == again
    assert again["n"] == MOST
    assert [option["option"] for option in again["options"]] == ["stay", "go"]
    assert all(sum(one["share"] for one in option["outcomes"]) == pytest.approx(1) for option in again["options"])
    assert "not a forecast" in again["says"]
    assert "whatif" not in stage.room.reckoner.of("/seat/whatif", "west")
    assert log_of(stage).startswith(before[0])
    events = [json.loads(line) for line in log_of(stage).splitlines()[len(before[0].splitlines()) :]]
    assert {event["kind"] for event in events} == {"joined", "voted"}


def test_a_new_question_of_a_team_ends_its_old_one(stage: Stage) -> None:
    """One job for each team: the last question is answered, and another team's goes on."""
    host, east, west = deciding(stage)
    stage.people.append(host)
    west.do("whatif", trigger="warn", options="wait,shout")
    for options in ("stay,go", "go", "stay"):
        assert east.do("whatif", trigger="march", options=options).status == 200
    assert [one["option"] for one in bars(stage, "east", "march")["options"]] == ["stay"]
    assert len(bars(stage, "west", "warn")["options"]) == 2


def test_the_same_question_asked_anew_is_under_way_until_it_is_answered(stage: Stage) -> None:
    """What was given up for it takes nothing away: the page says that futures are played until the last are there."""
    host, east, _ = deciding(stage)
    stage.people.append(host)
    for _ in range(3):
        assert east.do("whatif", trigger="march", options="stay,go").status == 200
    end = time.monotonic() + 60
    while (found := stage.room.reckoner.of("/seat/whatif", "east"))["whatif"].get("march", {}).get("n") != MOST:
        assert "march" in found["asking"], "it is being played, and nothing says so"
        assert time.monotonic() < end


def test_a_what_if_of_a_past_that_was_taken_back_is_gone(stage: Stage) -> None:
    """Back to the first turn and on with another order: in the second nothing of the other past is shown."""
    host, east, _ = deciding(stage)
    stage.people.append(host)
    for number, option in enumerate(("go", "stay")):
        east.do("seal", march=option, seen=number)
        host.do("advance", phase="reveal")
        host.do("advance", phase="decide")
        assert stage.room.reckoner.of("/seat/whatif", "east") == {}
        east.do("whatif", trigger="march", options="stay", turn=1)
        bars(stage, "east", "march")
        while stage.session.state.turn or stage.session.state.phase != "decide":
            assert host.do("undo", turn=stage.session.state.turn).status == 200


def test_a_what_if_goes_with_its_turn(stage: Stage) -> None:
    """What was asked in a turn is not shown in the next, and nobody looks ahead between turns."""
    host, east, _ = deciding(stage)
    stage.people.append(host)
    east.do("whatif", trigger="march", options="stay,go")
    bars(stage, "east", "march")
    host.do("advance", phase="reveal")
    assert east.do("whatif", trigger="march", options="stay").status == 423
    host.do("advance", phase="decide")
    assert stage.room.reckoner.of("/seat/whatif", "east") == {}
    assert east.do("whatif", trigger="march", options="stay", turn=0).status == 409


def test_a_changed_assumption_draws_two_labelled_baselines(stage: Stage) -> None:
    """As written and changed, each with its intervals and n, and what was changed to what; the game knows nothing."""
    host = stage.host()
    stage.people.append(host)
    before = log_of(stage)
    name = "march.options.go.usual"
    assert host.do("sandbox", **{name: 400}).status == 422
    assert host.do("sandbox", weather=1).status == 422
    assert stage.person("east").do("sandbox", **{name: 90}).status == 403
    assert host.do("sandbox", **{name: 90}).status == 200
    found = finished(stage, "/host/assumptions", "sandbox")["sandbox"]
    assert [option["says"] for option in found["options"]] == ["As written", "Changed"]
    attacked = [next(one for one in option["outcomes"] if one["name"] == "attacked") for option in found["options"]]
    assert attacked[1]["low"] > attacked[0]["high"]
    assert found["n"] == 1_000
    assert [(one["was"], one["now"], one["movers"]) for one in found["changed"]] == [("30 %", "90 %", [])]
    shown = host.get(f"{host.origin}/host/assumptions").text
    assert "As written" in shown
    assert "Changed" in shown
    assert log_of(stage).startswith(before)
    assert not [event for event in stage.session.log.events if event["kind"] not in ("opened", "joined")]


def test_model_players_play_a_whole_game_beside_the_session(stage: Stage) -> None:
    """A rehearsal goes through every turn to an outcome, another one by other luck, and the log stays as it is."""
    host = stage.host()
    stage.people.append(host)
    before = log_of(stage)
    assert host.do("rehearse").status == 200
    found = finished(stage, "/host/rehearsal", "rehearsal")["rehearsal"]
    assert 1 <= len(found["turns"]) <= len(stage.session.game.turns)
    assert found["outcome"]
    assert any(turn["moves"] for turn in found["turns"])
    assert log_of(stage) == before


def test_a_rehearsal_says_how_far_it_is_and_what_each_seat_had_open(stage: Stage) -> None:
    """While it is played the button rests, a second one is refused, and turns are shown as they come."""
    host = stage.host()
    stage.people.append(host)
    reckoner = stage.room.reckoner
    assert host.do("rehearse").status == 200
    assert host.do("rehearse").status == 409
    shown = host.get(f"{host.origin}/host/rehearsal").text
    assert re.search(r'<button type="submit" class="main" disabled>It is being played', shown)
    assert "Turn 1 of 3 is being played" in shown
    found = finished(stage, "/host/rehearsal", "rehearsal")["rehearsal"]
    seats = found["turns"][0]["seats"]
    assert [(one["seat"], one["questions"], one["of"], one["options"]) for one in seats] == [
        ("east", 1, 1, 2), ("west", 1, 1, 2)]  # fmt: skip
    assert not reckoner.of("/host/rehearsal", "host")["rehearsing"]
    shown = host.get(f"{host.origin}/host/rehearsal").text
    assert "Play another game" in shown
    assert "East 1 of 1 questions, 2 options" in shown
    assert host.do("rehearse").status == 200


def test_what_is_asked_again_with_its_key_is_asked_once(stage: Stage) -> None:
    """A page that heard no answer says it again: the same answer, and one game is played; so is a refusal repeated."""
    host = stage.host()
    stage.people.append(host)
    assert [host.do("rehearse", key="a").status for _ in range(3)] == [200, 200, 200]
    assert [host.do("rehearse", key="b").status for _ in range(2)] == [409, 409]
    first = finished(stage, "/host/rehearsal", "rehearsal")["rehearsal"]
    assert host.do("rehearse", key="a").status == 200
    assert finished(stage, "/host/rehearsal", "rehearsal")["rehearsal"] == first
    assert host.do("rehearse", key="c").status == 200
    assert finished(stage, "/host/rehearsal", "rehearsal")["rehearsal"]["seed"] == first["seed"] + 1


def test_debrief_and_export_say_the_same_and_the_export_replays(stage: Stage) -> None:
    """At the end all pages have the debrief; the file holds its numbers and gives the same digest when played again."""
    host, east, west = deciding(stage)
    stage.people.append(host)
    while stage.session.state.phase == "decide":
        turn = stage.session.state.turn
        east.do("seal", turn=turn, march="go", seen=0)
        east.do("foretell", turn=turn, percent=40)
        host.do("advance", turn=turn, phase="reveal")
        host.do("advance", turn=turn, phase=stage.session.next_phases()[0])
    assert stage.session.state.phase == "debrief"
    ended = time.perf_counter()
    with host.live_now("/host/debrief") as line:
        until(line, lambda message: "<svg" in message.get("regions", {}).get("debrief", ""))
    measure(19, "seconds to the debrief of a small game", time.perf_counter() - ended, promised=2.0)
    told = finished(stage, "/host/debrief", "debrief")["debrief"]
    assert told["says"]
    assert east.get(f"{east.origin}/seat/debrief").text.count("<svg") >= 2
    assert west.ask("GET", "/export.zip").status == 403
    reply = host.ask("GET", "/export.zip")
    assert reply.status == 200
    path = stage.folder.parent / "taken.zip"
    path.write_bytes(reply.body)
    import zipfile

    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("debrief.json")) == json.loads(json.dumps(told))
        secret = (stage.folder / "secret").read_bytes()
        assert all(secret not in archive.read(name) for name in archive.namelist())
        assert "secret" not in archive.namelist()
    assert api.replay_export(path) == stage.session.digest()


def early(stage: Stage, host: Client) -> None:
    """Wait until the debrief is made, were this reveal the last."""
    end = time.monotonic() + 30
    while stage.room.reckoner.afterwards.early is None or not stage.room.reckoner.afterwards.early.holds(stage.session):
        assert time.monotonic() < end, "no debrief was made at the reveal"
        with host.live_now("/host/console") as line:
            until(line, lambda message: "beat" in message)


def test_a_debrief_made_at_the_reveal_is_there_at_once_and_of_the_game_as_it_stands(stage: Stage) -> None:
    """Nothing is reckoned when the game ends; pages are told; its digest is the export's, also after the close."""
    host, east, _ = deciding(stage)
    stage.people.append(host)
    east.do("seal", march="go", seen=0)
    host.do("advance", phase="reveal")
    early(stage, host)
    reckoner, session, before = stage.room.reckoner, stage.session, stage.room.stamp()[1]
    host.do("advance", phase="debrief")
    assert stage.room.stamp()[1] > before
    for step in ("advance", "close"):
        if step == "close":
            assert host.do("close").status == 200
        told = reckoner.afterwards.debrief
        assert told["facts"]["digest"] == session.digest()
        assert told == json.loads(json.dumps(api.debrief(session).record()))


def test_what_is_noted_after_the_reveal_is_in_the_debrief(stage: Stage) -> None:
    """A debrief that was made before it is made anew."""
    host, *_ = deciding(stage)
    stage.people.append(host)
    host.do("advance", phase="reveal")
    early(stage, host)
    host.do("note", text="They whisper")
    host.do("advance", phase="debrief")
    finished(stage, "/host/debrief", "debrief")
    end = time.monotonic() + 30
    while stage.room.reckoner.afterwards.debrief["turns"][0]["notes"] != ["They whisper"]:
        assert time.monotonic() < end
        finished(stage, "/host/debrief", "debrief")


def test_what_cannot_be_reckoned_is_said_on_the_page_and_can_be_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A what-if, a sandbox, a rehearsal and a debrief that fail: each page is there, says so, and shows no result."""
    host, east, _ = deciding(stage)
    stage.people.append(host)
    reckoner, works = stage.room.reckoner, api.debrief

    async def dies(*_: Any) -> Any:
        raise BrokenProcessPool("a process died")

    def fails(*_: Any, **__: Any) -> Any:
        raise TypeError("a fault of ours")

    def failed(name: str) -> None:
        end = time.monotonic() + 30
        with host.live_now("/host/console") as line:
            while name not in reckoner.jobs.failed:
                assert time.monotonic() < end, f"{name} never failed"
                until(line, lambda message: True)

    ways = {
        "whatif/east": (lambda: east.do("whatif", trigger="march", options="stay,go"), east, "/seat/whatif"),
        "sandbox": (lambda: host.do("sandbox", **{"march.options.go.usual": 90}), host, "/host/assumptions"),
        "rehearsal": (lambda: host.do("rehearse"), host, "/host/rehearsal"),
    }
    monkeypatch.setattr(reckoner.workers, "run", dies)
    for name, (ask, client, page) in ways.items():
        assert ask().status == 200
        failed(name)
        shown = client.get(client.origin + page)
        assert (shown.status, "could not be reckoned" in shown.text, "gain." in shown.text) == (200, True, True), name
        assert "played through to the end" not in shown.text
    monkeypatch.undo()
    monkeypatch.setattr(api, "debrief", fails)
    assert host.do("debrief").status == 423
    host.do("advance", phase="reveal")
    host.do("advance", phase="debrief")
    failed("debrief")
    everywhere = ((host, "/host/debrief"), (east, "/seat/debrief"), (stage.screen(), "/screen"))
    for client, page in everywhere:
        shown = client.get(client.origin + page)
        assert (shown.status, re.search("could not be (reckoned|played)", shown.text) is not None) == (200, True), page
        assert "a fault of ours" not in shown.text
    assert "/do/debrief" in host.get(f"{host.origin}/host/debrief").text
    monkeypatch.setattr(api, "debrief", works)
    assert east.do("debrief").status == 403
    assert host.do("debrief").status == 200
    finished(stage, "/host/debrief", "debrief")
    for client, page in everywhere:
        assert "could not be" not in client.get(client.origin + page).text


def test_nothing_of_the_debrief_is_shown_before_the_end(stage: Stage) -> None:
    """Its parts are played while turns end, and told to nobody: not even to whoever leads before the debrief begins."""
    host, east, _ = deciding(stage)
    east.do("seal", march="go", seen=0)
    host.do("advance", phase="reveal")
    for page, role in (("/seat/debrief", "west"), ("/host/debrief", "host"), ("/screen", "screen")):
        assert not stage.room.reckoner.of(page, role).get("debrief")


def test_role_sheets_are_printed_for_whom_they_are(stage: Stage) -> None:
    """Whoever leads prints all of them, a person their own; nobody another's."""
    host, east, west = deciding(stage)
    assert [host.get(f"{host.origin}/print/{seat}").status for seat in ("east", "west", "north")] == [200, 200, 404]
    assert east.get(f"{east.origin}/print/east").status == 200
    assert west.get(f"{west.origin}/print/east").status == 403
    assert Client(host.origin).get(f"{host.origin}/print/east").status == 403


def test_role_sheets_are_whole_before_the_lesson(stage: Stage) -> None:
    """In the lobby a sheet has all that its seat may decide, and its links lead where whoever asks may go."""
    host, west = stage.host(), stage.person("west")
    sheet = host.get(f"{host.origin}/print/east").text
    assert all(words in sheet for words in ("What you may decide", "Does the army march?", "One rung further"))
    assert "shout" not in sheet.lower()
    for client, text in ((host, sheet), (west, west.get(f"{west.origin}/print/west").text)):
        links = re.findall(r'<a[^>]*href="(/[^"]*)"', text)
        assert links
        assert {client.get(client.origin + link).status for link in links} == {200}
