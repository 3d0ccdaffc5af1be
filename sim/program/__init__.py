"""Scenario -> Program: names end here, slots begin."""
