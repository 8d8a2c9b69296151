"""What an upload would change: the preview a person confirms before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.workbooks.columns import Key, Kind, Sheet, blank_key, display
from portal.workbooks.limits import CUT_MARK
from portal.workbooks.reader import CellError, RowRead, SheetRead

SHOWN_ROWS = 200

Existing = Mapping[Key, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    key: str
    label: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row the portal does not have; `number` is Excel's."""

    number: int
    key: Key
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that differs from what the portal has, in `fields`; `values` is the whole row as read."""

    number: int
    key: Key
    fields: tuple[FieldChange, ...]
    values: Mapping[str, object]


@dataclass(frozen=True)
class Preview:
    """What confirming would do. `acceptable` means that nothing stands in the way of it."""

    sheet: Sheet
    new: tuple[NewRow, ...]
    changed: tuple[ChangedRow, ...]
    unchanged: int
    errors: tuple[CellError, ...]
    error_count: int
    bad_rows: int
    missing_columns: tuple[str, ...]
    absent_columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]

    @property
    def acceptable(self) -> bool:
        return not self.error_count and not self.missing_columns

    def as_json(self, *, shown: int = SHOWN_ROWS) -> dict[str, object]:
        """Return the preview for a page: full counts, and of each list the first `shown` entries.

        Values are texts as a person reads them; an empty cell is an empty text.
        """
        return {
            "sheet": self.sheet.title,
            "acceptable": self.acceptable,
            "counts": {
                "new": len(self.new),
                "changed": len(self.changed),
                "unchanged": self.unchanged,
                "errors": self.error_count,
                "bad_rows": self.bad_rows,
            },
            "new": [self._new_row(row) for row in self.new[:shown]],
            "changed": [self._changed_row(row) for row in self.changed[:shown]],
            "errors": [_error(error) for error in self.errors[:shown]],
            "missing_columns": list(self.missing_columns),
            "absent_columns": list(self.absent_columns),
            "unknown_columns": list(self.unknown_columns),
        }

    def _key_text(self, key: Key) -> list[str]:
        return [
            display(self.sheet.column(name), part) for name, part in zip(self.sheet.key, key, strict=True)
        ]

    def _new_row(self, row: NewRow) -> dict[str, object]:
        cells = [
            {
                "key": key,
                "label": self.sheet.column(key).label,
                "value": display(self.sheet.column(key), value),
            }
            for key, value in row.values.items()
        ]
        return {"row": row.number, "key": self._key_text(row.key), "cells": cells}

    def _changed_row(self, row: ChangedRow) -> dict[str, object]:
        fields = [
            {
                "key": change.key,
                "label": change.label,
                "before": display(self.sheet.column(change.key), change.before),
                "after": display(self.sheet.column(change.key), change.after),
            }
            for change in row.fields
        ]
        return {"row": row.number, "key": self._key_text(row.key), "fields": fields}


def _error(error: CellError) -> dict[str, object]:
    return {
        "sheet": error.sheet,
        "row": error.row,
        "column": error.column_letter,
        "label": error.label,
        "message": error.message,
    }


def compare(read: SheetRead, existing: Existing) -> Preview:
    """Sort the rows of an upload into new, changed and unchanged against `existing`.

    `existing` holds the rows as they would be exported, under `sheet.key_of(row)`. Only columns present
    in the file are compared; an empty cell empties the field. A row with an empty key is new. Rows with
    errors are left out of the three. Two more errors are found here: the same key twice in the file, and
    a key that only the portal gives out (all its columns locked) but does not know.
    """
    keys = {row.number: read.sheet.key_of(row.values) for row in read.rows}
    read = read.with_errors(_key_errors(read, keys, existing))
    read = read.with_errors(_cut_texts(read, keys, existing))
    new: list[NewRow] = []
    changed: list[ChangedRow] = []
    unchanged = 0
    for row in read.rows:
        if row.number in read.bad_rows:
            continue
        key = keys[row.number]
        before = None if blank_key(key) else existing.get(key)
        if before is None:
            new.append(NewRow(row.number, key, row.values))
        elif fields := _changes(read.sheet, before, row):
            changed.append(ChangedRow(row.number, key, fields, row.values))
        else:
            unchanged += 1
    return Preview(
        sheet=read.sheet,
        new=tuple(new),
        changed=tuple(changed),
        unchanged=unchanged,
        errors=read.errors,
        error_count=read.error_count,
        bad_rows=len(read.bad_rows),
        missing_columns=read.missing_columns,
        absent_columns=read.absent_columns,
        unknown_columns=read.unknown_columns,
    )


def _key_errors(read: SheetRead, keys: Mapping[int, Key], existing: Existing) -> list[CellError]:
    sheet = read.sheet
    first: dict[Key, int] = {}
    errors: list[CellError] = []
    for row in read.rows:
        key = keys[row.number]
        if blank_key(key) or not all(name in row.values for name in sheet.key):
            continue
        labels = "、".join(sheet.column(name).label for name in sheet.key)
        if key in first:
            message = f"与第 {first[key]} 行的{labels}相同，请只保留一行"
            errors.append(read.error(row.number, sheet.key[0], message))
        elif sheet.key_is_ours and key not in existing:
            message = f"系统中没有这个{labels}，请核对；新增的行请留空，由系统编号"
            errors.append(read.error(row.number, sheet.key[0], message))
        first.setdefault(key, row.number)
    return errors


def _cut_texts(read: SheetRead, keys: Mapping[int, Key], existing: Existing) -> list[CellError]:
    """A text too long for Excel was cut when it was exported; it may come back, but not be saved."""
    return [
        read.error(
            row.number, key, "内容超过 Excel 单元格的上限，导出时已截断；请在系统中修改，或删去截断标记"
        )
        for row in read.rows
        for key, value in row.values.items()
        if isinstance(value, str)
        and value.endswith(CUT_MARK)
        and not _same(read.sheet.column(key).kind, existing.get(keys[row.number], {}).get(key), value)
    ]


def _changes(sheet: Sheet, before: Mapping[str, object], row: RowRead) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(key, sheet.column(key).label, before.get(key), after)
        for key, after in row.values.items()
        if not _same(sheet.column(key).kind, before.get(key), after)
    )


def _same(kind: Kind, before: object, after: object) -> bool:
    """Whether two values mean the same: spaces around a text and the kind of line break don't matter."""
    if before == after:
        return True
    before, after = _bare(kind, before), _bare(kind, after)
    if isinstance(before, str) and isinstance(after, str) and after.endswith(CUT_MARK):
        return before.startswith(after.removesuffix(CUT_MARK).rstrip())
    return before == after


def _bare(kind: Kind, value: object) -> object:
    if isinstance(value, str):
        return "\n".join(value.splitlines()).strip() or None
    if isinstance(value, datetime):
        value = value.date()
    if kind is Kind.MONTH and isinstance(value, date):
        return value.replace(day=1)
    return value
