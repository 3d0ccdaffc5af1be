"""A Program as machine code: what `sim.engine.compiled` plays."""
