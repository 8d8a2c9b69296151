"""Questions to the base application, answered with values and frozen dataclasses."""
