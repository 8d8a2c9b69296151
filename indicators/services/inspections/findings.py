"""A finding after it was fed back: answer, objection and review, the ledger, the re-check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F

from indicators.inspection_workflow import (
    InspectionState,
    last_day,
    why_not_object,
    why_not_recheck,
    why_not_rectify,
)
from indicators.models import (
    Finding,
    FindingRecheck,
    FindingReply,
    Inspection,
    InspectionPaper,
    WorkItem,
    WorkList,
)
from indicators.services.closing import fail_recheck
from indicators.services.inspections.papers import issue_paper
from indicators.services.inspections.writing import StepRefused, change_finding, tell
from indicators.services.items import create_item
from indicators.services.items.steps import people_of
from indicators.workflow import ItemState
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES, Role
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.files import store_uploads

PREFIX = "DC"
NOTE_LENGTH = 300
Kind, Outcome = FindingReply.Kind, FindingReply.Outcome


@transaction.atomic
def answer_finding(
    finding: Finding,
    *,
    version: int,
    text: str,
    uploads: Sequence[UploadedFile] = (),
    actor: User,
    today: date,
) -> Finding:
    """Let the unit accept a finding: why it came about and what will be done. Once."""
    change_finding(finding, "answer", version=version, actor=actor, note=text)
    reply = FindingReply.objects.create(
        finding=finding, kind=Kind.ANSWER, text=text.strip(), written_by=actor, written_on=today
    )
    store_uploads(reply, uploads, actor=actor)
    tell(
        finding,
        _inspectors_of(finding),
        f"{finding.organisation}已认领：{finding.title}",
        what="answer",
        actor=actor,
    )
    return finding


def _inspectors_of(finding: Finding) -> list[User]:
    return [member.user for member in finding.inspection.members.all()]


@transaction.atomic
def object_to_finding(
    finding: Finding,
    *,
    version: int,
    text: str,
    uploads: Sequence[UploadedFile] = (),
    actor: User,
    today: date,
) -> Finding:
    """Let the unit object within its days, the last one included (art. 17). Once.

    The review is due so many days after, by somebody who took no part in the inspection.
    """
    if why := why_not_object(finding.objection_until, today=today):
        raise StepRefused(why)
    change_finding(finding, "object", version=version, actor=actor, note=text)
    decide_by = last_day(today, number_setting("inspections.review_days", on=today))
    reply = FindingReply.objects.create(
        finding=finding,
        kind=Kind.OBJECTION,
        text=text.strip(),
        written_by=actor,
        written_on=today,
        decide_by=decide_by,
    )
    store_uploads(reply, uploads, actor=actor)
    members = {person.pk for person in _inspectors_of(finding)}
    reviewers = [
        person for person in User.objects.holding(Role.INSPECTOR, on=today) if person.pk not in members
    ]
    told = f"{finding.organisation}提出异议：{finding.title}，请于{decide_by.month}月{decide_by.day}日前复核"
    tell(finding, [*reviewers, *_inspectors_of(finding)], told, what="object", actor=actor)
    return finding


@transaction.atomic
def decide_objection(
    finding: Finding, *, version: int, revoke: bool, note: str, actor: User, today: date
) -> Finding:
    """Decide on an objection: maintain the finding or revoke it, and tell the unit why (art. 17)."""
    step, outcome = ("revoke", Outcome.REVOKED) if revoke else ("maintain", Outcome.MAINTAINED)
    changes = {"revoked_on": today} if revoke else {}
    change_finding(finding, step, version=version, actor=actor, note=note, changes=changes)
    FindingReply.objects.filter(finding=finding, kind=Kind.OBJECTION, outcome="").update(
        outcome=outcome, decision=note.strip()[:NOTE_LENGTH], decided_by=actor, decided_on=today
    )
    people = people_of([finding.organisation_id], UNIT_ROLES, today)
    text = f"异议复核{outcome.label}：{finding.title}。{note.strip()}"
    tell(finding, [*people, *_inspectors_of(finding)], text, what="decide", actor=actor)
    return finding


@transaction.atomic
def rectify_findings(
    inspection: Inspection,
    unit: Organisation,
    findings: Sequence[Finding],
    *,
    due_on: date,
    actor: User,
    today: date,
) -> InspectionPaper:
    """Enter findings of one unit in the ledger 督查发现 and issue the notice to put them right; all or nothing."""
    if not findings:
        raise Refused("请先勾选要列入台账的问题")
    if due_on <= today:
        raise Refused("整改时限应晚于今天，请重新选择")
    work_list = _list_of(inspection.year)
    for finding in findings:
        if finding.inspection_id != inspection.pk or finding.organisation_id != unit.pk:
            raise Refused(f"{finding}不是{unit}在本次督查中的问题，请去掉后再提交")
        if why := why_not_rectify(finding.state, finding.objection_until, today=today):
            raise Refused(f"问题{finding.position}：{why}")
        _enter(finding, work_list, due_on=due_on, actor=actor, today=today)
    kind = InspectionPaper.Kind.RECTIFY
    paper = issue_paper(
        inspection, kind, actor=actor, today=today, unit=unit, findings=findings, due_on=due_on
    )
    text = (
        f"{paper.number} {paper.label}：{len(findings)} 个问题，请于{due_on.month}月{due_on.day}日前整改到位"
    )
    people = people_of([unit.pk], UNIT_ROLES, today)
    tell(inspection, people, text, what=f"rectify:{paper.slug}", actor=actor)
    return paper


def _enter(finding: Finding, work_list: WorkList, *, due_on: date, actor: User, today: date) -> None:
    """Make the item and link it: the finding's own step is won first."""
    change_finding(finding, "rectify", version=finding.version, actor=actor, facts={"时限": due_on})
    item = create_item(
        work_list,
        actor=actor,
        today=today,
        task_force=finding.task_force,
        title=finding.title,
        target=finding.demand,
        measures=finding.fact,
        organisation=finding.organisation,
        start_on=today,
        due_on=due_on,
        is_important=finding.weight == Finding.Weight.GRAVE,
    )
    Finding.objects.filter(pk=finding.pk).update(item=item)
    finding.item = item


def _list_of(year: int) -> WorkList:
    """Return the year's list 督查发现, made when missing, locked until the items are written."""
    WorkList.objects.get_or_create(
        year=year,
        prefix=PREFIX,
        defaults={
            "source": WorkList.Source.INSPECTION,
            "kind": WorkList.Kind.PROBLEM,
            "title": f"{year}年度督查发现问题整改",
            "label": "督查发现问题",
            "order": 95,
        },
    )
    return WorkList.objects.select_for_update().get(year=year, prefix=PREFIX)


@transaction.atomic
def recheck_finding(
    finding: Finding,
    *,
    version: int,
    passed: bool,
    note: str,
    due_on: date | None = None,
    actor: User,
    today: date,
) -> Finding:
    """Enter a re-check: it was put right, or not; then a closed item is opened again with a new due date.

    An inspection that had ended goes on when one of its findings fails.
    """
    item = finding.item
    if why := why_not_recheck(item.state if item else None, passes=passed):
        raise StepRefused(why)
    step = "recheck_pass" if passed else "recheck_fail"
    changes = {"rectified_on": today if passed else None}
    change_finding(finding, step, version=version, actor=actor, note=note, changes=changes)
    FindingRecheck.objects.create(
        finding=finding, checked_on=today, passed=passed, note=note.strip()[:NOTE_LENGTH], checked_by=actor
    )
    if not passed:
        _open_again(finding, item, note=note, due_on=due_on, actor=actor, today=today)
    people = people_of([finding.organisation_id], UNIT_ROLES, today)
    text = f"复查{'合格' if passed else '不合格'}：{finding.title}。{note.strip()}"
    tell(finding, people, text, what=f"recheck:{finding.version}", actor=actor)
    return finding


def _open_again(
    finding: Finding, item: WorkItem | None, *, note: str, due_on: date | None, actor: User, today: date
) -> None:
    if item is not None and item.state == ItemState.CLOSED:
        if due_on is None:
            raise Refused("请填写新的整改时限")
        fail_recheck(item, actor=actor, today=today, note=note.strip()[:NOTE_LENGTH], due_on=due_on)
    ended = Inspection.objects.filter(pk=finding.inspection_id, state=InspectionState.CLOSED)
    if ended.update(state=InspectionState.CONCLUDED, closed_on=None, version=F("version") + 1):
        audit.record(
            finding.inspection, "inspection.reopen", actor=actor, note=f"问题{finding.position}复查不合格"
        )
