"""The sanctions and escalation simulator: a crisis in one file, played many times."""

__version__ = "0.1.0"
