"""What an entry of a ledger must satisfy, whether typed on the page or read from a workbook.

No database, no request, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

TITLE_LENGTH = 120
HEAVIEST = 100
MOST_SUPPORTING = 20
YEARS_BEFORE = 1
YEARS_AFTER = 5

Problems = dict[str, list[str]]
"""Sentences that say what to do, by the name of the field they belong to."""


def problems_with(values: Mapping[str, object], *, year: int) -> Problems:
    """Return what is wrong with an entry of a ledger of `year`; an empty mapping when nothing is.

    Looks at title, quantity and unit, the two dates, and `organisation` against
    `supporting` (a sequence); fields that are absent are not judged.
    """
    found: Problems = {}
    _check_dates(values, year, found)
    _check_quantity(values, found)
    supporting = values.get("supporting")
    if isinstance(supporting, list | tuple):
        if values.get("organisation") in supporting and values.get("organisation") is not None:
            found.setdefault("supporting", []).append("责任单位不必再列为配合单位，请删去")
        if len(supporting) > MOST_SUPPORTING:
            found.setdefault("supporting", []).append(f"配合单位最多 {MOST_SUPPORTING} 个，请精简")
    return found


def _check_dates(values: Mapping[str, object], year: int, found: Problems) -> None:
    earliest, latest = year - YEARS_BEFORE, year + YEARS_AFTER
    for name in ("start_on", "due_on"):
        day = values.get(name)
        if isinstance(day, date) and not earliest <= day.year <= latest:
            found.setdefault(name, []).append(f"年份应在 {earliest} 至 {latest} 之间，请核对")
    start, due = values.get("start_on"), values.get("due_on")
    if isinstance(start, date) and isinstance(due, date) and due < start:
        message = f"完成时限不能早于开始日期（{start.isoformat()}），请核对"
        found.setdefault("due_on", []).append(message)


def _check_quantity(values: Mapping[str, object], found: Problems) -> None:
    quantity = values.get("quantity")
    if not isinstance(quantity, Decimal):
        return
    if quantity <= 0:
        found.setdefault("quantity", []).append("目标数量应大于 0；没有数量目标的请留空")
    if not values.get("unit"):
        found.setdefault("unit", []).append("填了目标数量，请同时填写单位")
