"""One run of spring 2014 on shared dates: postures, tiers, talks and threats.

It is the first in which the threat was called and talks came to a settlement all the same: a story, no average.
"""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
runs = study.ensemble
called = runs.metric("threat_called") > 0
settled = runs.outcome == runs.outcome_names.index("settlement")
first = int(runs.runs[called & settled][0])
api.draw(study, "timeline", Path(__file__).with_suffix(".png"), run=first)
