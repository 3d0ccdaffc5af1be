"""Which uncertain number matters, and how much of it is luck."""
