"""What the statistics of cases show of a period: sums of the cells from which its figures come too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from complaints.kinds import CaseType, Channel
from complaints.selectors.counts import ONE_DAY, Days, PeriodCounts, month_totals, period_counts
from complaints.selectors.figures import CaseCounts, counts_by, mean_workdays
from complaints.selectors.trends import Problem, problems
from indicators.months import shift
from portal.models import Organisation
from reports.figures import Period
from reports.shares import rate

TREND_MONTHS = 12
TREND = ("registered", "accepted", "closed", "due", "due_on_time", "called", "satisfied")
NOBODY = "none"


@dataclass(frozen=True)
class Line:
    """One row of a table: its counts, those of the period before, and the figure that opens its rows."""

    code: str
    name: str
    counts: CaseCounts
    before: CaseCounts
    figure: str = ""

    @property
    def change(self) -> int:
        return self.counts.accepted - self.before.accepted

    @property
    def on_time_rate(self) -> Decimal | None:
        return rate(self.counts.due_on_time, self.counts.due)

    @property
    def resolved_rate(self) -> Decimal | None:
        return rate(self.counts.resolved, self.counts.called)

    @property
    def satisfied_rate(self) -> Decimal | None:
        return rate(self.counts.satisfied, self.counts.called)

    @property
    def returned_rate(self) -> Decimal | None:
        return rate(self.counts.returned, self.counts.given)

    @property
    def mean_workdays(self) -> Decimal | None:
        return mean_workdays(self.counts)


@dataclass(frozen=True)
class MonthLine:
    """A month of the trend."""

    month: date
    counts: CaseCounts | None

    @property
    def on_time_rate(self) -> Decimal | None:
        return rate(self.counts.due_on_time, self.counts.due) if self.counts else None

    @property
    def satisfied_rate(self) -> Decimal | None:
        return rate(self.counts.satisfied, self.counts.called) if self.counts else None


@dataclass(frozen=True)
class Statistics:
    """The whole page; `total` is None before the first case."""

    period: Period
    total: Line | None
    channels: tuple[Line, ...]
    kinds: tuple[Line, ...]
    topics: tuple[Line, ...]
    units: tuple[Line, ...]
    towns: tuple[Line, ...]
    months: tuple[MonthLine, ...]
    problems: tuple[Problem, ...]

    @property
    def recurrent(self) -> list[Problem]:
        return [row for row in self.problems if row.is_recurrent]

    @property
    def rising(self) -> list[Problem]:
        return [row for row in self.problems if row.is_rising]


def case_statistics(period: Period) -> Statistics:
    """Count the cases of a period and of the twelve months up to its end; twelve queries at most."""
    # Not `period.complaints`, which counts every month of a longer period as well: nothing here shows them.
    now, before = period_counts([Days(one.first, one.end) for one in (period, period.previous)])
    total = Line("", "合计", now.total(), before.total(), "complaints.accepted") if now.known else None
    return Statistics(
        period=period,
        total=total,
        channels=_lines(now, before, "channel", dict(Channel.choices), "complaints.channels.{}"),
        kinds=_lines(now, before, "kind", dict(CaseType.choices), "complaints.kinds.{}"),
        topics=_lines(now, before, "topic", {}, "complaints.topics.{}", without="未分领域"),
        units=_lines(now, before, "unit", {}, "complaints.units.{}.accepted", without="尚未转办"),
        towns=_towns(period) if now.known else (),
        months=_months(period.month),
        problems=tuple(problems(period.end)) if now.known else (),
    )


def _lines(
    now: PeriodCounts,
    before: PeriodCounts,
    column: str,
    fixed: Mapping[str, str],
    figure: str,
    *,
    without: str = "",
) -> tuple[Line, ...]:
    """Return the rows with anything in the period, the most accepted first, those without a code last."""
    sums, earlier = now.by(column), before.by(column)
    names = fixed or now.names(column)
    shown = [code for code in names if code in sums and _says(sums[code])]
    shown.sort(key=lambda code: (-sums[code].accepted, code))
    nothing = CaseCounts()
    lines = [
        Line(code, names[code], sums[code], earlier.get(code, nothing), figure.format(code)) for code in shown
    ]
    if without and sums.get("", nothing).accepted:
        lines.append(Line("", without, sums[""], earlier.get("", nothing), figure.format(NOBODY)))
    return tuple(lines)


def _says(counts: CaseCounts) -> bool:
    return bool(counts.accepted or counts.due or counts.called)


def _towns(period: Period) -> tuple[Line, ...]:
    """Return the towns and parks with any case, the most accepted first; there is no figure of each."""
    sums = counts_by("town", period.first, period.end + ONE_DAY)
    kinds = [Organisation.Kind.TOWN, Organisation.Kind.PARK]
    names = dict(Organisation.objects.filter(kind__in=kinds).values_list("code", "short_name"))
    shown = [code for code in names if code in sums and _says(sums[code])]
    shown.sort(key=lambda code: (-sums[code].accepted, code))
    lines = [Line(code, names[code], sums[code], CaseCounts()) for code in shown]
    if sums.get("", CaseCounts()).accepted:
        lines.append(Line("", "未填所在地", sums[""], CaseCounts()))
    return tuple(lines)


def _months(last: date) -> tuple[MonthLine, ...]:
    """Return the twelve months up to `last`; a month before the first case is missing, not nil."""
    firsts = [shift(last, back) for back in range(1 - TREND_MONTHS, 1)]
    counted = month_totals(firsts, TREND)
    return tuple(MonthLine(first, counts) for first, counts in zip(firsts, counted, strict=True))
