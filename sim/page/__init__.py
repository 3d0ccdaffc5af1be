"""The report page: one study as one self-contained HTML file."""
