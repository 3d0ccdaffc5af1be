"""Pictures show the numbers of the summary, say what they show, and can be read whatever the scenario is like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim import api
from sim.analysis.convergence import convergence
from sim.analysis.courses import few_values
from sim.analysis.intervals import mean_interval, quantile_interval
from sim.analysis.outcomes import share_of
from sim.analysis.percent import percent, percent_range
from sim.analysis.summary import Summary, summarise_runs
from sim.analysis.terciles import Terciles
from sim.analysis.timeline import Band, Ladder, Mark, Timeline, timeline
from sim.figures.convergence import draw_convergence, draw_metric_convergence
from sim.figures.gallery import pictures
from sim.figures.graph import draw_trigger_graph, trigger_graph
from sim.figures.layers import lay_out
from sim.figures.looks import ENDS, FAILURE, OKABE_ITO, category_looks, channels, ladder_looks
from sim.figures.metrics import draw_metric
from sim.figures.over_time import draw_fan, draw_incidence, draw_occupancy, edge_labels
from sim.figures.shares import draw_hundred_futures, draw_outcome_shares, outcome_looks
from sim.figures.slide import number_axis, save, spread
from sim.figures.timeline import draw_timeline
from sim.scenario.read import scenario_from_text
from sim.study.stopping import Until
from tests.summaries import LONG, awkward, made_program, made_summary

AWKWARD = tuple(awkward())
MINUS = "\N{MINUS SIGN}"
ABOUT_DATES = ("two days", "five years", "an hour", "beyond the calendar")


@cache
def ensemble(name: str) -> Summary:
    return awkward()[name]


@contextmanager
def drawn_texts() -> Iterator[list[Text]]:
    """The texts that are really drawn: a tick label out of view is not."""
    texts: list[Text] = []
    draw = Text.draw

    def noted(self: Text, renderer: object) -> None:
        if self.get_text().strip() and self.get_visible():
            texts.append(self)
        draw(self, renderer)

    Text.draw = noted  # type: ignore[method-assign]
    try:
        yield texts
    finally:
        Text.draw = draw  # type: ignore[method-assign]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text of a figure with the box around it, in pixels."""
    with drawn_texts() as texts:
        figure.canvas.draw()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    found = {id(text): text for text in texts}.values()
    return [(text.get_text(), Text.get_window_extent(text, renderer)) for text in found]


def assert_readable(figure: Figure) -> None:
    """No text leaves the picture, and none lies on another."""
    width, height = figure.canvas.get_width_height()
    placed = boxes(figure)
    for says, box in placed:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"{says!r} is cut: {box}"
    for (says, box), (other, beside) in combinations(placed, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        along = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        # Boxes have a pixel or two of air above and below the letters.
        assert across <= 1 or along <= 3, f"{says!r} lies on {other!r}"


def words(figure: Figure) -> str:
    """Everything that stands on a picture, as one line."""
    return " ".join(" ".join(says.split()) for says, _ in boxes(figure))


@pytest.mark.parametrize("case", AWKWARD)
def test_every_picture_of_an_awkward_study_can_be_read(case):
    """Long names, many rows, none at all, two days or nine thousand years: nothing overlaps, nothing is cut."""
    for name, draw in pictures(ensemble(case), every=True).items():
        if case in ABOUT_DATES and not name.startswith(("incidence", "rungs", "fan")):
            continue  # the others have no dates and are the same as in the plain case
        try:
            assert_readable(draw())
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


@pytest.mark.parametrize("case", ["plain", "twelve outcomes", "all failed", "one run"])
def test_every_picture_says_what_runs_and_which_interval(case):
    """A caption names the scenario and the number of runs; where there is a band it says of what kind."""
    summary = ensemble(case)
    for name, draw in pictures(summary).items():
        says = words(draw())
        assert "border-crisis" in says.replace("- ", "-"), name  # a line may end at the hyphen
        if name not in ("triggers", "agents"):
            assert f"{summary.runs:,} run" in says, name
        if name in ("outcomes", "incidence", "convergence"):
            assert "95 % Wilson intervals" in says, name


@pytest.mark.parametrize("scenario", [shipped.name for shipped in api.shipped()])
def test_pictures_of_shipped_scenarios_can_be_read(scenario):
    """Every picture of every shipped scenario, and the three runs in which most happens, can be read."""
    runs = api.play(api.load(scenario), runs=range(40), seed=1)
    rich = sorted(range(len(runs)), key=lambda index: -len({row.trigger for row in runs.events[index]}))
    for name, draw in pictures(summarise_runs(runs, seed=1), every=True).items():
        try:
            assert_readable(draw())
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
    for index in rich[:3]:
        assert_readable(draw_timeline(timeline(runs, index, seed=1)))


def bars(figure: Figure) -> list[float]:
    """Widths of the horizontal bars, from top to bottom."""
    containers = [each for axes in figure.axes for each in axes.containers if isinstance(each, BarContainer)]
    return [patch.get_width() for each in containers for patch in each]


def test_bars_are_as_long_as_the_shares():
    """The bar of an outcome ends at its share, its bracket at the ends of its interval."""
    summary = ensemble("twelve outcomes")
    figure = draw_outcome_shares(summary)
    assert bars(figure) == pytest.approx([row.share for row in summary.outcomes])
    lines = [line.get_xdata() for line in figure.axes[0].lines]
    for row in summary.outcomes:
        assert any(list(ends) == [row.low, row.high] for ends in lines), row.outcome


def thirds(outcome: str, parameter: str, *counts: int) -> Terciles:
    first, second, third = (share_of(name, count, 100) for name, count in zip("abc", counts, strict=True))
    return Terciles(outcome, parameter, (0.0, 1.0), (first, second, third))


def test_what_is_not_known_stands_beside_luck():
    """An outcome that a parameter moves has a second line from its smallest to its largest share over thirds."""
    known = [thirds("settlement", "resolve", 4, 36, 20)]
    figure = draw_outcome_shares(ensemble("plain"), known)
    dotted = [line for line in figure.axes[0].lines if line.get_label() == "thirds"]
    assert [list(line.get_xdata()) for line in dotted] == [[0.04, 0.36]]
    assert "4.0 to 36.0 % by resolve" in words(figure)
    assert "over thirds of resolve" in words(figure)


def test_slides_say_the_shares_of_the_table():
    """One decimal, halves up, on the bars and beside the hundred symbols, as in the table of the study."""
    summary = ensemble("plain")
    for figure in (draw_outcome_shares(summary), draw_hundred_futures(summary)):
        for row in summary.outcomes:
            assert percent(row.share) in words(figure)
    assert [percent(n / 2000) for n in (17, 170, 869, 870)] == ["0.9 %", "8.5 %", "43.5 %", "43.5 %"]


def test_no_range_is_only_rounding():
    """The ends of a range differ in what is printed, however near they are; equal ends are one number."""
    assert percent_range(0.0, 0.0004) == "0 to 0.04 %"
    assert percent_range(0.0001, 0.0002) == "0.01 to 0.02 %"
    assert percent_range(0.2, 0.2) == "20.0 %"
    assert percent_range(0.0, 1.0) == "0 to 100 %"
    assert percent_range(0.3, 0.3 + 1e-9) == "about 30.0000 %"


@pytest.mark.parametrize("case", ["plain", "twelve outcomes", "long names", "one outcome"])
def test_both_intervals_can_be_read(case):
    """A range over a parameter, however long its name, pushes nothing off the picture."""
    known = [thirds(row.outcome, LONG, 1, 50, 99) for row in ensemble(case).outcomes]
    assert_readable(draw_outcome_shares(ensemble(case), known))


def test_failed_runs_are_seen_and_are_grey():
    """Runs that no outcome names have a row, and no outcome has its colour."""
    figure = draw_outcome_shares(ensemble("twelve outcomes"))
    assert "failed" in words(figure)
    assert FAILURE not in {look.colour for look in category_looks(20)}


@pytest.mark.parametrize("case", ["plain", "twelve outcomes", "zero counts", "one run", "all failed"])
def test_a_hundred_futures_are_a_hundred(case):
    """There are exactly a hundred symbols, as many of each kind as the summary counts."""
    summary = ensemble(case)
    figure = draw_hundred_futures(summary)
    counts = {line.get_label(): len(line.get_xdata()) for line in figure.axes[0].lines}
    assert sum(counts.values()) == 100
    assert list(counts.values()) == list(summary.hundred)


def test_areas_stack_the_shares_of_rungs():
    """At each sampled day the areas lie on each other in the order of the ladder and reach one."""
    occupancy = ensemble("plain").occupancy[0]
    figure = draw_occupancy(ensemble("plain"), occupancy)
    tops = []
    for area in figure.axes[0].collections:
        ys = area.get_paths()[0].vertices
        at_last = ys[ys[:, 0] == occupancy.days[-1]][:, 1]
        tops.append(at_last.max())
    assert tops == pytest.approx(np.cumsum(occupancy.shares[-1]))


ASKED = (Until("outcome", "war", 0.04), Until("metric", "cost", 0.1, relative=True),
         Until("metric", "cost", 0.2, quantile=0.9))  # fmt: skip
REACHED = [{"lasted": True, "since": since, "runs": 800, "says": "reached"} for since in (600, 700)]


def test_curves_of_convergence_are_the_shares_of_the_first_runs():
    """A curve at n runs is the share among the first n; the width asked for and the stop stand where they should."""
    program = made_program(outcomes=("war", "peace"))
    summary = made_summary(program, runs=900)
    found = convergence(summary, ASKED, REACHED)
    axes = draw_convergence(summary, found).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    runs, shares = lines["war"].get_data()
    for n, share in zip(runs, shares, strict=True):
        assert share == pytest.approx((summary.columns.outcome[: int(n)] == 0).mean())
    asked = sorted(line.get_ydata()[0] for line in axes.lines if line.get_label() == "asked")
    assert asked == pytest.approx([shares[-1] - 0.04, shares[-1] + 0.04])
    assert (lines["since"].get_xdata()[0], lines["stopped"].get_xdata()[0]) == (700, 800)


def test_a_mean_and_a_quantile_converge_to_those_of_the_table():
    """The last point of a running metric is the row of the table of metrics, interval included."""
    program = made_program(outcomes=("war", "peace"))
    summary = made_summary(program, runs=900)
    found, (*_, row) = convergence(summary, ASKED, []), summary.metrics
    mean, p90 = found.metrics
    values = np.sort(summary.columns.metric(3))
    assert (mean.value[-1], mean.low[-1], mean.high[-1]) == pytest.approx(mean_interval(values), rel=1e-9)
    assert mean.value[-1] == pytest.approx(row.mean)
    assert (p90.low[-1], p90.high[-1]) == quantile_interval(values, 0.9)
    assert mean.asked == pytest.approx((0.9 * row.mean, 1.1 * row.mean))
    for running in found.metrics:
        figure = draw_metric_convergence(summary, found, running)
        assert_readable(figure)
        assert "900 runs" in words(figure)


def test_curves_of_incidence_are_those_of_the_summary():
    """Outcomes that end a run are curves over the whole time; those named at the end are symbols on the last day."""
    summary = ensemble("plain")
    lines = {line.get_label(): line for line in draw_incidence(summary).axes[0].lines}
    for place, name in enumerate(summary.incidence.outcomes):
        ys = lines[name].get_ydata()
        if summary.incidence.at_horizon[place]:
            assert list(ys) == [summary.incidence.shares[place, -1]]
        else:
            assert list(ys) == list(summary.incidence.shares[place])


def test_a_fan_has_the_quantiles_as_edges():
    """The line is the median; the bands end at the 5, 25, 75 and 95 % quantiles."""
    fan = ensemble("plain").fans[0]
    axes = draw_fan(ensemble("plain"), fan).axes[0]
    median = next(line for line in axes.lines if line.get_label() == "median")
    assert list(median.get_ydata()) == list(fan.values[2])
    for band, (low, high) in zip(axes.collections, ((0, 4), (1, 3)), strict=True):
        ys = band.get_paths()[0].vertices[:, 1]
        assert (ys.min(), ys.max()) == (fan.values[low].min(), fan.values[high].max())


def test_equal_quantiles_have_one_label():
    """Quantiles that read alike are one label, and the others say `at most`: of whole numbers many equal the edge."""
    assert [says for _, says in edge_labels([1, 1, 1, 0, 0])] == ["median to 95 %: 1", "5 % to 25 %: 0"]
    assert [says for _, says in edge_labels([4, 3, 2, 1, 0])] == [
        "95 %: at most 4", "75 %: at most 3", "median 2", "25 %: at most 1", "5 %: at most 0"
    ]  # fmt: skip


def test_a_number_with_few_values_is_told_in_shares():
    """Where a number has few values, the share of runs at each is what was sampled; with many values it is a fan."""
    days = np.array([0.0, 7.0])
    values = np.array([[0.45, 0.45], [0.45, 0.3375], [0.45, 0.45 * 0.75], [0.45, np.nan]])
    found = few_values("threat.believed", days, values, says="belief")
    assert found is not None
    assert found.rungs == ("0.338", "0.45")
    assert found.shares.tolist() == [[0, 1], [2 / 3, 1 / 3]]
    assert "66.7 % at 0.338" in words(draw_occupancy(ensemble("plain"), found))
    assert few_values("x", days, np.arange(80.0).reshape(40, 2)) is None
    assert few_values("x", days, np.ones((40, 2))) is None


def test_histograms_have_the_counts_of_each_outcome():
    """The silhouette of an outcome rises with the number of its runs, scaled to its own highest bar."""
    metric = ensemble("plain").by_outcome[0]
    axes = draw_metric(ensemble("plain"), metric).axes[0]
    shapes = {patch.get_label(): patch for patch in axes.patches}
    for name, counts in zip(metric.outcomes, metric.counts, strict=True):
        data = shapes[name].get_data()
        assert data.baseline - data.values == pytest.approx(0.68 * counts / counts.max())


def test_rungs_are_drawn_as_shares_and_never_as_a_mean():
    """A metric that is a rung is cut into shares that sum to one in each row."""
    metric = next(each for each in ensemble("plain").by_outcome if each.whole.rungs)
    figure = draw_metric(ensemble("plain"), metric)
    drawn = [bar for axes in figure.axes for bar in axes.patches if bar.get_height() == pytest.approx(0.66)]
    rows = 1 + len(metric.outcomes)
    assert len(drawn) == rows * len(metric.whole.rungs)
    assert sum(bar.get_width() for bar in drawn) == pytest.approx(rows)
    assert "mean" not in words(figure)


def test_what_came_in_some_runs_is_said_with_how_many():
    """A `first` metric shows the pair: in which share of runs it came, and the median of those."""
    metric = next(each for each in ensemble("plain").by_outcome if each.whole.how == "first")
    assert metric.whole.happened is not None
    assert f"It came in {percent(metric.whole.happened.share)} of" in words(draw_metric(ensemble("plain"), metric))


# ------------------------------------------------------------------------------------------------ one run


def made_timeline(*, days: float = 180, lanes: int = 2, name: str = "border_army") -> Timeline:
    ladder = Ladder(name, ("garrison", "massed", "incursion", LONG), True, (0.0, days / 3, days / 2), (1, 2, 1), days)
    marks = tuple(Mark(days * part / 20, f"kept by {name} number {part}") for part in range(20))
    band = Band(name, ((0.0, days / 2),), (*marks, Mark(days / 7)))
    return Timeline(
        made_program(days=days), 7, 1, name, days * 0.9, (ladder,) * lanes, (band,) * lanes, (Mark(days / 2, LONG),)
    )


@pytest.mark.parametrize(
    ("days", "lanes", "name"), [(180, 2, "army"), (2, 1, LONG), (1826, 9, "a.b.c"), (0.01, 0, "x")]
)
def test_a_timeline_can_be_read(days, lanes, name):
    """However many lanes and marks there are, nothing overlaps and nothing is cut."""
    assert_readable(draw_timeline(made_timeline(days=days, lanes=lanes, name=name)))


def test_a_timeline_stands_where_the_run_stood():
    """The step line of a ladder has the days and rungs of the run, up to its end."""
    told = made_timeline(lanes=1)
    figure = draw_timeline(told)
    line = next(line for axes in figure.axes for line in axes.lines if line.get_label() == "border_army")
    assert list(line.get_xdata()) == [0, 60, 90, 180]
    assert list(line.get_ydata()) == [1, 2, 1, 1]


def test_every_triangle_has_its_words_or_a_number_with_a_key():
    """Where words have no room beside each other, triangles are numbered, and a line below says what each is."""
    few = Band("talks", ((0.0, 90.0),), (Mark(40, "agreement signed"), Mark(52, "withdraw carried out")))
    many = Band("threat", ((0.0, 90.0),), tuple(Mark(20 + day, f"happening number {day}") for day in range(4)))
    told = Timeline(made_program(days=180), 7, 1, "war", 150.0, (), (few, many), ())
    figure = draw_timeline(told)
    assert_readable(figure)
    says = words(figure)
    assert "agreement signed" in says
    assert "withdraw carried out" in says
    key = ", ".join(f"{day + 1}\N{NO-BREAK SPACE}happening number {day}" for day in range(4))
    assert f"threat: {key}.".split() == next(text for text, _ in boxes(figure) if text.startswith("threat:")).split()
    assert {"1", "2", "3", "4"} <= {text for text, _ in boxes(figure)}


def test_what_happened_to_a_commitment_is_told_in_its_order():
    """Of flags that turned on one day the earlier is said first, and those of several issuers are one."""
    from sim.analysis.timeline import _told

    events = [(3.0, 7, "called"), (3.0, 9, "broken.us"), (3.0, 10, "broken.eu"), (9.0, 12, "agreement.relieve")]
    assert _told(events) == [Mark(3.0, "called"), Mark(3.0, "broken by us and eu"), Mark(9.0, "relieve carried out")]


TALKS = """
scenario: talks
start: 2030-01-01
horizon: 60 days
quantities:
  talks.open: {flag: true, start: true}
triggers:
  break_off: {at: 10 days, do: talks.open = false}
  go_on: {at: 30 days, do: talks.open = true}
outcomes: {over: {otherwise: true}}
"""


def test_talks_that_are_suspended_leave_a_gap():
    """A track is drawn while it is open: from the start to the suspension, and from when talks go on to the end."""
    runs = api.play(api.Model("talks", scenario_from_text(TALKS)), runs=range(1), seed=1)
    told = timeline(runs, 0, seed=1)
    assert [band.spans for band in told.bands] == [((0.0, 10.0), (30.0, 60.0))]
    drawn = [patch for axes in draw_timeline(told).axes for patch in axes.patches if patch.get_height() == 0.28]
    assert [(bar.get_x(), bar.get_width()) for bar in drawn] == [(0.0, 10.0), (30.0, 30.0)]


# ------------------------------------------------------------------------------------------------ the graph


def test_the_graph_has_the_arrows_of_the_program():
    """A follower hangs on its leader, a condition on what writes its quantities, an outcome on what it reads."""
    graph = trigger_graph(made_program(), by="trigger")
    names = [box.name for box in graph.boxes]
    found = {(names[a], names[b], how) for a, b, how in graph.arrows}
    assert ("push_further", "threat_called", "on") in found
    assert ("push_further", "sectoral_measures", "when") in found
    assert ("push_further", "shots", "rate") in found
    assert ("shots", "open_war", "when") in found
    assert not any(a == b for a, b, _ in graph.arrows)


def test_by_agent_the_strongest_way_is_kept():
    """Triggers of one agent are one box, which says how many they are; of several arrows the surest stays."""
    graph = trigger_graph(made_program(), by="agent")
    sizes = {box.name: box.triggers for box in graph.boxes if box.sort == "agent"}
    assert sizes == {"army": 2, "sanctions": 2, "accounts": 1}
    names = [box.name for box in graph.boxes]
    assert (names.index("army"), names.index("sanctions"), "on") in graph.arrows


def test_the_drawing_has_a_box_and_an_arrow_each():
    """As many boxes as triggers and outcomes, as many arrows as in the graph."""
    program = made_program()
    graph = trigger_graph(program)
    patches = [patch for axes in draw_trigger_graph(program).axes for patch in axes.patches]
    assert sum(isinstance(patch, FancyBboxPatch) for patch in patches) == len(graph.boxes)
    assert sum(isinstance(patch, FancyArrowPatch) for patch in patches) == len(graph.arrows)


def test_an_arrow_back_has_its_own_place():
    """Of two boxes that set off each other, the arrow back neither begins nor ends where the other does."""
    from sim.figures.graph import _ports

    (there, back), *_ = [_ports([[(0, 50), (100, 80)], [(100, 80), (0, 50)]], 40)]
    assert there[0] != back[1]
    assert there[1] != back[0]


def test_arrows_lead_from_layer_to_layer():
    """Each arrow goes through every layer between its ends, once, and no two things share a place."""
    arrows = [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (0, 4), (5, 4)]
    layout = lay_out(6, arrows, last=frozenset({4}))
    for (a, b), route in zip(arrows, layout.routes, strict=True):
        assert route[0] == (layout.layer[a], layout.place[a])
        assert route[-1] == (layout.layer[b], layout.place[b])
        assert all(abs(later - earlier) == 1 for (earlier, _), (later, _) in pairwise(route))
    inner = [point for route in layout.routes for point in route[1:-1]]
    places = [*zip(layout.layer, layout.place, strict=True), *inner]
    assert len(set(places)) == len(places) == sum(layout.columns)
    assert layout.layer[4] == len(layout.columns) - 1


# ------------------------------------------------------------------------------------------------ house rules

# Severity 1: what a person without green or red cones sees, on linear RGB.
# Source: Machado, Oliveira and Fernandes (2009), IEEE Trans. Vis. Comput. Graph. 15, 1291-1298, table 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as somebody sees it."""
    rgb = np.array(channels(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(VISION[vision] @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_first_outcome_is_vermillion():
    """Files name the worst end first: it gets the alarming colour, and no blue; the palette is the same."""
    summary = ensemble("plain")
    first = outcome_looks(summary)[summary.outcomes[0].outcome]
    assert first.colour == "#D55E00"
    assert sorted(ENDS) == sorted(OKABE_ITO)


@pytest.mark.parametrize("vision", VISION)
def test_categories_are_told_apart_without_red_or_green(vision):
    """Of a dozen categories any two differ clearly in colour or, where they do not, in hatch, marker and dashes."""
    pairs = [pair for colours in (OKABE_ITO, ENDS) for pair in combinations(category_looks(12, colours=colours), 2)]
    for one, other in pairs:
        distance = np.linalg.norm(lab(one.colour, vision) - lab(other.colour, vision))
        assert one.hatch != other.hatch
        assert one.marker != other.marker
        assert distance > 10 or one.dashes != other.dashes or one.colour == other.colour


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("rungs", [2, 3, 4, 6, 9])
def test_ladders_darken_rung_by_rung(vision, rungs):
    """Each rung is visibly darker than the one below it, for every kind of sight."""
    lightness = [lab(look.colour, vision)[0] for look in ladder_looks(rungs)]
    assert all(lower - upper > 5 for lower, upper in pairwise(lightness))


def test_the_first_seven_colours_are_far_apart():
    """Seven categories need no hatch: under every sight their colours lie at least 10 apart in L*a*b*."""
    for vision in VISION:
        for one, other in combinations(category_looks(7), 2):
            assert np.linalg.norm(lab(one.colour, vision) - lab(other.colour, vision)) > 10, (vision, one, other)


def test_text_stays_text_in_svg(tmp_path):
    """The words of a picture can be found in its SVG file."""
    (path,) = save(draw_outcome_shares(ensemble("plain")), tmp_path, "outcomes", forms=("svg",))
    root = ElementTree.parse(path).getroot()
    said = {"".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"settlement", "share of runs"} <= said


def test_the_same_picture_is_the_same_file(tmp_path):
    """Drawn twice, a picture has the same bytes: no date, no chance."""
    first, second = (
        save(draw_incidence(made_summary(made_program(), runs=50)), tmp_path / name, "incidence") for name in "ab"
    )
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_labels_are_pushed_apart_and_stay_in_order():
    """Labels keep their order and a distance, and stay within their room as long as there is any."""
    assert spread([5, 5, 5], 10, 0, 100) == [0, 10, 20]
    assert spread([99, 98], 10, 0, 100) == [100, 90]
    crowded = spread([0, 1, 2, 3], 60, 0, 100)
    assert crowded == pytest.approx([0, 100 / 3, 200 / 3, 100])
    assert spread([], 10, 0, 100) == []


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [
        (0, 1.3, "0.00", "1.25"),
        (0, 100, "0", "100"),
        (9.145, 9.156, "9.146", "9.156"),
        (-5000, 12_000, f"{MINUS}5,000", "10,000"),
        (100, 100.000004, "100.000000", "100.000004"),
        (0, 6e14, "0", "6e14"),
        (0, 1e-7, "0", f"1e{MINUS}7"),
    ],
)
def test_numbers_on_an_axis_differ_where_their_marks_do(low, high, first, last):
    """Labels have as many decimals as the distance of the marks asks for, no offset, and no two are alike."""
    axes = Figure().add_axes((0, 0, 1, 1))
    number_axis(axes, "x")
    axes.set_xlim(low, high)
    labels = [label.get_text() for label, at in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)
              if low - 1e-12 <= at <= high * (1 + 1e-12)]  # fmt: skip
    assert (labels[0], labels[-1]) == (first, last)
    assert len(set(labels)) == len(labels) >= 3
    if "e" not in last:
        said = [float(label.replace(MINUS, "-").replace(",", "")) for label in labels]
        assert said == pytest.approx([at for at in axes.get_xticks() if low - 1e-9 <= at <= high], rel=1e-9)
