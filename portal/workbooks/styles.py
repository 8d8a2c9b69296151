"""The look of a workbook: formats made once per workbook and found again by what they are for."""

from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from portal.workbooks.columns import NUMBERS, Column, Kind

BODY_FONT = "宋体"
HEAD_FONT = "黑体"
BODY_SIZE = 10

INK = "#1F2329"
INK_SECOND = "#5B6270"
BRAND = "#1455A8"
LINE = "#BFC6D0"
FILL_EDITABLE = "#DBE7F6"
FILL_LOCKED_HEAD = "#E6E9EE"
FILL_LOCKED = "#F2F4F7"
RED = "#B01219"
FILL_ERROR = "#FDEEEE"

TEXT = "@"
# The room of a bracket between a number and the line at its right.
GAP = "_)"
NUMBER_FORMATS = {
    Kind.TEXT: TEXT,
    Kind.LONG_TEXT: TEXT,
    Kind.CHOICE: TEXT,
    Kind.CODE: TEXT,
    Kind.PHONE: TEXT,
    Kind.INTEGER: f"#,##0{GAP}",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MONTH: "yyyy-mm",
}
LEFT_KINDS = frozenset({Kind.TEXT, Kind.LONG_TEXT})
MOST_PLACES = 6


TABLE_HEAD: dict[str, Any] = {
    "bold": True,
    "align": "center",
    "text_wrap": True,
    "border": 1,
    "border_color": LINE,
}


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Format] = {}

    def _make(self, name: tuple[object, ...], **properties: Any) -> Format:
        if name not in self._made:
            base = {"font_name": BODY_FONT, "font_size": BODY_SIZE, "font_color": INK, "valign": "vcenter"}
            self._made[name] = self._book.add_format({**base, **properties})
        return self._made[name]

    @property
    def title(self) -> Format:
        return self._make(("title",), font_name=HEAD_FONT, font_size=16, bold=True, align="center")

    @property
    def subtitle(self) -> Format:
        return self._make(("subtitle",), font_size=9, font_color=INK_SECOND, text_wrap=True)

    @property
    def section(self) -> Format:
        return self._make(("section",), font_name=HEAD_FONT, font_size=11)

    @property
    def note(self) -> Format:
        return self._make(("note",), text_wrap=True, valign="top")

    @property
    def mark(self) -> Format:
        """The asterisk of a required column."""
        return self._make(("mark",), bold=True, font_color=RED)

    @property
    def label(self) -> Format:
        """The rest of such a header."""
        return self._make(("label",), bold=True)

    def header(self, column: Column) -> Format:
        name, fill, edge, ink = ("header", FILL_EDITABLE, BRAND, INK)
        if column.locked:
            name, fill, edge, ink = ("locked header", FILL_LOCKED_HEAD, INK_SECOND, INK_SECOND)
        return self._make(
            (name,),
            **TABLE_HEAD,
            bg_color=fill,
            font_color=ink,
            bottom=2,
            bottom_color=edge,
        )

    @property
    def table_head(self) -> Format:
        return self._make(("table head",), **TABLE_HEAD, bg_color=FILL_EDITABLE)

    @property
    def table_cell(self) -> Format:
        return self._make(
            ("table cell",), text_wrap=True, border=1, border_color=LINE, align="left", indent=1
        )

    def cell(self, column: Column, places: int | None = None, *, flagged: bool = False) -> Format:
        """Return the format of a data cell; numbers without fixed places show those they have."""
        kind, locked = column.kind, column.locked
        look: dict[str, str] = {"bg_color": FILL_LOCKED, "font_color": INK_SECOND} if locked else {}
        if flagged:
            look = {"bg_color": FILL_ERROR, "font_color": RED}
        return self._make(
            ("cell", kind, locked, flagged, places),
            num_format=number_format(kind, places),
            **alignment(kind),
            border=1,
            border_color=LINE,
            **look,
        )

    def blank(self, column: Column) -> Format:
        """Return the format of the cells below the table, so that what is typed there stays what it is."""
        kind = column.kind
        return self._make(
            ("blank", kind, column.places),
            num_format=number_format(kind, column.places),
            **alignment(kind),
        )


def alignment(kind: Kind) -> dict[str, Any]:
    """Return where a cell's content stands; what leans on a side keeps a little away from the line."""
    if kind in NUMBERS:
        return {"align": "right"}
    if kind in LEFT_KINDS:
        return {"align": "left", "indent": 1, "text_wrap": True}
    return {"align": "center", "text_wrap": True}


@cache
def number_format(kind: Kind, places: int | None) -> str:
    """Return Excel's format; a decimal without fixed places is shown as Excel would by itself."""
    if kind in NUMBER_FORMATS:
        return NUMBER_FORMATS[kind]
    fraction = "." + "0" * places if places else ""
    if kind is Kind.PERCENT:
        return f"0{fraction}%{GAP}"
    return "General" if places is None else f"#,##0{fraction}{GAP}"
