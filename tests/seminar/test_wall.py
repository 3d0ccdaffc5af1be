"""The wall after the game, and at a reveal: slides that nobody has to scroll, turned by whoever leads alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim.seminar.pages.render import regions, render  # noqa: E402
from sim.seminar.pages.slides import ROOM, fitting, slides  # noqa: E402
from sim.seminar.pages.told import by_turn, in_short, weightiest  # noqa: E402
from tests.game.stage import DUEL  # noqa: E402
from tests.seminar import given  # noqa: E402
from tests.seminar.stage import Stage  # noqa: E402
from tests.seminar.test_protocol import deciding  # noqa: E402
from tests.seminar.test_reckoning import finished  # noqa: E402

HISTORY = """
history:
  early: {at: 2030-01-05, says: The army was seen at the ford, source: papers}
  late: {at: 2030-02-20, says: The army went home in the end, source: papers}
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A seminar of the duel, with what really happened."""
    stage = Stage.open(tmp_path / "session", DUEL + HISTORY)
    yield stage
    stage.close()


def at_the_end(stage: Stage) -> tuple[Any, Any]:
    """Whoever leads and the projector, after one turn of three, the debrief played."""
    host, *_ = deciding(stage)
    stage.people.append(host)
    host.do("advance", phase="reveal")
    host.do("advance", phase="debrief")
    finished(stage, "/host/debrief", "debrief")
    return host, stage.screen()


def on_the_wall(text: str) -> tuple[str, str]:
    """The name of the slide in a page, and which of how many it is."""
    name, number = re.search(r'data-slide="([\w-]+)"', text), re.search(r'class="at">(\d+ of \d+)', text)
    assert name and number, text
    return name.group(1), number.group(1)


def test_whoever_leads_turns_the_wall_and_a_restart_shows_the_same_slide(tmp_path: Path) -> None:
    """The first slide stands there by itself; one that is turned to stays, also when the server was ended."""
    stage = Stage.open(tmp_path / "session", DUEL + HISTORY)
    host, screen = at_the_end(stage)
    east = stage.person("east")
    first, _ = on_the_wall(screen.get(f"{screen.origin}/screen").text)
    assert first == "ending"
    assert east.do("slide", slide="history").status == 403
    assert host.do("slide", slide="history").status == 200
    shown = screen.get(f"{screen.origin}/screen").text
    assert on_the_wall(shown)[0] == "history"
    assert "seen at the ford" in shown
    before = stage.session.digest()
    stage.close()
    again = Stage.open(stage.folder)
    try:
        host, screen = again.host(), again.screen()
        again.people.append(host)
        finished(again, "/host/debrief", "debrief")
        assert on_the_wall(screen.get(f"{screen.origin}/screen").text)[0] == "history"
        assert again.session.digest() == before
    finally:
        again.close()


def test_a_slide_that_cannot_be_kept_is_shown_all_the_same(stage: Stage) -> None:
    """Where nothing can be written beside the log, as on a full disk, the game ends and the wall is turned."""
    (stage.folder / "slide").mkdir()
    host, screen = at_the_end(stage)
    assert host.do("slide", slide="cautions").status == 200
    assert on_the_wall(screen.get(f"{screen.origin}/screen").text)[0] == "cautions"


def test_a_slide_that_is_not_there_is_refused_with_those_that_are(stage: Stage) -> None:
    """A name that no slide has gets the list; before the end there is nothing to turn."""
    host, *_ = deciding(stage)
    stage.people.append(host)
    assert host.do("slide", slide="ending").status == 423
    host.do("advance", phase="reveal")
    host.do("advance", phase="debrief")
    finished(stage, "/host/debrief", "debrief")
    refused = host.do("slide", slide="regret")
    assert refused.status in (404, 422)
    assert "there are ending" in refused.text
    assert "cautions" in refused.text


def test_history_goes_on_after_an_early_end(stage: Stage) -> None:
    """What really happened after the last turn that was played stands on phones, on the wall and in the report."""
    from sim import api
    from sim.game.page import html

    at_the_end(stage)
    east = stage.person("east")
    record = api.debrief(stage.session).record()
    assert [one["name"] for one in record["afterwards"]] == ["late"]
    assert "its last 2 turns" in record["says"]
    phone = east.get(f"{east.origin}/seat/debrief").text
    wall = render(
        "/screen", given.view("screen", "debrief"), {"debrief": record, "wall": given.wall("history", record)}
    )
    for text in (phone, wall, html(record)):
        assert "What really happened afterwards" in text
        assert "went home in the end" in text


def test_every_part_of_a_debrief_has_its_slide() -> None:
    """Ending, fan, shares from moment to moment, regrets, secrets, words, history, forecasts, aims, what it is not."""
    names = [one["name"] for one in slides(long_enough())]
    assert names == ["ending", "fan", "moments", "regrets", "secrets", "words", "agreements", "history", "afterwards",
                     "forecasts", "aims", "cautions"]  # fmt: skip
    assert len(set(names)) == len(names)
    for name in names:
        text = scene(name, long_enough())
        assert on_the_wall(text)[0] == name


def long_enough() -> dict[str, Any]:
    """A debrief in which nothing shares a wall."""
    found = given.debrief()
    return {**found, "secrets": found["secrets"] * 6, "threats": found["threats"] * 4,
            "afterwards": found["afterwards"] * 14}  # fmt: skip


def scene(name: str, found: dict[str, Any]) -> str:
    """What the wall shows of a slide."""
    beside = {"debrief": found, "wall": given.wall(name, found)}
    return regions("/screen", given.view("screen", "debrief"), beside)["scene"]


def test_every_place_tells_forecasts_in_the_same_words() -> None:
    """Slide, phones, page and terminal have the sentences of the record, and no share without what was known."""
    from html import unescape

    from sim.cli import looking_back, paper
    from sim.game.page import TEMPLATE

    found = given.debrief()
    record = found["forecasts"]
    typed = {**record, "forecasts": [[0, "Amber Heron", "us", 0.625]],
             "questions": [{**record["questions"][0], "turn": 0}]}  # fmt: skip
    terminal = "\n".join(looking_back._forecasts({"forecasts": typed}, paper.painter(no_color=True)))
    phone = render("/seat/debrief", given.view("us", "debrief"), {"debrief": found})
    for text in (phone, terminal):
        said = " ".join(re.sub(r"<[^>]+>", " ", unescape(text)).replace("\u00a0", " ").split())
        for one in (*record["says"], record["questions"][0]["told"][1:]):
            assert one in said, said
    assert "you said 63 %" in terminal
    wall = scene("forecasts", found)
    cells = [
        re.sub(r"<[^>]+>", "", unescape(cell)).replace("\u00a0", " ")
        for cell in re.findall(r"<t[dh] ?[^>]*>(.*?)</t[dh]>", wall)
    ]
    rows = [
        cells[at + 1 : at + 4] for at, cell in enumerate(cells) if cell.startswith(("what was", "They are", "Brier"))
    ]
    assert rows[-3:] == [["from the start", "before orders", "orders as sealed"], ["73 %", "79 %", "40 %"],
                         ["0.25", "0.17", "0.10"]]  # fmt: skip
    assert record["says"][0] in wall.replace("\u00a0", " ")
    page = (files("sim.game") / TEMPLATE).read_text(encoding="utf-8")
    assert "found.forecasts.says" in page and "all.brier | number }}</strong>" not in page


def test_where_shares_of_an_ending_stand_it_is_said_of_what() -> None:
    """From the start every number is drawn anew, before a turn it is this one world: on each slide that has them."""
    found = given.debrief()
    assert "From the start, every number drawn anew" in scene("ending", found)
    assert "In this one world" in scene("moments", found)


def test_what_is_little_shares_a_wall() -> None:
    """One secret and one word stand on one slide, history and what came after it on another; nothing is lost."""
    found = given.debrief()
    listed = {one["name"]: one for one in slides(found)}
    rest = ["forecasts", "aims", "cautions"]
    assert list(listed) == ["ending", "fan", "moments", "regrets", "secrets", "agreements", "history", *rest]
    for name, kept in (("secrets", [*found["secrets"], *found["threats"]]), ("history", found["afterwards"])):
        text = scene(name, found)
        assert text.count("<section><h2>") == 2
        assert all(one["says"] in text for one in kept)
    assert {"secrets", "words"} <= {one["name"] for one in slides({**found, "secrets": found["secrets"] * 6})}


def test_no_slide_holds_more_than_it_has_room_for() -> None:
    """A hundred lines of history come on as many slides as it takes, in their order, none lost."""
    found = given.debrief()
    found["afterwards"] = [{"date": f"2014-09-{day % 28 + 1:02d}", "says": f"Thing {day} " + "word " * (day % 30),
                            "source": "", "name": str(day)} for day in range(100)]  # fmt: skip
    told = [one for one in slides(found) if one["name"].startswith("afterwards")]
    assert [item["name"] for one in told for item in one["items"]] == [str(day) for day in range(100)]
    assert len(told) > 5
    assert told[1]["title"].endswith(f"(2 of {len(told)})")
    assert all(sum(map(float, part)) <= ROOM for part in fitting([1] * 40, float))


def test_shares_of_no_future_have_no_slide() -> None:
    """Where no future was left to count, the slide of how it would have ended is left out, and nothing else."""
    record = given.debrief()
    steps = [{**step, "outcomes": [{**one, "share": None, "low": None, "high": None} for one in step["outcomes"]]}
             for step in record["stairs"]]  # fmt: skip
    names = [one["name"] for one in slides(record)]
    assert "moments" in names
    assert [one["name"] for one in slides({**record, "stairs": steps})] == [name for name in names if name != "moments"]


def test_a_debrief_under_way_or_failed_has_no_slides() -> None:
    """While it is played, and where it failed, there is nothing to turn."""
    assert slides(None) == ()
    assert slides({"error": "no"}) == ()


def test_the_largest_bar_is_unfolded_and_every_line_says_its_own() -> None:
    """A phone shows the dearest decision of its own seat open, and what each cost without unfolding it."""
    found = given.debrief()
    first, second = (turn["moves"][0] for turn in found["turns"])
    second["regret"] = {**second["regret"], "value": 0.09, "low": 0.08, "high": 0.1}
    text = render("/seat/debrief", given.view("russia", "debrief"), {"debrief": found})
    unfolded = re.findall(r'<details class="decision"[^>]*id="([\w-]+)"( open)?>', text)
    assert unfolded == [("m-1-russia-push_further", ""), ("m-2-russia-push_further", " open")]
    assert "another: 9.0\N{NO-BREAK SPACE}points more (8.0 to 10.0)" in text
    assert "another: 3.0\N{NO-BREAK SPACE}points more (1.0 to 5.0)" in text
    assert 'href="#m-2-russia-push_further"' in text
    assert first["turn"] == 0


def test_what_a_scenario_does_not_say_leaves_nothing_behind() -> None:
    """Turns without a sentence, seats without aims: no lone full stop, no empty card, no empty heading."""
    found = given.debrief()
    for turn in found["turns"]:
        turn |= {"says": "", "teaches": "", "asks": [], "history": [], "notes": []}
    found |= {
        "seats": [{**seat, "aims": []} for seat in found["seats"]],
        "secrets": [],
        "threats": [],
        "agreements": [],
        "afterwards": [],
    }
    text = render("/seat/debrief", given.view("russia", "debrief"), {"debrief": found})
    main = regions("/seat/debrief", given.view("russia", "debrief"), {"debrief": found})["debrief"]
    assert not re.search(r"<(p|b|li)[^>]*>[\s.]*</\1>", main)
    assert "<h2>Aims</h2>" not in text
    names = {one["name"] for one in slides(found)}
    assert not names & {"aims", "secrets", "words", "history", "afterwards"}


MOVE = {"turn": 1, "date": "15 April 2014", "kind": "move", "says": "Border army: massed → incursion", "changes": []}
REPORT = {"turn": 1, "date": "16 April 2014", "kind": "report", "says": "A report arrives", "changes": ["troops 1 → 2"]}
ROUND = {"turn": 1, "date": "17 April 2014", "kind": "decision", "says": "OSCE: Send more monitors", "changes": []}


def test_an_invasion_is_told_before_monitors_and_reports() -> None:
    """Twenty decisions and reports come after it, and the wall tells it; what it leaves out is counted."""
    shown = weightiest([MOVE, *[REPORT, ROUND] * 10])
    assert MOVE["says"] in [one["says"] for one in shown["told"]]
    assert sum(one["times"] for one in shown["told"]) + shown["left"] == 21
    assert REPORT["says"] not in [one["says"] for one in shown["told"]]
    view = given.view("screen", "reveal")
    view["reveal"]["news"] = [MOVE, *[REPORT, ROUND] * 10]
    text = regions("/screen", view, {})["scene"]
    assert "massed → incursion" in text
    assert f"{shown['left']} things more, on every phone" in text


def talk(says: str, day: int, **more: Any) -> dict[str, Any]:
    """A piece of news of talks."""
    return {"turn": 1, "date": f"{day} May 2014", "kind": "talks", "says": says, "changes": [], **more}


PLAN = "The Lavrov plan is put on the table: Lavrov's proposals; Russia: Accept it; The United States: Turn it down"
CROWDS = {**MOVE, "kind": "event", "date": "19 May 2014", "says": "Crowds seize buildings in Odesa"}


def test_what_repeats_is_one_line_at_a_reveal_and_hides_nothing_that_came_once() -> None:
    """Three rounds about one plan are told once, with their number, on the wall and on phones; the crowds are told."""
    rounds = [talk(PLAN, day) for day in (4, 11, 18)]
    told = [one["says"] for one in weightiest([*rounds, CROWDS], room=5)["told"]]
    plan = "The Lavrov plan is put on the table (3 times). Russia: accept it; the United States: turn it down"
    assert told == [plan, "Crowds seize buildings in Odesa"]
    assert [one["kind"] for one in weightiest([*rounds, CROWDS], room=2)["told"]] == ["event"]
    view = given.view("us", "reveal")
    view["reveal"]["news"] = [*rounds, CROWDS]
    text = regions("/seat/reveal", view, {})["news"]
    assert text.count("The Lavrov plan is put on the table") == 1 and "(3 times)" in text and "Odesa" in text


def test_talks_are_shortened_so_that_who_answered_what_stays() -> None:
    """What explains a plan goes first, then the oldest answers; what is answered in one line keeps its object."""
    assert in_short(talk(PLAN, 4)) == (
        "The Lavrov plan is put on the table. Russia: accept it; the United States: turn it down"
    )
    signed = talk("Upland: Accept (the plan); the parties on talks sign", 4, title="Upland")
    assert in_short(signed) == "Upland: accept (the plan); the parties on talks sign"
    called = {**MOVE, "kind": "threat", "says": f"The solution is called: {'It remains possible ' * 6}"}
    assert in_short(called) == "The solution is called"
    long = "; ".join(
        ["The plan is put on the table: Peace", *(f"Country {at}: Accept the proposal" for at in range(9))]
    )
    assert in_short(talk(long, 4)).startswith("The plan is put on the table. Country ")
    assert in_short(talk(long, 4)).endswith("; Country 8: accept the proposal")
    later = [talk(PLAN, 4), talk(PLAN.replace("Turn it down", "Accept it"), 11)]
    assert weightiest(later)["told"][0]["says"] == (
        "The Lavrov plan is put on the table (2 times). The last time: Russia: accept it; the United States: accept it"
    )


def test_the_signing_of_an_agreement_weighs_as_much_as_an_army() -> None:
    """Where there is room for one line it is the signing, and it is never folded."""
    signing = {**MOVE, "kind": "agreement", "says": "East and West sign the plan: monitors"}
    shown = weightiest([*[ROUND] * 5, CROWDS, MOVE, signing], room=2)["told"]
    assert [one["says"] for one in shown] == [signing["says"]]
    twice = weightiest([signing, {**signing, "date": "9 May 2014"}])["told"]
    assert [one["times"] for one in twice] == [1, 1]


@pytest.mark.parametrize("phase", ["decide", "reveal"])
def test_a_report_stands_on_its_own_phone_with_its_number(phase: str) -> None:
    """What the seat may know of it, once; the wall has no numbers of it."""
    view = given.view("us", phase)
    view["news"] = [REPORT, CROWDS]
    view.setdefault("reveal", {})["news"] = view["news"]
    page = "/seat/reveal" if phase == "reveal" else "/seat/decide"
    assert regions(page, view, {})["news"].count("Troops 1 → 2") == 1
    wall = given.view("screen", phase)
    wall["news"] = view["news"]
    wall.setdefault("reveal", {})["news"] = view["news"]
    assert "1 → 2" not in regions("/screen", wall, {})["scene"]


def test_the_debrief_says_what_was_signed_and_what_became_of_each_obligation() -> None:
    """On a slide and on phones: which agreement, when, by whom, what is in it, and the fate of each duty."""
    found = given.debrief()
    wall = regions("/screen", given.view("screen", "debrief"), {"debrief": found, "wall": given.wall("agreements")})
    phone = regions("/seat/debrief", given.view("russia", "debrief"), {"debrief": found})
    for page in (wall["scene"], phone["debrief"]):
        text = " ".join(re.sub("<[^>]+>", " ", page).split())
        assert "The Kerry plan" in text and "31 August 2014" in text and "In it: pull back, monitors." in text
        for duty, state in (("back to their garrisons", "kept, 14 September 2014"), ("lifted", "open at the end"),
                            ("wherever they want", "broken, 10 September 2014")):  # fmt: skip
            assert re.search(f"{duty}[:.] {state}", text), (duty, text)


def test_the_news_while_a_turn_is_decided_are_those_that_weigh_most() -> None:
    """Of the turn before, and not merely the last three, which may all be monitors."""
    view = given.view("screen", "decide")
    view["news"] = [{**one, "turn": 0} for one in (MOVE, ROUND, ROUND, ROUND, ROUND)]
    assert "massed → incursion" in regions("/screen", view, {})["scene"]


@pytest.mark.parametrize("phase", ["lobby", "brief", "decide", "reveal", "debrief", "closed"])
def test_the_wall_always_says_that_it_is_a_model(phase: str) -> None:
    """In every phase, in the top line, for there is no foot."""
    text = render("/screen", given.view("screen", phase), given.extra("/screen"))
    assert "A model, not a forecast." in text.partition("<main")[0]


def test_every_order_of_a_turn_stands_on_the_wall() -> None:
    """All that teams ordered, each with what became of it; a seat of whom nobody sees anything has its card."""
    view = given.view("screen", "reveal")
    text = regions("/screen", view, {})["scene"]
    assert text.count('<article class="card move">') == len(view["seats"])
    for move in view["reveal"]["moves"]:
        if move["by"] != "model":
            assert move["says"] in text or move["says"].replace("'", "&#39;") in text


def test_what_comes_again_and_again_is_one_line_on_the_world_page() -> None:
    """Reports of a turn are folded into one line with their count; the newest turn stands first."""
    early = {**MOVE, "turn": 0, "says": "Earlier"}
    turns = by_turn([early, MOVE, REPORT, {**REPORT, "date": "23 April 2014", "changes": ["troops 2 → 3"]}, ROUND])
    assert [one["number"] for one in turns] == [2, 1]
    says = [one["says"] for one in turns[0]["lines"]]
    assert says == ["OSCE: Send more monitors", "Border army: massed → incursion", "A report arrives (2 times)"]
    folded = turns[0]["lines"][-1]
    assert (folded["date"], folded["because"]) == ("16 to 23 April 2014", "Troops 2 → 3")
    assert turns[0]["count"] == 4


def test_the_world_is_reached_from_its_table_of_contents_without_a_script() -> None:
    """Every entry leads to a part that is there; parts are details, so all is reached by hand."""
    text = render("/seat/world", given.view("us"), {})
    targets = re.findall(r'<li><a href="#(w-[\w-]+)"', text)
    assert len(targets) >= 5
    assert all(f'id="{target}"' in text for target in targets)
    assert text.count('<details class="part"') >= 5


def test_every_part_of_a_debrief_is_reached_from_its_head() -> None:
    """A phone has a list of its parts, in which each leads to one that is there."""
    text = render("/seat/debrief", given.view("russia", "debrief"), {"debrief": given.debrief()})
    parts = re.findall(r'<li><a href="#(d-[a-z]+)"', text)
    assert len(parts) == 9
    assert all(text.count(f'id="{part}"') == 1 for part in parts)


def test_answers_to_what_did_not_come_stand_together() -> None:
    """Of the answers that a team gave its page has those that were asked for; the others take one line."""
    view = given.view("russia", "reveal")
    own = next(move for move in view["reveal"]["moves"] if move["by"] != "model" and move["seat"] == "russia")
    idle = {**own, "says": "Keep to it", "is_unasked": True, "carried_out": None, "under_way": ""}
    given_one = {**idle, "says": "Do as was said", "is_unasked": False, "carried_out": "15 April 2014"}
    view["reveal"]["moves"] += [idle, idle, given_one]
    text = " ".join(regions("/seat/reveal", view, {}).values())
    assert re.search("Did not come up, and nobody else knows: [^/]*Keep to it</b>; [^/]*Keep to it</b>", text)
    assert text.count("Keep to it") == 2 and '<p class="chosen">Do as was said' in text


def test_who_learned_of_a_secret_is_told_on_phones_with_the_day() -> None:
    """Between those who knew at once and the day on which it came out, if it did; an empty envelope is told as well."""
    found = given.debrief()
    secret = {**found["secrets"][0], "knew": ["us"], "learned": {"russia": "2014-03-31"}, "public": None}
    turn = {**found["turns"][0], "empty": ["ukraine"]}
    record = {**found, "secrets": [secret], "turns": [turn, *found["turns"][1:]]}
    text = re.sub("<[^>]+>", "", render("/seat/debrief", given.view("russia", "debrief"), {"debrief": record}))
    text = text.replace("\xa0", " ")
    assert re.search(
        r"Known to The United States; to The Russian Federation on 31 March( 2014)?; it never came out", text
    )
    assert "Ukraine: an empty envelope. Nothing was begun." in text
