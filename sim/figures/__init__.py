"""One function per picture; each computes nothing."""
