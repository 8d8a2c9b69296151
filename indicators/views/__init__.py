"""Pages of the indicator work."""
