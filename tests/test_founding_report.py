"""Everything in the report of 30 March 2014 is alive: it fires, is told, and is missed in what comes out without it.

Each row is a thing of the report: triggers that fire in some runs, words by which a diary tells of it, what takes it
out of the scenario, and the metric (or the outcome) in which that shows on the same luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from sim.analysis.story import tell_story
from sim.engine.choose import choose
from sim.engine.record import EventRow, Recording, Runs
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from sim.streams import Luck
from tests.statistics.claims import SEED

RUNS, WITHOUT = 240, 80
"""Histories looked at, and how many of them are played again without the thing."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the report speaks of."""

    name: str
    fires: tuple[str, ...]  # trigger, or trigger.branch
    told: str
    removed: tuple[tuple[str, str], ...]
    seen_in: tuple[str, ...]


THINGS = (
    Thing("Kerry and Lavrov meet in Paris", ("paris_track.round",), "a round of talks on `paris_track`",
          (("paris_track.start", "closed"),), ("rounds_held", "outcome")),
    Thing("written questions, and written replies", ("paris_track.kerrys.reply",), "replies",
          (("kerrys.reply", "0 %"), ("moscow_at_the_table.options.answer.if", "false")), ("us_belief",)),
    Thing("the presidents telephone", ("hotline.round",), "hotline.round",
          (("hotline.start", "closed"),), ("us_belief",)),
    Thing("a diplomatic solution, if Russia pulls back", ("diplomatic_solution.called",),
          "`diplomatic_solution` is called", (("diplomatic_solution.start", "unsaid"),), ("outcome",)),
    Thing("40,000 troops, as the US estimates", ("us.sees.border_army.troops.report",),
          "a report on `border_army.troops` reaches `us`",
          (("perception.us.sees.border_army.troops.error", "0 %"),), ("false_alarms",)),
    Thing("push or pull back", ("border_army.push_further.push", "border_army.push_further.pull_back"),
          "Go one rung further", (("push_further.disabled", "true"),), ("days_pushed", "troops", "outcome")),
    Thing("more international monitors", ("osce_mission.moves",), "`osce_mission` moves one rung nearer",
          (("vienna.disabled", "true"), ("observe.kept", "0 %")), ("incidents", "false_alarms")),
    Thing("direct dialogue between Moscow and Kiev", ("kiev_moscow.round",), "kiev_moscow.round",
          (("kiev_moscow.rounds.slips", "100 %"),), ("unrest",)),
    Thing("federalism, neutrality, language: demanded, refused, answered",
          ("kiev_answers_lavrov.refuse", "paris_track.lavrov_plan.ask.ukraine.dismiss"), "give its own regions",
          (("kiev_answers_lavrov.disabled", "true"),), ("signed", "outcome")),
    Thing("the election of 25 May, and who wins it", ("election.do", "election.otherwise"),
          "Ukraine elects a president", (("election.disabled", "true"),), ("outcome", "signed")),
    Thing("Crimea, annexed and off the agenda", ("kiev_and_crimea.raise_it",), "Put Crimea back on the agenda",
          (("kiev_and_crimea.disabled", "true"),), ("signed", "outcome")),
    Thing("the raft of new measures", ("raft_of_new_measures.called", "raft_of_new_measures.answer.us.kept"),
          "`raft_of_new_measures` is called", (("raft_of_new_measures.start", "unsaid"),),
          ("outcome", "threat_called", "gdp_lost")),
    Thing("28 members, who must all agree", ("western_measures.eu.vote", "western_measures.eu.blocked"), "28 say yes",
          (("western_measures.adopt.eu.vote", "1 of 28"),), ("eu_blocked", "cost_to_eu")),
    Thing("what a bluff costs at home", ("raft_of_new_measures.answer.us.broken",), "Leave it at words",
          (("us.home.audience", "0"),), ("us_support",)),
    Thing("a joint initiative, co-ordinated with Ukraine",
          ("paris_track.joint_initiative.submitted", "paris_track.joint_initiative.coordinates",
           "paris_track.joint_initiative.ask.ukraine.accept", "paris_track.joint_initiative.ask.ukraine.dismiss"),
          "`joint_initiative` is co-ordinated with `ukraine`", (("joint_initiative.coordinated", "false"),),
          ("signed", "outcome")),
    Thing("unrest in eight regions as pretext", ("buildings.donetsk", "buildings.odesa", "rampage"),
          "Crowds seize buildings in donetsk",
          tuple((f"buildings.{region}.disabled", "true") for region in
                ("kharkiv", "luhansk", "donetsk", "zaporizhzhia", "dnipropetrovsk", "kherson", "mykolaiv", "odesa")),
          ("unrest", "outcome")),
    Thing("steps to calm the regions", ("kiev_in_the_regions.devolve", "kiev_in_the_regions.retake"),
          "Offer powers to the regions unasked", (("kiev_in_the_regions.disabled", "true"),), ("unrest", "outcome")),
    Thing("steps that Putin is willing to examine", ("putin_examines",), "Putin is willing to examine",
          (("putin_examines.disabled", "true"),), ("us_belief",)),
)  # fmt: skip


def played(overrides: tuple[tuple[str, str], ...], runs: int, *, events: bool) -> Runs:
    """The scenario as it stands or without something, on the luck of the suite."""
    program = build_program(read_scenario("ukraine-2014", overrides=overrides))
    recording = Recording(events=events, series=False)
    return choose("compiled").run(program, luck=Luck(SEED), runs=np.arange(runs, dtype=np.uint32), recording=recording)


@cache
def as_it_stands() -> Runs:
    """The histories that all rows are held against."""
    return played((), RUNS, events=True)


def fired(runs: Runs, row: EventRow) -> tuple[str, str]:
    """The trigger of a row, alone and with its branch."""
    trigger = runs.program.triggers[row.trigger]
    return trigger.name, f"{trigger.name}.{trigger.branches[row.branch].name}"


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name)
def test_it_fires_and_a_diary_tells_of_it(thing: Thing) -> None:
    """Each of its triggers fires in some runs, and the diary of one of these has its words."""
    runs = as_it_stands()
    with_it = {name: [run for run, rows in enumerate(runs.events) if any(name in fired(runs, row) for row in rows)]
               for name in thing.fires}  # fmt: skip
    assert all(with_it.values()), {name: len(found) for name, found in with_it.items()}
    looked_at = dict.fromkeys(run for found in with_it.values() for run in found)
    told = (tell_story(runs, run, seed=SEED).text() for run in looked_at)
    assert any(thing.told in " ".join(text.split()) for text in told)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name)
def test_without_it_other_things_come_out(thing: Thing) -> None:
    """On the same luck some runs end otherwise, or with other numbers, in everything that the row names."""
    there, gone = as_it_stands(), played(thing.removed, WITHOUT, events=False)
    assert gone.failures == ()
    for name in thing.seen_in:
        if name == "outcome":
            before, after = there.outcome[:WITHOUT], gone.outcome
        else:
            column = [metric.name for metric in there.program.metrics].index(name)
            before, after = there.metrics[:WITHOUT, column], gone.metrics[:, column]
        assert (before != after).any(), name


def test_the_british_voice_is_no_sender() -> None:
    """Hammond says it, Washington and Brussels must do it."""
    threat = read_scenario("ukraine-2014").threats["raft_of_new_measures"]  # type: ignore[index]
    assert threat.voice == "uk" and "uk" not in threat.by


def test_annexed_crimea_counts_in_no_proposal_until_kiev_asks() -> None:
    """Where Kiev never raises it, it makes no difference what Crimea is worth to whom."""
    silent = (("kiev_and_crimea.disabled", "true"),)
    one = played(silent, WITHOUT, events=False)
    other = played((*silent, ("crimea.ukraine", "0.9"), ("crimea.russia", "-0.1")), WITHOUT, events=False)
    assert np.array_equal(one.metrics, other.metrics) and np.array_equal(one.outcome, other.outcome)
