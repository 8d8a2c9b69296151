"""Parameters that several kinds of rules read: days, and choices of several values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.params import ParamError, Params

MOST_CHOICES = 60


def optional_day(params: Params, key: str, label: str) -> date | None:
    """Return a day written as 2023-11-08, or None where nothing was filled in."""
    value = params.values.get(key)
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ParamError(f"{label}应写成 2023-11-08 的样子，现为“{str(value)[:20]}”") from error


def required_day(params: Params, key: str, label: str) -> date:
    """Return a day that must be filled in."""
    day = optional_day(params, key, label)
    if day is None:
        raise ParamError(f"请填写{label}")
    return day


def several(
    params: Params, key: str, label: str, options: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return one or more different values; with `options` each must be one of its keys."""
    if options is not None and not params.values.get(key):
        raise ParamError(f"请选择{label}，至少一项")
    found: dict[str, None] = {}
    for value in params.items(key, label, MOST_CHOICES):
        if not isinstance(value, str) or not value.strip():
            raise ParamError(f"{label}中有空白的一项，请删去或补全")
        if options is not None and value not in options:
            raise ParamError(f"{label}“{value[:20]}”不在可选范围内")
        found[value.strip()] = None
    return tuple(found)
