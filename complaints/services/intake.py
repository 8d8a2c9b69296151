"""Take a case in: from the public, the desk, another programme, a visit or an observer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from complaints.kinds import CaseType, Channel, Clock, ProblemKind, Secrecy, Urgency, default_secrecy
from complaints.masking import mask_text, neutral_file_name
from complaints.models import Complaint, Enclosure, Gathering, IntakePoint, Submission, Visit
from complaints.query_codes import new_code
from complaints.sealing import RECEIPT, UNKNOWN, Person, code_digest, known_from, seal_person
from complaints.services.clocks import dates_of, load_clocks
from complaints.services.history import write_event
from complaints.services.steps import office_people, owe_notices
from complaints.workflow import CaseState
from portal import crypto
from portal.errors import Conflict, Refused
from portal.file_kinds import clean_name, extension_of
from portal.models import Enterprise, Organisation, Topic, User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.files import store_upload
from portal.services.numbers import take_number

SERIES = "complaints"
TITLE_LENGTH = 120
TEXT_LENGTH = 10_000
WISHES_LENGTH = 2_000
RECEIPT_KEPT = timedelta(hours=24)
# Who may write a case down: the office any, others what belongs to their part of the work.
VISITORS = frozenset({Role.CHIEF, Role.LEADER, Role.LIAISON, Role.UNIT_HEAD, Role.INSPECTOR})
VISIT_CHANNELS = frozenset({Channel.VISIT, Channel.ROUNDTABLE})


@dataclass(frozen=True)
class Entry:
    """What a case says when it is taken in. `secrecy` empty: as its type has it."""

    channel: Channel
    kind: CaseType
    title: str
    text: str
    wishes: str = ""
    problem_kind: ProblemKind = ProblemKind.OTHER
    clock: Clock = Clock.ORDINARY
    urgency: Urgency = Urgency.NORMAL
    secrecy: str = ""
    topic: Topic | None = None
    enterprise: Enterprise | None = None
    town: Organisation | None = None
    reported: Organisation | None = None
    intake_point: IntakePoint | None = None
    external_number: str = ""
    visit: Visit | None = None
    gathering: Gathering | None = None
    person: Person = UNKNOWN
    consented: bool = False


@dataclass(frozen=True)
class Registered:
    """The case and its query code, which is shown once; `is_new` is False where it had been handed in before."""

    complaint: Complaint
    code: str
    is_new: bool = True


@transaction.atomic
def register_complaint(
    entry: Entry,
    *,
    actor: User | None,
    now: datetime,
    uploads: Sequence[UploadedFile] = (),
    source: str = "",
    key: str = "",
    tells: bool = True,
) -> Registered:
    """Register a case 登记: number, query code, sealed identity, text without identity, time limits, files.

    `actor` None is the public. `source` and `key` name what another programme or a
    form hands in: the same twice makes one case and gives the same code for a day,
    the same key with another content raises `Conflict`. Who registers many tells the
    office once himself: not `tells`. All or nothing.
    """
    _check_right(entry, actor)
    _check_entry(entry)
    if key:
        known = _handed_in(source, key, _digests(entry))
        if known is not None:
            return known
    code = new_code()
    case = _make(entry, actor=actor, now=now, code=code)
    identity = seal_person(case, entry.person, consented_at=now if entry.consented else None)
    if uploads:
        enclose(case, uploads, side=Enclosure.Side.REPORTER, actor=actor)
    if key and (other := _keep_key(case, source, key, _digests(entry)[0], code, now)) is not None:
        raise other
    _write_down(case, actor, named=identity is not None, files=len(uploads))
    if tells:
        people = office_people(timezone.localdate(now), case, Role.OFFICE)
        owe_notices(case, "新诉求待受理", people=people, actor=actor)
    return Registered(case, code)


def _write_down(case: Complaint, actor: User | None, *, named: bool, files: int) -> None:
    """Write the registration into the history and the audit trail."""
    # Units read the history: an observer stands in it as whoever handed the case in, without a name.
    write_event(
        case,
        "register",
        actor=None if case.channel == Channel.OBSERVER else actor,
        target=case.state,
        public_text="您的诉求已登记，我们将尽快审查",
    )
    audit.record(
        case,
        "complaint.register",
        actor=actor,
        changes={
            "渠道": case.get_channel_display(),
            "类型": case.get_kind_display(),
            "公开程度": case.get_secrecy_display(),
            "实名": named,
            "file": files,
        },
    )


def _check_right(entry: Entry, actor: User | None) -> None:
    if actor is None or actor.has_role(*OFFICE_ROLES):
        return
    if entry.channel == Channel.OBSERVER and actor.has_role(Role.OBSERVER):
        return
    if entry.channel in VISIT_CHANNELS and actor.has_role(*VISITORS):
        return
    raise Refused("登记诉求由营商办办理；走访、座谈收集的诉求请在走访记录中登记，监督员请通过线索登记")


def _check_entry(entry: Entry) -> None:
    if not entry.title.strip():
        raise Refused("请填写标题，用一句话说明要反映什么")
    if not entry.text.strip():
        raise Refused("请填写内容：什么时间、什么地点、什么事、涉及哪个单位")
    for label, text, most in (
        ("标题", entry.title, TITLE_LENGTH),
        ("内容", entry.text, TEXT_LENGTH),
        ("诉求", entry.wishes, WISHES_LENGTH),
    ):
        if len(text) > most:
            raise Refused(f"{label}最多 {most} 字，现有 {len(text)} 字，请精简或把详细材料作为附件上传")
    if entry.intake_point is not None and not entry.intake_point.is_active:
        raise Refused("该二维码已停用，请通过网页或拨打 12345 反映")
    if not entry.person.is_empty and not entry.consented and entry.channel in {Channel.QR, Channel.WEB}:
        raise Refused("提交姓名、电话等信息前，请先阅读并同意个人信息告知书；也可以选择匿名提交")


def _make(entry: Entry, *, actor: User | None, now: datetime, code: str) -> Complaint:
    year = timezone.localdate(now).year
    case = Complaint(
        number=f"SQ{year}{take_number(SERIES, year):06d}",
        is_anonymous=entry.person.is_empty,
        secrecy=Secrecy(entry.secrecy) if entry.secrecy else default_secrecy(entry.kind),
        reporter=actor if entry.channel == Channel.OBSERVER else None,
        registered_by=actor,
        received_at=now,
        registered_on=timezone.localdate(now),
        query_digest=code_digest(code),
        state=CaseState.REGISTERED,
        **_columns(entry),
    )
    if case.town is None and entry.enterprise is not None:
        case.town = entry.enterprise.town
    _share(case, entry)
    facts = {field.name: getattr(case, field.name) for field in case._meta.concrete_fields}
    for name, value in dates_of(facts, load_clocks()).items():
        setattr(case, name, value)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if entry.external_number and _same_external(entry):
            raise Refused(f"来源编号 {entry.external_number} 已经登记过，请在列表中查找") from error
        raise
    return case


_OWN = frozenset({"person", "consented", "secrecy", "title", "text", "wishes"})


def _columns(entry: Entry) -> dict[str, object]:
    values = {column.name: getattr(entry, column.name) for column in fields(entry) if column.name not in _OWN}
    texts = {name: getattr(entry, name).strip() for name in ("title", "text", "wishes")}
    return values | texts


def _share(case: Complaint, entry: Entry) -> None:
    """Fill in what units read where they must not learn who handed the case in."""
    known = known_from(entry.person, enterprise=entry.enterprise.name if entry.enterprise else "")
    for name in ("title", "text", "wishes"):
        setattr(case, f"shared_{name}", mask_text(getattr(case, name), known))
    case.shared_title = case.shared_title[:TITLE_LENGTH]


def _same_external(entry: Entry) -> bool:
    return Complaint.objects.filter(channel=entry.channel, external_number=entry.external_number).exists()


def _digests(entry: Entry) -> list[str]:
    """Return the digest of what was handed in under every key, the present one first.

    The person's words stand in it, so it is not a plain hash.
    """
    parts = {}
    for column in fields(entry):
        value = getattr(entry, column.name)
        if isinstance(value, Person):
            value = [value.name, value.phone, value.company, value.address]
        parts[column.name] = value.pk if isinstance(value, models.Model) else value
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return crypto.blind_indexes(hashlib.sha256(text.encode()).hexdigest(), RECEIPT)


def _handed_in(source: str, key: str, digests: Sequence[str]) -> Registered | None:
    row = Submission.objects.select_related("complaint").filter(source=source, key=key).first()
    if row is None:
        return None
    if row.digest not in digests:
        raise Conflict("同一提交标识已用于另一内容，请刷新页面后重新填写提交")
    code = crypto.decrypt(row.receipt, RECEIPT) if row.receipt else ""
    return Registered(row.complaint, code, is_new=False)


def _keep_key(
    case: Complaint, source: str, key: str, digest: str, code: str, now: datetime
) -> Refused | None:
    """Keep the key; of two that arrive together the second is refused whole, and answers when repeated."""
    try:
        with transaction.atomic():
            Submission.objects.create(
                source=source,
                key=key,
                digest=digest,
                complaint=case,
                receipt=crypto.encrypt(code, RECEIPT),
                created_at=now,
            )
    except IntegrityError:
        return Conflict("该内容正在提交，请稍候片刻再试")
    return None


def enclose(
    case: Complaint,
    uploads: Sequence[UploadedFile],
    *,
    side: Enclosure.Side,
    actor: User | None,
    note: str = "",
) -> Enclosure:
    """Keep files of one side together; what a reporter hands in gets neutral names. All or nothing."""
    row = Enclosure.objects.create(
        complaint=case,
        side=side,
        organisation=actor.organisation if actor is not None and side == Enclosure.Side.UNIT else None,
        note=note,
        is_released=side != Enclosure.Side.REPORTER,
    )
    before = case.enclosures.filter(side=side).count() - 1
    for position, upload in enumerate(uploads, start=before * 10 + 1):
        if side == Enclosure.Side.REPORTER:
            upload.name = neutral_file_name(position, extension_of(clean_name(upload.name or "")))
        store_upload(row, upload, actor=actor)
    return row


def forget_receipts(now: datetime) -> int:
    """Erase the query codes kept for repeated calls after a day; return how many."""
    old = Submission.objects.filter(created_at__lt=now - RECEIPT_KEPT).exclude(receipt="")
    return old.update(receipt="")
