"""The block 惠企政策兑现: what the units of the task forces paid out of their items, and what needs looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from policies.selectors.sheet import ItemLine, items_of_units
from portal.selectors.settings import settings_on
from reports.figures.policies import in_ten_thousands
from reports.sheets.blocks import BlockColumn, BlockKind, Cell, Scope, SheetBlock

MOST_UNITS = 12
MOST_NAMED = 3  # items named in a unit's line
KEY, TITLE = "policies", "惠企政策兑现"


@dataclass(frozen=True)
class Limits:
    """From when on an item is named: days before its end, and the used share of its budget in percent."""

    first_days: int
    last_days: int
    yellow: int
    red: int

    @classmethod
    def on(cls, day: date) -> Limits:
        """Return the office's settings of a day; one query."""
        values = settings_on(day)
        first, last, yellow, red = (
            int(values[f"policies.{name}"])
            for name in ("expiry_first_days", "expiry_last_days", "budget_yellow", "budget_red")
        )
        return cls(first, last, yellow, red)


def build(scope: Scope) -> SheetBlock | None:
    """Return the block, None where the units have no published item."""
    items = items_of_units(scope.units, scope.on, is_past=scope.is_past)
    if not items:
        return None
    limits = Limits.on(scope.on)
    units: dict[str, list[ItemLine]] = {}
    for item in items:
        units.setdefault(item.unit, []).append(item)
    order = sorted(units, key=lambda code: (-sum(one.yuan for one in units[code]), code))
    shown, rest = order[:MOST_UNITS], order[MOST_UNITS:]
    lines = [_line(units[code][0].unit_name, units[code], limits, scope.on) for code in shown]
    if rest:
        others = [one for code in rest for one in units[code]]
        lines.append(_line(f"其他 {len(rest)} 个单位", others, limits, scope.on))
    return SheetBlock(
        key=KEY,
        title=TITLE,
        note=(
            f"专班牵头和责任单位的惠企事项，本年兑现截至{scope.on.month}月{scope.on.day}日；"
            f"即将到期指{limits.first_days}日内到期，预算使用达到{limits.yellow}%即预警"
        ),
        columns=COLUMNS,
        rows=tuple(lines),
        total=_line("合计", items, limits, scope.on, named=False) if len(order) > 1 else None,
    )


COLUMNS = (
    BlockColumn("unit", "单位", BlockKind.TEXT, share=14),
    BlockColumn("items", "政策事项"),
    BlockColumn("paid", "本年兑现（万元）", BlockKind.DECIMAL, share=10),
    BlockColumn("payouts", "笔数"),
    BlockColumn("unpaid", "尚无兑现"),
    BlockColumn("ending", "即将到期"),
    BlockColumn("budgets", "预算预警", alarm=True),
    BlockColumn("attention", "需关注的事项", BlockKind.TEXT, share=46),
)


def _line(
    name: str, items: Sequence[ItemLine], limits: Limits, on: date, *, named: bool = True
) -> tuple[Cell, ...]:
    return (
        name,
        len(items),
        str(in_ten_thousands(sum((one.yuan for one in items), Decimal(0)))),
        sum(one.payouts for one in items),
        sum(not one.payouts for one in items),
        sum(one.ends_within(limits.first_days, on=on) for one in items),
        sum(_is_warned(one, limits) for one in items),
        attention(items, limits, on) if named else "",
    )


def _is_warned(item: ItemLine, limits: Limits) -> bool:
    return item.used is not None and item.used >= min(limits.yellow, limits.red)


def attention(items: Sequence[ItemLine], limits: Limits, on: date) -> str:
    """Name the items to look at: a budget nearly gone, an end that is near, a budget in yellow, a later end.

    The most pressing first, at most `MOST_NAMED`; the rest is counted.
    """
    found: list[tuple[int, str]] = []
    for item in items:
        said: list[tuple[int, str]] = []
        if item.used is not None and _is_warned(item, limits):
            said.append((0 if item.used >= limits.red else 2, f"预算已使用 {_plain(item.used)}%"))
        if item.ends_on is not None and item.ends_within(limits.first_days, on=on):
            day = item.ends_on
            near = item.ends_within(limits.last_days, on=on)
            said.append((1 if near else 3, f"{day.year}年{day.month}月{day.day}日到期"))
        if said:
            found.append((min(rank for rank, _ in said), f"{item.title}（{'，'.join(w for _, w in said)}）"))
    found.sort(key=lambda pair: pair[0])
    more = f" 等 {len(found)} 项" if len(found) > MOST_NAMED else ""
    return "；".join(text for _, text in found[:MOST_NAMED]) + more


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
