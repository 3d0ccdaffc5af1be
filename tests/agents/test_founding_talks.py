"""What the founding report says of the talks can be said, played and read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.agents.expand import expand
from sim.analysis.narrative import tell
from sim.engine.record import Engine, Recording
from sim.program.build import build_core, build_program
from sim.program.ir import Program
from sim.program.lint import lint
from sim.program.listing import core_text
from sim.program.prose import tell_scenario
from sim.scenario.read import scenario_from_text
from sim.streams import Luck

TEXT = (Path(__file__).parent / "founding_talks.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def played() -> Program:
    return build_program(scenario_from_text(TEXT))


def by_hand(program: Program, choice: str, *options: str) -> dict[tuple[int, int], int]:
    """These options at the first occasions of a choice."""
    place = program.trigger(choice)
    asked = program.triggers[place].choice
    assert asked is not None
    names = [option.name for option in asked.options]
    return {(place, occasion): names.index(option) for occasion, option in enumerate(options)}


def test_the_talks_of_the_report_can_be_played(engine: Engine, played: Program) -> None:
    """No warning, no run that fails; some settle and most do not."""
    assert lint(scenario_from_text(TEXT), played) == ()
    runs = engine.run(played, luck=Luck(1), runs=np.arange(200, dtype=np.uint32), recording=Recording(series=False))
    assert not runs.failures and 0 < (runs.outcome == 0).mean() < 0.5


def test_their_expansion_reads_back_to_the_same_program() -> None:
    """Everything about talks can be said in the core."""
    core = expand(scenario_from_text(TEXT))
    assert build_core(scenario_from_text(core_text(core))) == build_core(core)


def test_they_are_told_in_prose(played: Program) -> None:
    """Who demands what, who drafts and is handed the draft, the questions, who verifies, what follows a breach."""
    told = " ".join(tell_scenario(scenario_from_text(TEXT), played).split())
    for sentence in (
        "russia demands federalism, neutrality and language; ukraine demands russian_regions",
        "(pull_back, monitors, federalism; drafted by us, russia and eu, submitted to ukraine)",
        "kerrys: questions of us to russia, replied to 60 % of the time within 6 days",
        "once they have signed and pull_back is in it",
        "else the agreement is broken; osce verifies it.",
        "when a breach is seen: raise western_measures to sectoral.",
    ):
        assert sentence in told


def test_a_run_of_them_reads_like_a_diary(engine: Engine, played: Program) -> None:
    """Demands, refusal, a draft, its submission, a counter, a signature, a breach and what follows, each once."""
    yes = ["accept"] * 2
    initiative = "paris_track.joint_initiative"
    decisions = {
        **by_hand(played, "paris_track.proposes", "joint_initiative", "joint_initiative"),
        **by_hand(played, f"{initiative}.ask.us", *yes),
        **by_hand(played, f"{initiative}.ask.russia", *yes),
        **by_hand(played, f"{initiative}.ask.eu", *yes),
        **by_hand(played, "kiev_answers", "counter", "accept"),
        **by_hand(played, "paris_track.agreement.withdraw.due", "broken"),
    }
    runs = engine.run(played, luck=Luck(1), runs=[0], recording=Recording(events=True), decisions=decisions)
    lines = [line.what for line in tell(runs, 0) if line.sort in ("firing", "decision")]
    wanted = [
        "Lavrov demands federalism, neutrality and a second language",
        "Kiev refuses, and asks for autonomy in Russia's own regions",
        "`joint_initiative` is put on the table: A joint initiative of Russia, the US and the EU",
        "us decides: Accept the proposal",
        "russia decides: Accept the proposal",
        "eu decides: Accept the proposal",
        "`joint_initiative` is submitted to `ukraine`",
        "ukraine decides: Counter it, without a federal state",
        "`joint_initiative` is put on the table: A joint initiative of Russia, the US and the EU",
        "`joint_initiative` is submitted to `ukraine`",
        "ukraine decides: Accept the joint initiative",
        "all accept `joint_initiative`",
        "the parties on `paris_track` sign",
        "russia decides: Break the agreement",
        "`osce` sees that `withdraw` was not kept",
        "what was to follow a breach is done",
    ]
    at = 0
    for sentence in wanted:
        found = [number for number, line in enumerate(lines) if number >= at and line.startswith(sentence)]
        assert found, (sentence, lines[at:])
        at = found[0] + 1
