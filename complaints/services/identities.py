"""Who may learn who handed a case in: ask with a motive, be told yes or no, look on record.

The rule. The office looks at open cases with a reason, its head at secret ones too. A unit
that handles an open case looks with a reason; a unit that is complained about, or was given the
case masked, or handles a secret case, never does and cannot even ask. Everybody else asks the
office's head. Each look is a row nobody can change.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.models import Complaint, Identity, IdentityLook, IdentityRequest, Recusal
from complaints.sealing import Person, open_person
from complaints.services.history import AUDIENCE, clean, write_event
from complaints.services.steps import active_parts
from portal.errors import Refused
from portal.models import AuditEvent, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

State = IdentityRequest.State
MOST_LOOKS_A_DAY = 30
LONGEST_GRANT = timedelta(days=30)
ASKERS = OFFICE_ROLES | {Role.INSPECTOR}


def _handles_openly(case: Complaint, user: User) -> bool:
    """Tell whether the person's unit handles the case and may know whose it is."""
    if case.is_secret or not user.has_role(*UNIT_ROLES) or case.reported_id == user.organisation_id:
        return False
    own = [part for part in active_parts(case) if part.organisation_id == user.organisation_id]
    return bool(own) and not any(part.masked for part in own)


def may_look_directly(case: Complaint, user: User) -> bool:
    """Tell whether `user` may look without asking first."""
    if not Complaint.objects.visible_to(user).filter(pk=case.pk).exists():
        return False
    if user.has_role(Role.OFFICE_HEAD):
        return True
    if user.has_role(Role.OFFICE):
        return not case.is_secret
    return _handles_openly(case, user)


def may_ask(case: Complaint, user: User) -> bool:
    """Tell whether asking makes sense for `user`: units may look or may not, they never ask."""
    visible = Complaint.objects.visible_to(user).filter(pk=case.pk).exists()
    return visible and user.has_role(*ASKERS) and not may_look_directly(case, user)


def grant_in_force(case: Complaint, user: User, now: datetime) -> IdentityRequest | None:
    """Return the permission that `user` holds for `case` at `now`, if any."""
    return IdentityRequest.objects.filter(complaint=case, requested_by=user).in_force(now).first()


@transaction.atomic
def ask_identity(case: Complaint, *, actor: User, motive: str, now: datetime) -> IdentityRequest:
    """Ask the office's head to see who handed the case in."""
    if not may_ask(case, actor):
        raise Refused("您不能申请查看此件的来件人信息；确需联系来件人的，请由营商办转达")
    if not motive.strip():
        raise Refused("请写明查看来件人信息的用途")
    try:
        with transaction.atomic():
            row = IdentityRequest.objects.create(
                complaint=case, requested_by=actor, requested_at=now, motive=motive.strip()[:300]
            )
    except IntegrityError as error:
        raise Refused("您已申请查看此件，请等待审批结果") from error
    _record(case, "identity_ask", actor, clean(case, motive))
    heads = User.objects.holding(Role.OFFICE_HEAD, on=timezone.localdate(now))
    recused = set(Recusal.objects.filter(complaint=case, lifted_at=None).values_list("person", flat=True))
    notify(
        [person for person in heads if person.pk not in recused],
        f"{case.number} {actor.name}申请查看来件人信息，请审批",
        url=case.get_absolute_url(),
        event_key=f"identity:{row.pk}:ask",
    )
    return row


@transaction.atomic
def decide_identity_request(
    row: IdentityRequest, *, actor: User, granted: bool, reason: str, now: datetime, hours: int = 24
) -> IdentityRequest:
    """Grant for some hours, or refuse, with a reason that the asker sees; never one's own application."""
    if not actor.has_role(Role.OFFICE_HEAD) or row.requested_by_id == actor.pk:
        raise Refused("查看来件人信息由营商办主任审批，本人的申请由其他主任审批")
    if not IdentityRequest.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise Refused("您不能审批此件的申请")
    if not reason.strip():
        raise Refused("请写明审批意见，申请人会看到")
    expires = now + min(timedelta(hours=max(hours, 1)), LONGEST_GRANT)
    changed = IdentityRequest.objects.filter(pk=row.pk, state=State.REQUESTED).update(
        state=State.GRANTED if granted else State.REFUSED,
        decided_by=actor,
        decided_at=now,
        reason=reason.strip()[:300],
        expires_at=expires if granted else None,
    )
    if not changed:
        raise Refused("该申请已经审批，请刷新页面查看")
    row.refresh_from_db()
    words = "同意" if granted else "不同意"
    _record(row.complaint, "identity_decide", actor, clean(row.complaint, f"{words}：{reason}"))
    notify(
        [row.requested_by],
        f"{row.complaint.number} 来件人信息查看申请：{words}。{clean(row.complaint, reason)}",
        url=row.complaint.get_absolute_url(),
        event_key=f"identity:{row.pk}:decided",
    )
    return row


@transaction.atomic
def look_at_identity(case: Complaint, *, actor: User, reason: str, now: datetime) -> Person:
    """Return who handed the case in, and write down who looked and why; at most thirty looks a day."""
    grant = grant_in_force(case, actor, now)
    visible = Complaint.objects.visible_to(actor).filter(pk=case.pk).exists()
    if not visible or (grant is None and not may_look_directly(case, actor)):
        raise Refused("您不能查看此件的来件人信息")
    if not reason.strip():
        raise Refused("请写明查看用途，每次查看都会留痕")
    # The person's row is locked, so that parallel looks are counted one after the other.
    User.objects.select_for_update().only("pk").get(pk=actor.pk)
    looks = IdentityLook.objects.filter(person=actor, at__gt=now - timedelta(days=1)).count()
    if looks >= MOST_LOOKS_A_DAY:
        raise Refused(f"24 小时内最多查看 {MOST_LOOKS_A_DAY} 次来件人信息，请明天再查看")
    identity = Identity.objects.filter(complaint=case).first()
    if identity is None:
        raise Refused("此件为匿名反映，没有来件人信息")
    if identity.erased_at is not None:
        raise Refused("来件人信息已按保存期限删除")
    said = clean(case, reason)
    IdentityLook.objects.create(complaint=case, person=actor, request=grant, reason=said[:300], at=now)
    _record(case, "identity_look", actor, said)
    return open_person(identity)


def _record(case: Complaint, action: str, actor: User, note: str) -> AuditEvent:
    write_event(case, action, actor=actor, text=note, audience=AUDIENCE.OFFICE)
    return audit.record(case, f"complaint.{action}", actor=actor, note=note)


@transaction.atomic
def recuse(case: Complaint, person: User, *, actor: User, reason: str, now: datetime) -> Recusal:
    """Keep somebody with an interest away from a case 回避: himself, or by order of the office's head."""
    if actor.pk != person.pk and not actor.has_role(Role.OFFICE_HEAD):
        raise Refused("本人可以申请回避；责令他人回避由营商办主任决定")
    if not Complaint.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise Refused("您不能办理此件")
    if not reason.strip():
        raise Refused("请写明回避理由")
    try:
        with transaction.atomic():
            row = Recusal.objects.create(
                complaint=case, person=person, reason=clean(case, reason)[:300], ordered_by=actor, at=now
            )
    except IntegrityError as error:
        raise Refused(f"{person.name}已回避此件") from error
    _record(case, "recuse", actor, f"{person.name}回避")
    return row


@transaction.atomic
def lift_recusal(row: Recusal, *, actor: User, now: datetime) -> None:
    """Let somebody back to a case; by the office's head, never by himself."""
    if not actor.has_role(Role.OFFICE_HEAD) or actor.pk == row.person_id:
        raise Refused("解除回避由营商办主任决定")
    if not Recusal.objects.filter(pk=row.pk, lifted_at=None).update(lifted_at=now, lifted_by=actor):
        raise Refused("回避已经解除，请刷新页面")
    _record(row.complaint, "recusal_lifted", actor, f"{row.person.name}解除回避")
