"""What the loader of the inspections shares: days that have come, papers with their numbers, evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType

from indicators.models import Finding, Inspection, InspectionPaper
from indicators.services.inspections.papers import compose, number_series, printed_number
from indicators.services.letters.wording import stored_form
from portal import file_kinds, file_store
from portal.models import Attachment, Organisation, User
from reports.sample.county import County
from reports.sample.evidence import document_of

Kind = InspectionPaper.Kind
Text = Mapping[str, Any]


@dataclass
class Desk:
    """What the inspections of a county share while they are written."""

    county: County
    papers: Counter[tuple[str, int]] = field(default_factory=Counter)
    items: int = 0

    def day(self, on: date | None) -> date | None:
        """Return the working day to which a day of the texts has moved; None while it has not come."""
        if on is None:
            return None
        moved = self.county.workday(on)
        return moved if self.county.has_come(moved) else None

    def at(self, on: date, clock: time) -> datetime:
        return self.county.at(on, clock=clock)


def issue(
    desk: Desk,
    row: Inspection,
    kind: Kind,
    actor: User,
    at: datetime,
    *,
    unit: Organisation | None = None,
    findings: Sequence[Finding] = (),
    due_on: date | None = None,
) -> None:
    """Issue a paper at the moment `at`, with the next number of its series."""
    on, series = at.date(), number_series(row, kind)
    desk.papers[series, on.year] += 1
    n = desk.papers[series, on.year]
    paper = InspectionPaper(
        inspection=row,
        kind=kind,
        organisation=unit,
        slug=f"{row.slug}-{kind.value}-{series.split('-')[1]}-{on.year}-{n}",
        number=printed_number(row, kind, on.year, n, on=on),
        issued_on=on,
        issued_by=actor,
    )
    paper.document = stored_form(compose(paper, findings, due_on=due_on))
    paper.save(force_insert=True)
    facts: dict[str, object] = {"number": paper.number}
    desk.county.tell(
        at,
        paper,
        "inspection.paper",
        actor,
        changes=facts,
        note=paper.label,
        organisation=unit,
    )


def attach(desk: Desk, finding: Finding, at: datetime) -> None:
    """Give a finding its evidence: the record of what was seen."""
    name = f"{finding.inspection.slug} 问题{finding.position} 现场记录.docx"
    content = document_of(finding.title, finding.fact, at.date())
    rng = desk.county.rng(f"finding:{finding.inspection.slug}:{finding.position}")
    file = Attachment.objects.create(
        token=UUID(int=rng.getrandbits(128)).hex,
        content_type=ContentType.objects.get_for_model(Finding),
        object_id=finding.pk,
        name=file_kinds.clean_name(name),
        stored_name=file_store.write(content),
        media_type=file_kinds.examine(name, content).media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=finding.recorded_by,
    )
    Attachment.objects.filter(pk=file.pk).update(uploaded_at=at)
