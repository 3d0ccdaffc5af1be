"""Charts as text: SVG that any page can hold and a table that says the same, from plain values; nothing is computed."""
