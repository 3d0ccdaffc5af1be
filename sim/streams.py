"""Named, counter-based draws: the n-th uniform of a site is a pure function of (seed, run, site, n).

There are no counters to keep, and it makes no difference whether a draw is made early, late or never. The generator
is Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, SC'11, table 2), one text for plain Python, NumPy arrays and a
compiler: `make_uniform` is handed the integer type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numpy is imported where it is used, so that `sim validate` answers at once
    import numpy as np
    from numpy.typing import NDArray


def make_philox(u64: Callable[[int], Any]) -> Callable[[Any, Any, Any, Any, Any, Any], tuple[Any, Any, Any, Any]]:
    """Philox4x32-10 over integers of type `u64`, each holding a 32-bit word."""
    low32, shift = u64(0xFFFFFFFF), u64(32)
    multiplier0, multiplier1 = u64(0xD2511F53), u64(0xCD9E8D57)
    weyl0, weyl1 = u64(0x9E3779B9), u64(0xBB67AE85)

    def philox(key0: Any, key1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> tuple[Any, Any, Any, Any]:
        for _ in range(10):
            product0 = multiplier0 * c0
            product1 = multiplier1 * c2
            c0, c1, c2, c3 = (
                (product1 >> shift) ^ c1 ^ key0,
                product1 & low32,
                (product0 >> shift) ^ c3 ^ key1,
                product0 & low32,
            )
            key0 = (key0 + weyl0) & low32
            key1 = (key1 + weyl1) & low32
        return c0, c1, c2, c3

    return philox


def make_uniform(u64: Callable[[int], Any]) -> Callable[[Any, Any, Any, Any], Any]:
    """The function uniform(seed, run, site, n) over integers of type `u64`."""
    philox = make_philox(u64)
    low32, shift, twelve = u64(0xFFFFFFFF), u64(32), u64(12)

    def uniform(seed: Any, run: Any, site: Any, n: Any) -> Any:
        """One draw, never 0 and never 1. Words are combined with ^ because numba turns uint64 + int64 into a float."""
        w0, w1, _, _ = philox(seed & low32, seed >> shift, n, run, site & low32, site >> shift)
        return ((((w0 << shift) ^ w1) >> twelve) + 0.5) * 2.0**-52

    return uniform


uniform = make_uniform(int)
"""uniform(seed, run, site, n) -> float in (0, 1). seed, site: 64 bits; run, n: 32 bits."""


def uniforms(seed: int, runs: NDArray[np.uint64], site: int, n: int = 0) -> NDArray[np.float64]:
    """The n-th uniform of one site in each of many runs: (R,) in (0, 1), equal to `uniform` bit for bit."""
    import numpy as np

    wide = np.uint64
    draw = make_uniform(wide)
    return np.asarray(draw(wide(seed), runs.astype(wide), wide(site), wide(n)), dtype=np.float64)


def digest_of(site: str) -> int:
    """The 64-bit number of a site: its name's 8-byte BLAKE2b digest, read little-endian."""
    return int.from_bytes(blake2b(site.encode(), digest_size=8).digest(), "little")


def future_seed(seed: int, future: int) -> int:
    """The seed that luck goes on with in the future of this number: the same future is the same luck for every option.

    >>> future_seed(1, 0) == future_seed(1, 0) != future_seed(1, 1)
    True
    """
    return digest_of(f"future/{seed}/{future}")


@dataclass(frozen=True, slots=True)
class Luck:
    """A run's luck: a seed, and from which turn on other seeds replace it.

    Draws made in or before turn t keep the seed they had; draws made after turn t use the seed of a switch (t, seed),
    the winding of that turn's own clock included. Turn 0 is the start, so a switch at 0 keeps only the parameters.
    Switches ascend; several make a branch of a branch.

    Raises
    ------
    ValueError
        If the turns of the switches do not ascend, or a seed is not one.
    """

    seed: int
    switches: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        turns = [turn for turn, _ in self.switches]
        if turns != sorted(turns) or (turns and turns[0] < 0):
            raise ValueError(f"luck changes after turns {turns}; they ascend, and none lies before the start")
        for seed in (self.seed, *(seed for _, seed in self.switches)):
            if not 0 <= seed < 2**64:
                raise ValueError(f"the seed {seed} does not fit: it is a whole number from 0 to 2^64 - 1")
