"""Many points of a scenario: responses, tables, and where a level is crossed."""
