"""The evidence: one number in one place, and a script that computes it anew from the public files."""

from __future__ import annotations

import ast
import doctest
import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from docs import evidence as script
from docs import tables
from docs.recount import fits, icb12, mid5, reading, ties4
from docs.recount.reading import CannotRecount, Counted, Table
from sim.agents.evidence import FIGURES, SOURCES, Figure
from sim.agents.expand import defaults_of, expand
from sim.analysis import base_rates
from tests.agents.stage import scenario
from tests.documents import HOUSE


def figures_of(*sources: str) -> set[float]:
    """The numbers of some sets."""
    return {figure.value for figure in FIGURES.values() if figure.source in sources}


def numbers(text: str) -> list[float]:
    """The numbers in a text."""
    return [float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text)]


# ---------------------------------------------------------------------------------------------- the file


def test_every_figure_says_its_source_and_its_unit_and_how_it_was_computed() -> None:
    """What can be computed anew says how; the rest is quoted from a source with a citation."""
    for figure in FIGURES.values():
        assert SOURCES[figure.source] and figure.unit and figure.says, figure
        assert bool(figure.computed) == (figure.source in script.SETS), figure
        assert math.isfinite(figure.value) and figure.value >= 0, figure
        assert not script.is_share(figure) or figure.value <= 1, figure


@pytest.mark.parametrize("file", ["sim/agents/evidence.py", "sim/analysis/base_rates.py"])
def test_no_figure_stands_beside_the_file(file: str) -> None:
    """The code that hands figures on writes none itself, outside the examples of its docstrings."""
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    written = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is float]
    assert written == []


EVERYTHING = """
    actors: {us: {}, russia: {resolve: 0.5}, ukraine: {}}
    agents:
      army:
        posture: {actor: russia, against: ukraine}
        rungs: {home: {level: none}, talk: {level: threat}, massed: {level: display}, attack: {level: force}}
        start: massed
      guard:
        posture: {actor: ukraine, against: russia}
        rungs: {barracks: {level: none}, alert: {level: display}, fight: {level: force}}
        start: barracks
      measures:
        sanctions: {senders: [us], target: russia}
        tiers: {none: {}, listings: {}}
        start: none
      track:
        diplomacy: {parties: [us, russia]}
        issues: {withdrawal: {us: 1, russia: -1}}
        proposals: {plan: withdrawal}
"""
CITED = ("mid5", "icb12", "eusanct")


def test_every_default_that_cites_a_data_set_is_a_figure_of_the_file() -> None:
    """Numbers told with the source MID, ICB or EUSANCT stand in the file under that source or as our judgement."""
    cited = [default for default in defaults_of(scenario(EVERYTHING)) if default.source in CITED]
    assert {default.source for default in cited} == set(CITED)
    for default in cited:
        known = figures_of(default.source, "author")
        assert set(numbers(default.value)) <= known, default


def test_every_number_that_is_played_by_the_record_is_a_figure_of_the_file() -> None:
    """Hazards, the chance of a reply, its mix and its wait, as the expansion hands them to the core."""
    core = expand(scenario(EVERYTHING))
    hazards = [str(quantity.is_) for name, quantity in core.quantities.items() if str(name).startswith("army.record.")]
    answers = [trigger for name, trigger in core.triggers.items() if ".replies_to_" in str(name)]
    assert len(hazards) == 2 and len(answers) == 2
    for text in hazards:
        assert set(numbers(text)) <= figures_of("mid5") and numbers(text)
    for trigger in answers:
        said = [str(trigger.chance), *(str(option.usual) for option in trigger.choose.values())]
        said += [str(point) for point in trigger.after.arguments.values()]
        assert {number for text in said for number in numbers(text)} <= figures_of("mid5")


def test_the_base_rates_told_beside_outcomes_are_figures_of_the_file() -> None:
    """Wars in percent of disputes, and displays that went higher."""
    low, high = (FIGURES[f"mid5.highest.{period}.war"].value for period in ("1993-2014", "1816-2014"))
    assert (low, high) == base_rates.WAR_IN_THE_RECORD
    assert f"{100 * low:g}-{round(100 * high)} %" in base_rates.BASE_RATES["war"]
    assert f" {100 * FIGURES['mid5.escalation.display.higher'].value:g} %" in base_rates.BASE_RATES["force"]


def test_the_hazard_of_a_compromise_follows_from_the_figures_that_it_names() -> None:
    """log(2) over the median duration of a crisis, times the share of compromises under negotiation."""
    median, share = (FIGURES[f"icb12.{name}"].value for name in ("duration.all.q50", "compromise.negotiation.share"))
    hazard = FIGURES["icb12.compromise_hazard.negotiation.per_day"].value
    assert hazard == pytest.approx(math.log(2) / median * share, abs=5e-5)


def test_the_page_names_every_source() -> None:
    """A set that comes into the file comes onto the page."""
    page = (HOUSE / "docs" / "evidence.md").read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"<!-- table evidence {source} -->" in page and f"<!-- table computed {source} -->" in page


@pytest.mark.parametrize("module", [reading, tables])
def test_the_examples_of_the_script_are_true(module: object) -> None:
    """What its docstrings show is what comes out."""
    ran = doctest.testmod(module)  # type: ignore[arg-type]
    assert ran.attempted and not ran.failed


# ---------------------------------------------------------------------------------------------- computing anew


def written(folder: Path, table: Table, text: str) -> None:
    """A public file of a few lines; columns that the lines do not have are empty."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert set(head) <= set(table.columns)
    body = "\n".join(",".join(f'"{row.get(column, "")}"' for column in table.columns) for row in rows)
    (folder / table.file).write_text(f"{','.join(table.columns)}\n{body}\n", encoding="utf-8")


def assert_counted(found: dict[str, Counted], expected: dict[str, tuple[float, int]]) -> None:
    """Values and cases of some figures are those worked out by hand."""
    for name, (value, n) in expected.items():
        assert found[name].value == pytest.approx(value, abs=1e-9), name
        assert found[name].n == n, name


DISPUTES = """
dispnum | hostlev | recip | maxdur | styear | stmon | stday | endyear | endmon | endday
1       | 4       | 1     | 41     | 1990   | 1     | 1     | 1990    | 2      | 10
2       | 3       | 0     | 1      | 2000   | 5     | 3     | 2000    | 5      | -9
3       | 5       | 1     | 9      | 1900   | 1     | 1     | 1900    | 1      | 9
"""
# In order: threat, display, display (day unknown: the 15th), force, display on the same day with a higher number.
INCIDENTS = """
dispnum | incidnum | hostlev | styear | stmon | stday
1       | 5        | 3       | 1990   | 1     | 21
1       | 1        | 2       | 1990   | 1     | 1
1       | 2        | 3       | 1990   | 1     | 11
1       | 4        | 4       | 1990   | 1     | 21
1       | 3        | 3       | 1990   | 1     | -9
2       | 6        | 3       | 2000   | 5     | 3
3       | 7        | 4       | 1900   | 1     | 2
3       | 8        | 4       | 1900   | 1     | 5
"""
# The first is done by both sides; the second and the fifth by side A, the third and the fourth by side B. Nobody is
# said to have done those of the third dispute.
DOERS = """
dispnum | incidnum | insidea | sidea
1       | 1        | 1       | 1
1       | 1        | 1       | 0
1       | 2        | 1       | 1
1       | 2        | 0       | 0
1       | 3        | 1       | 0
1       | 4        | 1       | 0
1       | 5        | 1       | 1
2       | 6        | 1       | 1
"""


def disputes(folder: Path) -> Path:
    """A folder with the three files of disputes."""
    for key, text in (("mida", DISPUTES), ("midi", INCIDENTS), ("midip", DOERS)):
        written(folder, mid5.TABLES[key], text)
    return folder


def test_disputes_are_counted_as_by_hand(tmp_path: Path) -> None:
    """Three disputes: levels, gaps, transitions, replies and first passages."""
    found = script.recounted(disputes(tmp_path), ["mid5"])
    assert_counted(found, {
        "mid5.highest.1816-2014.war": (1 / 3, 3), "mid5.highest.1946-2014.force": (1 / 2, 2),
        "mid5.reciprocated.1993-2014.share": (0, 1), "mid5.duration.1816-2014.q50": (9, 3),
        # Days known on both sides: 1 to 11 January, two incidents on the 21st, and 2 to 5 January 1900.
        "mid5.gap.all.q50": (3, 3), "mid5.gap.all.zero": (1 / 3, 3),
        # Displays: one before a display, one before the force, two that are the last of their dispute.
        "mid5.next.threat.display": (1, 1), "mid5.next.display.display": (1 / 4, 4),
        "mid5.next.display.force": (1 / 4, 4),
        "mid5.next.display.end": (0.5, 4), "mid5.next.force.display": (1 / 3, 3), "mid5.next.force.end": (1 / 3, 3),
        # Displays weigh 3 x 1/5 + 1, of which 1/5 + 1 are the last.
        "mid5.end_by_dispute.display.end": (0.75, 4), "mid5.end_by_dispute.threat.end": (0, 1),
        # A's display on the 11th is answered by B's; B's force on the 21st by A's display, the same day.
        "mid5.reply.display.display": (1, 1), "mid5.reply.force.display": (1, 1), "mid5.reply_lag.all.q90": (0, 1),
        # Threat: 10 days, then up. Display: 10 days, then up; 3 to 28 May, then over. Force: 21 January to
        # 10 February, and 2 to 9 January 1900.
        "mid5.escalation.threat.up": (1 / 10, 1), "mid5.escalation.threat.ending": (0, 1),
        "mid5.escalation.display.higher": (0.5, 2), "mid5.escalation.display.up": (1 / 35, 2),
        "mid5.escalation.display.ending": (1 / 35, 2), "mid5.escalation.force.ending": (2 / 27, 2),
    })  # fmt: skip


CRISES = """
sevviosy | yrtrig | motrig | datrig | yrterm | moterm | daterm
1.0      | 1990.0 | 1.0    | 5.0    | 1990.0 | 1.0    | 15.0
4.0      | 1990.0 | 1.0    | 88.0   | 1990.0 | 2.0    |
         | 1990.0 | 1.0    | 5.0    | 1990.0 |        |
4.0      | 1990.0 | 1.0    | 20.0   | 1990.0 | 1.0    | 77.0
"""
ACTORS = """
triggr | majres | trgresra | outcom | crismg
9.0    | 8.0    | 1.0      | 2.0    | 1.0
8.0    | 3.0    | 5.0      | 1.0    | 1.0
2.0    | 9.0    |          | 4.0    | 3.0
2.0    | 3.0    | 9.0      | 2.0    | 8.0
       | 8.0    |          |        | 8.0
"""


def test_crises_are_counted_as_by_hand(tmp_path: Path) -> None:
    """Spans of 10 and 45 days count; one without an end and one that ends before it begins do not."""
    written(tmp_path, icb12.TABLES["icb1"], CRISES)
    written(tmp_path, icb12.TABLES["icb2"], ACTORS)
    assert_counted(script.recounted(tmp_path, ["icb12"]), {
        "icb12.duration.all.q50": (27.5, 2), "icb12.duration.all.q25": (18.75, 2),
        "icb12.violence.all.none": (1 / 3, 3), "icb12.violence.all.war": (2 / 3, 3),
        "icb12.violent_response.to_violence.share": (0.5, 2),
        "icb12.violent_response.to_another_trigger.share": (0.5, 2),
        "icb12.response_lag.all.q50": (5, 3), "icb12.response_lag.all.q90": (8.2, 3),
        "icb12.outcome.all.compromise": (0.5, 4), "icb12.outcome.all.stalemate": (0, 4),
        "icb12.compromise.negotiation.share": (0.5, 2), "icb12.compromise.violence.share": (1, 1),
        "icb12.compromise_hazard.negotiation.per_day": (math.log(2) / 27.5 * 0.5, 2),
    })  # fmt: skip


# A trade case that is carried out and works; one that ends as a threat; sanctions without a threat, whose year is a
# remark; a case whose start is no date and whose end lies before the imposition; an environmental threat that fails.
CASES = """
threat | imposition | finaloutcome | targetcosts | sendercosts | sanctiontype | issue1 | startyear | startmonth | startday | sancimpositionstartyear | sancimpositionstartmonth | sancimpositionstartday | endyear | endmonth | endday
1 | 1 | 7.0  | 1.0 | 1.0 | 3 6 | 13 | 2000 | 1.0 | 1.0  | 2000        | 1 | 11 | 2000 | 2.0 | 10.0
1 | 0 | 2.0  |     |     |     | 8  | 2000 | 1.0 | 1.0  |             |   |    | 2000 | 2.0 | 10.0
0 | 1 | 9.0  | 2.0 | 1.0 | 6   | 8  | 2001 | 3.0 |      | 2001, later | 3 |    | 2001 | 4.0 | 7.0
1 | 1 | 10.0 | 2.0 | 2.0 | 2   | 8  | 2002 | 6.0 | 31.0 | 2002        | 7 | 1  | 2002 | 6.0 | 1.0
1 | 0 | 4.0  |     |     |     | 12 | 2003 | 1.0 | 1.0  |             |   |    |      |     |
"""  # noqa: E501


def test_sanctions_are_counted_as_by_hand(tmp_path: Path) -> None:
    """Five cases, two of them about trade."""
    written(tmp_path, ties4.TABLES["ties"], CASES)
    found = script.recounted(tmp_path, ["ties4"])
    assert_counted(found, {
        "ties4.imposed.all.share": (0.5, 4), "ties4.imposed.not_trade.share": (0.5, 2),
        "ties4.threat_success.all.strict": (0.5, 2), "ties4.threat_success.not_trade.broad": (1, 1),
        "ties4.imposed_success.all.strict": (1 / 3, 3), "ties4.imposed_success.all.broad": (2 / 3, 3),
        "ties4.imposed_success.not_trade.strict": (0, 2), "ties4.imposed_success.not_trade.broad": (0.5, 2),
        "ties4.success_by_cost.major.broad": (0.5, 2), "ties4.cost_mix.target.major": (1, 2),
        "ties4.cost_mix.sender.minor": (0.5, 2),
        "ties4.success_by_type.asset_freeze.broad": (0.5, 2), "ties4.success_by_type.import.broad": (1, 1),
        "ties4.threat_to_imposition.all.q50": (10, 1),
        # 11 January to 10 February, and 28 March to 7 April.
        "ties4.imposition_to_end.all.q50": (20, 2),
    })  # fmt: skip
    assert "ties4.success_by_cost.minor.broad" not in found  # the only one is about trade


@pytest.mark.parametrize(("name", "family"), [("gamma", stats.gamma), ("weibull", stats.weibull_min)])
def test_fits_are_those_of_the_greatest_likelihood(name: str, family: stats.rv_continuous) -> None:
    """Two distributions whose fit has no closed form agree with scipy's."""
    values = np.array([1.0, 2.0, 2.0, 5.0, 9.0, 30.0, 71.0])
    best = family.logpdf(values, *family.fit(values, floc=0)).sum()
    assert fits.aic(name, values) == pytest.approx(4 - 2 * best, abs=1e-4)


def test_fits_in_closed_form_are_those_worked_out_by_hand() -> None:
    """Of 1 and 3 days: an exponential of mean 2; a lognormal whose logarithms have mean and deviation log(3) / 2."""
    values = np.array([1.0, 3.0])
    assert fits.aic("exponential", values) == pytest.approx(2 + 4 * (math.log(2) + 1))
    density = stats.norm(math.log(3) / 2, math.log(3) / 2).logpdf([0.0, math.log(3)]).sum() - math.log(3)
    assert fits.aic("lognormal", values) == pytest.approx(4 - 2 * density)


def test_the_script_computes_every_figure_that_is_not_quoted_and_no_other(tmp_path: Path) -> None:
    """Every figure that it computes is in the file, and every group of the file that is not quoted is computed."""
    for table, text in ((icb12.TABLES["icb1"], CRISES), (icb12.TABLES["icb2"], ACTORS), (ties4.TABLES["ties"], CASES)):
        written(tmp_path, table, text)
    found = script.recounted(disputes(tmp_path), list(script.SETS))
    assert set(found) <= set(FIGURES)
    groups = {figure.name.split(".")[1] for figure in FIGURES.values() if figure.source in script.SETS}
    assert {name.split(".")[1] for name in found} == groups


# ---------------------------------------------------------------------------------------------- what it says


def test_a_verdict_goes_by_the_digits_of_the_file_and_the_tolerance() -> None:
    """Rounding to the figure is `same`; a hundredth of a share, or 3 % of another number, is `near`."""

    def figure(value: float, unit: str) -> Figure:
        return Figure("x.y.z.v", value, 10, unit, "mid5", "", "", "", "")

    share, days = figure(0.41, "share of disputes"), figure(74, "days")
    assert [script.verdict(share, value) for value in (0.414, 0.416, 0.425)] == ["same", "near", "differs"]
    assert [script.verdict(days, value) for value in (73.6, 75.9, 77)] == ["same", "near", "differs"]
    assert script.verdict(figure(0.0, "share of incidents"), 0.2) == "differs"
    assert script.verdict(figure(0.00006, "hazard"), 0.00007) == "differs"


def test_the_table_shows_figure_file_computed_difference_and_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made-up files are told to differ, with exit code 1; what is quoted is listed with its citation."""
    assert script.main([str(disputes(tmp_path)), "mid5"]) == 1
    told = capsys.readouterr()
    line = next(line for line in told.out.splitlines() if line.startswith("mid5.escalation.display.higher"))
    assert line.split()[1:] == ["0.25", "0.5", "+0.25", "2", "differs"]
    assert "icb12." not in told.out and told.err == ""
    for source in ("eusanct", "gsdb2", "hse", "icbe"):
        assert SOURCES[source] in told.out


def test_missing_files_are_all_told_with_where_they_come_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence each, exit code 2, and nothing printed as if it had worked."""
    disputes(tmp_path)
    (tmp_path / "MIDIP 5.0.csv").unlink()
    assert script.main([str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "MIDIP 5.0.csv is not in the folder. It comes from the Correlates of War Project, Militarized Interstate "
        "Disputes 5.0.",
        "icb1v12.csv is not in the folder. It comes from the International Crisis Behavior Project, version 12.",
        "icb2v12.csv is not in the folder. It comes from the International Crisis Behavior Project, version 12.",
        "TIES v4.1.csv is not in the folder. It comes from the project Threat and Imposition of Economic Sanctions, "
        "version 4.1.",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say where the public files are"),
        (["nowhere"], "there is no folder `nowhere`"),
        ([".", "mid4"], "there is no set `mid4`"),
    ],
)
def test_words_that_are_wrong_are_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No folder, a folder that is not there, a set that there is not."""
    assert script.main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    """Another table under the right name, and one without lines; capitals and spaces in a name do not matter."""
    table = icb12.TABLES["icb2"]
    (tmp_path / "ICB2 v12.CSV".lower()).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CannotRecount, match="has no column triggr"):
        reading.read(tmp_path, table)
    (tmp_path / "icb2 v12.csv").write_text(",".join(table.columns) + "\n", encoding="utf-8")
    with pytest.raises(CannotRecount, match="has no lines"):
        reading.read(tmp_path, table)
    (tmp_path / "icb2 v12.csv").write_bytes(b"\xff\xfe\x00garbage\x00")
    with pytest.raises(CannotRecount):
        reading.read(tmp_path, table)
