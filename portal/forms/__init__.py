"""Forms of the base application."""
