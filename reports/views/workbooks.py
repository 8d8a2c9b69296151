"""Rows of a page out as a workbook: heading, who, when and what, and the line in the audit trail."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import FileResponse
from django.utils import timezone

from portal.http import PortalRequest, workbook_answer
from portal.services import audit
from portal.workbooks import Sheet
from portal.workbooks.writer import subtitle_line, write_workbook


@dataclass(frozen=True)
class Export:
    """How a page's rows are given out: heading (and name of the file), filter line, audit action and its facts."""

    heading: str
    filters: str
    action: str
    facts: Mapping[str, str] = field(default_factory=dict)


def give_rows(
    request: PortalRequest, sheet: Sheet, rows: Sequence[Mapping[str, object]], export: Export
) -> FileResponse:
    """Answer with `rows` as a workbook and record that they were given out."""
    user, target = request.user, io.BytesIO()
    subtitle = subtitle_line(
        unit=user.organisation.short_name,
        person=user.name,
        at=timezone.localtime(),
        filters=export.filters,
        count=len(rows),
    )
    write_workbook(target, sheet, rows, heading=export.heading, subtitle=subtitle)
    audit.record(None, export.action, actor=user, changes={**export.facts, "rows": len(rows)})
    return workbook_answer(target, export.heading)
