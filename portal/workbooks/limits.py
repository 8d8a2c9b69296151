"""How much of a workbook is read: against bombs, not against people."""

from dataclasses import dataclass

MB = 1 << 20

EXCEL_TEXT = 32_767
"""The most characters of a cell."""
ROUNDED_FROM = 10**15
"""Excel keeps 15 digits of a number; from here on it may have rounded."""
CUT_MARK = "……（内容过长，导出时已截断）"
"""Stands at the end of an exported text that has more than that."""
EXCEL_ROWS = 1_048_576
"""The most rows of a sheet."""


@dataclass(frozen=True)
class Limits:
    """The file as uploaded, what it unpacks to, and what its parser may use."""

    file_bytes: int = 20 * MB
    unpacked_bytes: int = 50 * MB
    member_bytes: int = 40 * MB
    members: int = 200
    cpu_seconds: int = 30
    wall_seconds: int = 120
    memory_bytes: int = 1024 * MB


LIMITS = Limits()
