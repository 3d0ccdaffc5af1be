"""Whole games with everything that goes wrong in a room: `python -m tests.game.soak --games 100`.

Random moves, votes taken back, answers that got lost and are said twice, steps taken back, overrides, injects, people
taken out, seats handed to the model, crashes that tear the last line of the log, restarts in between, sessions that end
early. After each step the state is the fold of the log; after each restart it is what it was; at the end nothing that
was told is lost, the debrief can be made, and the export replays to the same digest.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim import api
from sim.game.bots import sit_down, take_part
from sim.game.log import read_log
from sim.game.session import Refused, Session
from sim.game.state import MODEL, PEOPLE, fold, standing
from tests.game.stage import DUEL

SCENARIOS = ("ukraine-2014", "duel", "duel", "sanctions-spiral", "duel", "duel", "duel", "duel", "duel", "duel")
"""Played one after another: a game of ukraine-2014 takes twenty times as long as a duel."""

INJECTED = DUEL + (
    "injects: {film: {says: A film is shown, do: alarm += 5}, rumour: {says: Somebody says so}}\n"
    "seats: {east: {aims: [{says: March, kept: highest >= attack}]}, west: {}}\n"
)
ROUGH = 0.3
"""How often something goes wrong where it might."""


COUNTED = (
    "games", "turns", "moves", "votes", "forecasts", "restarts", "torn lines", "undos", "injects", "overrides",
    "handed over", "taken out", "said twice", "refused", "exports replayed", "debriefs", "lost moves", "errors",
)  # fmt: skip


@dataclass
class Tally:
    """What was played, and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def told(self, seconds: float) -> str:
        """All numbers, a line each."""
        rows = [f"{self.counts[name]:>8,} {name}" for name in COUNTED]
        ended = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        return "\n".join([*rows, f"{seconds:8.0f} seconds", f"ended: {ended}", *self.errors])


@dataclass
class Room:
    """One session, and what was told to whom: every event that a call came back from."""

    session: Session
    rng: random.Random
    tally: Tally
    told: list[str] = field(default_factory=list)  # events as lines, in their order
    said: list[Callable[[], object]] = field(default_factory=list)  # what counted, to be said again

    def say(self, what: str, does: Callable[[Session], object]) -> bool:
        """Do something; count it, or that it was refused."""
        before = len(self.session.log.events)
        try:
            does(self.session)
        except Refused:
            if len(self.session.log.events) != before:
                raise
            self.tally.counts["refused"] += 1
            return False
        self.tally.counts[what] += 1
        self._heard()
        return True

    def _heard(self) -> None:
        """What is in the log now was told; the state is its fold."""
        self.told += [json.dumps(event, sort_keys=True) for event in self.session.log.events[len(self.told) :]]
        assert self.session.state == fold(self.session.log.events)

    def twice(self, what: str, does: Callable[[Session, str], object]) -> None:
        """Say something with a key, and perhaps again, at once or much later, because the answer was lost."""
        key = f"key-{self.rng.getrandbits(64):x}"
        if self.say(what, lambda session: does(session, key)):
            self.said.append(lambda: does(self.session, key))
        if self.said and self.rng.random() < ROUGH:
            if self.rng.random() < ROUGH:
                self.restart()
            before, again = self.session.state, self.rng.choice((-1, self.rng.randrange(len(self.said))))
            self.said[again]()
            assert self.session.state == before
            self.tally.counts["said twice"] += 1

    def restart(self) -> None:
        """The process dies, perhaps in the middle of a line, and another goes on."""
        folder, digest, state = self.session.log.folder, self.session.digest(), self.session.state
        assert folder is not None
        if self.rng.random() < 0.5:
            line = json.dumps({"n": len(self.session.log.events), "kind": "voted", "at": "now", "option": "x"})
            with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(line[: self.rng.randrange(1, len(line))])
            self.tally.counts["torn lines"] += 1
        self.session = api.resume_session(folder)
        self.tally.counts["restarts"] += 1
        assert (self.session.digest(), self.session.state) == (digest, state)


# ------------------------------------------------------------------------------------------------ a game


def play(room: Room) -> None:
    """A whole game, from the lobby to its end."""
    rng = room.rng
    room.say("seated", lambda session: sit_down(session, each=rng.randint(1, 3), seats=_some(rng, session)))
    if rng.random() < 0.5:
        room.say("steps", lambda session: session.advance("brief"))
    for _ in range(200):  # steps that are taken back may be many, but not for ever
        phases = room.session.next_phases()
        if room.session.state.phase == "closed":
            return
        if room.session.state.phase == "decide":
            decide(room)
        rough(room)
        stop = rng.random() < 0.1 and "debrief" in phases
        phase = "debrief" if stop else phases[0]
        if phase in room.session.next_phases():
            room.twice("steps", lambda session, key, phase=phase: session.advance(phase, key=key))  # type: ignore[misc]
    raise AssertionError("the game came to no end in 200 steps")


def _some(rng: random.Random, session: Session) -> list[str]:
    """Most seats, at least one."""
    seats = list(session.game.seats)
    return rng.sample(seats, max(1, len(seats) - rng.randint(0, 1)))


def _anybody(rng: random.Random, session: Session) -> str:
    """Somebody who is there, or nobody."""
    return rng.choice([*session.state.people] or ["nobody"])


def decide(room: Room) -> None:
    """A turn of all who are there, with somebody late, somebody undecided, and somebody who was second."""
    session, rng, turn = room.session, room.rng, room.session.state.turn
    before = Counter(event["kind"] for event in session.log.events)
    take_part(session, rng, manner="random")
    room._heard()
    after = Counter(event["kind"] for event in session.log.events)
    for kind, name in (("ordered", "moves"), ("voted", "votes"), ("foretold", "forecasts")):
        room.tally.counts[name] += after[kind] - before[kind]
    for actor, seat in session.game.seats.items():
        members = session.members(actor)
        if not members or rng.random() > ROUGH:
            continue
        person, question = rng.choice(members), rng.choice(seat.questions)
        option = rng.choice((*question.names, ""))
        room.twice("votes", lambda one, key, p=person, q=question, o=option:  # type: ignore[misc]
                   one.vote(p.id, q.trigger, o, turn=turn, key=key))  # fmt: skip
        seen = rng.choice((0, 1, 2))  # often stale: then it is refused
        room.twice("moves", lambda one, key, p=person, q=question, s=seen:  # type: ignore[misc]
                   one.order(p.id, {q.trigger: q.names[0]}, turn=turn, seen=s, key=key))  # fmt: skip


def rough(room: Room) -> None:
    """Whatever whoever leads may do, and crashes."""
    rng = room.rng
    game, turn = room.session.game, room.session.state.turn
    seat = rng.choice(list(game.seats))
    question = rng.choice(game.seats[seat].questions)
    does: list[tuple[str, Callable[[Session, str], object]]] = [
        ("undos", lambda session, key: session.undo(key=key)),
        ("overrides", lambda session, key: session.override(question.trigger, question.names[-1], turn=turn, key=key)),
        ("handed over", lambda session, key: session.hand(seat, rng.choice((MODEL, PEOPLE)), key=key)),
        ("notes", lambda session, key: session.note("A note", key=key)),
        ("moved", lambda session, key: session.move(_anybody(rng, session), seat, key=key)),
        ("taken out", lambda session, key: session.remove(_anybody(rng, session), key=key)),
        ("late", lambda session, key: session.join(f"late-{rng.getrandbits(20)}", seat=seat, key=key)),
    ]
    if game.injects:
        inject = rng.choice(list(game.injects))
        does.append(("injects", lambda session, key: session.throw(inject, key=key)))
    for name, one in does:
        if rng.random() < ROUGH / (2 if name in ("undos", "taken out") else 1):
            room.twice(name, one)
    if rng.random() < ROUGH:
        room.restart()


# ------------------------------------------------------------------------------------------------ many games


def soak(games: int, folder: Path, *, seed: int = 1, scenarios: Sequence[str] = SCENARIOS, futures: int = 12) -> Tally:
    """So many games, one scenario after another."""
    tally = Tally()
    (folder / "duel.yaml").write_text(INJECTED, encoding="utf-8")
    for number in range(games):
        name = scenarios[number % len(scenarios)]
        try:
            one_game(
                str(folder / "duel.yaml") if name == "duel" else name,
                folder / str(number),
                seed + number,
                tally,
                futures,
            )
        except Exception as error:  # the soak tells what went wrong and goes on
            tally.counts["errors"] += 1
            tally.errors.append(f"game {number}, {name}, seed {seed + number}: {type(error).__name__}: {error}")
    return tally


def one_game(scenario: str, folder: Path, seed: int, tally: Tally, futures: int) -> None:
    """One game, its debrief and its export."""
    rng = random.Random(seed)
    session = api.open_session(scenario, seed=seed, turns=rng.choice((None, 2, 3)), folder=folder / "session")
    room = Room(session, rng, tally)
    play(room)
    room.restart()
    kept = {json.dumps(event, sort_keys=True) for event in read_log(folder / "session" / "log.jsonl")}
    tally.counts["lost moves"] += sum(line not in kept for line in room.told)
    assert set(standing_lines(room.session)) <= set(room.told)
    path = api.export_session(room.session, folder / "x.zip", futures=futures)
    tally.counts["debriefs"] += 1
    assert api.replay_export(path) == room.session.digest()
    tally.counts["exports replayed"] += 1
    tally.counts["games"] += 1
    tally.counts["turns"] += len(room.session.state.played)
    tally.outcomes[room.session.course().outcome or "stopped early"] += 1


def standing_lines(session: Session) -> list[str]:
    """The events that stand, as lines."""
    return [json.dumps(event, sort_keys=True) for event in standing(session.log.events)]


def main(words: Sequence[str] | None = None) -> int:
    """Play and print; 1 if anything went wrong."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--games", type=int, default=100)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--scenarios", default=",".join(SCENARIOS), help="played one after another; `duel` is small")
    asked = reader.parse_args(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sim-soak-") as folder:
        tally = soak(asked.games, Path(folder), seed=asked.seed, scenarios=asked.scenarios.split(","))
    print(tally.told(time.monotonic() - began))
    return int(bool(tally.errors or tally.counts["lost moves"]))


if __name__ == "__main__":
    sys.exit(main())
