"""The measures of GB/T 9704-2012 and of this portal's documents, shared by the DOCX and the PDF writer.

Lengths are millimetres, sizes are points, and a "char" is one full-width character of the text size.
"""

from dataclasses import dataclass

from portal.documents.model import DocumentKind, Mark

# 版心 156 × 225 mm holds 22 lines of 28 characters.
CHARS_PER_LINE = 28
LINES_PER_PAGE = 22


@dataclass(frozen=True)
class Page:
    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        return self.height - self.top - self.bottom


PORTRAIT = Page(width=210, height=297, top=37, right=26, bottom=35, left=28)
LANDSCAPE = Page(width=297, height=210, top=15, right=15, bottom=16, left=15)


def page_of(kind: DocumentKind) -> Page:
    return LANDSCAPE if kind is DocumentKind.SHEET else PORTRAIT


PAGE_NUMBER_DROP = 7  # from the text area down to the page number
FOOTER_DISTANCE = 23.1  # from the paper's edge up to the page number: 35 - 7 - the height of 4 号

TITLE_SIZE = 22.0  # 2 号
TEXT_SIZE = 16.0  # 3 号
SMALL_SIZE = 14.0  # 4 号: page number and 版记
TABLE_SIZE = 12.0  # 小 4 号
SHEET_SIZE = 10.0
SHEET_TITLE_SIZE = 20.0

TITLE_PITCH = 34.0
TABLE_PITCH = 18.0
SHEET_PITCH = 14.0

BULLETIN_TOP = 10.0  # from the text area's edge down to the masthead of a bulletin
LETTER_TOP = 35.0  # the same for 发文机关标志 of a letter
RULE_GAP = 4.0  # from the line above down to the red rule
RULE_WIDTH = 2.25  # points
COLOPHON_OUTER = 1.0  # points: 0.35 mm
COLOPHON_INNER = 0.7  # points: 0.25 mm

MASTHEAD_LARGEST = 54.0
MASTHEAD_SMALLEST = 26.0

OFFICIAL_RED = "C8161D"
GRID_COLOUR = "8A94A6"
GROUP_FILL = "EEF3FA"
HEADER_FILL = "F3F5F8"
MARK_COLOURS = {
    Mark.RED: "C8161D",
    Mark.YELLOW: "A86400",
    Mark.GREEN: "1A7F37",
    Mark.BLUE: "1455A8",
    Mark.GREY: "6B7280",
}
