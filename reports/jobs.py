"""Periodic work of the documents: each function may run twice, late or on two machines."""

from __future__ import annotations

from datetime import date

from indicators.models import ReportingMonth
from indicators.months import first_of, label, shift
from portal.errors import Refused
from portal.jobs import Daily, Job
from portal.models import User
from portal.roles import Role
from portal.services.notices import notify
from reports.models import Bulletin
from reports.selectors.bulletins import draftable_quarter
from reports.services import bulletins

JOBS = (
    Job("draft_bulletin", "起草上月通报", "reports.jobs.draft_bulletin", Daily(1, 10)),
    Job("draft_quarterly", "起草上季度通报", "reports.jobs.draft_quarterly", Daily(1, 20)),
)


def draft_bulletin(today: date) -> str:
    """Draft last month's bulletin once its reporting is closed, and tell the office; a second run does nothing."""
    month = shift(first_of(today), -1)
    opened = ReportingMonth.objects.filter(month=month).first()
    if opened is None or opened.closed_at is None:
        return f"{label(month)}月报尚未封账，暂不起草通报"
    if Bulletin.objects.filter(code=f"monthly-{month:%Y-%m}").exists():
        return f"{label(month)}通报已经起草"
    try:
        bulletin = bulletins.draft_bulletin(month, actor=None, today=today)
    except Refused as error:
        return str(error)
    return _tell(bulletin, today)


def draft_quarterly(today: date) -> str:
    """Draft the last quarter's bulletin once its last month is closed, and tell the office; a second run does nothing."""
    month = draftable_quarter(today)
    if month is None:
        return "上季度通报已经起草"
    opened = ReportingMonth.objects.filter(month=month).first()
    if opened is None or opened.closed_at is None:
        return f"{label(month)}月报尚未封账，暂不起草季通报"
    try:
        bulletin = bulletins.draft_quarterly(month, actor=None, today=today)
    except Refused as error:
        return str(error)
    return _tell(bulletin, today)


def _tell(bulletin: Bulletin, today: date) -> str:
    notify(
        User.objects.holding(Role.OFFICE, on=today),
        f"{bulletin.title}已自动起草，请核对后送审",
        url=bulletin.get_absolute_url(),
        event_key=f"bulletin.draft:{bulletin.pk}",
    )
    return f"已起草{bulletin.title}"
