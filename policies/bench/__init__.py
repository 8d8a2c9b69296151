"""Measure matching: made-up enterprises and items in a database of their own."""
