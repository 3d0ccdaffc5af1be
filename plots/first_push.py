"""When the army first moves in: in how many runs, and on which day of those."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "metric-first_push", Path(__file__).with_suffix(".png"))
