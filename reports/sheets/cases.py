"""The block 企业诉求办理: how the units of the task forces handle enterprises' cases."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from complaints.selectors.figures import CaseCounts
from complaints.selectors.sheet import UnitCases, cases_of_units
from complaints.selectors.trends import Problem
from indicators.months import last_day
from reports.shares import rate
from reports.sheets.blocks import BlockColumn, BlockKind, Cell, Scope, SheetBlock

MOST_UNITS = 12
KEY, TITLE = "complaints", "企业诉求办理"


def build(scope: Scope) -> SheetBlock | None:
    """Return the block, None before the first case of the county; units with nothing to tell are left out."""
    rows = cases_of_units(scope.units, scope.month, last_day(scope.month), scope.on)
    if rows is None:
        return None
    shown, rest = rows[:MOST_UNITS], rows[MOST_UNITS:]
    lines = [_line(row.name, [row]) for row in shown]
    if rest:
        lines.append(_line(f"其他 {len(rest)} 个单位", rest))
    return SheetBlock(
        key=KEY,
        title=TITLE,
        note=(
            f"专班牵头和责任单位主办的诉求。受理、应办结、重办和满意率为{scope.month.month}月数；"
            f"在办为截至{scope.on.month}月{scope.on.day}日已受理未答复的，其中办理时限已过的为逾期"
        ),
        columns=_columns(scope.month.month),
        rows=tuple(lines),
        total=_line("合计", rows, with_problems=False) if len(rows) > 1 else None,
    )


def _columns(month: int) -> tuple[BlockColumn, ...]:
    return (
        BlockColumn("unit", "单位", BlockKind.TEXT, share=14),
        BlockColumn("accepted", f"{month}月受理"),
        BlockColumn("due", "应办结"),
        BlockColumn("on_time_rate", "按时办结率", BlockKind.PERCENT, share=8),
        BlockColumn("in_hand", "在办"),
        BlockColumn("overdue", "逾期", alarm=True),
        BlockColumn("again", "重办", alarm=True),
        BlockColumn("called", "有效回访", share=7),
        BlockColumn("satisfied_rate", "满意率", BlockKind.PERCENT, share=7),
        BlockColumn("problems", "普遍性、苗头性问题（九十日内）", BlockKind.TEXT, share=34),
    )


def _line(name: str, rows: Sequence[UnitCases], *, with_problems: bool = True) -> tuple[Cell, ...]:
    counts = sum((row.counts for row in rows), CaseCounts())
    troubles = [one for row in rows for one in row.problems] if with_problems else []
    return (
        name,
        counts.accepted,
        counts.due,
        _percent(rate(counts.due_on_time, counts.due)),
        sum(row.in_hand for row in rows),
        sum(row.overdue for row in rows),
        counts.again,
        counts.called,
        _percent(rate(counts.satisfied, counts.called)),
        "；".join(_trouble(one) for one in troubles),
    )


def _trouble(problem: Problem) -> str:
    kinds = [
        word for holds, word in ((problem.is_recurrent, "普遍性"), (problem.is_rising, "苗头性")) if holds
    ]
    return f"{problem.topic} {problem.cases} 件（{'、'.join(kinds)}）"


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
