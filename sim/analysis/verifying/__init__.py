"""The simulator against textbook cases whose answers are known."""
