"""Outcomes of one in ten thousand and less, as a reader meets them."""
