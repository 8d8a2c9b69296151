"""The registry of figures: every number that any page or document prints is defined here, once."""

from reports.figures.figure import Figure
from reports.figures.period import Period, RowPeriod, parse_period
from reports.figures.registry import figure_of, figures_of
from reports.figures.values import values_of

__all__ = ["Figure", "Period", "RowPeriod", "figure_of", "figures_of", "parse_period", "values_of"]
