"""The commands. They parse words, call one verb of `sim.api`, and print."""
