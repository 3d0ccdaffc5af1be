"""Rounds of talks by outcome: histograms with quantiles."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "metric-rounds_held", Path(__file__).with_suffix(".png"))
