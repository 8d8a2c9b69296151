"""Which reports may be written today, read once for all rows of a step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, Q, Value, When

from indicators.models import ProgressReport, ReportingMonth
from indicators.selectors.months import windows
from indicators.workflow import ItemState, ReportState


class Gate:
    """The months of the rows and the windows of their units; one query, a second where a month is locked."""

    def __init__(self, reports: Iterable[ProgressReport], today: date) -> None:
        rows = list(reports)
        months = {row.month: row for row in ReportingMonth.objects.filter(month__in={r.month for r in rows})}
        self.late = [month for month, row in months.items() if row.is_late(today)]
        self.windows = {
            month: windows(row, {r.organisation for r in rows if r.month == month}, today=today)
            for month, row in months.items()
        }

    def closed(self, row: ProgressReport) -> str:
        """Say that the month is locked for the report's unit, or nothing while it is open."""
        opening = self.windows[row.month][row.organisation_id]
        return "" if opening.is_open else opening.sentence

    def refusal(self, row: ProgressReport) -> str:
        """Say why the report can't be handed in, or nothing where it can."""
        if row.item.state in {ItemState.SUSPENDED, ItemState.CANCELLED}:
            return f"{row.item.short_number}{row.item.get_state_display()}，不用填报"
        return self.closed(row)

    def lateness(self) -> Case:
        """Late once is late for ever; a report that was on time and then returned stays on time."""
        first_time = ~Q(state=ReportState.RETURNED)
        return Case(
            When(is_late=True, then=Value(value=True)),
            When(first_time, month__in=self.late, then=Value(value=True)),
            default=Value(value=False),
        )

    def is_late(self, row: ProgressReport) -> bool:
        """Tell what `lateness` writes onto the row as it was read."""
        return row.is_late or (row.state != ReportState.RETURNED and row.month in self.late)
