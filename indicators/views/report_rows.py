"""What the entry page and the review page show of each report, read with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Case, Value, When
from django.forms import BaseForm

from indicators.models import LampRecord, ProgressReport, ReportingMonth
from indicators.querysets import ProgressReportQuerySet
from indicators.selectors.months import Window, earlier_reports
from indicators.services.reports import EDITABLE
from indicators.services.reports.outcome import capacities
from indicators.workflow import OWED_STATES, REPORT_STEPS, ReportState
from portal.models import Attachment, User
from portal.selectors.files import attachments_by_owner
from portal.workflow import Step, open_steps


@dataclass
class ReportRow:
    """One report as a page shows it.

    `values` are the texts in the controls: what is stored, or what was typed and
    could not be saved. `theirs` is what somebody else saved meanwhile.
    """

    report: ProgressReport
    files: list[Attachment]
    lamp: tuple[str, str]
    steps: list[Step]
    is_editable: bool
    last: ProgressReport | None = None
    values: dict[str, str] = field(default_factory=dict)
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    conflict: str = ""

    @property
    def number(self) -> str:
        return self.report.item.number

    @property
    def is_open(self) -> bool:
        """Whether the row is shown unfolded at first: what was returned, begun or is wrong."""
        begun = self.report.state in {ReportState.RETURNED, ReportState.DRAFT}
        return bool(self.errors or self.conflict) or (self.is_editable and begun)

    @property
    def is_wrong(self) -> bool:
        """Whether what was typed could not be kept."""
        return bool(self.errors or self.conflict)

    @property
    def is_blank(self) -> bool:
        return self.report.state == ReportState.MISSING

    @property
    def is_ready(self) -> bool:
        """Whether 提交 takes the report in: a draft, or a returned report that was changed since."""
        return is_ready(self.report, self.files)

    @property
    def can_withdraw(self) -> bool:
        return any(step.name == "withdraw" for step in self.steps)

    @property
    def can_reopen(self) -> bool:
        return any(step.name == "reopen" for step in self.steps)

    @property
    def fell_back(self) -> bool:
        """Whether the percent is below last month's."""
        percent = self.report.percent
        return percent is not None and percent < self.report.previous_percent


def is_ready(report: ProgressReport, files: Iterable[Attachment]) -> bool:
    if report.state == ReportState.DRAFT:
        return True
    if report.state != ReportState.RETURNED or report.returned_at is None:
        return False
    saved = report.saved_at is not None and report.saved_at > report.returned_at
    return saved or any(file.uploaded_at > report.returned_at for file in files)


_TURN = Case(
    *(
        When(state=state, then=Value(place))
        for place, state in enumerate((ReportState.RETURNED, ReportState.DRAFT, ReportState.MISSING))
    ),
    default=Value(9),
)


def first_errors(form: BaseForm) -> dict[str, str]:
    """Return the first thing that is wrong with each field of a form."""
    return {name: str(errors[0]) for name, errors in form.errors.items()}


def shown(value: object) -> str:
    """Write a stored value as it stands in a control."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return str(value)


def with_everything(reports: ProgressReportQuerySet) -> ProgressReportQuerySet:
    """Read along what a row shows: first what is still to be done, each in the order of the ledgers."""
    people = ("submitted_by", "saved_by", "returned_by", "lead_passed_by", "verified_by")
    return reports.select_related(
        "item__work_list", "item__lead", "item__task_force", "organisation", *people
    ).order_by(_TURN, "item__work_list__order", "item__number")


def report_rows(
    month: ReportingMonth, reports: Iterable[ProgressReport], user: User, opening: Window | None = None
) -> list[ReportRow]:
    """Return the rows of one month's reports; without a window nothing can be written. See `add_last`."""
    rows = list(reports)
    files = attachments_by_owner(ProgressReport, [row.pk for row in rows])
    lamps = _lamps(month, rows)
    return [_row(row, user, opening, files.get(row.pk, []), lamps[row.item_id]) for row in rows]


def add_last(rows: Iterable[ReportRow]) -> None:
    """Put the text of the month before beside each row, for a page that shows it."""
    shown_rows = list(rows)
    last = earlier_reports(row.report for row in shown_rows)
    for row in shown_rows:
        row.last = last.get(row.report.item_id)


def _row(
    report: ProgressReport,
    user: User,
    opening: Window | None,
    files: list[Attachment],
    lamp: tuple[str, str],
) -> ReportRow:
    steps = open_steps(REPORT_STEPS.values(), report.state, capacities(report, user))
    if opening is None or not opening.is_open:
        steps = [step for step in steps if step.name not in {"submit", "withdraw"}]
    return ReportRow(
        report=report,
        files=files,
        lamp=lamp,
        steps=steps,
        is_editable=any(step.name == "submit" for step in steps),
        values={name: shown(getattr(report, name)) for name in EDITABLE},
        version=report.version,
    )


def _lamps(month: ReportingMonth, rows: list[ProgressReport]) -> Mapping[int, tuple[str, str]]:
    """Return each item's lamp: today's while the month is open, the recorded one once it is closed."""
    lamps = {row.item_id: (row.item.lamp, row.item.lamp_reason) for row in rows}
    if month.closed_at is not None:
        records = LampRecord.objects.filter(month=month.month, item__in=list(lamps))
        lamps |= {
            item: (colour, why) for item, colour, why in records.values_list("item", "colour", "reason")
        }
    return lamps


@dataclass(frozen=True)
class EntryCounts:
    """What the bar at the foot says: how many can be submitted, are still blank, are still owed."""

    ready: int
    blank: int
    owed: int


def entry_counts(rows: Iterable[ReportRow]) -> EntryCounts:
    owed = [row for row in rows if row.report.state in OWED_STATES]
    return EntryCounts(
        ready=sum(row.is_ready for row in owed), blank=sum(row.is_blank for row in owed), owed=len(owed)
    )


def last_month_label(month: date, last: ProgressReport | None) -> str:
    """Say which month the earlier text is of: 9月填报, with the year where it is another."""
    if last is None:
        return ""
    same_year = last.month.year == month.year
    return f"{last.month.month}月填报" if same_year else f"{last.month.year}年{last.month.month}月填报"
