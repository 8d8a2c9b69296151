"""The value of an office setting on a day."""

from __future__ import annotations

from datetime import date

from portal.models import SettingRow
from portal.office_settings import DEFINITIONS, SettingValue
from portal.security_profile import current_limits


def default_of(key: str) -> SettingValue:
    """Return what holds where nobody has chosen: for limits of security the chosen profile says it."""
    return current_limits().setting_defaults.get(key, DEFINITIONS[key].default)


def setting(key: str, *, on: date) -> int | bool | str:
    """Return the value that holds on the day `on`: the newest row whose day has come, else the default."""
    row = SettingRow.objects.filter(key=key, valid_from__lte=on).order_by("-valid_from", "-pk").first()
    value: int | bool | str = row.value if row else default_of(key)
    return value


def number_setting(key: str, *, on: date) -> int:
    """Return the value of a setting that is a whole number."""
    return int(setting(key, on=on))


def settings_on(on: date) -> dict[str, int | bool | str]:
    """Return every setting's value on the day `on`, with one query."""
    values: dict[str, int | bool | str] = {
        key: item.default for key, item in DEFINITIONS.items()
    } | current_limits().setting_defaults
    for row in SettingRow.objects.filter(valid_from__lte=on).order_by("valid_from", "pk"):
        if row.key in values:
            values[row.key] = row.value
    return values
