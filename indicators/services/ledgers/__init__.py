"""Ledgers as workbooks: out with the current filter, back with a preview, all or nothing."""

from indicators.services.ledgers.applying import (
    apply_ledger,
    apply_waiting_ledger,
    confirm_ledger,
)
from indicators.services.ledgers.checking import KIND, check_ledger, write_corrections
from indicators.services.ledgers.sheets import export_ledgers, ledger_sheet, sheet_title

__all__ = [
    "KIND",
    "apply_ledger",
    "apply_waiting_ledger",
    "check_ledger",
    "confirm_ledger",
    "export_ledgers",
    "ledger_sheet",
    "sheet_title",
    "write_corrections",
]
