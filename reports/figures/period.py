"""A month, a quarter or any run of months as the figures see it: each aggregate is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

from complaints.selectors.counts import Days, PeriodCounts, period_counts
from complaints.selectors.figure_marks import MarkedCase, case_marks
from complaints.selectors.trends import Problem, problems
from indicators.months import label as month_label
from indicators.months import last_day, parse, shift
from indicators.selectors import figures as counts
from indicators.selectors.figure_marks import (
    MarkedReports,
    MarkedRow,
    cells_of,
    item_marks,
    lamp_marks,
    report_marks,
)
from indicators.selectors.figures import LEDGERS, Cell, Named, Slice
from indicators.selectors.inspection_figures import InspectionCounts, inspection_counts
from indicators.selectors.monitored import Monitored, monitored_items
from policies.selectors.counts import PolicyCounts, Span, coverage_of, policy_counts
from policies.selectors.figure_marks import MarkedItem, MarkedPayments, payment_marks
from policies.selectors.figure_marks import item_marks as policy_item_marks
from policies.selectors.figures import Coverage
from portal.models import User

LEDGER = Slice(sources=LEDGERS)


QUARTER, YEAR = 3, 12
LONGEST = 12
RANGE = ".."


class Period:
    """A run of months that ends with `month` (its first day), as of that month's last day.

    What stands (items, lamps, measured values) is counted as of the end; what
    happens (closings, reports) is counted over all the months.
    """

    def __init__(self, month: date, months: int = 1) -> None:
        if not 1 <= months <= LONGEST:
            raise ValueError(f"期间应为1至{LONGEST}个月")
        self.month = month.replace(day=1)
        self.months = months

    @property
    def first(self) -> date:
        """The first day of the first month."""
        return shift(self.month, 1 - self.months)

    @property
    def end(self) -> date:
        return last_day(self.month)

    @property
    def slug(self) -> str:
        """How the period is written in addresses: 2023-10, or 2023-07..2023-09."""
        last = f"{self.month:%Y-%m}"
        return last if self.months == 1 else f"{self.first:%Y-%m}{RANGE}{last}"

    @property
    def label(self) -> str:
        """How the period is called: 2023年10月, 2023年第三季度, 2023年上半年, 2023年, 2023年2月至5月."""
        return label_of(self.month, self.months)

    @cached_property
    def each_month(self) -> tuple[Period, ...]:
        """The months one by one; they share the year's names."""
        found = tuple(type(self)(shift(self.first, n)) for n in range(self.months))
        for one in found:
            if one.month.year == self.month.year:
                vars(one).update(task_forces=self.task_forces, work_lists=self.work_lists)
        return found

    @cached_property
    def previous(self) -> Period:
        """The period of the same length before; it shares what the two have in common."""
        before = Period(shift(self.month, -self.months), self.months)
        if before.month.year == self.month.year:
            vars(before).update(task_forces=self.task_forces, work_lists=self.work_lists)
            vars(before).update(monitored=self.monitored)
        return before

    @cached_property
    def last_year(self) -> Period:
        return Period(shift(self.month, -12), self.months)

    @property
    def begins_year(self) -> bool:
        """Whether the period before lies in another year, from which yearly counts don't come over."""
        return self.first.year != shift(self.first, -1).year

    @cached_property
    def task_forces(self) -> tuple[Named, ...]:
        return counts.task_forces_of(self.month.year)

    @cached_property
    def work_lists(self) -> tuple[Named, ...]:
        """The lists of the year; those of the year before are read along."""
        year = self.month.year
        found = counts.work_lists_of(year, year - 1)
        vars(self.last_year).setdefault("work_lists", found[year - 1])
        return found[year]

    @cached_property
    def ledgers(self) -> tuple[Named, ...]:
        """The lists that count in totals."""
        return tuple(row for row in self.work_lists if row.source in LEDGERS)

    @cached_property
    def monitored(self) -> tuple[Monitored, ...]:
        # Two periods back: the one before is compared with the one before it, from the same reading.
        months = tuple(shift(self.month, -back * self.months) for back in range(3))
        return monitored_items(self.month.year, months=months)

    @cached_property
    def _beside(self) -> tuple[Period, ...]:
        """The periods that are counted by the same queries: those this one is compared with, and its months."""
        last_year = (self.last_year,) if self._known and self.last_year.work_lists else ()
        return (self.previous, *last_year, *(self.each_month if self.months > 1 else ()))

    def _share(self, name: str, values: Iterable[object]) -> None:
        """Give each period of `_beside` what was counted for it along with this one."""
        for one, value in zip(self._beside, values, strict=True):
            vars(one).setdefault(name, value)

    @cached_property
    def _items(self) -> tuple[Cell, ...]:
        runs = [counts.Run(one.month, one.first) for one in (self, *self._beside)]
        found, *others = counts.item_cells(runs)
        self._share("_items", others)
        return found

    @cached_property
    def _lamps(self) -> tuple[Cell, ...]:
        found = counts.lamp_cells({one.month for one in (self, *self._beside)})
        self._share("_lamps", [found[one.month] for one in self._beside])
        return found[self.month]

    @cached_property
    def item_marks(self) -> tuple[MarkedRow, ...]:
        return item_marks(self.month, self.first)

    @cached_property
    def lamp_marks(self) -> tuple[MarkedRow, ...]:
        return lamp_marks(self.month)

    @cached_property
    def report_marks(self) -> MarkedReports | None:
        """The reports of the period's last month."""
        return report_marks(self.month)

    @cached_property
    def reports(self) -> counts.ReportsOfMonth | None:
        """The reporting of all months together, with the dates of the last one; None where none was opened."""
        found = counts.report_cells({month for one in (self, *self._beside) for month in _months(one)})
        self._share("reports", [_together(found, one) for one in self._beside])
        return _together(found, self)

    @cached_property
    def inspections(self) -> InspectionCounts:
        """The inspections of the year up to the end of the period."""
        found, *others = inspection_counts([one.end for one in (self, *self._beside)])
        self._share("inspections", others)
        return found

    @cached_property
    def complaints(self) -> PeriodCounts:
        """The cases; the period before and the months of a longer one are counted by the same queries."""
        beside = (self.previous, *(self.each_month if self.months > 1 else ()))
        found, *others = period_counts([Days(one.first, one.end) for one in (self, *beside)])
        for one, other in zip(beside, others, strict=True):
            vars(one).setdefault("complaints", other)
        return found

    @cached_property
    def case_marks(self) -> tuple[MarkedCase, ...]:
        days = Days(self.first, self.end)
        return case_marks(days.first, days.after)

    @cached_property
    def case_problems(self) -> tuple[Problem, ...] | None:
        """What came again and again or rises at the end; the period before is not looked at for it."""
        vars(self.previous).setdefault("case_problems", None)
        return tuple(problems(self.end)) if self.complaints.known else None

    @property
    def span(self) -> Span:
        return Span(self.first, self.end)

    @cached_property
    def policies(self) -> PolicyCounts:
        """The policy work; what it is compared with is counted by the same queries."""
        others = (self.previous, self.last_year)
        found, *compared = policy_counts([self.span, *(other.span for other in others)])
        for other, counts_then in zip(others, compared, strict=True):
            vars(other).setdefault("policies", counts_then)
        return found

    @cached_property
    def policy_item_marks(self) -> tuple[MarkedItem, ...]:
        return policy_item_marks(self.span, self.policies.places)

    @cached_property
    def payment_marks(self) -> tuple[MarkedPayments, ...]:
        return payment_marks(self.span, self.policies.places)

    @cached_property
    def policy_coverage(self) -> Coverage | None:
        """Whom the policies reach; counted for the period itself only, it is compared with none."""
        vars(self.previous).setdefault("policy_coverage", None)
        return coverage_of(self.span) if self.policies.known else None

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
        if (cells, measure) not in self._by_unit:
            self._by_unit[cells, measure] = self._count_by_unit(cells, measure)
        return self._by_unit[cells, measure]

    @cached_property
    def _by_unit(self) -> dict[tuple[str, str], dict[str, tuple[str, int]]]:
        return {}

    def _count_by_unit(self, cells: str, measure: str) -> dict[str, tuple[str, int]]:
        source = {
            "items": self._items,
            "lamps": self._lamps,
            "reports": self.reports.cells if self.reports else (),
        }[cells]
        found: dict[str, tuple[str, int]] = {}
        for cell in source:
            if count := cell.counts[measure]:
                name, sofar = found.get(cell.place.unit, (cell.place.unit_name, 0))
                found[cell.place.unit] = (name, sofar + count)
        return dict(sorted(found.items(), key=lambda unit: (-unit[1][1], unit[0])))


class RowPeriod(Period):
    """A period whose figures are counted on the rows behind them, for papers that freeze both.

    The figures are the same; what a paper says and what it keeps come from one reading.
    """

    @cached_property
    def _items(self) -> tuple[Cell, ...]:
        return cells_of(self.item_marks, counts.item_measures(self.month, self.first))

    @cached_property
    def _lamps(self) -> tuple[Cell, ...]:
        return cells_of(self.lamp_marks, counts.lamp_measures(self.month))

    @cached_property
    def reports(self) -> counts.ReportsOfMonth | None:
        months = (self,) if self.months == 1 else self.each_month
        known = {one.month: one.report_marks.counts for one in months if one.report_marks}
        return _together(known, self)


def _months(period: Period) -> tuple[date, ...]:
    return tuple(shift(period.first, n) for n in range(period.months))


def _together(known: Mapping[date, counts.ReportsOfMonth], period: Period) -> counts.ReportsOfMonth | None:
    """Return the reporting of all months of the period, with the dates of the last one that was opened."""
    found = [known[month] for month in _months(period) if month in known]
    return replace(found[-1], cells=tuple(cell for row in found for cell in row.cells)) if found else None


def _sum(cells: tuple[Cell, ...], measure: str, part: Slice) -> int:
    return sum(cell.counts[measure] for cell in cells if part.holds(cell.place))


def parse_period(text: str) -> Period:
    """Read `2023-10` or `2023-07..2023-09` (both months included); ValueError says what is wrong."""
    first, separator, last = text.partition(RANGE)
    if not separator:
        return Period(parse(first))
    begin, end = parse(first), parse(last)
    months = (end.year - begin.year) * YEAR + end.month - begin.month + 1
    if months < 1:
        raise ValueError("期间的结束月份不能早于开始月份")
    return Period(end, months)


def label_of(month: date, months: int) -> str:
    """Return how the run of `months` months that ends with `month` is called; see `Period.label`."""
    first = shift(month, 1 - months)
    if months == 1:
        return month_label(month)
    if months == QUARTER and month.month % QUARTER == 0:
        return f"{month.year}年第{'一二三四'[month.month // QUARTER - 1]}季度"
    if months == YEAR // 2 and month.month % months == 0:
        return f"{month.year}年{'上' if month.month == months else '下'}半年"
    if months == YEAR and month.month == YEAR:
        return f"{month.year}年"
    end = f"{month.month}月" if first.year == month.year else month_label(month)
    return f"{month_label(first)}至{end}"


def item_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    """Return the items behind a count. Without a person all figures of the period share one reading."""
    if user is None:
        return _marked(period.item_marks, measure, part)
    return counts.item_rows(period.month, measure, part, user=user, since=period.first)


def lamp_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    if user is None:
        return _marked(period.lamp_marks, measure, part)
    return counts.lamp_rows(period.month, measure, part, user=user)


def report_rows(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    """Return the reports of all months; with several, each row says its month."""
    if period.months == 1:
        return _reports_of_month(period, measure, part, user)
    return [
        replace(row, note=f"{one.month.month}月　{row.note}")
        for one in period.each_month
        for row in _reports_of_month(one, measure, part, user)
    ]


def _reports_of_month(period: Period, measure: str, part: Slice, user: User | None) -> list[counts.FigureRow]:
    if user is None:
        return _marked(period.report_marks.rows if period.report_marks else (), measure, part)
    return counts.report_rows(period.month, measure, part, user=user)


def _marked(rows: tuple[MarkedRow, ...], measure: str, part: Slice) -> list[counts.FigureRow]:
    return [one.row for one in rows if measure in one.measures and part.holds(one.place)]
