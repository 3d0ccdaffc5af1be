"""Program -> Runs."""
