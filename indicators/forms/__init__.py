"""Forms of the indicator work."""
