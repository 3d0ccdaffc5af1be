"""Many futures of one past, under each option."""
