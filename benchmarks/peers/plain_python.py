"""The nine-trigger model as one plain Python loop, made for it alone and without a library.

Local names, one clock for all four hazards, days in a small loop of their own, no object but the numbers: as fast as
plain Python is without being hard to read. numba compiles the same text, see `in_numba.py`.
"""

from __future__ import annotations

import math
import random

from benchmarks.nine_triggers import ALERT, HOME, HORIZON, LOG_P90, MASSED, WAR
from benchmarks.peers.played import FROZEN, SETTLEMENT, Played
from benchmarks.peers.played import WAR as ENDED_IN_WAR

CLOSED, OPEN = range(2)
NEVER = math.inf
SPREAD = math.log(17 / 9) / LOG_P90
ESCALATION = tuple(0.03 * math.exp(-0.4 * tier) for tier in range(4))

Row = tuple[int, float, float, int, int]


def history() -> Row:
    """One run: outcome, day, worst of the economy, incidents, events."""
    army, tier, tension, talks, economy = ALERT, 0, 1, CLOSED, 100.0
    worst, incidents, events = 100.0, 0, 0
    impose = relief = invite = NEVER
    could_impose = False
    today, next_round = 0, 7  # the last day whose accounts are closed
    now = 0.0
    while True:
        # One clock for the four hazards: exponential clocks have no memory, so winding it afresh changes nothing.
        escalate = ESCALATION[tier] * (1 + 0.1 * tension)
        step_down = 0.04 + 0.02 * tier if army > HOME else 0.0
        incident = 0.1 if army >= MASSED else 0.03
        calm = 0.05 * tension
        total = escalate + step_down + incident + calm
        hazard = now - math.log(1.0 - random.random()) / total
        due = min(hazard, impose, relief, invite)
        last = HORIZON if due > HORIZON else due
        while today + 1 <= last:
            today += 1
            events += 1
            if today == next_round:
                next_round += 7
                events += 1
                if talks == OPEN and random.random() < 1.0 / (1.0 + math.exp(2.5 - 0.25 * (100.0 - economy))):
                    return SETTLEMENT, today * 1.0, worst, incidents, events - 1
            economy += -0.1 * tier + 0.02 * (100.0 - economy)
            economy = 0.0 if economy < 0.0 else 200.0 if economy > 200.0 else economy
            if economy < worst:
                worst = economy
        if due > HORIZON:
            return FROZEN, HORIZON, worst, incidents, events
        now = due
        events += 1
        if due == hazard:
            at = random.random() * total
            if at < calm:
                tension -= 1
            elif at < calm + incident:
                incidents += 1
                tension = min(tension + 1, 10)
            elif at < calm + incident + escalate:
                army += 1
                if army == WAR:
                    return ENDED_IN_WAR, now, worst, incidents, events
            else:
                army -= 1
        elif due == impose:
            impose = NEVER
            tier = min(tier + 1, 3)
        elif due == relief:
            relief = NEVER  # wound again below while the condition holds
            tier -= 1
        else:
            invite = NEVER
            talks = OPEN
        can_impose = army >= MASSED and tier < 3
        if can_impose and not could_impose and impose == NEVER:  # one delay under way at a time
            impose = now + 9 * math.exp(SPREAD * random.gauss(0.0, 1.0))
        could_impose = can_impose
        if army > ALERT or tier == 0:
            relief = NEVER
        elif relief == NEVER:
            relief = now + 30
        if tier == 0 or talks != CLOSED:
            invite = NEVER
        elif invite == NEVER:
            invite = now + 10


def play(runs: int, /, *, seed: int) -> Played:
    """Runs of the loop."""
    random.seed(seed)
    played = Played.blank(runs)
    for run in range(runs):
        row = history()
        for column, value in zip(played.columns, row, strict=True):
            column[run] = value
    return played
