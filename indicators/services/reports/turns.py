"""Tell the people whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from indicators.models import ProgressReport
from indicators.months import label
from indicators.workflow import ReportState
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services.notices import notify


def tell_reviewers(reports: Iterable[ProgressReport], *, today: date) -> None:
    """Owe one notice a day, month and reporting unit to those who review next.

    A report goes to the lead unit's liaisons, or straight to the office where the
    lead has passed it or is the reporting unit itself.
    """
    groups: dict[tuple[date, int], list[ProgressReport]] = {}
    for report in reports:
        groups.setdefault((report.month, report.organisation_id), []).append(report)
    for (month, unit), rows in groups.items():
        leads = {row.item.lead_id for row in rows if _lead_is_next(row)}
        people = list(User.objects.holding(Role.LIAISON, on=today).filter(organisation__in=leads))
        if not all(_lead_is_next(row) for row in rows):
            people += User.objects.holding(*OFFICE_ROLES, on=today)
        notify(
            people,
            f"{rows[0].organisation.short_name}提交{label(month)}进展，请审核",
            url=f"/months/{month:%Y-%m}/review/",
            event_key=f"report.review:{month:%Y-%m}:{unit}:{today}",
        )


def _lead_is_next(report: ProgressReport) -> bool:
    return report.state == ReportState.SUBMITTED and report.item.lead_id != report.organisation_id


def tell_unit(reports: Iterable[ProgressReport], reason: str, *, today: date) -> None:
    """Owe the reporting units' liaisons a notice for each report that was returned."""
    rows = list(reports)
    liaisons: dict[int, list[User]] = {}
    units = {row.organisation_id for row in rows}
    for person in User.objects.holding(Role.LIAISON, on=today).filter(organisation__in=units):
        liaisons.setdefault(person.organisation_id, []).append(person)
    for row in rows:
        notify(
            liaisons.get(row.organisation_id, []),
            f"{row.item.short_number}{label(row.month)}进展被退回：{reason}",
            url=f"/months/{row.month:%Y-%m}/entry/#{row.item.number}",
            event_key=f"report.return:{row.pk}:{row.return_count}",
        )
