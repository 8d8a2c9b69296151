"""Objections 异议: a unit questions evidence of its own result, the office decides with its reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number
from reports.models import Assessment, Objection, Result
from reports.selectors.assessments import waived_by_unit
from reports.services.assessments.evaluating import reckon_again
from reports.services.assessments.steps import touch
from reports.workflow import OBJECTION_STEPS, OBJECTORS, AssessmentState

TEXT_LENGTH = 500


@transaction.atomic
def make_objection(
    assessment: Assessment,
    identities: Collection[str],
    text: str,
    *,
    actor: User,
    today: date,
    now: datetime | None = None,
) -> Objection:
    """Object to evidence of the own unit's result, up to and including the last day of the check.

    A second objection to evidence that is under objection or was decided is refused.
    """
    row = _held_open(assessment, actor, today)
    if not text.strip():
        raise Refused("请写明异议理由")
    labels = _labels(row, actor, identities)
    objection = Objection.objects.create(
        assessment=row,
        organisation=actor.organisation,
        number=take_number("assessment.objection", row.year),
        identities=sorted(labels),
        labels=[labels[key] for key in sorted(labels)],
        text=text.strip()[:TEXT_LENGTH],
        made_by=actor,
        made_at=now or timezone.now(),
    )
    changes = {"evidence": objection.labels}
    audit.record(
        objection, "assessment.object", actor=actor, changes=changes, organisation=actor.organisation
    )
    notify(
        User.objects.holding(*OFFICE_ROLES, on=today),
        f"{actor.organisation}对{row}提出异议，请处理",
        url=row.get_absolute_url(),
        event_key=f"assessment.object:{objection.pk}",
    )
    return objection


def _held_open(assessment: Assessment, actor: User, today: date) -> Assessment:
    """Return the assessment, locked, while `actor` may still object to it."""
    if not actor.has_role(*OBJECTORS):
        raise Refused("异议由单位联络员或者负责人提出，您没有此项权限")
    touch(assessment)
    row = Assessment.objects.only("year", "state", "objections_until").get(pk=assessment.pk)
    until = row.objections_until
    if until is not None and today > until:
        raise Refused(f"异议已于{until.month}月{until.day}日截止，请与县营商办联系")
    return row


def _labels(assessment: Assessment, actor: User, identities: Collection[str]) -> dict[str, str]:
    """Return the chosen evidence with its names; it must count, and must not have been objected to before."""
    result = Result.objects.filter(assessment=assessment, organisation=actor.organisation_id).first()
    if result is None:
        raise Refused("本单位不在本年度考核范围内")
    counted = {
        one["identity"]: f"{line['label']}：{one['label']}"
        for line in result.lines
        for one in line["evidence"]
        if not one["why_not"]
    }
    chosen = set(identities)
    if not chosen:
        raise Refused("请勾选对哪些依据有异议")
    if chosen - set(counted):
        raise Refused("所选依据已不在计分明细中，请刷新页面后重新勾选")
    before = Objection.objects.filter(assessment=assessment, organisation=actor.organisation_id)
    already = {key for keys in before.values_list("identities", flat=True) for key in keys}
    if chosen & already:
        raise Refused("所选依据已经提出过异议，同一依据只能提一次；请只勾选其他依据")
    return {key: counted[key] for key in chosen}


@transaction.atomic
def decide_objection(
    objection: Objection, step: str, reason: str, *, actor: User, now: datetime | None = None
) -> Objection:
    """Uphold or reject an objection; upheld, its evidence no longer counts and the group is placed anew.

    Of two people deciding at once exactly one succeeds. The unit is told.
    """
    taken = OBJECTION_STEPS[step]
    if not actor.has_role(*taken.actors):
        raise Refused("异议由营商办处理，您没有此项权限")
    if not reason.strip():
        raise Refused("处理异议须写明理由，请填写后再提交")
    assessment = Assessment.objects.select_related("rules").get(pk=objection.assessment_id)
    _hold(assessment)
    fields = {
        "state": taken.target,
        "decision": reason.strip()[:TEXT_LENGTH],
        "decided_by": actor,
        "decided_at": now or timezone.now(),
    }
    if not Objection.objects.filter(pk=objection.pk, state__in=taken.sources).update(**fields):
        raise Refused("这件异议已由他人处理，请刷新页面查看")
    objection.refresh_from_db()
    changes: dict[str, object] = {"state": [Objection.State.PENDING, taken.target]}
    if objection.state == Objection.State.UPHELD:
        changes["total"] = _reckon(assessment, objection)
    unit = objection.organisation
    audit.record(
        objection, f"assessment.{step}", actor=actor, changes=changes, note=reason, organisation=unit
    )
    people = User.objects.holding(*UNIT_ROLES, on=timezone.localdate(objection.decided_at))
    notify(
        people.filter(organisation=unit),
        f"{assessment}：本单位{objection.number}号异议已处理，{objection.get_state_display()}",
        url=f"{assessment.get_absolute_url()}units/{unit.code}/",
        event_key=f"assessment.decide:{objection.pk}",
    )
    return objection


def _hold(assessment: Assessment) -> None:
    """Objections can also be decided after the result was taken back for a new evaluation."""
    if assessment.state == AssessmentState.PUBLISHED:
        raise Refused("考核结果已公布，不能再处理异议")
    if assessment.state == AssessmentState.PROVISIONAL:
        touch(assessment)


def _reckon(assessment: Assessment, objection: Objection) -> list[str] | None:
    """Return the unit's score before and after; None where it has no result to reckon."""
    before = Result.objects.filter(assessment=assessment, organisation=objection.organisation_id).first()
    if before is None:
        return None
    waived = waived_by_unit(assessment).get(objection.organisation_id, frozenset())
    after = reckon_again(assessment, objection.organisation_id, waived)
    return [str(before.total), str(after.total)]
