"""One past of spring 2014, each order that Moscow can give then, and many futures."""

from pathlib import Path

from sim import api

plan = api.plan_branch(
    "ukraine-2014", run=7, at="border_army.push_further", runs=1_000, seed=2014, out="results/gallery"
)
api.draw(api.run(plan), "futures", Path(__file__).with_suffix(".png"))
