"""A unit's month as a workbook: out prefilled, back with a preview, all or nothing."""

from indicators.services.report_workbook.applying import Applied, apply_reports
from indicators.services.report_workbook.checking import KIND, check_reports, write_corrections
from indicators.services.report_workbook.sheet import (
    overview_rows,
    overview_sheet,
    report_sheet,
    write_overview,
    write_reports,
)

__all__ = [
    "KIND",
    "Applied",
    "apply_reports",
    "check_reports",
    "overview_rows",
    "overview_sheet",
    "report_sheet",
    "write_corrections",
    "write_overview",
    "write_reports",
]
