"""Rules of voting: what a text such as `9 of 15, no veto` asks of a ballot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sim.agents.draft import Draft
from sim.agents.members import attributes_of, count_of, members_of, sum_of, summed, yes_terms
from sim.errors import Text, did_you_mean

RULES = "`all members`, `9 of 15`, `majority of members`, `55 % of members`, `65 % of population`, `no veto`"
_NUMBER = re.compile(r"(\d+) of (\d+)")
_SHARE = re.compile(r"(\d+(?:\.\d+)?) ?% of (\w+)")
_MAJORITY = re.compile(r"majority of (\w+)")


def clauses(texts: Iterable[Text]) -> Iterator[Text]:
    """The clauses of a rule, which commas join or a list."""
    for text in texts:
        for part in re.finditer(r"[^,\s][^,]*", text):
            place = text.place.shifted(part.start() + (1 if text.style else 0)) if text.place else None
            yield Text(" ".join(part[0].split()), place)


def condition(draft: Draft, rule: Iterable[Text], *, body: str, ballot: str, path: str) -> str | None:
    """The condition under which a vote of this body passes; None, with faults noted, if there is none."""
    there = members_of(draft, body)
    parts = list(clauses(rule))
    if not there:
        at = parts[0] if parts else Text("vote")
        draft.fault(at, path, f"`{body}` has no members who could vote",
                    f"name them under `actors`: `{body}: {{members: {{germany: {{exposure: 0.5}}}}}}`")  # fmt: skip
        return None
    tests = [_test(draft, clause, body, ballot, path) for clause in parts]
    found = [test for test in tests if test is not None]
    return " and ".join(found) if found and len(found) == len(tests) else None


def _test(draft: Draft, clause: Text, body: str, ballot: str, path: str) -> str | None:
    """What one clause asks of a ballot."""
    there = members_of(draft, body)
    yes, size = f"{ballot}.yes", f"{body}.size"
    if clause == "all members":
        return f"{yes} >= {size}"
    if clause == "no veto":
        holders = [key for key, block in there.items() if block.veto]
        if not holders:
            draft.fault(clause, path, f"no member of `{body}` has a veto", "write `veto: true` on those who have one")
            return None
        return " and ".join(
            f"{ballot}.{key}" if (count := count_of(there[key])) is None
            else f"{ballot}.{key} >= {count} * {body}.{key}.member"
            for key in holders
        )  # fmt: skip
    if match := _NUMBER.fullmatch(clause):
        return _number_of(draft, clause, path, body=body, wanted=int(match[1]), of=int(match[2]), yes=yes)
    if match := _SHARE.fullmatch(clause):
        if not 0 < float(match[1]) <= 100:
            draft.fault(clause, path, f"`{clause}` is no share", "write a share above 0 % and up to 100 %")
            return None
        return _share_of(draft, clause, path, body=body, ballot=ballot, what=match[2], asks=f">= {match[1]} %")
    if match := _MAJORITY.fullmatch(clause):
        return _share_of(draft, clause, path, body=body, ballot=ballot, what=match[1], asks="> 50 %")
    draft.fault(clause, path, f"`{clause}` is no rule of voting", f"rules: {RULES}; commas join several")
    return None


def _number_of(draft: Draft, clause: Text, path: str, *, body: str, wanted: int, of: int, yes: str) -> str | None:
    """So many of all."""
    there = sum(count_of(block) or 1 for block in members_of(draft, body).values())
    if of != there:
        draft.fault(clause, path, f"`{body}` has {there} members, not {of}",
                    f"write `{min(wanted, there)} of {there}`; `count` says how many nobody names")  # fmt: skip
        return None
    if not 1 <= wanted <= of:
        draft.fault(clause, path, f"`{clause}` can never pass" if wanted else f"`{clause}` asks for nobody",
                    f"write a number from 1 to {of}")  # fmt: skip
        return None
    return f"{yes} >= {wanted}"


def _share_of(draft: Draft, clause: Text, path: str, *, body: str, ballot: str, what: str, asks: str) -> str | None:
    """A share of the members, or of an attribute summed over them."""
    there = members_of(draft, body)
    if what == "members":
        return f"{ballot}.yes / max({body}.size, 1) {asks}"
    known = {word for block in there.values() for word in attributes_of(block)}
    if what not in known:
        remedy = did_you_mean(what, [*known, "members"]) or f"give the members a number `{what}`, or write `members`"
        draft.fault(clause, path, f"no member of `{body}` has a `{what}`", remedy)
        return None
    agreed, whole = f"{ballot}.{what}.yes", f"{ballot}.{what}.whole"
    for name, terms, says in (
        (agreed, yes_terms(body, ballot, there, what), f"`{what}` of those who said yes"),
        (whole, sum_of(draft, body, what), f"`{what}` of all members that count"),
    ):
        if Text(name) not in draft.quantities:
            draft.quantity(name, clause.place, is_=summed(draft, f"{name}_", clause.place, terms), says=says)
    return f"{whole} > 0 and {agreed} / {whole} {asks}"
