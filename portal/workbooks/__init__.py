"""Workbooks out and in: one description of a sheet for the export, the import and the preview between.

    write_workbook(target, sheet, rows, heading=…, subtitle=subtitle_line(…))
    read = check_rows(read_sheet(upload, sheet), lambda values: RowForm(values).errors)
    preview = compare(read, {sheet.key_of(row): row for row in rows})
    write_error_workbook(target, read, preview.errors, heading=…, subtitle=…)

Nothing here knows a model, a request or the day; nothing is saved.
"""

from portal.workbooks.columns import Column, Kind, Sheet
from portal.workbooks.compare import ChangedRow, FieldChange, NewRow, Preview, compare
from portal.workbooks.corrections import write_error_workbook
from portal.workbooks.gate import open_workbook
from portal.workbooks.limits import LIMITS, Limits
from portal.workbooks.reader import CellError, RowRead, SheetRead, check_rows, read_sheet, read_sheets
from portal.workbooks.refusals import WorkbookRefused
from portal.workbooks.writer import Part, WorkbookTooLongError, subtitle_line, write_sheets, write_workbook

__all__ = [
    "LIMITS",
    "CellError",
    "ChangedRow",
    "Column",
    "FieldChange",
    "Kind",
    "Limits",
    "NewRow",
    "Part",
    "Preview",
    "RowRead",
    "Sheet",
    "SheetRead",
    "WorkbookRefused",
    "WorkbookTooLongError",
    "check_rows",
    "compare",
    "open_workbook",
    "read_sheet",
    "read_sheets",
    "subtitle_line",
    "write_error_workbook",
    "write_sheets",
    "write_workbook",
]
