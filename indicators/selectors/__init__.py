"""Questions to the indicator work, answered with values and frozen dataclasses."""
