"""Every model written by hand that can be played on this machine."""

from __future__ import annotations

from benchmarks import nine_triggers
from benchmarks.peers.played import OUTCOMES, Played, Player


def with_simpy(*, thrifty: bool) -> Player:
    """The SimPy model; it does not count its events."""

    def play(runs: int, /, *, seed: int) -> Played:
        played = Played.blank(runs)
        for run, ended in enumerate(nine_triggers.by_hand(runs, seed=seed, thrifty=thrifty)):
            played.outcome[run] = OUTCOMES.index(ended.outcome)
            played.day[run], played.worst_economy[run] = ended.day, ended.worst_economy
            played.incidents[run] = ended.incidents
        return played

    return play


def players() -> tuple[dict[str, Player], list[str]]:
    """The players by name, slow ones first, and a sentence for each that cannot be had here."""
    from benchmarks.peers import in_numpy, in_numpy_tables, plain_python

    found: dict[str, Player] = {
        "SimPy, a process for each trigger": with_simpy(thrifty=False),
        "SimPy, thrifty": with_simpy(thrifty=True),
        "plain Python loop": plain_python.play,
        "NumPy, lock-step": in_numpy.player(),
        "NumPy, lock-step over tables": in_numpy.player(in_numpy_tables.Tables),
    }
    left_out = []
    try:
        from benchmarks.peers import in_numba

        found["numba, the plain loop"] = in_numba.compiled()
    except ImportError:
        left_out.append("numba is not installed, and is left out: `pip install -e .[benchmarks]`.")
    from benchmarks.peers import in_c

    try:
        found["C, straightforward"], found["C, all craft"] = in_c.straightforward(), in_c.crafted()
    except in_c.NoCompiler as reason:
        left_out.append(f"{reason}.")
    return found, left_out
