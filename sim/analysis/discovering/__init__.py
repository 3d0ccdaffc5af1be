"""Where in the space of parameters an outcome lives."""
