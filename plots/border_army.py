"""Where the army at the border stands, on dates: posture over time."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "rungs-border_army", Path(__file__).with_suffix(".png"))
