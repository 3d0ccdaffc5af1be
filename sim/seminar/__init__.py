"""The seminar: a class in the browser. It serves pages and takes moves; what they mean is said by `sim.api`."""
