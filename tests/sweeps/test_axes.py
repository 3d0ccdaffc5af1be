"""Axes of a sweep are read as they are typed, and laid out as they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import UsageError
from sim.study.designs.axes import Axis, Range, names_several, number_of, read_axis
from sim.study.designs.sweeping import Layout, laid_out, latin_hypercube, read_table, sobol_points

SPELLED = {
    "a=1,2,3": ("1", "2", "3"),
    "a=0 %:100 %:5": ("0 %", "25 %", "50 %", "75 %", "100 %"),
    "a=0:100 %:3": ("0 %", "50 %", "100 %"),
    "a=0:1:11": ("0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"),
    "a=1 day:9 days:5": ("1 day", "3 days", "5 days", "7 days", "9 days"),
    "a=1 week:28 days:4": ("7 days", "14 days", "21 days", "28 days"),
    "a=9:1:3": ("9", "5", "1"),
    "a=1e-3:1e-1:3:log": ("0.001", "0.01", "0.1"),
    "a=1:1000:4:log": ("1", "10", "100", "1000"),
    "a=-1:1:3": ("-1", "0", "1"),
    "a=choice(home, massed)": ("home", "massed"),
    "a=choice({lognormal: {median: 1, p90: 3}}, 4)": ("{lognormal: {median: 1, p90: 3}}", "4"),
    "a=2014-05-01:2014-06-01:3": ("2014-05-01", "2014-05-16 12:00", "2014-06-01"),
    "a=2014-05-01, 2014-06-01": ("2014-05-01", "2014-06-01"),
    "a=2014-05-25 18:00": ("2014-05-25 18:00",),
    "a={lognormal: {median: 1, p90: 3}}": ("{lognormal: {median: 1, p90: 3}}",),
    'a="yes, perhaps", no': ('"yes, perhaps"', "no"),
    "policy=none,silence": ("none", "silence"),
    "a": (),
}


@pytest.mark.parametrize("typed", SPELLED)
def test_an_axis_is_read_as_it_is_typed(typed: str) -> None:
    """Lists, grids, equal ratios, units, dates, words and distributions become the texts that a file could say."""
    assert read_axis(typed).values == SPELLED[typed]


@pytest.mark.parametrize(
    ("typed", "low", "high", "scale"), [("a=0.1:0.9", 0.1, 0.9, "linear"), ("a=1:100:log", 1, 100, "log")]
)
def test_a_range_without_a_count_is_a_range(typed: str, low: float, high: float, scale: str) -> None:
    """`lo:hi` names no values, and keeps its ends and its scale."""
    axis = read_axis(typed)
    assert not axis.values
    assert axis.range == Range(low, high, "", scale)  # type: ignore[arg-type]


WRONG = {
    "a=1,,2": "nothing stands between two of its commas",
    "a=0:1:1": "n from 2 to 10,000",
    "a=0:1:x": "n from 2 to 10,000",
    "a=0:1:99999": "n from 2 to 10,000",
    "a=1:1:3": "a range has two",
    "a=-1:1:3:log": "on the same side of 0",
    "a=1 %:2:3": "write `2 %`",
    "a=1:2 foo:3": "`foo` is no unit",
    "a=1 %:2 days:3": "different kinds",
    "a=1:2:3:lin": "no scale `lin`",
    "a=": "write `-s path=values`",
    "=3": "write `-s path=values`",
    "a=1,1": "stands twice",
    "a=2014-02-01:2014-02-31:3": "28 days",
    "a=2014-02-01:2014-02-20": "say how many dates",
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_makes_no_axis_gets_a_sentence(typed: str) -> None:
    """Each way to mistype an axis is told with the axis and how to mend it."""
    with pytest.raises(UsageError, match=f"`-s {typed}`".replace("(", r"\(")) as told:
        read_axis(typed)
    assert WRONG[typed] in str(told.value)


@given(
    low=st.decimals(-1000, 1000, places=3), wide=st.decimals("0.001", 1000, places=3), count=st.integers(2, 40),
    unit=st.sampled_from(["", " %", " days"]),
)  # fmt: skip
def test_a_grid_has_its_ends_and_equal_steps(low, wide, count, unit):  # type: ignore[no-untyped-def]
    """Every grid begins and ends where it was told to, ascends in equal steps, and can be read by the language."""
    values = read_axis(f"a={low}{unit}:{low + wide}{unit}:{count}").values
    numbers = [number_of(value) for value in values]
    assert None not in numbers
    found = np.array([one[0] for one in numbers if one is not None])
    scale = 0.01 if unit == " %" else 1.0
    np.testing.assert_allclose(found, np.linspace(float(low), float(low + wide), count) * scale, atol=1e-9)


@given(part=st.floats(0, 1), scale=st.sampled_from(["linear", "log"]), unit=st.sampled_from(["", "%", "weeks"]))
def test_a_place_in_a_range_is_found_again(part, scale, unit):  # type: ignore[no-untyped-def]
    """The part of a range that a value stands for is the part that it was made from."""
    along = Range(0.5, 20.0, unit, scale)
    found = number_of(along.at(part))
    assert found is not None
    assert along.part_of(found[0]) == pytest.approx(part, abs=1e-9)


def test_a_run_has_one_value_and_is_told_of_sweeps() -> None:
    """What is several values for a sweep is refused where one is wanted, and nothing else is."""
    assert all(
        names_several(typed.partition("=")[2]) == (len(values) != 1)
        for typed, values in SPELLED.items()
        if typed != "a"
    )


# ---------------------------------------------------------------------------------------------- layouts


def layout(*typed: str, **how: object) -> Layout:
    """The layout of these axes, ranges drawn linearly."""

    def draw(axis: Axis, places):  # type: ignore[no-untyped-def]
        return [axis.range.at(float(place)) for place in places]  # type: ignore[union-attr]

    return laid_out([read_axis(one) for one in typed], draw, **how)  # type: ignore[arg-type]


def test_axes_are_combined_and_constants_are_no_axes() -> None:
    """Every combination once, the last axis fastest; a path of one value is the same for all."""
    found = layout("a=1,2", "c=5", "b=x,y,z")
    assert found.paths == ("a", "b")
    assert found.constants == (("c", "5"),)
    assert found.rows == (("1", "x"), ("1", "y"), ("1", "z"), ("2", "x"), ("2", "y"), ("2", "z"))


def test_zipped_axes_move_together() -> None:
    """With --zip the first values go together, then the second ones; unequal lengths are told with each length."""
    assert layout("a=1,2", "b=x,y", "c=5", zipped=True).rows == (("1", "x"), ("2", "y"))
    with pytest.raises(UsageError, match="`a` has 2, `b` has 3"):
        layout("a=1,2", "b=1,2,3", zipped=True)


def test_drawn_points_are_combined_with_lists() -> None:
    """Each drawn point meets each value of a list, and is the same point there."""
    found = layout("policy=x,y", "a=0:1", "b=0:10", lhs=8)
    assert found.spread == ("a", "b")
    assert len(found.rows) == 16
    assert [row[1:] for row in found.rows[:8]] == [row[1:] for row in found.rows[8:]]


@given(points=st.integers(2, 200), axes=st.integers(1, 6), seed=st.integers(0, 2**64 - 1))
def test_a_latin_hypercube_has_one_point_in_each_stratum(points, axes, seed):  # type: ignore[no-untyped-def]
    """On every axis each of N equal strata holds exactly one of N points; the same seed gives the same points."""
    found = latin_hypercube(points, axes, seed)
    assert (np.sort(np.floor(found * points).astype(int), axis=0) == np.arange(points)[:, None]).all()
    assert (found == latin_hypercube(points, axes, seed)).all()


def test_sobol_points_are_balanced() -> None:
    """64 Sobol' points have one in each 64th of every axis; 100 of them are refused with the two numbers beside it."""
    found = sobol_points(64, 3, 7)
    assert (np.sort(np.floor(found * 64).astype(int), axis=0) == np.arange(64)[:, None]).all()
    with pytest.raises(UsageError, match="64 or 128"):
        sobol_points(100, 3, 7)


MISLAID = [
    (("a=3",), {}, "nothing is swept: `-s a=3` is one value"),
    (("a=0.2..0.9",), {}, "a range is written `a=0.2:0.9:5`, or `a=0.2:0.9` with --lhs"),
    (("a=1,2", "a=3"), {}, "`a` is given twice"),
    (("a=0:1",), {}, r"say how many values \(`a=lo:hi:5`\)"),
    (("a",), {}, "has no values"),
    (("a=1,2",), {"lhs": 8}, "spread points over ranges"),
    (("a=0:1",), {"lhs": 8, "sobol": 8}, "choose one"),
    (("a=1,2",), {"zipped": True}, "two or more paths"),
    (("a=0:1:200", "b=0:1:200"), {}, "40,000 experiments are too many"),
]


@pytest.mark.parametrize(("typed", "how", "says"), MISLAID)
def test_what_makes_no_design_gets_a_sentence(typed: tuple[str, ...], how: dict[str, object], says: str) -> None:
    """Axes that make no design are told so before anything is built."""
    with pytest.raises(UsageError, match=says):
        layout(*typed, **how)


def test_a_table_is_read_with_its_places(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A design from a CSV file is its rows in their order, and each value knows its line and column."""
    file = tmp_path / "points.csv"
    file.write_text('a,b.c\n1, x\n\n2,"{low: 1, high: 2}"\n', encoding="utf-8")
    table = read_table(file)
    assert table.paths == ("a", "b.c")
    assert table.rows == (("1", "x"), ("2", "{low: 1, high: 2}"))
    places = [table.place(row, "b.c") for row in (-1, 0, 1)]
    assert [(place.line, place.column) for place in places if place] == [(1, 3), (2, 4), (4, 3)]


TORN = [
    ("", "is empty"),
    ("a,b\n", "no experiment"),
    ("a,\n1,2\n", ":1, column 2: a column without a path"),
    ("a,a\n1,2\n", ":1, column 2: `a` stands twice"),
    ("a,b\n1,2\n3\n", ":3: 1 value for 2 paths"),
    ("a,b\n1,2\n3,4,5\n", ":3: 3 values for 2 paths"),
    ("a,b\n1,\n", ":2, column 2: no value for `b`"),
    ('a\n"1\n2"\n', ":2: no line of CSV: unexpected end of data"),
    ("a\n" + 200_000 * "1", ":2: no line of CSV: field larger than field limit"),
]


@pytest.mark.parametrize(("text", "says"), TORN)
def test_a_torn_table_is_told_by_line_and_column(tmp_path, text: str, says: str) -> None:  # type: ignore[no-untyped-def]
    """What is wrong with a CSV file is told with its line, and with the column where there is one."""
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as told:
        read_table(file)
    assert says in str(told.value)
    file.write_bytes(b"a\n\xff\n")
    with pytest.raises(UsageError, match="no UTF-8"):
        read_table(file)
