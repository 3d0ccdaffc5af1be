"""A hundred futures from 30 March 2014, one symbol each."""

from pathlib import Path

from sim import api

study = api.run("ukraine-2014", runs=1_000, seed=2014, out="results/gallery")
api.draw(study, "hundred-futures", Path(__file__).with_suffix(".png"))
