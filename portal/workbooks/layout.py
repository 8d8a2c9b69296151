"""How wide columns and how high rows have to be; Excel measures neither for a file it did not write."""

import math
from collections.abc import Iterable, Mapping, Sequence

from portal.workbooks.columns import Column, Kind, display

WIDTHS = {
    Kind.TEXT: (10, 30),
    Kind.LONG_TEXT: (30, 48),
    Kind.INTEGER: (8, 14),
    Kind.DECIMAL: (10, 18),
    Kind.PERCENT: (9, 11),
    Kind.DATE: (13, 13),
    Kind.MONTH: (10, 10),
    Kind.CHOICE: (9, 22),
    Kind.CODE: (10, 24),
    Kind.PHONE: (14, 16),
}
ELASTIC = {Kind.TEXT: 14.0, Kind.LONG_TEXT: 24.0}
# A4 landscape takes about this many characters at four fifths of the size; more would be unreadable.
PAGE = 165.0
PADDING = 3.0
FILTER_BUTTON = 3.0
MARGIN = 2.0
# A line that is over by less than this fits all the same: Chinese characters are a little narrower than two.
TOLERANCE = 0.1

ROW_HEIGHT = 21.0
LINE_HEIGHT = 13.5
EXCEL_HIGHEST = 409.0


def text_width(text: str) -> float:
    """Return the width in Excel's unit, a digit; Chinese characters are two wide.

    In UTF-8 they take three bytes and ASCII one, which makes this the mean of bytes and characters.
    """
    return (len(text.encode("utf-8", "replace")) + len(text)) / 2


def column_widths(columns: Sequence[Column], sample: Iterable[Mapping[str, object]]) -> list[float]:
    """Return a width for each column, by its kind and what the first rows hold, to fit a landscape page.

    A width given in the column's description stands.
    """
    longest = [_header_width(column) for column in columns]
    for row in sample:
        for place, column in enumerate(columns):
            lines = display(column, row.get(column.key)).splitlines()
            longest[place] = max(longest[place], *(text_width(line) + PADDING for line in lines or ("",)))
    widths = [
        column.width or min(max(found, WIDTHS[column.kind][0]), WIDTHS[column.kind][1])
        for column, found in zip(columns, longest, strict=True)
    ]
    return _squeeze(columns, widths)


def _header_width(column: Column) -> float:
    """A header may take two lines; beside it stands the button of the filter."""
    return math.ceil(text_width(column.label) / 2) + FILTER_BUTTON + PADDING


def _squeeze(columns: Sequence[Column], widths: list[float]) -> list[float]:
    """Narrow the columns of running text until the sheet fits a page, or they are as narrow as may be."""
    excess = sum(widths) - PAGE
    slack = [
        max(0.0, width - ELASTIC.get(column.kind, width)) if column.width is None else 0.0
        for column, width in zip(columns, widths, strict=True)
    ]
    if excess <= 0 or not sum(slack):
        return widths
    share = min(1.0, excess / sum(slack))
    return [width - share * room for width, room in zip(widths, slack, strict=True)]


def line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column `width` wide."""
    room = max(width - MARGIN, 2.0)
    if "\n" not in text:
        return max(1, math.ceil(text_width(text) / room - TOLERANCE))
    return sum(max(1, math.ceil(text_width(line) / room - TOLERANCE)) for line in text.split("\n"))


def row_height(lines: int) -> float:
    """Return the height in points of a row of so many lines; Excel allows 409."""
    return min(EXCEL_HIGHEST, max(ROW_HEIGHT, lines * LINE_HEIGHT + 7.5))
