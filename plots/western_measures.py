"""Which tier of sanctions the EU has imposed, on dates."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "rungs-western_measures.eu", Path(__file__).with_suffix(".png"))
