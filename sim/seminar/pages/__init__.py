"""The pages of a seminar: what a view looks like, on a phone, on a laptop and on a projector."""
