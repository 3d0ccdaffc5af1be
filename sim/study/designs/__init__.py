"""From what is asked to experiments: sweeps, samples, worlds, ablations."""
