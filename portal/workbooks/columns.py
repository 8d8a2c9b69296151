"""What a sheet of a workbook holds: its columns, and which of them identify a row.

One `Sheet` describes the export and the import, so that the workbook which went out can come back.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

Key = tuple[object, ...]

MAX_TITLE = 31
FORBIDDEN_IN_TITLE = set("[]:*?/\\'")
REQUIRED_MARKS = ("(必填)", "[必填]", "必填", "*")


class Kind(StrEnum):
    """How a cell is written, read and checked; the value on the Python side stands behind each."""

    TEXT = "text"  # str
    LONG_TEXT = "long_text"  # str, several lines
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # Decimal
    PERCENT = "percent"  # Decimal of percentage points: 85 is 85 %
    DATE = "date"  # date
    MONTH = "month"  # date, the first of the month
    CHOICE = "choice"  # str, one of the labels in `choices`
    CODE = "code"  # str of digits and letters that must never become a number
    PHONE = "phone"  # str


NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT})
DAYS = frozenset({Kind.DATE, Kind.MONTH})


@dataclass(frozen=True)
class Column:
    """One column.

    `minimum` and `maximum` are included; those of a percent column are percentage points.
    `places` is the most decimal places a decimal or percent may have, and how many are shown.
    `aliases` are other header texts that mean the same. `locked` columns are exported for the reader's
    orientation and never imported, unless they are part of the sheet's key. `help` is printed on the
    sheet 填写说明 and shown when the cell is chosen.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    _: KW_ONLY
    required: bool = False
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    places: int | None = None
    width: float | None = None
    help: str = ""
    aliases: tuple[str, ...] = ()
    locked: bool = False

    def __post_init__(self) -> None:
        if self.kind is Kind.CHOICE and not self.choices and not self.locked:
            raise ValueError(f"column {self.key}: a choice without choices")

    @cached_property
    def headers(self) -> frozenset[str]:
        """The normalised header texts by which the column is recognised."""
        return frozenset(normal_header(text) for text in (self.label, *self.aliases))


@dataclass(frozen=True)
class Sheet:
    """A sheet by its title (the tab's name), its columns in order, and the columns that identify a row.

    `is_foreign`: others make the workbook; where it has one visible sheet, that is read whatever its title.
    """

    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_foreign: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= MAX_TITLE or FORBIDDEN_IN_TITLE & set(self.title):
            raise ValueError(f"Excel takes no sheet called {self.title!r}")
        keys = [column.key for column in self.columns]
        headers = [header for column in self.columns for header in column.headers]
        if len(set(keys)) < len(keys) or len(set(headers)) < len(headers):
            raise ValueError(f"sheet {self.title}: two columns share a key or a header")
        if not self.key or not set(self.key) <= set(keys):
            raise ValueError(f"sheet {self.title}: the key names no column")

    def column(self, key: str) -> Column:
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def key_is_ours(self) -> bool:
        """Whether only the system gives out the key (a printed number): nobody can make up a new one."""
        return all(self.column(key).locked for key in self.key)

    def key_of(self, row: Mapping[str, object]) -> Key:
        """Return what identifies `row`; text is stripped, so a stray space makes no new row."""
        return tuple(_key_part(row.get(key)) for key in self.key)


def _key_part(value: object) -> object:
    return (value.strip() or None) if isinstance(value, str) else value


def blank_key(key: Key) -> bool:
    return all(part is None for part in key)


def normal_header(text: str) -> str:
    """Return a header for comparison: half-width, no blanks or line breaks, no mark of being required."""
    header = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    for mark in REQUIRED_MARKS:
        header = header.removesuffix(mark).removeprefix(mark)
    return header


def normal_name(text: str) -> str:
    """Return the name of a sheet or a choice for comparison: half-width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def column_letter(index: int) -> str:
    """Return Excel's name of a column counted from 0: A … Z, AA …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain(number: Decimal) -> str:
    """Return a number without exponent and without trailing zeros: 85, 0.5, 1200."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def display(column: Column, value: object) -> str:
    """Return a value as a person reads it; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if column.kind is Kind.MONTH else value.isoformat()
    if isinstance(value, Decimal):
        return f"{plain(value)}%" if column.kind is Kind.PERCENT else plain(value)
    return f"{value}%" if column.kind is Kind.PERCENT and isinstance(value, int) else str(value)
