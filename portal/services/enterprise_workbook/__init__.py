"""The register as a workbook: out with the current filter, back with a preview, all or nothing."""

from portal.services.enterprise_workbook.applying import (
    apply_register,
    apply_waiting_registers,
    confirm_register,
)
from portal.services.enterprise_workbook.checking import KIND, check_register, write_corrections
from portal.services.enterprise_workbook.sheets import export_enterprises, write_template

__all__ = [
    "KIND",
    "apply_register",
    "apply_waiting_registers",
    "check_register",
    "confirm_register",
    "export_enterprises",
    "write_corrections",
    "write_template",
]
