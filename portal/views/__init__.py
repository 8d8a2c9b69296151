"""Pages of the base application."""
