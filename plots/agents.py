"""Which agents, choices and commitments of spring 2014 set off which."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "agents", Path(__file__).with_suffix(".png"))
