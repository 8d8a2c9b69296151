"""What waits for a person in the documents and the assessment, each with the page where it is done."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from indicators.selectors.todos import Todo
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from reports.models import Assessment, Bulletin, Objection, Result, WorkReport

LISTED = 4
IN_REVIEW = Bulletin.State.IN_REVIEW  # bulletins and work reports call it alike


def todos(user: User, *, today: date) -> list[Todo]:
    """Return what waits for `user`, unsorted; three queries for the office, one for a unit."""
    found: list[Todo] = []
    if user.has_role(*OFFICE_ROLES):
        is_head = user.has_role(Role.OFFICE_HEAD)
        found += _papers("通报", Bulletin.objects.filter(issued_at=None), "审签", is_head=is_head)
        found += _papers("汇报", WorkReport.objects.filter(final_at=None), "审定", is_head=is_head)
        found += _assessments(today, is_head=is_head)
    if user.has_role(*UNIT_ROLES):
        found += _results(user)
    return found


def _papers(
    kind: str, rows: QuerySet[Bulletin] | QuerySet[WorkReport], action: str, *, is_head: bool
) -> list[Todo]:
    """Drafts, and what is under review, whose head's part is `action`."""
    return [
        Todo(
            kind,
            row.title,
            f"待{action}" if row.state == IN_REVIEW else "起草中",
            None,
            row.get_absolute_url(),
            "去修改" if row.state != IN_REVIEW else f"去{action}" if is_head else "查看",
        )
        for row in rows.only("title", "state", "code")[:LISTED]
    ]


def _assessments(today: date, *, is_head: bool) -> list[Todo]:
    """Undecided objections, and results that may be published since the check is over."""
    rows = Assessment.objects.filter(state=Assessment.State.PROVISIONAL).defer("docx", "pdf", "table")
    undecided = Count("objections", filter=Q(objections__state=Objection.State.PENDING))
    found = []
    for row in rows.annotate(undecided=undecided):
        if row.undecided:
            title = f"{row}有 {row.undecided} 件异议待处理"
            url = f"{row.get_absolute_url()}#objections"
            found.append(Todo("考核异议", title, "逐件写明理由", row.objections_until, url, "去处理"))
        elif is_head and row.objections_until and row.objections_until < today:
            url = row.get_absolute_url()
            found.append(Todo("考核公布", str(row), "核对期满，异议已处理", None, url, "去公布"))
    return found


def _results(user: User) -> list[Todo]:
    rows = Result.objects.filter(
        assessment__state=Assessment.State.PROVISIONAL, organisation=user.organisation_id
    )
    return [
        Todo(
            "考核核对",
            f"{row.assessment}：请核对本单位得分",
            "有异议的在截止日前提出",
            row.assessment.objections_until,
            row.get_absolute_url(),
            "去核对",
        )
        for row in rows.select_related("assessment", "organisation").defer("lines")[:LISTED]
    ]
