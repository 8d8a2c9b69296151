"""Charts as SVG text: the same picture on the page, in print, in DOCX and in PDF.

Every function is pure and returns a string. Words are escaped, colours are
presentation attributes, a missing value is a gap, nothing to draw is said.
"""

from portal.charts.bars import Part, ranked_bar, share_bar, stacked_bar
from portal.charts.columns import Bar, bar
from portal.charts.lines import Series, line, sparkline
from portal.charts.rings import donut
from portal.charts.strips import HeatRow, heat_strip

__all__ = [
    "Bar",
    "HeatRow",
    "Part",
    "Series",
    "bar",
    "donut",
    "heat_strip",
    "line",
    "ranked_bar",
    "share_bar",
    "sparkline",
    "stacked_bar",
]
