"""The counts of several periods at once, divided so far that every figure of a document is a sum of them.

The definitions are those of `complaints.selectors.figures`; here they are counted for a
document, which prints the same period by channel, kind, field of work and unit, beside the
period before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db.models import CharField, Count, Expression, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from complaints.models import Assignment, Complaint, Round
from complaints.selectors.figures import (
    CaseCounts,
    case_measures,
    case_rules,
    counters,
    either,
    part_measures,
    round_measures,
    round_rules,
    within,
)

ONE_DAY = timedelta(days=1)
Measures = Callable[[date, date], dict[str, tuple[Q, Q]]]
NAMES = tuple(column.name for column in fields(CaseCounts))
# By what a period is divided at once: by all four together there would be nearly as many groups as cases.
DIVISIONS = (("channel", "kind", "topic"), ("unit",))
WIDEST = max(map(len, DIVISIONS))
DIVIDED = ("channel", "kind", "topic", "unit")


@dataclass(frozen=True)
class Days:
    """A period from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        return self.last + ONE_DAY


@dataclass(frozen=True)
class PeriodCounts:
    """The counts of one period, whole and by each column; `known` is False where there was no case up to its end.

    The columns are channel, kind, topic and unit (the lead unit's code); what has none
    stands under an empty code. `labels` are the names of the topics and units in them.
    """

    days: Days
    whole: CaseCounts
    margins: Mapping[str, Mapping[str, CaseCounts]]
    labels: Mapping[str, Mapping[str, str]]
    known: bool

    def total(self, column: str = "", code: str = "") -> CaseCounts:
        """Return the counts of the whole period, or of one code of a column."""
        return self.by(column).get(code, CaseCounts()) if column else self.whole

    def by(self, column: str) -> Mapping[str, CaseCounts]:
        """Return the counts by a column; what has none stands under an empty code."""
        return self.margins[column]

    def names(self, column: str) -> Mapping[str, str]:
        """Return the codes of topics or units with their names, as they stood when they were counted."""
        return self.labels[column]


class _Sums:
    """The sums of one period while they are added up."""

    def __init__(self, by: Sequence[str]) -> None:
        self.whole: dict[str, int] = {}
        self.margins: dict[str, dict[str, dict[str, int]]] = {column: {} for column in by}
        self.labels: dict[str, dict[str, str]] = {column: {} for column in by}

    def add(self, counts: Mapping[str, int], places: Iterable[tuple[str, str, str]], *, whole: bool) -> None:
        """Add counts to the columns, codes and names of `places`; to the whole as well where `whole` is true."""
        sums = [self.whole] if whole else []
        for column, code, name in places:
            sums.append(self.margins[column].setdefault(code, {}))
            if code and name:
                self.labels[column][code] = name
        for known in sums:
            for measure, count in counts.items():
                known[measure] = known.get(measure, 0) + count

    def closed(self, days: Days, *, known: bool) -> PeriodCounts:
        margins = {
            column: {code: CaseCounts(**sums) for code, sums in codes.items()}
            for column, codes in self.margins.items()
        }
        return PeriodCounts(days, CaseCounts(**self.whole), margins, self.labels, known)


def period_counts(
    periods: Sequence[Days], only: Sequence[str] = NAMES, by: Sequence[str] = DIVIDED
) -> tuple[PeriodCounts, ...]:
    """Count several periods with three queries whatever their number, four where one of them has no case.

    `only` names the counts that are wanted, `by` the columns by which they are divided.
    """
    sums = [_Sums(by) for _ in periods]
    sources: tuple[tuple[QuerySet[Any], Measures, str, str], ...] = (
        (Complaint.objects.all(), case_measures, "", "lead"),
        (Round.objects.all(), round_measures, "complaint__", "lead"),
        (Assignment.objects.all(), part_measures, "complaint__", "organisation"),
    )
    for rows, measures, case, unit in sources:
        _count(rows.order_by(), measures, _columns(case, unit, by), periods, only, sums)
    known_from = None if all(found.whole for found in sums) else _first_day()
    return tuple(
        found.closed(days, known=bool(found.whole) or (known_from is not None and known_from <= days.last))
        for days, found in zip(periods, sums, strict=True)
    )


def _first_day() -> date | None:
    """Return when the first case came: a quiet month counts nothing, one before the first case is unknown."""
    return Complaint.objects.order_by("registered_on").values_list("registered_on", flat=True).first()


@dataclass(frozen=True)
class _Column:
    """A column by which rows are divided: where its code and its name stand."""

    name: str
    code: str
    label: str = ""


def _columns(case: str, unit: str, by: Sequence[str]) -> list[list[_Column]]:
    """Return the columns that are wanted, in the groups in which they are counted; one empty group for none."""
    known = {
        "channel": _Column("channel", f"{case}channel"),
        "kind": _Column("kind", f"{case}kind"),
        "topic": _Column("topic", f"{case}topic__code", f"{case}topic__name"),
        "unit": _Column("unit", f"{unit}__code", f"{unit}__short_name"),
    }
    groups = [[known[name] for name in group if name in by] for group in DIVISIONS]
    return [group for group in groups if group] or [[]]


def _count(
    rows: QuerySet[Any],
    measures: Measures,
    groups: Sequence[Sequence[_Column]],
    periods: Sequence[Days],
    only: Sequence[str],
    sums: Sequence[_Sums],
) -> None:
    """Add what one table counts to each period; one query, none where nothing of it is wanted."""
    counted, condition, places = dict[str, Any](), Q(pk__in=[]), list[tuple[int, str]]()
    for place, days in enumerate(periods):
        own = {name: rule for name, rule in measures(days.first, days.after).items() if name in only}
        if not own:
            return
        condition |= either(own)
        counted |= counters(own, prefix=f"p{place}_")
        if "answered" in own and "workdays" in only:
            answered = within("replied_on", days.first, days.after)
            counted[f"p{place}_workdays"] = Sum("workdays", filter=answered, default=0)
    places = [(int(name[1 : name.index("_")]), name[name.index("_") + 1 :]) for name in counted]
    parts = [_grouped(rows.filter(condition), group, counted, number) for number, group in enumerate(groups)]
    for number, *codes_and_counts in parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]:
        codes, found = codes_and_counts[: 2 * WIDEST], codes_and_counts[2 * WIDEST :]
        where = [
            (column.name, codes[2 * n] or "", codes[2 * n + 1] or "")
            for n, column in enumerate(groups[number])
        ]
        own_counts: list[dict[str, int]] = [{} for _ in periods]
        for (place, name), count in zip(places, found, strict=True):
            if count:
                own_counts[place][name] = count
        for known, counts in zip(sums, own_counts, strict=True):
            if counts:
                known.add(counts, where, whole=number == 0)


def _grouped(
    rows: QuerySet[Any], group: Sequence[_Column], counted: Mapping[str, Any], number: int
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the counts by a group of columns, in the shape that all groups share."""
    empty = Value("", output_field=CharField())
    shape: dict[str, Expression | F] = {"_g": Value(number)}
    for place in range(WIDEST):
        column = group[place] if place < len(group) else None
        shape[f"_code{place}"] = F(column.code) if column else empty
        shape[f"_name{place}"] = F(column.label) if column and column.label else empty
    return rows.annotate(**shape).values(*shape).annotate(**counted).values_list(*shape, *counted)


def month_totals(months: Sequence[date], only: Sequence[str]) -> tuple[CaseCounts | None, ...]:
    """Count month by month without dividing, with two queries at most; a month before the first case is None.

    `months` are first days, the earliest first and without a gap. Each date is read by
    its own index and counted by day, so that a year costs its rows and not its rows times its months.
    """
    last = months[-1]
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    wanted = [name for name in chain(case_rules(), round_rules()) if name in only]
    parts = [
        *_daily(Complaint.objects.all(), case_rules(), months[0], after, wanted),
        *_daily(Round.objects.all(), round_rules(joined=False), months[0], after, wanted),
    ]
    sums: dict[date, dict[str, int]] = {month: {} for month in months}
    for name, day, count in parts[0].union(*parts[1:], all=True):
        known = sums[day.replace(day=1)]
        known[name] = known.get(name, 0) + count
    known_from = None if all(sums.values()) else _first_day()
    return tuple(
        CaseCounts(**found)
        if found or (known_from and (known_from.year, known_from.month) <= (month.year, month.month))
        else None
        for month, found in sums.items()
    )


def _daily(
    rows: QuerySet[Any],
    rules: Mapping[str, tuple[str, Q]],
    start: date,
    end: date,
    wanted: Sequence[str],
) -> list[QuerySet[Any, tuple[Any, ...]]]:
    return [
        rows.filter(within(column, start, end), rest)
        .order_by()
        .annotate(_name=Value(name), _day=TruncDate(column) if column.endswith("_at") else F(column))
        .values("_name", "_day")
        .annotate(_count=Count("pk"))
        .values_list("_name", "_day", "_count")
        for name, (column, rest) in rules.items()
        if name in wanted
    ]
