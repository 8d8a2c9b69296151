"""Filter rows of the base application's lists; what is chosen stands in the address."""
