"""The figures of International Crisis Behavior 12, from its tables of crises and of actors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from docs.recount.reading import Counted, Row, Table, day_of, quantiles, shares, whole

ORIGIN = "the International Crisis Behavior Project, version 12"
START, END = ("yrtrig", "motrig", "datrig"), ("yrterm", "moterm", "daterm")

TABLES = {
    "icb1": Table("icb1v12.csv", ORIGIN, ("sevviosy", *START, *END)),
    "icb2": Table("icb2v12.csv", ORIGIN, ("triggr", "majres", "trgresra", "outcom", "crismg")),
}

VIOLENT = (8, 9)
COMPROMISE = 2


def recount(tables: Mapping[str, Sequence[Row]]) -> dict[str, Counted]:
    """Every figure of `icb12`, by its name."""
    found = {**of_crises(tables["icb1"]), **of_actors(tables["icb2"])}
    median, share = found.get("icb12.duration.all.q50"), found.get("icb12.compromise.negotiation.share")
    if median and share and median.value > 0:
        hazard = math.log(2) / median.value * share.value
        found["icb12.compromise_hazard.negotiation.per_day"] = Counted(hazard, share.n)
    return found


def of_crises(icb1: Sequence[Row]) -> dict[str, Counted]:
    """Durations, and the severity of violence."""
    ends = [(day_of(row, START, unknown=1), day_of(row, END, unknown=15)) for row in icb1]
    lasting = [end - start for start, end in ends if start is not None and end is not None and end >= start]
    grave = [code for row in icb1 if (code := whole(row["sevviosy"]))]
    codes = {"none": (1,), "minor": (2,), "serious": (3,), "war": (4,)}
    return quantiles("icb12.duration.all", lasting) | shares("icb12.violence.all", grave, codes)


def of_actors(icb2: Sequence[Row]) -> dict[str, Counted]:
    """Responses to the trigger, outcomes, and compromises by the way the crisis was managed."""
    rows = [{column: whole(text) for column, text in row.items()} for row in icb2]
    responded = [row for row in rows if row["triggr"] and row["majres"]]
    found: dict[str, Counted] = {}
    for name, violent in (("to_violence", True), ("to_another_trigger", False)):
        seen = [row["majres"] for row in responded if (row["triggr"] in VIOLENT) == violent]
        found |= shares(f"icb12.violent_response.{name}", seen, {"share": VIOLENT})
    found |= quantiles("icb12.response_lag.all", [days for row in rows if (days := row["trgresra"]) is not None])
    codes = {"victory": (1,), "compromise": (COMPROMISE,), "stalemate": (3,), "defeat": (4,)}
    found |= shares("icb12.outcome.all", [row["outcom"] for row in rows if row["outcom"]], codes)
    for name, managed in (("negotiation", 1), ("mediation", 3), ("violence", 8)):
        seen = [row["outcom"] for row in rows if row["crismg"] == managed and row["outcom"]]
        found |= shares(f"icb12.compromise.{name}", seen, {"share": (COMPROMISE,)})
    return found
