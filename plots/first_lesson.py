"""Which trigger sets off which in the first lesson."""

from pathlib import Path

from sim import api

study = api.run("first-lesson", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "triggers", Path(__file__).with_suffix(".png"))
