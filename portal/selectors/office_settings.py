"""The settings with their history, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.models import SettingRow
from portal.office_settings import DEFINITIONS, Definition
from portal.selectors.settings import default_of


@dataclass(frozen=True)
class SettingState:
    """A setting on a day: the value that holds, the row it comes from (None: the default), and what will follow."""

    definition: Definition
    value: str
    row: SettingRow | None
    coming: tuple[tuple[date, str], ...]


def shown(definition: Definition, value: object) -> str:
    """Write a value with its unit."""
    if isinstance(value, bool):
        return "是" if value else "否"
    # No space before 年, 月 and 日, as in every date of the portal.
    gap = "" if definition.unit in {"年", "月", "日"} else " "
    return f"{value}{gap}{definition.unit}".strip()


def settings_by_group(on: date) -> dict[str, list[SettingState]]:
    """Return every setting on the day `on` by group, with one query."""
    rows: dict[str, list[SettingRow]] = {}
    for row in SettingRow.objects.select_related("created_by").order_by("valid_from", "pk"):
        rows.setdefault(row.key, []).append(row)
    groups: dict[str, list[SettingState]] = {}
    for key, definition in DEFINITIONS.items():
        groups.setdefault(definition.group, []).append(_state(definition, rows.get(key, []), on))
    return groups


def _state(definition: Definition, rows: list[SettingRow], on: date) -> SettingState:
    current = next((row for row in reversed(rows) if row.valid_from <= on), None)
    value = current.value if current else default_of(definition.key)
    # Of two rows for one day the later entry counts.
    future = {row.valid_from: shown(definition, row.value) for row in rows if row.valid_from > on}
    return SettingState(definition, shown(definition, value), current, tuple(sorted(future.items())))


def history_of(definition: Definition) -> list[tuple[SettingRow, str]]:
    """Return every value the setting has been given, the latest day first."""
    rows = SettingRow.objects.filter(key=definition.key).select_related("created_by")
    return [(row, shown(definition, row.value)) for row in rows.order_by("-valid_from", "-pk")]
