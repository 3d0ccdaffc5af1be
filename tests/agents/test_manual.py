"""The page of defaults says what the code takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.agents import (
    adoption,
    agreement,
    choices,
    diplomacy,
    evidence,
    home,
    issues,
    perception,
    proposals,
    questions,
    sanctions,
    threats,
    worth,
)  # fmt: skip


def _digits(text: str) -> str:
    return text.split(" ")[0].removesuffix("%").strip()


@pytest.mark.parametrize(
    "number",
    [
        *(_digits(value) for value in evidence.PACE.values()),
        *(_digits(value) for value in evidence.ADOPTION_LAG.values()),
        _digits(adoption.PHASE_IN), _digits(sanctions.LEAKAGE), _digits(diplomacy.EVERY), _digits(agreement.KEPT),
        _digits(agreement.DUE), _digits(agreement.SEEN_VERIFIED), _digits(choices.EVERY), _digits(perception.EVERY),
        _digits(home.FADES), _digits(home.COOLDOWN), f"{evidence.COMPROMISE:g}".lstrip("0"),
    ],
)  # fmt: skip
def test_every_default_of_the_page_is_that_of_the_code(number: str, house: Path) -> None:
    """Whoever changes a default changes the page that names it."""
    assert number in (house / "docs" / "manual" / "defaults.md").read_text(encoding="utf-8")


def test_the_shares_of_the_page_are_those_of_the_code(house: Path) -> None:
    """One in five slips, a tenth is paid back, four in ten are answered, half is believed and half is kept."""
    page = (house / "docs" / "manual" / "defaults.md").read_text(encoding="utf-8")
    assert (diplomacy.SLIPS, sanctions.BACKLASH, evidence.REPLY_CHANCE) == ("20 %", "0.1", 0.41)
    assert (threats.BELIEVED, threats.KEPT, worth.PAIN, worth.WORTH) == ("0.5", "0.5", "0.1", "0.1")
    assert (home.SUPPORT, {word: size for word, (size, _) in home.SIZES.items()}) == (
        "0.5", {"rally": "0.05", "audience": "0.1", "pain": "0.1"}
    )  # fmt: skip
    assert (perception.COSTLY, perception.CHEAP) == (4, 20)
    assert (issues.WORD_TAKEN_BACK, proposals.UNCOORDINATED, proposals.COUNTERED) == ("0.05", "0.1", "0.3")
    assert (agreement.SEEN, agreement.SEEN_VERIFIED) == ("14 days", "3 days")
    assert (questions.REPLY, questions.AFTER) == ("50 %", "14 days")
    for said in (
        "support 50 %, a rally adds 5 %",
        "a tenth of support",
        "a quarter of the way with each move of that actor's forces, a twentieth with a word",
        "or .05 of the prize if it has no home",
        "minds .1 of the prize",
        "30 % counter",
        "seen after 14 days, after 3 if",
        "with 50 %, after 14 days",
        "one in five slips",
        "pays a tenth",
        "four moves in ten",
        "believed 50 %, kept 50 %",
        "a tenth of the prize",
    ):
        assert said in page
