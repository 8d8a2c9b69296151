"""Charts as SVG text: the same picture on the page, in print, in DOCX and in PDF."""

from portal.charts.bars import Part, ranked_bar, share_bar, stacked_bar
from portal.charts.lines import Series, line, sparkline
from portal.charts.rings import donut

__all__ = ["Part", "Series", "donut", "line", "ranked_bar", "share_bar", "sparkline", "stacked_bar"]
