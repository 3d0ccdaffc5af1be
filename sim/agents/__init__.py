"""The vocabulary of agents: each kind's few words, expanded into the quantities and triggers of the core."""
