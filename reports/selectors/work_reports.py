"""Questions to the work reports: which outline holds, what contradicts itself, what waits."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from reports.consistency import Findings, check
from reports.models import Outline, WorkReport
from reports.texts import outlines
from reports.texts.content import sections_from_json
from reports.texts.values import values_from_json

State = WorkReport.State
HEAVY = ("docx", "pdf", "document", "rows")


def current_outline() -> outlines.Outline:
    """Return the outline in force: the newest one, or the one that ships."""
    row = Outline.objects.order_by("-pk").first()
    return outlines.outline_from_json(row.sections) if row else outlines.DEFAULT_OUTLINE


def listed_work_reports(user: User) -> QuerySet[WorkReport]:
    rows = WorkReport.objects.visible_to(user).defer(*HEAVY, "content", "figures")
    return rows.select_related("drafted_by", "reviewed_by").order_by("-month", "-pk")


def readable_work_reports(user: User) -> QuerySet[WorkReport]:
    rows = WorkReport.objects.visible_to(user).defer(*HEAVY)
    return rows.select_related("drafted_by", "reviewed_by")


def findings_of(report: WorkReport) -> Findings:
    """Check the report against itself."""
    return check(sections_from_json(report.content), values_from_json(report.figures))


def waiting(user: User) -> dict[str, list[QuerySet[WorkReport]]]:
    """Return the work reports that wait for `user`: drafts for the office, what is under review for its head."""
    states = {State.DRAFT} if user.has_role(*OFFICE_ROLES) else set()
    if user.has_role(Role.OFFICE_HEAD):
        states.add(State.IN_REVIEW)
    return {"work_reports": [WorkReport.objects.filter(state__in=states)]} if states else {}
