"""Pairing of people with enterprises 包联, visits, round-tables and campaigns; each demand becomes a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from complaints.kinds import Channel
from complaints.models import Gathering, Pairing, Visit
from complaints.services.intake import Entry, Registered, register_complaint
from portal.documents.numbers import printed_date
from portal.errors import Conflict, Refused
from portal.models import Enterprise, Organisation, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number

VISIT_SERIES = "complaints.visit"
GATHERING_SERIES = "complaints.gathering"
VISITORS = UNIT_ROLES | OFFICE_ROLES | {Role.CHIEF, Role.LEADER, Role.INSPECTOR}


@transaction.atomic
def start_pairing(person: User, enterprise: Enterprise, *, actor: User, since: date) -> Pairing:
    """Let `person` look after `enterprise` from the day `since` on."""
    _office_only(actor, "包联安排")
    try:
        with transaction.atomic():
            row = Pairing.objects.create(person=person, enterprise=enterprise, since=since, created_by=actor)
    except IntegrityError as error:
        raise Refused(f"{enterprise}已由{person.name}包联") from error
    audit.record(row, "pairing.start", actor=actor, organisation=person.organisation)
    notify(
        [person],
        f"请包联服务企业：{enterprise}",
        url=enterprise.get_absolute_url(),
        event_key=f"pairing:{row.pk}",
    )
    return row


@transaction.atomic
def end_pairing(row: Pairing, *, actor: User, until: date) -> Pairing:
    """End a pairing with the day `until`, included."""
    _office_only(actor, "包联安排")
    if until < row.since:
        raise Refused("结束日期不能早于开始日期")
    if not Pairing.objects.filter(pk=row.pk, until=None).update(until=until):
        raise Refused("该包联已经结束，请刷新页面")
    row.refresh_from_db()
    audit.record(row, "pairing.end", actor=actor, changes={"until": until})
    return row


def _office_only(actor: User, what: str) -> None:
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused(f"{what}由营商办办理，您没有此项权限")


@dataclass(frozen=True)
class VisitNote:
    """What a visit records; `visitor` None is the person who writes it down."""

    enterprise: Enterprise
    on: date
    visitor: User | None = None
    companions: str = ""
    place: str = ""
    situation: str = ""
    policies_told: str = ""


@dataclass(frozen=True)
class Recorded:
    """A visit or gathering, and the cases that its demands became."""

    visit: Visit | None
    gathering: Gathering | None
    cases: tuple[Registered, ...]


@transaction.atomic
def record_visit(note: VisitNote, demands: Sequence[Entry], *, actor: User, now: datetime) -> Recorded:
    """Write a visit down with its demands, each registered as a case of the channel 走访. All or nothing.

    One visit of a person to an enterprise a day; the office may write down anybody's.
    """
    visitor = note.visitor or actor
    if not actor.is_active or not actor.has_role(*VISITORS):
        raise Refused("您没有登记走访的权限")
    if visitor.pk != actor.pk and not actor.has_role(*OFFICE_ROLES):
        raise Refused("只能登记本人的走访；他人的走访由本人或营商办登记")
    today = timezone.localdate(now)
    if note.on > today:
        raise Refused("走访日期不能晚于今天")
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                number=f"ZF{note.on.year}{take_number(VISIT_SERIES, note.on.year):05d}",
                enterprise=note.enterprise,
                visitor=visitor,
                on=note.on,
                companions=note.companions.strip(),
                place=note.place.strip(),
                situation=note.situation.strip(),
                policies_told=note.policies_told.strip(),
                has_demands=bool(demands),
                recorded_by=actor,
                recorded_at=now,
            )
    except IntegrityError as error:
        raise Refused(
            f"{visitor.name}{printed_date(note.on)}对{note.enterprise}的走访已登记，请在原记录上补充"
        ) from error
    audit.record(visit, "visit.record", actor=actor, changes={"count": len(demands)})
    return Recorded(visit, None, add_demands(visit, demands, actor=actor, now=now))


def add_demands(
    source: Visit | Gathering, demands: Iterable[Entry], *, actor: User, now: datetime
) -> tuple[Registered, ...]:
    """Register each demand heard at a visit or gathering as a case."""
    made = []
    for entry in demands:
        if isinstance(source, Visit):
            full = replace(
                entry, channel=Channel.VISIT, visit=source, enterprise=entry.enterprise or source.enterprise
            )
        else:
            full = replace(entry, channel=Channel.ROUNDTABLE, gathering=source)
        made.append(register_complaint(full, actor=actor, now=now))
    return tuple(made)


@transaction.atomic
def add_visit_demands(
    visit: Visit, demands: Sequence[Entry], *, actor: User, now: datetime
) -> tuple[Registered, ...]:
    """Add demands to a visit that was written down before, by its visitor or the office."""
    if actor.pk != visit.visitor_id and not actor.has_role(*OFFICE_ROLES):
        raise Refused("只能补充本人走访的诉求")
    Visit.objects.filter(pk=visit.pk).update(has_demands=True, version=F("version") + 1)
    visit.refresh_from_db()
    return add_demands(visit, demands, actor=actor, now=now)


@transaction.atomic
def update_visit(visit: Visit, *, actor: User, version: int, values: dict[str, str]) -> Visit:
    """Correct the texts of a visit, by its visitor or the office; raises `Conflict` when it was changed meanwhile."""
    if actor.pk != visit.visitor_id and not actor.has_role(*OFFICE_ROLES):
        raise Refused("只能修改本人的走访记录")
    allowed = {"companions", "place", "situation", "policies_told"}
    if wrong := values.keys() - allowed:
        raise Refused(f"不能修改：{'、'.join(sorted(wrong))}")
    if not Visit.objects.filter(pk=visit.pk, version=version).update(version=F("version") + 1, **values):
        raise Conflict("该走访记录刚被他人修改，请核对后再保存")
    visit.refresh_from_db()
    audit.record(visit, "visit.update", actor=actor, changes={"changed": "、".join(sorted(values))})
    return visit


@dataclass(frozen=True)
class GatheringNote:
    """What a round-table or campaign records."""

    kind: Gathering.Kind
    title: str
    start_on: date
    end_on: date
    host: Organisation
    place: str = ""
    chair: str = ""
    summary: str = ""
    enterprises: tuple[Enterprise, ...] = ()


@transaction.atomic
def record_gathering(
    note: GatheringNote, demands: Sequence[Entry], *, actor: User, now: datetime
) -> Recorded:
    """Write a round-table or campaign down with the demands heard; the office does it. All or nothing."""
    _office_only(actor, "政企活动登记")
    if not note.title.strip():
        raise Refused("请填写活动名称")
    if note.end_on < note.start_on:
        raise Refused("结束日期不能早于开始日期")
    year = note.start_on.year
    row = Gathering.objects.create(
        number=f"HD{year}{take_number(GATHERING_SERIES, year):04d}",
        kind=note.kind,
        title=note.title.strip(),
        start_on=note.start_on,
        end_on=note.end_on,
        host=note.host,
        place=note.place.strip(),
        chair=note.chair.strip(),
        summary=note.summary.strip(),
        recorded_by=actor,
    )
    row.enterprises.set(note.enterprises)
    audit.record(
        row, "gathering.record", actor=actor, changes={"count": len(demands)}, organisation=note.host
    )
    return Recorded(None, row, add_demands(row, demands, actor=actor, now=now))


@transaction.atomic
def add_gathering_demands(
    row: Gathering, demands: Sequence[Entry], *, actor: User, now: datetime
) -> tuple[Registered, ...]:
    """Add demands to a gathering that was written down before."""
    _office_only(actor, "政企活动登记")
    return add_demands(row, demands, actor=actor, now=now)
