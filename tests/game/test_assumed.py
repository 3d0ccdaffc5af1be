"""What a class is told of the numbers of a scenario: what is drawn first, in words, and the rest part by part."""

from __future__ import annotations

from sim import api
from sim.game.assumed import assumed
from sim.program.ledger import ledger


def test_what_is_drawn_is_said_in_words_with_range_and_source() -> None:
    """A sentence, the range in plain numbers, who says so, how sure that is."""
    found = {one["says"]: one for one in assumed(api.game("ukraine-2014"))["drawn"]}
    assert found["How many troops really stand at the border"]["range"] == "20,000 to 60,000, most likely 35,000"
    resolve = next(one for says, one in found.items() if says.startswith("What the prize is worth to Moscow"))
    assert (resolve["range"], resolve["confidence"]) == (
        "0.25 to 0.85 in nine of ten histories, the middle at 0.55", "low")  # fmt: skip
    lag = found["How long Washington takes to adopt measures"]
    assert lag["range"] == "9 days (median; nine in ten within 40 days)" and "EUSANCT" in lag["source"]


def test_every_number_stands_in_one_part_and_in_words() -> None:
    """No number of the file is left out, each place once, and no path or underscore is shown."""
    for name in ("ukraine-2014", "sanctions-spiral"):
        game = api.game(name)
        found = assumed(game)
        fixed = {one.path for one in ledger(game.scenario) if one.role not in ("lever", "parameter")}
        assert sum(len(part["rows"]) for part in found["parts"]) == len(fixed)
        for text in [one[key] for part in found["parts"] for one in part["rows"] for key in ("says", "value")]:
            assert "_" not in text, text
