"""Send the provisional result to the units, take it back, publish and freeze it."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.errors import Refused
from portal.models import User
from portal.roles import Role
from portal.services import audit
from portal.services.notices import notify
from reports.models import Assessment, Objection, Result
from reports.paper.assessment import assessment_document
from reports.selectors.assessments import result_row
from reports.services.assessments.steps import require, take
from reports.services.papers import render_files
from reports.workflow import ASSESSMENT_STEPS

UNIT_PEOPLE = (Role.LIAISON, Role.UNIT_HEAD)


@transaction.atomic
def open_assessment(
    assessment: Assessment, until: date, *, actor: User, today: date, now: datetime | None = None
) -> Assessment:
    """Show each unit its own result and take objections up to and including `until`."""
    if until < today:
        raise Refused("异议截止日期不能早于今天")
    now = now or timezone.now()
    take(assessment, "open", actor=actor, objections_until=until, opened_by=actor, opened_at=now)
    changes = {"state": ["draft", "provisional"], "objections_until": until}
    audit.record(assessment, "assessment.open", actor=actor, changes=changes)
    judged = Result.objects.filter(assessment=assessment).values("organisation")
    notify(
        User.objects.holding(*UNIT_PEOPLE, on=today).filter(organisation__in=judged),
        f"{assessment}结果请核对，有异议的于{until.month}月{until.day}日前提出",
        url=assessment.get_absolute_url(),
        event_key=f"assessment.open:{assessment.pk}:{assessment.version}",
    )
    return assessment


@transaction.atomic
def reopen_assessment(assessment: Assessment, note: str, *, actor: User) -> Assessment:
    """Take a provisional result back for a new evaluation; objections stay."""
    if not note.strip():
        raise Refused("退回测算须写明理由，请填写后再提交")
    take(assessment, "reopen", actor=actor)
    changes = {"state": ["provisional", "draft"]}
    audit.record(assessment, "assessment.reopen", actor=actor, changes=changes, note=note.strip())
    return assessment


@transaction.atomic
def publish_assessment(
    assessment: Assessment, *, actor: User, today: date, now: datetime | None = None
) -> Assessment:
    """Publish and freeze: the table, the lines, the objections' decisions and the files, with one hash.

    Refused while the units may still object, while an objection is undecided, and
    to the person who sent the result out. Of two people at once exactly one succeeds.
    """
    require(ASSESSMENT_STEPS["publish"], actor)
    row = Assessment.objects.select_related("rules").get(pk=assessment.pk)
    row.version = assessment.version
    if row.state == Assessment.State.PROVISIONAL:
        _refuse_early(row, actor, today)
    now = now or timezone.now()
    results = list(Result.objects.filter(assessment=row).select_related("organisation"))
    table = [result_row(one) for one in results]
    docx, pdf = render_files(assessment_document(row, table, _office(), timezone.localdate(now)))
    row.table = table
    fields = {
        "table": table,
        "docx": docx,
        "pdf": pdf.content,
        "published_by": actor,
        "published_at": now,
        "content_hash": hash_of(row, results, docx, pdf.content),
    }
    take(row, "publish", actor=actor, **fields)
    Result.objects.filter(assessment=row).update(frozen_at=now)
    changes = {"state": ["provisional", "published"], "content_hash": row.content_hash}
    audit.record(row, "assessment.publish", actor=actor, changes=changes)
    notify(
        User.objects.holding(*UNIT_PEOPLE, on=today),
        f"{row}结果已公布，请查阅",
        url=row.get_absolute_url(),
        event_key=f"assessment.publish:{row.pk}",
    )
    assessment.refresh_from_db()
    return assessment


def _refuse_early(row: Assessment, actor: User, today: date) -> None:
    if row.opened_by_id == actor.pk:
        raise Refused("送单位核对的人不能公布本人送出的结果，请由另一位负责同志公布")
    if row.objections_until is not None and today <= row.objections_until:
        until = row.objections_until
        raise Refused(f"单位核对到{until.month}月{until.day}日为止，期满后才能公布")
    pending = Objection.objects.filter(assessment=row, state=Objection.State.PENDING).count()
    if pending:
        raise Refused(f"还有 {pending} 件异议没有处理，全部处理后才能公布")


def _office() -> str:
    return f"{settings.COUNTY_NAME}优化营商环境工作领导小组办公室"


def hash_of(row: Assessment, results: list[Result], docx: bytes, pdf: bytes) -> str:
    """Return SHA-256 over the canonical JSON of the result, its evidence and decisions, the files by digest."""
    decided = Objection.objects.filter(assessment=row).order_by("number")
    parts = {
        "year": row.year,
        "month": f"{row.month:%Y-%m}",
        "rules": row.rules.rules,
        "table": row.table,
        "lines": {one.organisation.code: one.lines for one in results},
        "objections": [[one.number, one.identities, one.text, one.state, one.decision] for one in decided],
        "docx": hashlib.sha256(docx).hexdigest(),
        "pdf": hashlib.sha256(pdf).hexdigest(),
    }
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
