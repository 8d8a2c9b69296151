"""What Excel itself can check while a workbook is being filled in: lists to choose from, ranges, lengths.

Pasting gets past all of it, so nothing here replaces the reader.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.workbooks.columns import DAYS, NUMBERS, Column, Kind, column_letter
from portal.workbooks.guide import requirement

CHOICES_TITLE = "选项"
# Excel's own limits for the box that appears beside a cell.
TITLE_LENGTH = 32
MESSAGE_LENGTH = 255
EARLIEST = date(1900, 1, 1)
LATEST = date(9999, 12, 31)
HUGE = 10**15
PROMPTED = (NUMBERS | DAYS | {Kind.CODE}) - {Kind.INTEGER}


class Choices:
    """The hidden sheet whose columns are the drop-down lists: a list in the cell itself ends at 255 letters."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._lists: list[tuple[str, ...]] = []

    def source(self, labels: tuple[str, ...]) -> str:
        """Return the formula that names the cells of a list."""
        if labels not in self._lists:
            self._lists.append(labels)
        letter = column_letter(self._lists.index(labels))
        return f"='{CHOICES_TITLE}'!${letter}$1:${letter}${len(labels)}"

    def write(self) -> None:
        if not self._lists:
            return
        sheet = self._book.add_worksheet(CHOICES_TITLE)
        sheet.hide()
        # Row by row: the workbook is written in constant memory.
        for row in range(max(len(labels) for labels in self._lists)):
            for place, labels in enumerate(self._lists):
                if row < len(labels):
                    sheet.write_string(row, place, labels[row])


def add_validations(
    sheet: Worksheet, columns: Iterable[Column], first_row: int, last_row: int, choices: Choices
) -> None:
    """Attach to each column that may be edited what Excel can check; rows are counted from 0."""
    for place, column in enumerate(columns):
        if column.locked:
            continue
        options = {"ignore_blank": True, **_rule(column, choices), **_prompt(column)}
        if len(options) > 1:
            sheet.data_validation(first_row, place, last_row, place, {"validate": "any", **options})


def _rule(column: Column, choices: Choices) -> dict[str, object]:
    if column.kind is Kind.CHOICE:
        return {
            "validate": "list",
            "source": choices.source(column.choices),
            "error_title": "不在可选项中",
            "error_message": "请从下拉列表中选择。",
        }
    rule: dict[str, object] = {}
    if column.kind in NUMBERS:
        rule = _number_rule(column)
    elif column.kind in DAYS:
        low = column.minimum if isinstance(column.minimum, date) else EARLIEST
        high = column.maximum if isinstance(column.maximum, date) else LATEST
        rule = {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}
    elif column.max_length:
        rule = {"validate": "length", "criteria": "<=", "value": column.max_length}
    if not rule:
        return {}
    return {
        **rule,
        "error_type": "warning",
        "error_title": _clip(f"请核对「{column.label}", TITLE_LENGTH - 1) + "」",
        "error_message": _clip(f"要求：{requirement(column)}。", MESSAGE_LENGTH),
    }


def _number_rule(column: Column) -> dict[str, object]:
    scale = 100 if column.kind is Kind.PERCENT else 1
    low = column.minimum if isinstance(column.minimum, int | Decimal) else -HUGE
    high = column.maximum if isinstance(column.maximum, int | Decimal) else HUGE
    return {
        "validate": "integer" if column.kind is Kind.INTEGER else "decimal",
        "criteria": "between",
        "minimum": float(low) / scale if column.kind is not Kind.INTEGER else int(low),
        "maximum": float(high) / scale if column.kind is not Kind.INTEGER else int(high),
    }


def _prompt(column: Column) -> dict[str, object]:
    if not column.help and column.kind not in PROMPTED:
        return {}
    text = f"{requirement(column)}。{column.help}"
    return {
        "input_title": _clip(column.label, TITLE_LENGTH),
        "input_message": _clip(text, MESSAGE_LENGTH),
    }


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
