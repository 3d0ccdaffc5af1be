"""Event rows as columns: what tables store, and what looks at many runs at once counts in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sim.engine.record import Firings, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]

KEPT = ("seq", "tick", "trigger", "branch", "cause")


def firings_of(runs: Runs) -> Firings:
    """The events of these runs as columns; an engine that keeps them so hands them over in `runs.events.firings`.

    Raises
    ------
    ValueError
        If the events of these runs were not recorded.
    """
    import numpy as np

    if not len(runs.events):
        raise ValueError("the events of these runs were not recorded")
    kept = getattr(runs.events, "firings", None)
    if isinstance(kept, Firings):
        return kept
    rows = list(chain.from_iterable(runs.events))
    changes = list(chain.from_iterable(map(attrgetter("changes"), rows)))
    slots, olds, news = zip(*changes, strict=True) if changes else ((), (), ())
    seq, tick, trigger, branch, cause = (_whole(map(attrgetter(name), rows), len(rows)) for name in KEPT)
    return Firings(
        run=np.repeat(np.arange(len(runs.events)), [len(each) for each in runs.events]),
        seq=seq,
        tick=tick,
        trigger=trigger,
        branch=branch,
        cause=cause,
        firing=np.repeat(np.arange(len(rows)), _whole((len(row.changes) for row in rows), len(rows))),
        slot=_whole(slots, len(changes)),
        old=np.array(olds, dtype=np.float64),
        new=np.array(news, dtype=np.float64),
    )


def _whole(numbers: Iterable[Any], count: int) -> Whole:
    import numpy as np

    return np.fromiter(numbers, dtype=np.int64, count=count)
