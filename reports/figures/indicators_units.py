"""Figures of single units, for those that have something to answer for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from indicators.selectors.figures import FigureRow, Slice
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period, item_rows, report_rows
from reports.texts.values import Value


@dataclass(frozen=True)
class Laggard:
    """A unit that may be named, once a person has ticked it: its counts of each fault."""

    code: str
    name: str
    missing: int
    late: int
    overdue: int


def laggards(period: Period) -> tuple[Laggard, ...]:
    """Return the units with reports missing or late or items overdue, the most serious first."""
    missing = period.units_with("reports", "missing")
    late = period.units_with("reports", "late")
    overdue = period.units_with("items", "overdue")
    names = {code: name for found in (late, missing, overdue) for code, (name, _) in found.items()}
    rows = [
        Laggard(code, name, *(found.get(code, (name, 0))[1] for found in (missing, late, overdue)))
        for code, name in names.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.overdue, -row.missing, -row.late, row.code)))


def _value(source: str, measure: str, code: str, period: Period) -> Value:
    return period.units_with(source, measure).get(code, ("", 0))[1]


def _report_rows(measure: str, code: str, period: Period, user: User | None) -> list[FigureRow]:
    return report_rows(period, measure, Slice(unit=code), user)


def figures(period: Period) -> Iterator[Figure]:
    """Yield what each unit owes and has closed; missing and late reports where it has any."""
    for code, (name, _) in period.units_with("items", "total").items():
        yield from _standing(code, name)
    for row in laggards(period):
        base = f"indicators.units.{row.code}"
        for measure, label in (("missing", "未报"), ("late", "迟报")):
            yield Figure(
                f"{base}.{measure}",
                f"{row.name}{label}",
                "项",
                f"{row.name}截至封账日{label}的进展数",
                partial(_value, "reports", measure, row.code),
                partial(_report_rows, measure, row.code),
                better="lower",
                yearly=False,
            )
        yield Figure(
            f"{base}.overdue",
            f"{row.name}逾期",
            "项",
            f"{row.name}截至期末已过完成时限仍未销号的事项数（含调度交办和督查发现）",
            partial(_value, "items", "overdue", row.code),
            partial(_unit_rows, "overdue", row.code),
            better="lower",
        )


def _standing(code: str, name: str) -> Iterator[Figure]:
    for measure, label, definition in (
        ("total", "事项", "截至期末已开始且未取消的事项数（含调度交办和督查发现）"),
        ("closed", "已销号", "截至期末已销号的事项数（含调度交办和督查发现）"),
    ):
        yield Figure(
            f"indicators.units.{code}.{measure}",
            f"{name}{label}",
            "项",
            f"{name}{definition}",
            partial(_value, "items", measure, code),
            partial(_unit_rows, measure, code),
        )


def _unit_rows(measure: str, code: str, period: Period, user: User | None) -> list[FigureRow]:
    return item_rows(period, measure, Slice(unit=code), user)
