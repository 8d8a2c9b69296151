"""The list of cases as a workbook: each row says what its reader may know, never who handed the case in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.selectors.cases import text_for
from portal.models import User
from portal.services import audit
from portal.workbooks import Column, Kind, Part, Sheet, subtitle_line
from portal.workbooks.writer import write_sheets

CHUNK = 1000
SHEET = Sheet(
    "企业诉求",
    (
        Column("number", "编号", Kind.CODE, locked=True, width=15),
        Column("title", "标题", locked=True, width=32),
        Column("kind", "类型", locked=True),
        Column("source", "来源", locked=True),
        Column("enterprise", "企业", locked=True, width=24),
        Column("town", "镇街园区", locked=True),
        Column("topic", "领域", locked=True),
        Column("problem_kind", "问题类型", locked=True, width=20),
        Column("text", "内容", Kind.LONG_TEXT, locked=True, width=40),
        Column("wishes", "诉求", Kind.LONG_TEXT, locked=True, width=24),
        Column("reported", "被反映单位", locked=True),
        Column("lead", "主办单位", locked=True),
        Column("state", "状态", locked=True),
        Column("round", "轮次", Kind.INTEGER, locked=True),
        Column("registered_on", "登记日期", Kind.DATE, locked=True),
        Column("accepted_on", "受理日期", Kind.DATE, locked=True),
        Column("handle_due_on", "办理时限", Kind.DATE, locked=True),
        Column("original_due_on", "原办理时限", Kind.DATE, locked=True),
        Column("replied_on", "答复日期", Kind.DATE, locked=True),
        Column("closed_on", "办结日期", Kind.DATE, locked=True),
        Column("outcome", "办理结果", locked=True),
        Column("satisfaction", "满意度", locked=True),
    ),
    key=("number",),
)


@transaction.atomic
def export_cases(
    rows: ComplaintQuerySet, target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write the cases `rows`, which are visible to `actor` and marked by `with_disclosure`; return how many.

    What units may not know stands in no cell: the words without identity, no
    enterprise, no source. The export is on record.
    """
    count = rows.order_by().count()
    line = subtitle_line(
        unit=actor.organisation.short_name, person=actor.name, at=at, filters=filters, count=count
    )
    written = write_sheets(target, [Part(SHEET, _lines(rows), "企业诉求办理台账", line)])
    audit.record(None, "complaint.export", actor=actor, changes={"rows": written, "filters": filters})
    return written


def _lines(rows: ComplaintQuerySet) -> Iterator[dict[str, Any]]:
    ordered = rows.order_by("-pk")
    last: int | None = None
    while chunk := list((ordered if last is None else ordered.filter(pk__lt=last))[:CHUNK]):
        for case in chunk:
            yield _line(case)
        last = chunk[-1].pk


def _line(case: Complaint) -> dict[str, Any]:
    words = text_for(case, is_hidden=bool(getattr(case, "is_hidden", True)))
    return {
        "number": case.number,
        "title": words.title,
        "kind": case.get_kind_display(),
        "source": words.source,
        "enterprise": str(words.enterprise or ""),
        "town": "" if words.is_hidden else str(case.town or ""),
        "topic": str(case.topic or ""),
        "problem_kind": case.get_problem_kind_display(),
        "text": words.text,
        "wishes": words.wishes,
        "reported": str(case.reported or ""),
        "lead": str(case.lead or ""),
        "state": case.get_state_display(),
        "round": case.round,
        "registered_on": case.registered_on,
        "accepted_on": case.accepted_on,
        "handle_due_on": case.handle_due_on,
        "original_due_on": case.original_due_on,
        "replied_on": case.replied_on,
        "closed_on": case.closed_on,
        "outcome": case.get_outcome_display() if case.outcome else "",
        "satisfaction": case.get_satisfaction_display() if case.satisfaction else "",
    }
