"""A month as the figures see it: each aggregate is read once, however many figures use it."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from indicators.months import last_day, shift
from indicators.selectors import figures as counts
from indicators.selectors.figures import LEDGERS, Cell, Named, Slice
from indicators.selectors.monitored import Monitored, monitored_items
from portal.models import User

LEDGER = Slice(sources=LEDGERS)


class Period:
    """The month `month` (its first day), as of its last day."""

    def __init__(self, month: date) -> None:
        self.month = month.replace(day=1)

    @property
    def end(self) -> date:
        return last_day(self.month)

    @cached_property
    def previous(self) -> Period:
        """The month before; it shares what the two have in common."""
        before = Period(shift(self.month, -1))
        if before.month.year == self.month.year:
            vars(before).update(task_forces=self.task_forces, work_lists=self.work_lists)
            vars(before).update(monitored=self.monitored)
        return before

    @cached_property
    def last_year(self) -> Period:
        return Period(shift(self.month, -12))

    @cached_property
    def task_forces(self) -> tuple[Named, ...]:
        return counts.task_forces_of(self.month.year)

    @cached_property
    def work_lists(self) -> tuple[Named, ...]:
        return counts.work_lists_of(self.month.year)

    @cached_property
    def ledgers(self) -> tuple[Named, ...]:
        """The lists that count in totals."""
        return tuple(row for row in self.work_lists if row.source in LEDGERS)

    @cached_property
    def monitored(self) -> tuple[Monitored, ...]:
        # Two months back: the month before is compared with the one before it, from the same reading.
        months = tuple(shift(self.month, -back) for back in range(3))
        return monitored_items(self.month.year, months=months)

    @cached_property
    def _items(self) -> tuple[Cell, ...]:
        return counts.item_cells(self.month)

    @cached_property
    def _lamps(self) -> tuple[Cell, ...]:
        return counts.lamp_cells(self.month)

    @cached_property
    def reports(self) -> counts.ReportsOfMonth | None:
        return counts.report_cells(self.month)

    @cached_property
    def _known(self) -> bool:
        """Whether the year has any list: without one its counts are missing, not zero."""
        return bool(self.work_lists)

    def items(self, measure: str, part: Slice = LEDGER) -> int | None:
        """Count items by a measure of `indicators.selectors.figures`; None in a year without lists."""
        return _sum(self._items, measure, part) if self._known else None

    def lamps(self, measure: str, part: Slice = LEDGER) -> int | None:
        """Count lamps by colour; None in a month whose lamps have not been recorded."""
        return _sum(self._lamps, measure, part) if self._lamps else None

    def reported(self, measure: str, part: Slice | None = None) -> int | None:
        """Count reports by a measure; None in a month that was never opened."""
        return None if self.reports is None else _sum(self.reports.cells, measure, part or Slice())

    def units_with(self, cells: str, measure: str) -> dict[str, tuple[str, int]]:
        """Return code → (name, count) of the units that have any of a measure, the most first."""
        source = {"items": self._items, "reports": self.reports.cells if self.reports else ()}[cells]
        found: dict[str, tuple[str, int]] = {}
        for cell in source:
            if count := cell.counts[measure]:
                name, sofar = found.get(cell.place.unit, (cell.place.unit_name, 0))
                found[cell.place.unit] = (name, sofar + count)
        return dict(sorted(found.items(), key=lambda unit: (-unit[1][1], unit[0])))


def _sum(cells: tuple[Cell, ...], measure: str, part: Slice) -> int:
    return sum(cell.counts[measure] for cell in cells if part.holds(cell.place))


def item_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    return counts.item_rows(period.month, measure, part, user=user)


def lamp_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    return counts.lamp_rows(period.month, measure, part, user=user)


def report_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    return counts.report_rows(period.month, measure, part, user=user)
