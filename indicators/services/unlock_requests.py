"""A unit asks for a locked month to be opened to it; the office grants it for a time or refuses with a reason."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from indicators.models import MonthUnlock, ProgressReport, ReportingMonth, UnlockRequest
from indicators.selectors.months import is_open_for
from indicators.services.months import REASON_LENGTH, people_by_unit, unlock_month
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

State = UnlockRequest.State


@transaction.atomic
def request_unlock(month: ReportingMonth, *, reason: str, actor: User, today: date) -> UnlockRequest:
    """Ask for a locked month to be opened to the person's unit; the office is told.

    A second call while the first one waits returns that one. Raises Refused.
    """
    unit = actor.organisation
    if not actor.has_role(*UNIT_ROLES):
        raise Refused("由填报单位的联络员或者负责人申请解锁，您没有此项权限")
    reason = _checked(reason, "请写明申请解锁的理由")
    if not ProgressReport.objects.filter(month=month.month, organisation=unit).exists():
        raise Refused(f"{unit}在{month}没有应报事项，无需解锁")
    if is_open_for(month, unit, today=today):
        raise Refused(f"{month}月报现在可以直接填报，无需申请解锁")
    waiting = UnlockRequest.objects.filter(month=month, organisation=unit).open()
    if (known := waiting.first()) is not None:
        return known
    try:
        with transaction.atomic():
            row = UnlockRequest.objects.create(
                month=month,
                organisation=unit,
                reason=reason,
                requested_by=actor,
                requested_at=timezone.now(),
            )
    except IntegrityError:
        # A colleague asked at the same moment: theirs is the one.
        return waiting.get()
    audit.record(month, "month.request_unlock", actor=actor, organisation=unit, note=reason)
    notify(
        list(User.objects.holding(*OFFICE_ROLES, on=today)),
        f"{row}。理由：{reason}",
        url=row.get_absolute_url(),
        event_key=f"month.request_unlock:{row.pk}",
    )
    return row


@transaction.atomic
def grant_unlock(request: UnlockRequest, *, until: date, actor: User, today: date) -> MonthUnlock:
    """Open the month to the unit until a day (included), for the reason it gave.

    Of two people who decide at once exactly one succeeds. Raises Refused.
    """
    _decide(request, State.GRANTED, actor)
    return unlock_month(
        request.month, request.organisation, until=until, reason=request.reason, actor=actor, today=today
    )


@transaction.atomic
def refuse_unlock(request: UnlockRequest, *, note: str, actor: User, today: date) -> None:
    """Refuse with a reason that the unit's liaisons are told. Of two people exactly one succeeds."""
    note = _checked(note, "不同意解锁须写明原因，请填写后再提交")
    _decide(request, State.REFUSED, actor, note)
    unit = request.organisation
    audit.record(request.month, "month.refuse_unlock", actor=actor, organisation=unit, note=note)
    liaisons = people_by_unit([unit], Role.LIAISON, today=today)[unit.pk]
    notify(
        list({person.pk: person for person in (*liaisons, request.requested_by)}.values()),
        f"未同意解锁{request.month}月报：{note}",
        url=request.month.entry_url,
        event_key=f"month.refuse_unlock:{request.pk}",
    )


def _decide(request: UnlockRequest, state: State, actor: User, note: str = "") -> None:
    """Decide the request if it still waits. The expected state is part of the UPDATE."""
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("解锁申请由营商办办理，您没有此项权限")
    held = UnlockRequest.objects.filter(pk=request.pk).open()
    if not held.update(state=state, decided_by=actor, decided_at=timezone.now(), note=note):
        now = UnlockRequest.objects.select_related("decided_by").get(pk=request.pk)
        raise Refused(f"该申请{now.get_state_display()}，已由{now.decided_by}办理，请刷新页面查看")


def _checked(text: str, asked: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(asked)
    if len(text) > REASON_LENGTH:
        raise Refused(f"不超过 {REASON_LENGTH} 字，现有 {len(text)} 字，请压缩")
    return text
