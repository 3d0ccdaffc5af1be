"""How spring 2014 would end without each trigger, threat and agent."""

from pathlib import Path

from sim import api

study = api.ablate("ukraine-2014", runs=4_000, seed=2014, out="results/gallery")
api.draw(study, "ablation", Path(__file__).with_suffix(".png"))
