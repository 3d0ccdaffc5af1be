"""The figures of the Militarized Interstate Disputes 5.0, from its tables of disputes and of incidents."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from docs.recount.fits import aic
from docs.recount.reading import Counted, Row, Table, day_of, quantiles, shares, whole

ORIGIN = "the Correlates of War Project, Militarized Interstate Disputes 5.0"
START, END = ("styear", "stmon", "stday"), ("endyear", "endmon", "endday")

TABLES = {
    "mida": Table("MIDA 5.0.csv", ORIGIN, ("dispnum", "hostlev", "recip", "maxdur", *START, *END)),
    "midi": Table("MIDI 5.0.csv", ORIGIN, ("dispnum", "incidnum", "hostlev", *START)),
    "midip": Table("MIDIP 5.0.csv", ORIGIN, ("dispnum", "incidnum", "insidea", "sidea")),
}

LEVELS = {2: "threat", 3: "display", 4: "force", 5: "war"}
PERIODS = (1816, 1946, 1993)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: when it began, at which level, and which side of the dispute did it."""

    number: int
    placed: int  # the day by which it is ordered; an unknown one is the 15th
    known: int | None  # the day, where it is known
    level: int
    side: str  # "1" is side A of the dispute, "0" side B; "" if both or nobody is said to have done it


def recount(tables: Mapping[str, Sequence[Row]]) -> dict[str, Counted]:
    """Every figure of `mid5`, by its name."""
    disputes = incidents_of(tables["midi"], tables["midip"])
    found = {**of_disputes(tables["mida"]), **gaps(disputes), **transitions(disputes), **replies(disputes)}
    return {**found, **passages(disputes, tables["mida"])}


def of_disputes(mida: Sequence[Row]) -> dict[str, Counted]:
    """Highest levels, replies and durations, by period."""
    found: dict[str, Counted] = {}
    for first in PERIODS:
        rows = [row for row in mida if (whole(row["styear"]) or 0) >= first]
        period = f"{first}-2014"
        codes = {name: (level,) for level, name in LEVELS.items()}
        found |= shares(f"mid5.highest.{period}", [whole(row["hostlev"]) for row in rows], codes)
        found |= shares(f"mid5.reciprocated.{period}", [whole(row["recip"]) for row in rows], {"share": (1,)})
        lasting = [days for row in rows if (days := whole(row["maxdur"])) is not None]
        found |= quantiles(f"mid5.duration.{period}", lasting)
    return found


def incidents_of(midi: Sequence[Row], midip: Sequence[Row]) -> dict[str, list[Incident]]:
    """The incidents of each dispute, in order."""
    doers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in midip:
        if row["insidea"] == "1":
            doers[row["dispnum"], row["incidnum"]].add(row["sidea"])
    disputes: dict[str, list[Incident]] = defaultdict(list)
    for row in midi:
        sides = doers[row["dispnum"], row["incidnum"]]
        placed = day_of(row, START, unknown=15, month=1)
        if placed is not None:
            disputes[row["dispnum"]].append(Incident(
                whole(row["incidnum"]) or 0, placed, day_of(row, START), whole(row["hostlev"]) or 0,
                next(iter(sides)) if len(sides) == 1 else "",
            ))  # fmt: skip
    for incidents in disputes.values():
        incidents.sort(key=lambda incident: (incident.placed, incident.number))
    return disputes


def neighbours(disputes: Mapping[str, Sequence[Incident]]) -> Iterator[tuple[Incident, Incident]]:
    """Each incident with the next one of its dispute."""
    for incidents in disputes.values():
        yield from pairwise(incidents)


def waits(pairs: Iterator[tuple[Incident, Incident]]) -> list[int]:
    """The days between the two of each pair, where both days are known."""
    return [two.known - one.known for one, two in pairs if one.known is not None and two.known is not None]


def gaps(disputes: Mapping[str, Sequence[Incident]]) -> dict[str, Counted]:
    """The waiting times between incidents, and which distribution they have."""
    all_of_them = waits(neighbours(disputes))
    above = np.array([gap for gap in all_of_them if gap > 0], float)
    found = quantiles("mid5.gap.all", all_of_them) | shares("mid5.gap.all", all_of_them, {"zero": (0,)})
    if len(above) > 1:
        logs, best = np.log(above), aic("lognormal", above)
        found["mid5.gap_above_zero.lognormal.sigma"] = Counted(float(logs.std()), len(above))
        found["mid5.gap_above_zero.lognormal.median"] = Counted(math.exp(logs.mean()), len(above))
        for other in ("weibull", "gamma", "exponential"):
            worse = 1000 * (aic(other, above) - best) / len(above)
            found[f"mid5.gap_fit.above_zero.{other}"] = Counted(worse, len(above))
    return found


def transitions(disputes: Mapping[str, Sequence[Incident]]) -> dict[str, Counted]:
    """What the next incident is, by the level of this one; 0 stands for the end of the dispute."""
    following: dict[int, list[int]] = defaultdict(list)
    ends: Counter[int] = Counter()
    weights: Counter[int] = Counter()
    for incidents in disputes.values():
        levels = [incident.level for incident in incidents]
        for level, then in pairwise([*levels, 0]):
            following[level].append(then)
            weights[level] += 1 / len(levels)  # type: ignore[assignment]
        ends[levels[-1]] += 1 / len(levels)  # type: ignore[assignment]
    codes = {name: (level,) for level, name in LEVELS.items()} | {"end": (0,)}
    found: dict[str, Counted] = {}
    for level in (2, 3, 4):
        found |= shares(f"mid5.next.{LEVELS[level]}", following[level], codes)
        if weights[level]:
            share = ends[level] / weights[level]
            found[f"mid5.end_by_dispute.{LEVELS[level]}.end"] = Counted(share, len(following[level]))
    return found


def replies(disputes: Mapping[str, Sequence[Incident]]) -> dict[str, Counted]:
    """How and when the other side replied: neighbours done by different sides."""
    pairs = [(one, two) for one, two in neighbours(disputes) if one.side and two.side and one.side != two.side]
    found: dict[str, Counted] = {}
    for level in (3, 4):
        seen = [two.level for one, two in pairs if one.level == level]
        found |= shares(f"mid5.reply.{LEVELS[level]}", seen, {LEVELS[code]: (code,) for code in (2, 3, 4)})
    return found | quantiles("mid5.reply_lag.all", waits(iter(pairs)))


def passages(disputes: Mapping[str, Sequence[Incident]], mida: Sequence[Row]) -> dict[str, Counted]:
    """First passages upward by the highest level so far, and the hazards per day of going up and of ending."""
    ended = {row["dispnum"]: day_of(row, END, unknown=28, month=12) for row in mida}
    entered: Counter[int] = Counter()
    up: Counter[int] = Counter()
    over: Counter[int] = Counter()
    days: Counter[int] = Counter()
    for dispute, incidents in disputes.items():
        highest, since = incidents[0].level, incidents[0].placed
        entered[highest] += 1
        for incident in incidents[1:]:
            if incident.level > highest:
                up[highest] += 1
                days[highest] += incident.placed - since
                highest, since = incident.level, incident.placed
                entered[highest] += 1
        end = ended.get(dispute)
        over[highest] += 1
        days[highest] += max((end if end is not None else since) - since, 0)
    found: dict[str, Counted] = {}
    for level in (2, 3, 4):
        name, n = f"mid5.escalation.{LEVELS[level]}", entered[level]
        if n:
            found[f"{name}.higher"] = Counted(up[level] / n, n)
        if days[level]:
            found[f"{name}.up"] = Counted(up[level] / days[level], n)
            found[f"{name}.ending"] = Counted(over[level] / days[level], n)
    return found
