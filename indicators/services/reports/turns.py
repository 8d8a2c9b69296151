"""Tell the people whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date

from django.db.models import Q

from indicators.models import ProgressReport
from indicators.months import label
from indicators.workflow import ReportState
from portal.models import RoleGrant, User
from portal.roles import OFFICE_ROLES, Role
from portal.services.notices import Notice, notify_many, notify_of_won


def tell_reviewers(reports: Iterable[ProgressReport], *, today: date) -> None:
    """Owe one notice a day, month and reporting unit to those who review next.

    A report goes to the lead unit's liaisons, or straight to the office where the
    lead has passed it or is the reporting unit itself.
    """
    groups: dict[tuple[date, int], list[ProgressReport]] = {}
    for report in reports:
        groups.setdefault((report.month, report.organisation_id), []).append(report)
    leads = {row.item.lead_id for rows in groups.values() for row in rows if _lead_is_next(row)}
    past_lead = any(not _lead_is_next(row) for rows in groups.values() for row in rows)
    liaisons, office = _people(leads, past_lead=past_lead, today=today)
    # Told again on the same day, nobody hears of it twice: the key is passed over.
    notify_of_won(
        Notice(
            _reviewers(rows, liaisons, office),
            f"{rows[0].organisation.short_name}提交{label(month)}进展，请审核",
            url=f"/months/{month:%Y-%m}/review/",
            event_key=f"report.review:{month:%Y-%m}:{unit}:{today}",
        )
        for (month, unit), rows in groups.items()
    )


def _people(leads: Set[int], *, past_lead: bool, today: date) -> tuple[dict[int, list[User]], list[User]]:
    """Return the lead units' liaisons by unit and the office's people, where they are asked for; one query."""
    wanted = Q(role=Role.LIAISON, user__organisation__in=leads)
    if past_lead:
        wanted |= Q(role__in=OFFICE_ROLES)
    held = RoleGrant.objects.filter(wanted, user__is_active=True, revoked_at=None, valid_from__lte=today)
    rows = list(held.exclude(valid_until__lt=today).select_related("user").order_by("user", "pk"))
    office = {row.user_id: row.user for row in rows if row.role in OFFICE_ROLES}
    return _by_unit(row.user for row in rows if row.role == Role.LIAISON), list(office.values())


def _reviewers(
    rows: Iterable[ProgressReport], liaisons: Mapping[int, list[User]], office: list[User]
) -> list[User]:
    leads = {row.item.lead_id for row in rows if _lead_is_next(row)}
    people = [person for lead in sorted(leads) for person in liaisons.get(lead, [])]
    return people if all(_lead_is_next(row) for row in rows) else [*people, *office]


def _by_unit(people: Iterable[User]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    for person in people:
        found.setdefault(person.organisation_id, []).append(person)
    return found


def _lead_is_next(report: ProgressReport) -> bool:
    return report.state == ReportState.SUBMITTED and report.item.lead_id != report.organisation_id


def tell_unit(reports: Iterable[ProgressReport], reason: str, *, today: date) -> None:
    """Owe the reporting units' liaisons a notice for each report that was returned."""
    rows = list(reports)
    units = {row.organisation_id for row in rows}
    liaisons = _by_unit(User.objects.holding(Role.LIAISON, on=today).filter(organisation__in=units))
    notify_many(
        Notice(
            liaisons.get(row.organisation_id, []),
            f"{row.item.short_number}{label(row.month)}进展被退回：{reason}",
            url=f"/months/{row.month:%Y-%m}/entry/#{row.item.number}",
            event_key=f"report.return:{row.pk}:{row.return_count}",
        )
        for row in rows
    )
