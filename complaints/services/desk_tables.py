"""What the office keeps for the intake: QR points and their scans, time limits, standard replies, surveys."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter

from django.db import IntegrityError, transaction
from django.db.models import F

from complaints.kinds import CaseType
from complaints.limits import LimitKind, LimitStep, LimitUnit
from complaints.models import (
    Complaint,
    IntakePoint,
    IntakeScan,
    QuestionnaireResult,
    QuestionnaireWave,
    StandardReply,
    TimeLimit,
)
from complaints.query_codes import ALPHABET
from portal.errors import Conflict, Refused
from portal.models import Enterprise, Organisation, Topic, User
from portal.roles import OFFICE_ROLES
from portal.services import audit

POINT_CODE_LENGTH = 10
# The fields that a standard reply may contain, and the columns they stand for.
REPLY_FIELDS = {"编号": "number", "单位": "lead", "受理日期": "accepted_on", "办理时限": "handle_due_on"}


def _office_only(actor: User, what: str) -> None:
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused(f"{what}由营商办维护，您没有此项权限")


@transaction.atomic
def create_point(
    *,
    actor: User,
    name: str,
    kind: IntakePoint.Kind,
    organisation: Organisation | None = None,
    enterprise: Enterprise | None = None,
    place: str = "",
) -> IntakePoint:
    """Make a QR point; its code is random, so that the codes of other points can't be guessed from it."""
    _office_only(actor, "扫码点位")
    if not name.strip():
        raise Refused("请填写点位名称")
    if kind == IntakePoint.Kind.ENTERPRISE and enterprise is None:
        raise Refused("一企一码须选择企业")
    code = "".join(secrets.choice(ALPHABET) for _ in range(POINT_CODE_LENGTH)).lower()
    row = IntakePoint.objects.create(
        code=code,
        name=name.strip(),
        kind=kind,
        organisation=organisation,
        enterprise=enterprise,
        place=place.strip(),
        created_by=actor,
    )
    audit.record(row, "point.create", actor=actor, organisation=organisation)
    return row


@transaction.atomic
def rename_point(row: IntakePoint, *, actor: User, name: str, place: str, version: int) -> IntakePoint:
    """Give the point that had `version` another name and place; its code, and so the printed sheets, go on working.

    The same words again change nothing. Raises `Conflict` where somebody was faster.
    """
    _office_only(actor, "扫码点位")
    words = {"name": name.strip(), "place": place.strip()}
    if not words["name"]:
        raise Refused("请填写点位名称")
    before = {column: getattr(row, column) for column in words}
    fresh = {column: value for column, value in words.items() if before[column] != value}
    if not fresh and row.version == version:
        return row
    held = IntakePoint.objects.filter(pk=row.pk, version=version)
    if not held.update(version=F("version") + 1, **fresh):
        raise Conflict("该点位刚被他人修改，请核对后再保存")
    changes = {column: [before[column], value] for column, value in fresh.items()}
    row.refresh_from_db()
    audit.record(row, "point.update", actor=actor, changes=changes, organisation=row.organisation)
    return row


@transaction.atomic
def switch_point(row: IntakePoint, *, actor: User, active: bool) -> IntakePoint:
    """Enable or disable a point; what came in through it stays."""
    _office_only(actor, "扫码点位")
    if IntakePoint.objects.filter(pk=row.pk, is_active=not active).update(
        is_active=active, version=F("version") + 1
    ):
        audit.record(row, "point.switch", actor=actor, changes={"is_active": [not active, active]})
    row.refresh_from_db()
    return row


def count_scan(point: IntakePoint, *, today: date) -> None:
    """Count one opening of a point's code; nothing is kept about who opened it."""
    counter = IntakeScan.objects.filter(point=point, on=today)
    if counter.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            IntakeScan.objects.create(point=point, on=today, count=1)
    except IntegrityError:
        counter.update(count=F("count") + 1)


@dataclass(frozen=True)
class NewLimit:
    """A limit as the office lays it down."""

    kind: LimitKind
    step: LimitStep
    amount: int
    unit: LimitUnit
    source: str
    valid_from: date


@transaction.atomic
def set_time_limit(new: NewLimit, *, actor: User, today: date) -> TimeLimit:
    """Lay down a limit from a day on; running cases keep the one that held when their step began.

    The row that held until then ends the day before. A second call with the same
    values and day adds nothing.
    """
    _office_only(actor, "办理时限")
    if new.valid_from < today:
        raise Refused("生效日期不能早于今天：已开始计算的时限不变")
    if not new.source.strip():
        raise Refused("请写明时限的依据")
    if not 1 <= new.amount <= 366:
        raise Refused("时限应在 1 到 366 之间")
    same = TimeLimit.objects.filter(kind=new.kind, step=new.step, valid_from=new.valid_from)
    if (row := same.filter(amount=new.amount, unit=new.unit).first()) is not None:
        return row
    if same.exists():
        raise Refused("该日起已有一条同类时限，请换一个生效日期")
    TimeLimit.objects.filter(
        kind=new.kind, step=new.step, valid_from__lt=new.valid_from, valid_to=None
    ).update(valid_to=new.valid_from - timedelta(days=1))
    row = TimeLimit.objects.create(
        kind=new.kind,
        step=new.step,
        amount=new.amount,
        unit=new.unit,
        source=new.source.strip()[:120],
        valid_from=new.valid_from,
        created_by=actor,
    )
    audit.record(row, "time_limit.set", actor=actor, changes={"时限": str(row), "生效日期": new.valid_from})
    return row


@transaction.atomic
def save_standard_reply(
    row: StandardReply | None,
    *,
    actor: User,
    title: str,
    body: str,
    kind: CaseType | None = None,
    topic: Topic | None = None,
    version: int = 0,
) -> StandardReply:
    """Add a standard reply, or change the one that had `version`; its fields must be known ones."""
    _office_only(actor, "常用答复")
    if not title.strip() or not body.strip():
        raise Refused("请填写名称和正文")
    if unknown := sorted(_fields_in(body) - REPLY_FIELDS.keys()):
        raise Refused(f"不认识的字段：{'、'.join(unknown)}；可用 {'、'.join(REPLY_FIELDS)}")
    values = {"title": title.strip(), "body": body.strip(), "kind": kind or "", "topic": topic}
    try:
        with transaction.atomic():
            if row is None:
                row = StandardReply.objects.create(updated_by=actor, **values)
            elif not StandardReply.objects.filter(pk=row.pk, version=version).update(
                version=F("version") + 1, updated_by=actor, **values
            ):
                raise Conflict("该答复刚被他人修改，请核对后再保存")
    except IntegrityError as error:
        raise Refused("已有同名的常用答复，请换一个名称") from error
    row.refresh_from_db()
    audit.record(row, "standard_reply.save", actor=actor)
    return row


def _fields_in(body: str) -> set[str]:
    try:
        return {name for _text, name, _spec, _conversion in Formatter().parse(body) if name is not None}
    except ValueError as error:
        raise Refused("正文中的花括号不成对，请检查") from error


def filled(row: StandardReply, case: Complaint) -> str:
    """Return a standard reply with the case's own values in its fields; unknown ones show as "—"."""
    values = {label: str(getattr(case, column) or "—") for label, column in REPLY_FIELDS.items()}
    text: str = row.body
    for label, value in values.items():
        text = text.replace(f"{{{label}}}", value)
    return text


@dataclass(frozen=True)
class WaveNote:
    """A survey as it is written down."""

    code: str
    title: str
    start_on: date
    end_on: date
    sent: int
    answered: int
    method: str = ""
    source: str = ""


@transaction.atomic
def record_wave(
    note: WaveNote, results: Mapping[Organisation, tuple[int, int, int, int]], *, actor: User
) -> QuestionnaireWave:
    """Keep a survey: by unit how many were satisfied, fairly, not, and how many could not tell.

    No unit may have more answers than the survey. The same code again replaces the results.
    """
    _office_only(actor, "满意度调查")
    if note.end_on < note.start_on:
        raise Refused("结束日期不能早于开始日期")
    if note.sent and note.answered > note.sent:
        raise Refused("有效问卷不能多于发放数")
    for unit, counts in results.items():
        if sum(counts) > note.answered:
            raise Refused(f"{unit}的答卷合计 {sum(counts)} 份，多于有效问卷 {note.answered} 份")
    wave, _created = QuestionnaireWave.objects.update_or_create(
        code=note.code,
        defaults={
            "title": note.title,
            "start_on": note.start_on,
            "end_on": note.end_on,
            "sent": note.sent,
            "answered": note.answered,
            "method": note.method,
            "source": note.source,
            "recorded_by": actor,
        },
    )
    wave.results.all().delete()
    QuestionnaireResult.objects.bulk_create(
        QuestionnaireResult(
            wave=wave, organisation=unit, very=very, fairly=fairly, unsatisfied=unsatisfied, unknown=unknown
        )
        for unit, (very, fairly, unsatisfied, unknown) in results.items()
    )
    audit.record(wave, "survey.record", actor=actor, changes={"count": note.answered})
    return wave
