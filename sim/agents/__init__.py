"""Each kind of agent: its vocabulary, expanded into quantities and triggers of the core."""
