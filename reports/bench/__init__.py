"""Measure the portal: made-up rows in a database of their own, pages through a real server."""
