"""What is recorded while an inspection runs: visits, and findings with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from indicators.models import Finding, Inspection, InspectionVisit, TaskForce
from indicators.services.inspections.writing import change_finding, hold_open
from portal.errors import Refused
from portal.models import Organisation, User
from portal.services import audit
from portal.services.files import store_uploads


@dataclass(frozen=True)
class Visit:
    """Where somebody went and what was learnt."""

    visited_on: date
    place: str
    note: str
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Observation:
    """What is found at a unit, against what it falls short, and what is to be done."""

    organisation: Organisation
    task_force: TaskForce
    title: str
    fact: str
    basis: str
    demand: str
    weight: str = Finding.Weight.ORDINARY

    def columns(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in ("organisation", "task_force")}
        texts = ("title", "fact", "basis", "demand", "weight")
        return shown | {name: str(getattr(self, name)).strip() for name in texts}


@transaction.atomic
def record_visit(
    inspection: Inspection, visit: Visit, *, uploads: Sequence[UploadedFile] = (), actor: User, today: date
) -> InspectionVisit:
    """Record a visit with its files; not before the inspection began, not in the future."""
    hold_open(inspection, "visit", actor=actor)
    if visit.visited_on > today:
        raise Refused("走访日期不能晚于今天，请核对")
    if inspection.issued_on is not None and visit.visited_on < inspection.issued_on:
        raise Refused(f"走访日期不能早于启动日期（{inspection.issued_on.isoformat()}），请核对")
    if not visit.place.strip() or not visit.note.strip():
        raise Refused("请填写地点和了解的情况")
    _refuse_foreign(inspection, visit.organisation)
    row = InspectionVisit.objects.create(
        inspection=inspection,
        visited_on=visit.visited_on,
        organisation=visit.organisation,
        place=visit.place.strip(),
        note=visit.note.strip(),
        recorded_by=actor,
    )
    store_uploads(row, uploads, actor=actor)
    facts = {"visited_on": visit.visited_on, "place": row.place, "files": len(uploads)}
    audit.record(inspection, "inspection.visit", actor=actor, changes=facts, organisation=visit.organisation)
    return row


def _refuse_foreign(inspection: Inspection, unit: Organisation | None) -> None:
    if unit is not None and not inspection.organisations.filter(pk=unit.pk).exists():
        raise Refused(f"{unit}不是本次的被督查单位，请重新选择")


@transaction.atomic
def record_finding(
    inspection: Inspection, seen: Observation, *, uploads: Sequence[UploadedFile], actor: User
) -> Finding:
    """Record a finding with at least one piece of evidence; the unit reads both once it is fed back."""
    hold_open(inspection, "record", actor=actor)
    _refuse_wrong(inspection, seen)
    if not uploads:
        raise Refused("请至少上传一份佐证：照片、截图、记录或文件")
    last = inspection.findings.aggregate(last=Max("position"))["last"] or 0
    row = Finding.objects.create(
        inspection=inspection, position=last + 1, recorded_by=actor, **seen.columns()
    )
    store_uploads(row, uploads, actor=actor)
    audit.record(
        row,
        "finding.record",
        actor=actor,
        changes={"title": row.title, "version": [0, 1]},
        organisation=row.organisation,
    )
    return row


def _refuse_wrong(inspection: Inspection, seen: Observation) -> None:
    if not all(text.strip() for text in (seen.title, seen.fact, seen.basis, seen.demand)):
        raise Refused("问题、事实、对照要求和整改要求都要填写")
    _refuse_foreign(inspection, seen.organisation)
    if seen.task_force.year != inspection.year:
        raise Refused(f"请选择{inspection.year}年度的专班")


@transaction.atomic
def amend_finding(
    finding: Finding,
    seen: Observation,
    *,
    version: int,
    uploads: Sequence[UploadedFile] = (),
    actor: User,
) -> Finding:
    """Word a finding anew before it is fed back, as read at `version`, and add evidence."""
    hold_open(finding.inspection, "record", actor=actor)
    _refuse_wrong(finding.inspection, seen)
    change_finding(finding, "amend", version=version, actor=actor, changes=seen.columns())
    store_uploads(finding, uploads, actor=actor)
    return finding


@transaction.atomic
def drop_finding(finding: Finding, *, version: int, note: str, actor: User) -> Finding:
    """Let a finding go that has not stood the test; its place in the numbering stays."""
    hold_open(finding.inspection, "record", actor=actor)
    return change_finding(finding, "drop", version=version, actor=actor, note=note)
