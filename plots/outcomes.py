"""How a thousand runs of spring 2014 ended."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "outcomes", Path(__file__).with_suffix(".png"))
