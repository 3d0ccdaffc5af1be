"""Kinds: what may be compared, added and assigned, and what a wrong kind is told."""

from __future__ import annotations

import pytest

from sim.language.words import DATE, DURATION, NUMBER, TRUTH
from tests.language.worlds import LADDER, fault, kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 1", NUMBER), ("3 days", DURATION), ("3 days + 4 hours", DURATION), ("2 * 3 days", DURATION),
        ("3 days / 2", DURATION), ("3 days / 1 hour", NUMBER), ("1 / 2 days", NUMBER), ("2030-02-01", DATE),
        ("2030-02-01 + 3 days", DATE), ("2030-02-01 - 2030-01-01", DURATION), ("x > 1", TRUTH), ("flag", TRUTH),
        ("flag + 1", NUMBER), ("army", LADDER), ("army + 1", LADDER), ("army - massed", NUMBER),
        ("max(army, massed)", LADDER), ("army if flag else attack", LADDER), ("min(3 days, 1 week)", DURATION),
        ("since(t)", DURATION), ("count(t)", NUMBER), ("day", NUMBER), ("15 % within 90 days", NUMBER),
        ("draw lognormal(median = 3 days, p90 = 9 days)", DURATION),
        ("draw weibull(shape = 2, scale = 3 days)", DURATION), ("not flag", TRUTH),
        ("exp(x)", NUMBER), ("flag and x > 1", TRUTH), ("1 if flag else 0", NUMBER),
    ],
)  # fmt: skip
def test_the_kind_of_an_expression(text: str, expected: object) -> None:
    """Units go through sums, products and quotients as in school."""
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x + 3 days", "a number plus a duration has no meaning"),
        ("3 days * 2 days", "a duration times a duration has no meaning"),
        ("2030-02-01 + 2030-02-01", "a date plus a date has no meaning"),
        ("army + army", "has no meaning"),
        ("army - far", "`far` is no level of `army`"),
        ("army * 2", "has no meaning"),
        ("army > 1", "is compared with"),
        ("army > far", "`far` is no level of `army`"),
        ("x > 2030-02-01", "a number is compared with a date"),
        ("x and flag", "wants a truth, and this is a number"),
        ("exp(3 days)", "wants a number, and this is a duration"),
        ("min(3 days, 1)", "`min` of"),
        ("-army", "`negative` of a level of `army`"),
        ("1 if x else 2", "wants a truth"),
        ("1 if flag else 2 days", "one side of this `if`"),
        ("draw normal(0, 1 day)", "must be of one kind"),
        ("unknwon + 1", "unknown name `unknwon`"),
        ("count(u)", "`count` of an unknown trigger `u`"),
        ("since(t.do)", "not at a branch"),
        ("2029-01-01 > 2030-02-01", "lies outside the run"),
        ("2030-02-30 > 2030-02-01", "no day of the calendar"),
    ],
)
def test_what_a_wrong_kind_is_told(text: str, says: str) -> None:
    """One sentence, and none about what stands around it."""
    assert says in fault(text)
    assert " / " not in fault(text)


def test_what_moves_with_time_is_refused_where_nothing_looks() -> None:
    """`day` and `since`, but not `count`."""
    for text in ("day > 3", "since(t) > 3 days"):
        assert "moves with time alone" in fault(text, timed=False)
        assert fault(text) == ""
    assert fault("count(t) > 3", timed=False) == ""


def test_draws_are_refused_where_they_may_not_stand() -> None:
    """With what may be done instead."""
    assert "nothing may be drawn in" in fault("draw normal(0, 1)", draws=False)


def test_a_wrong_part_of_a_condition_is_told_once_and_the_rest_is_still_checked() -> None:
    """Two wrong parts are two complaints."""
    assert fault("unknwon > 1 and army > far").count("`") >= 4
    assert "a number is compared with a duration" in fault("unknwon != 0 != 1 day")
