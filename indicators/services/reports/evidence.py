"""Evidence of a report: added and removed while the report can be written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from indicators.models import ProgressReport
from indicators.selectors.months import reporting_month, window
from indicators.services.reports.outcome import refusal_of, with_item
from indicators.workflow import REPORT_STEPS
from portal.errors import Refused
from portal.models import Attachment, User
from portal.services.files import remove_attachment, store_uploads


def _require_writable(report: ProgressReport, actor: User, today: date) -> None:
    sentence = refusal_of(report, REPORT_STEPS["submit"], actor)
    opening = window(reporting_month(report.month), report.organisation, today=today)
    if sentence or not opening.is_open:
        raise Refused(sentence or opening.sentence)


@transaction.atomic
def add_evidence(
    report: ProgressReport, uploads: Iterable[UploadedFile], *, actor: User, today: date
) -> list[Attachment]:
    """Attach files to a report that its unit can still write, all or none."""
    report.refresh_from_db(from_queryset=with_item())
    _require_writable(report, actor, today)
    return store_uploads(report, uploads, actor=actor)


@transaction.atomic
def remove_evidence(report: ProgressReport, attachment: Attachment, *, actor: User, today: date) -> None:
    """Take a file off a report that its unit can still write."""
    report.refresh_from_db(from_queryset=with_item())
    _require_writable(report, actor, today)
    remove_attachment(attachment, actor=actor)
