"""The test of agreement sees what it is there to see: each defect that is planted in one engine is found."""

from __future__ import annotations

import pytest

from tests.agreement.mutants import MUTANTS, Mutant
from tests.agreement.numbered import FEW_TURNS, MOST, first_apart, ready
from tests.agreement.same import level, limits


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.says)
def test_a_planted_defect_is_found(mutant: Mutant) -> None:
    """One of the first few hundred numbered programs is played another way."""
    ready(range(MOST))
    with level("quick"), limits(**FEW_TURNS), mutant.plant():
        found = first_apart(range(MOST), mutant.engine)
    assert found is not None, f"nobody saw that {mutant.says}"
    print(f"{mutant.says}: program {found[0]}")
