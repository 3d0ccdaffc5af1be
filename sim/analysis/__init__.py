"""Runs -> shares, intervals, chains of causes."""
