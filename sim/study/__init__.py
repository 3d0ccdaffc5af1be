"""Planned, chunked, resumable execution; the results store."""
