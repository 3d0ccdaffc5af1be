"""What the policies of spring 2014 change, on the same luck."""

from pathlib import Path

from sim import api

study = api.compare("ukraine-2014", runs=4_000, seed=2014, out="results/gallery")
api.draw(study, "differences", Path(__file__).with_suffix(".png"))
