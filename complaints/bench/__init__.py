"""Measure the pages of the cases: made-up cases in a database of their own."""
