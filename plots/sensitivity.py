"""Which uncertain number the outcomes of spring 2014 turn on."""

from pathlib import Path

from sim import api

study = api.sensitivity("ukraine-2014", samples=512, runs=100, seed=2014, out="results/gallery")
api.draw(study, "sobol-outcomes", Path(__file__).with_suffix(".png"))
