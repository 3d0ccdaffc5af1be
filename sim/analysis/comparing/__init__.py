"""Alternatives on the same luck: differences, regret, and what is said of them."""
