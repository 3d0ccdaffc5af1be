"""How hard the sanctions bite: the fan of a number over time."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "fan-western_measures.bite", Path(__file__).with_suffix(".png"))
