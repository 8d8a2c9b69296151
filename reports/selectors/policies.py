"""The policy work on the pages that gather the day, and the statistics of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.months import shift
from policies.selectors.counts import PolicyCounts, coverage_of, policy_counts
from policies.selectors.figures import Coverage, UnitFigures, unit_figures
from policies.terms import Category, Mode
from reports.figures import Period
from reports.figures.policies import in_ten_thousands

TREND_MONTHS = 12


@dataclass(frozen=True)
class PolicyBlock:
    """A month's policy work beside the month before, as the figures of the same names count it; money in 万元."""

    period: Period
    now: PolicyCounts
    before: PolicyCounts

    @property
    def items(self) -> int:
        return self.now.count_items()

    @property
    def automatic(self) -> int:
        """How many items need no application 免申即享."""
        return self.now.count_items(lambda cell: cell.mode == Mode.AUTOMATIC)

    @property
    def paid(self) -> Decimal:
        return in_ten_thousands(self.now.paid_yuan)

    @property
    def paid_in_month(self) -> Decimal:
        return in_ten_thousands(self.now.period_yuan)

    @property
    def change(self) -> Decimal:
        """What was paid in the month, less what was paid in the month before."""
        return in_ten_thousands(self.now.period_yuan - self.before.period_yuan)

    @property
    def more_enterprises(self) -> int | None:
        """How many enterprises were reached since the month before; None in January, which begins anew."""
        if self.before.span.year_begin != self.now.span.year_begin:
            return None
        return self.now.enterprises - self.before.enterprises

    @property
    def without_payout(self) -> int:
        return self.now.count_items(lambda cell: not cell.paid)


def policy_block(month: date) -> PolicyBlock | None:
    """Return the county's block for a month; two queries. None before the first item was published."""
    period = Period(month)
    now, before = policy_counts([period.span, Period(shift(month, -1)).span])
    return PolicyBlock(period, now, before) if now.known else None


@dataclass(frozen=True)
class UnitLine:
    """One unit's items and payments of the year."""

    code: str
    name: str
    items: int
    paid: Decimal
    payouts: int
    enterprises: int
    figure: str


@dataclass(frozen=True)
class KindLine:
    """One mode or category: its items, and what was paid for them, None where that is not told apart."""

    name: str
    items: int
    paid: Decimal | None
    figure: str


@dataclass(frozen=True)
class PolicyStatistics:
    """The whole page; `block` is None before the first item was published."""

    period: Period
    block: PolicyBlock | None
    coverage: Coverage | None = None
    units: tuple[UnitLine, ...] = ()
    modes: tuple[KindLine, ...] = ()
    categories: tuple[KindLine, ...] = ()
    months: tuple[PolicyCounts, ...] = ()


def policy_statistics(period: Period) -> PolicyStatistics:
    """Read what the page shows of a period, with nine queries; sums are those of the figures."""
    trend = [Period(shift(period.month, -back)) for back in range(TREND_MONTHS - 1, -1, -1)]
    now, before, *months = policy_counts([period.span, period.previous.span, *(one.span for one in trend)])
    if not now.known:
        return PolicyStatistics(period, None)
    rows = unit_figures(now.span.year_begin, now.span.after)
    codes = {name: code for code, name in now.units.items()}
    return PolicyStatistics(
        period=period,
        block=PolicyBlock(period, now, before),
        coverage=coverage_of(now.span),
        units=tuple(_unit_line(row, codes[row.name]) for row in rows),
        modes=tuple(_mode_line(mode, now) for mode in Mode),
        categories=tuple(_category_line(category, now) for category in Category),
        months=tuple(months),
    )


def _unit_line(row: UnitFigures, code: str) -> UnitLine:
    return UnitLine(
        code,
        row.name,
        row.items,
        in_ten_thousands(row.paid_yuan),
        row.payouts,
        row.enterprises,
        f"policies.units.{code}.paid_10k_yuan",
    )


def _mode_line(mode: Mode, counts: PolicyCounts) -> KindLine:
    items = counts.count_items(lambda cell: cell.mode == mode)
    return KindLine(mode.label, items, None, f"policies.items.{mode.value}")


def _category_line(category: Category, counts: PolicyCounts) -> KindLine:
    return KindLine(
        category.label,
        counts.count_items(lambda cell: cell.category == category),
        in_ten_thousands(counts.sum_paid(lambda cell: cell.category == category)),
        f"policies.items.{category.value}",
    )
