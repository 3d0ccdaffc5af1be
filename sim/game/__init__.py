"""The game: a scenario with seats, a seed and dated orders; what is so, what may come, what each may see of it."""
