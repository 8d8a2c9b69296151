"""Supervision of a unit over a case 督办: proposed by a rule, signed or dismissed by the office's head."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.kinds import PaperKind
from complaints.models import Complaint, Escalation
from complaints.services.history import AUDIENCE, write_event
from complaints.services.papers import freeze_letter
from complaints.services.papers.wording import SERIES, printed_number
from complaints.services.steps import office_people, owe_notices, people_of
from complaints.workflow import EscalationRung
from portal.errors import Refused
from portal.models import User
from portal.roles import UNIT_ROLES, Role
from portal.selectors.calendar import load_calendar
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.numbers import take_number

State = Escalation.State


@transaction.atomic
def propose_escalation(
    case: Complaint, rung: EscalationRung, reason: str, *, occasion: str, now: datetime
) -> Escalation | None:
    """Propose once for each case, round, rung and occasion; None when it is there already."""
    if case.lead is None:
        return None
    key = f"{case.number}-{case.round}-{rung.value}-{occasion}".lower()
    try:
        with transaction.atomic():
            row = Escalation.objects.create(
                complaint=case,
                organisation=case.lead,
                rung=rung,
                occasion=key,
                reason=reason[:300],
                proposed_at=now,
            )
    except IntegrityError:
        return None
    write_event(case, "escalate", actor=None, text=f"建议{rung.label}：{reason}", audience=AUDIENCE.OFFICE)
    audit.record(case, "complaint.escalate", actor=None, note=reason, organisation=case.lead)
    heads = office_people(timezone.localdate(now), case, Role.OFFICE_HEAD)
    owe_notices(case, f"建议{rung.label}", people=heads, actor=None, key=f"escalate:{row.pk}")
    return row


@transaction.atomic
def issue_escalation(row: Escalation, *, actor: User, today: date) -> Escalation:
    """Sign the letter: it takes its number now, and the unit is told."""
    _check(row, actor)
    kind = PaperKind.SUPERVISE
    number = printed_number(kind, today.year, take_number(SERIES[kind], today.year))
    days = number_setting("letters.reply_workdays", on=today)
    changed = Escalation.objects.filter(pk=row.pk, state=State.PROPOSED).update(
        state=State.ISSUED,
        number=number,
        signed_by=actor,
        issued_on=today,
        reply_by=load_calendar().after(today, days).on,
    )
    if not changed:
        raise Refused("该督办已经处理，请刷新页面查看")
    row.refresh_from_db()
    case = row.complaint
    freeze_letter(row, actor=actor)
    Complaint.objects.filter(pk=case.pk).update(is_supervised=True)
    write_event(case, "escalation_issued", actor=actor, text=f"{number}：{row.reason}")
    audit.record(case, "complaint.escalation_issued", actor=actor, note=number, organisation=row.organisation)
    people = people_of([row.organisation_id], UNIT_ROLES, today, case)
    owe_notices(
        case, f"{number} {row.get_rung_display()}", people=people, actor=actor, key=f"issued:{row.pk}"
    )
    return row


@transaction.atomic
def dismiss_escalation(row: Escalation, *, actor: User, reason: str) -> Escalation:
    """Decide against a proposal, with the reason."""
    _check(row, actor)
    if not reason.strip():
        raise Refused("请写明不予督办的理由")
    changed = Escalation.objects.filter(pk=row.pk, state=State.PROPOSED).update(
        state=State.DISMISSED, dismissal_reason=reason.strip()[:300], signed_by=actor
    )
    if not changed:
        raise Refused("该督办已经处理，请刷新页面查看")
    row.refresh_from_db()
    write_event(row.complaint, "escalation_dismissed", actor=actor, audience=AUDIENCE.OFFICE)
    audit.record(row.complaint, "complaint.escalation_dismissed", actor=actor, note=row.dismissal_reason)
    return row


def _check(row: Escalation, actor: User) -> None:
    if not actor.has_role(Role.OFFICE_HEAD):
        raise Refused("督办由营商办主任签发，您没有此项权限")
    if not Escalation.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise Refused("您不能办理此件")
