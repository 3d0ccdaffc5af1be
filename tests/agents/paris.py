"""A track with drafters and an addressee, and persons who decide on it."""

from __future__ import annotations

from collections.abc import Sequence

from sim.program.ir import Program
from tests.agents.stage import program

PARIS = """
    actors: {us: {}, russia: {}, ukraine: {}}
    agents:
      track:
        diplomacy: {parties: [us, russia], consent: ukraine}
        rounds: {every: 10 days, slips: 0 %}
        issues:
          pull_back: {us: 0.1, russia: -0.1, ukraine: 0.2}
          federalism: {russia: 0.3, ukraine: -0.4, demanded_by: russia}
          regions: {russia: -0.2, ukraine: 0.1, demanded_by: ukraine, off_agenda: true}
        proposals:
          joint: {by: [us, russia], contains: [pull_back, federalism]}
        agreement:
          withdraw: {by: russia, do: left = true, due: 14 days, kept: 100 %}
          devolve: {by: ukraine, do: devolved = true, due: 20 days, kept: 100 %, under: federalism}
    quantities: {left: {flag: true}, devolved: {flag: true}}
"""

JOINT = "joint: {by: [us, russia], contains: [pull_back, federalism]}"


def paris(joint: str = JOINT, more: str = "") -> str:
    """The track with another proposal, or something more at the end of the file."""
    return PARIS.replace(JOINT, joint) + more


def decided(played: Program, **answers: Sequence[str]) -> dict[tuple[int, int], int]:
    """What persons decide, one occasion after another: `joint_ukraine=["counter", "accept"]`."""
    told: dict[tuple[int, int], int] = {}
    for who, said in answers.items():
        proposal, _, actor = who.rpartition("_")
        name = f"track.{proposal}.ask.{actor}" if proposal else f"track.{actor}"
        place = played.trigger(name)
        choice = played.triggers[place].choice
        assert choice is not None
        names = [option.name for option in choice.options]
        told |= {(place, occasion): names.index(option) for occasion, option in enumerate(said)}
    return told


def rounds_of(answer: Sequence[str], text: str, *, days: int = 100) -> tuple[Program, dict[tuple[int, int], int]]:
    """A program, and decisions by which the drafters always accept and Ukraine answers so, round by round."""
    played = program(text, days=days)
    yes = ["accept"] * 9
    return played, decided(played, joint_us=yes, joint_russia=yes, joint_ukraine=answer)
