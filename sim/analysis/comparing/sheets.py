"""The tables of a comparison on common luck: differences of shares, changes of ends, metrics, what pairing saved."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.analysis.comparing.alternatives import Alternative
from sim.analysis.comparing.contrast import Asked, Contrast
from sim.analysis.intervals import LEVEL, quantile_interval, wilson
from sim.analysis.metrics import metric_unit
from sim.analysis.paired import Difference, Worth, bonferroni, holm
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.counted import counted
from sim.program.ir import Program
from sim.study.ensemble import Ensemble
from sim.study.pairs import finite_values

Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What the tables are made of."""

    program: Program
    alternatives: tuple[Alternative, ...]
    players: tuple[Ensemble, ...]  # the runs of each alternative
    endings: tuple[Mapping[str | None, int], ...]  # of each alternative, runs by outcome
    contrasts: tuple[Contrast, ...]
    asked: Asked
    simultaneous: bool
    all_pairs: bool

    def level(self, intervals: int) -> float:
        """The level of each of so many intervals."""
        return bonferroni(LEVEL, intervals) if self.simultaneous else LEVEL

    def of(self, alternative: Alternative) -> list[Contrast | None]:
        """The contrasts in which an alternative is held against another; None alone if there are none."""
        return [one for one in self.contrasts if one.second == alternative] or [None]

    @property
    def against(self) -> tuple[Column, ...]:
        """The column that says against what, where that is not the same for all."""
        return (Column("against", "against"),) if self.all_pairs else ()


ALTERNATIVE = Column("alternative", "alternative")
P_VALUES = ("p", "p_holm")


def differences(told: Told) -> Sheet:
    """Share of runs of each alternative that end in each outcome, and its difference from the baseline."""
    places = told.asked.of("outcomes")
    rows: list[Row] = []
    level = told.level(len(places) * len(told.contrasts))
    for place in places:
        name = told.asked.truths[place].name
        for alternative in told.alternatives:
            endings = told.endings[alternative.number]
            runs = sum(endings.values())
            low, high = wilson(endings.get(name, 0), runs)
            share = endings.get(name, 0) / runs if runs else math.nan
            row = {"outcome": name, "alternative": alternative.name, "share": share, "low": low, "high": high}
            rows += [row | {"runs": runs} | _difference(one, place, level) for one in told.of(alternative)]
    _adjust(rows)
    columns = [Column("outcome", "outcome", once=True), ALTERNATIVE, *told.against]
    columns += [
        Column("share", "share", "share")
        if told.all_pairs
        else Column("share", "share of runs", "share", "low", "high")
    ]
    columns += [Column("difference", "difference", "points", "difference_low", "difference_high", _DIFFERENCE)]
    hidden = ("runs", "pairs", "gained", "lost", *P_VALUES, "against", "low", "high")
    return sheet_from("differences", _title(told), columns, rows, notes=_notes(told, rows, level), hidden=hidden)


_DIFFERENCE = "share of the alternative less that of its baseline, in percentage points, on the same luck"


def _title(told: Told) -> str:
    pairs = max((one.pairs.pairs for one in told.contrasts), default=0)
    against = {one.first.name for one in told.contrasts}
    what = f"from `{against.pop()}`" if len(against) == 1 else "from what each is held against"
    return f"How runs end, and the difference {what} in points: {counted(pairs, 'pair')} on the same luck"


def _difference(contrast: Contrast | None, place: int, level: float) -> Row:
    if contrast is None:
        return {}
    _, lost, gained, _ = contrast.counts(place)
    told = {"against": contrast.first.name, "pairs": contrast.pairs.pairs, "gained": gained, "lost": lost}
    return told | _interval(contrast.share(place, level))


def _interval(difference: Difference) -> Row:
    ends = (difference.low, difference.high)
    known = all(math.isfinite(end) for end in ends)
    low, high = ends if known else (None, None)
    p = difference.p if difference.p == difference.p else None
    return {"difference": difference.value, "difference_low": low, "difference_high": high, "p": p}


def _adjust(rows: Sequence[Row]) -> None:
    """Holm's p values, over all rows that have one."""
    tested = [row for row in rows if row.get("p") is not None]
    for row, p in zip(tested, holm([row["p"] for row in tested]), strict=True):
        row["p_holm"] = p


def standing(sheet: Sheet) -> list[Mapping[str, Any]]:
    """Rows whose difference is not 0, by Holm's procedure over the whole table at 5 %."""
    return [row for row in sheet.rows if row.get("p_holm") is not None and row["p_holm"] <= 1 - LEVEL]


def _notes(told: Told, rows: Sequence[Row], level: float) -> list[str]:
    tested = [row for row in rows if row.get("p") is not None]
    if not tested:
        return []
    stand = sum(row["p_holm"] <= 1 - LEVEL for row in tested)
    if told.simultaneous:
        which = (
            f"{counted(len(tested), 'interval')} of differences, at {100 * level:.4g} % each: together 95 % "
            "(Bonferroni)."
        )
    else:
        by_luck = (1 - level) * len(tested)
        which = (
            f"{counted(len(tested), 'interval')} of differences, at 95 % each: about {by_luck:.2g} would miss 0 by "
            "luck alone "
            "if nothing differed (`--simultaneous` widens them)."
        )
    return [f"{which} {stand} of {len(tested)} differ from 0 taken together (Holm, 5 %)."]


def changes(told: Told) -> Sheet:
    """In how many runs the same luck ends alike, and the commonest change with a run that shows it."""
    rows: list[Row] = []
    for one in told.contrasts:
        count, low, high = one.alike
        row: Row = {
            "alternative": one.second.name, "against": one.first.name, "pairs": one.pairs.pairs,
            "alike": count / one.pairs.pairs if one.pairs.pairs else math.nan, "low": low, "high": high,
            "failed": one.pairs.failed,
        }  # fmt: skip
        if one.changed:
            first, second, pairs, example = one.changed[0]
            row |= {"change": f"{first}→{second}", "in": pairs / one.pairs.pairs, "example": example}
        rows.append(row)
    columns = [ALTERNATIVE, *told.against, Column("alike", "ends alike", "share", "low", "high")]
    columns += [Column("change", "commonest change"), Column("in", "in", "share"), Column("example", "run", "count")]
    failed = [Column("failed", "failed", "count")] if any(row["failed"] for row in rows) else []
    title = "The same luck under either: how often it ends alike"
    note = ["run: the first that shows it; `sim diff` tells where the two histories of it part."] if rows else []
    return sheet_from("changes", title, [*columns, *failed], rows, notes=note, hidden=("pairs", "failed", "against"))


def transitions(told: Told) -> Sheet:
    """What the runs that ended in each outcome under one alternative end in under the other."""
    rows = [
        {
            "alternative": one.second.name, "against": one.first.name, "from": change.first or "failed",
            "to": change.second or "failed", "pairs": change.pairs, "example": change.example,
        }
        for one in told.contrasts
        for change in one.pairs.changes
    ]  # fmt: skip
    columns = [Column("alternative", "alternative", once=True), *told.against, Column("from", "from")]
    columns += [Column("to", "to"), Column("pairs", "runs", "count")]
    columns += [Column("example", "such as run", "count")]
    return sheet_from(
        "transitions", "The same luck, outcome by outcome", columns, rows, hidden=("against",),
        notes=["Shares within a row are of runs picked by their end: given one outcome, not an effect."],
    )  # fmt: skip


def metrics(told: Told) -> Sheet:
    """The mean of each metric under each alternative, and the difference from the baseline."""
    rows: list[Row] = []
    level = told.level(len(told.asked.means) * len(told.contrasts))
    known = {metric.name: metric for metric in told.program.metrics}
    for place, name in enumerate(told.asked.means):
        unit, met = metric_unit(known[name]), set()
        said = {"measured": f"{name} ({unit})" if unit else name, "metric": name, "unit": unit or None}
        for one in told.contrasts:
            pairs, before, mean, difference = one.mean(place, level)
            if one.first.number not in met:
                rows.append(said | {"alternative": one.first.name, "mean": before, "pairs": pairs})
            met |= {one.first.number, one.second.number}
            row = {"alternative": one.second.name, "against": one.first.name, "mean": mean, "pairs": pairs}
            rows.append(said | row | _interval(difference))
    _adjust(rows)
    columns = [Column("measured", "metric", once=True), ALTERNATIVE, *told.against, Column("mean", "mean", "number")]
    columns += [Column("difference", "difference", "number", "difference_low", "difference_high")]
    hidden = ("metric", "unit", "pairs", "against", *P_VALUES)
    title = "Means of metrics, of pairs in which both runs have a value"
    few = "A difference without interval: fewer than 10 pairs differ."
    return sheet_from("metrics", title, columns, rows, notes=[*_notes(told, rows, level), few], hidden=hidden)


def moments(told: Told) -> Sheet:
    """Of metrics that are a moment: in which share of runs it comes, the difference, and the median day of those."""
    columns = [Column("metric", "moment", once=True), ALTERNATIVE, Column("share", "it comes in", "share")]
    columns += [Column("difference", "difference", "points", "difference_low", "difference_high")]
    columns += [Column("median", "median day", "number", "median_low", "median_high")]
    note = "The median days are of different runs under each alternative: given that it comes, not an effect."
    return _truths(told, "moments", "When it comes at all, and when", columns, note, _median)


def rungs(told: Told) -> Sheet:
    """Of metrics that name a rung: the share of runs on each, and the difference; never a mean rung."""
    columns = [Column("metric", "metric", once=True), Column("rung", "rung", once=True), ALTERNATIVE]
    columns += [Column("share", "share", "share")]
    columns += [Column("difference", "difference", "points", "difference_low", "difference_high")]
    return _truths(told, "rungs", "Rungs that metrics name: shares of runs", columns, "", lambda player, name: {})


def _truths(
    told: Told,
    kind: str,
    title: str,
    columns: Sequence[Column],
    note: str,
    more: Callable[[Ensemble, str], Row],
) -> Sheet:
    places = told.asked.of(kind)
    level = told.level(len(places) * len(told.contrasts))
    rows: list[Row] = []
    for place in places:
        truth = told.asked.truths[place]
        for contrast, alternative, held in _sides(told, place):
            n = contrast.pairs.pairs
            row: Row = {"metric": truth.metric, "rung": truth.name, "alternative": alternative.name}
            row |= {"share": held / n if n else math.nan, "pairs": n} | more(
                told.players[alternative.number], truth.metric
            )
            rows.append(row | (_difference(contrast, place, level) if alternative == contrast.second else {}))
    _adjust(rows)
    notes = [*([note] if note else []), *_notes(told, rows, level)]
    return sheet_from(kind, title, columns, rows, notes=notes, hidden=("pairs", "gained", "lost", "against", *P_VALUES))


def _sides(told: Told, place: int) -> Iterator[tuple[Contrast, Alternative, int]]:
    """Each contrast with its second alternative, and before the first time a baseline is met, with that."""
    met: set[int] = set()
    for contrast in told.contrasts:
        both, first, second, _ = contrast.counts(place)
        if contrast.first.number not in met:
            yield contrast, contrast.first, both + first
        met |= {contrast.first.number, contrast.second.number}
        yield contrast, contrast.second, both + second


def _median(player: Ensemble, metric: str) -> Row:
    count, _ = finite_values(player, metric)
    if not count:
        return {}
    low, high = quantile_interval(range(count), 0.5)  # type: ignore[arg-type]  # places, of which it picks two
    ends = [int(end) for end in (low, high) if math.isfinite(end)]
    _, values = finite_values(player, metric, [math.ceil(count / 2) - 1, *ends])
    known = len(ends) == 2
    return {
        "median": values[0], "median_low": values[1] if known else None, "median_high": values[2] if known else None,
    }  # fmt: skip


def pairing(told: Told) -> Sheet:
    """What the pairing was worth: with how many times as many runs of fresh luck each difference were as exact."""
    rows: list[Row] = []
    for place in told.asked.of("outcomes"):
        for one in told.contrasts:
            _, lost, gained, _ = one.counts(place)
            rows.append(_worth_row(told.asked.truths[place].name, one, one.share_worth(place), gained + lost))
    for place, name in enumerate(told.asked.means):
        rows += [_worth_row(name, one, one.mean_worth(place), int(one.pairs.differ[place])) for one in told.contrasts]
    columns = [Column("of", "share or mean", once=True), ALTERNATIVE, *told.against]
    columns += [Column("differ", "pairs differ", "count"), Column("worth", "× runs", "number", "low", "high")]
    note = (
        "Variance of the difference of independent runs over that of pairs; interval by the jackknife over 20 groups. "
        "Blank where fewer than 10 pairs differ."
    )
    title = "What the same luck was worth: as many times more runs of fresh luck would be as exact"
    return sheet_from("pairing", title, columns, rows, notes=[note], hidden=("against",))


def _worth_row(name: str, contrast: Contrast, worth: Worth, differ: int) -> Row:
    known = worth.times == worth.times
    return {
        "of": name, "alternative": contrast.second.name, "against": contrast.first.name, "differ": differ,
        "worth": worth.times if known else None, "low": worth.low if known else None,
        "high": worth.high if known else None,
    }  # fmt: skip
