"""How spring 2014 ends, by how much Russia wants what is at stake."""

from pathlib import Path

from sim import api

study = api.sweep("ukraine-2014", ["russian_resolve=0.1:0.9:9"], runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "response-outcomes", Path(__file__).with_suffix(".png"))
