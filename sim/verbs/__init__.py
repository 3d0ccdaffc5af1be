"""The verbs, by what they do; `sim.api` has all of them."""
