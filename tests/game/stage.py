"""Small games for tests: two sides, one army, one choice each, and whatever a test adds."""

from __future__ import annotations

from pathlib import Path

from sim import api
from sim.game.session import Session

DUEL = """
scenario: duel
question: Does the army march?
start: 2030-01-01
horizon: 60 days
actors: {east: {}, west: {}}
quantities:
  army: {level: [home, massed, attack], start: home}
  open: {flag: true, start: true}
  alarm: {start: 0}
choices:
  march:
    actor: east
    asks: Does the army march?
    every: 7 days
    options:
      stay: {says: Stay where it is, usual: 70 %}
      go: {says: One rung further, if: open, usual: 30 %, do: army = massed if army == home else attack}
  warn:
    actor: west
    every: 10 days
    options:
      wait: {usual: 50 %}
      shout: {usual: 50 %, do: alarm += 1}
outcomes:
  attacked: {when: army >= attack}
  quiet: {otherwise: true}
metrics:
  highest: {max: army}
  alarms: {final: alarm}
"""


def seated(folder: Path, text: str = DUEL, *, seed: int = 1, turns: int | None = 3, keep: bool = False) -> Session:
    """A session of a scenario as text, with one person at each seat: `e` in the east, `w` in the west."""
    file = folder / "game.yaml"
    file.write_text(text, encoding="utf-8")
    session = api.open_session(file, seed=seed, turns=turns, folder=folder / "session" if keep else None)
    for actor in session.game.seats:
        session.join(actor[0], seat=actor)
    return session
