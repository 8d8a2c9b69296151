"""The dispatch sheet 调度表: what a meeting goes through, live until it is held and frozen from then on."""

from reports.sheets.blocks import BlockKind, SheetBlock
from reports.sheets.building import live_sheet, recorded_sheet, sheet_of
from reports.sheets.domains import policies_of
from reports.sheets.sheet import DispatchSheet, SheetForce, SheetItem, from_stored, to_stored

__all__ = [
    "BlockKind",
    "DispatchSheet",
    "SheetBlock",
    "SheetForce",
    "SheetItem",
    "from_stored",
    "live_sheet",
    "policies_of",
    "recorded_sheet",
    "sheet_of",
    "to_stored",
]
