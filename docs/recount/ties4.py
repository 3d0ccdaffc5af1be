"""The figures of Threat and Imposition of Economic Sanctions 4.1, from its table of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docs.recount.reading import Counted, Row, Table, day_of, quantiles, shares, whole

START = ("startyear", "startmonth", "startday")
IMPOSED = ("sancimpositionstartyear", "sancimpositionstartmonth", "sancimpositionstartday")
END = ("endyear", "endmonth", "endday")

TABLES = {
    "ties": Table(
        "TIES v4.1.csv", "the project Threat and Imposition of Economic Sanctions, version 4.1",
        ("threat", "imposition", "finaloutcome", "targetcosts", "sendercosts", "sanctiontype", "issue1",
         *START, *IMPOSED, *END),
    ),
}  # fmt: skip

TRADE = (12, 13, 14)
"""First issues about trade: environmental policies, trade practices, economic reform."""

COSTS = {"minor": (1,), "major": (2,), "severe": (3,)}
TYPES = {"partial_embargo": 2, "import": 3, "export": 4, "asset_freeze": 6, "travel_ban": 8}


def recount(tables: Mapping[str, Sequence[Row]]) -> dict[str, Counted]:
    """Every figure of `ties4`, by its name."""
    cases = tables["ties"]
    elsewhere = [case for case in cases if whole(case["issue1"]) not in TRADE]
    found = success("all", cases) | success("not_trade", elsewhere)
    return found | costs(elsewhere) | types(cases) | lags(cases)


def success(name: str, cases: Sequence[Row]) -> dict[str, Counted]:
    """How often a threat is carried out, and how often the target gives way at either stage."""
    threatened = [whole(case["imposition"]) for case in cases if whole(case["threat"]) == 1]
    outcomes = [outcome for case in cases if (outcome := whole(case["finaloutcome"]))]
    early, late = ([one for one in outcomes if one in stage] for stage in (range(1, 6), range(6, 11)))
    return {
        **shares(f"ties4.imposed.{name}", threatened, {"share": (1,)}),
        **shares(f"ties4.threat_success.{name}", early, {"strict": (1, 2), "broad": (1, 2, 5)}),
        **shares(f"ties4.imposed_success.{name}", late, {"strict": (6, 7), "broad": BROAD}),
    }


BROAD = (6, 7, 10)
"""Final outcomes in which the target of sanctions imposed gave way or negotiated."""


def _imposed_outcome(case: Row) -> int:
    outcome = whole(case["finaloutcome"]) or 0
    return outcome if outcome >= 6 else 0


def costs(cases: Sequence[Row]) -> dict[str, Counted]:
    """What sanctions cost either side, and their success by the cost to the target."""
    found: dict[str, Counted] = {}
    for name, (code,) in COSTS.items():
        seen = [one for case in cases if whole(case["targetcosts"]) == code and (one := _imposed_outcome(case))]
        found |= shares(f"ties4.success_by_cost.{name}", seen, {"broad": BROAD})
    for side in ("target", "sender"):
        paid = [cost for case in cases if (cost := whole(case[f"{side}costs"]))]
        found |= shares(f"ties4.cost_mix.{side}", paid, COSTS)
    return found


def types(cases: Sequence[Row]) -> dict[str, Counted]:
    """The success of sanctions imposed, by their kind."""
    imposed = [case for case in cases if whole(case["imposition"]) == 1 and _imposed_outcome(case)]
    found: dict[str, Counted] = {}
    for name, code in TYPES.items():
        seen = [_imposed_outcome(case) for case in imposed if str(code) in case["sanctiontype"].split()]
        found |= shares(f"ties4.success_by_type.{name}", seen, {"broad": BROAD})
    return found


def lags(cases: Sequence[Row]) -> dict[str, Counted]:
    """Days from the threat to the imposition, and from there to the end."""
    dated = [
        (whole(case["threat"]) == 1, *(day_of(case, columns, unknown=28) for columns in (START, IMPOSED, END)))
        for case in cases
        if whole(case["imposition"]) == 1
    ]
    waiting = [imposed - start for threat, start, imposed, _ in dated
               if threat and start is not None and imposed is not None]  # fmt: skip
    lasting = [end - imposed for _, _, imposed, end in dated
               if imposed is not None and end is not None and end >= imposed]  # fmt: skip
    return {
        **quantiles("ties4.threat_to_imposition.all", waiting, of=("q50", "q75", "q90")),
        **quantiles("ties4.imposition_to_end.all", lasting),
    }
