"""Clues handed to discipline inspection 线索移交: written, read and answered by those who need to know.

What reaches the audit trail and the inbox names neither the subject nor the facts
nor the inspection; every look is written down (《政府督查工作条例》 art. 23).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from indicators.models import Inspection, InspectionReferral
from portal.crypto import current_prefix, decrypt, encrypt, rewrap
from portal.errors import Refused
from portal.models import User
from portal.roles import Role
from portal.selectors.settings import setting
from portal.services import audit
from portal.services.notices import notify

FACTS, OUTCOME = "indicators.inspectionreferral.facts", "indicators.inspectionreferral.outcome"


@dataclass(frozen=True)
class Opened:
    """A referral in plain words, for the page of somebody who may read it."""

    referral: InspectionReferral
    facts: str
    outcome: str


@transaction.atomic
def refer_clue(
    inspection: Inspection, *, facts: str, readers: Iterable[User], actor: User, today: date
) -> InspectionReferral:
    """Hand a clue over; whoever does so is always among its readers."""
    _require_inspector(actor)
    if not facts.strip():
        raise Refused("请填写线索情况")
    row = InspectionReferral.objects.create(
        inspection=inspection,
        token=secrets.token_urlsafe(18).replace("_", "-"),
        facts=encrypt(facts.strip(), FACTS),
        referred_to=str(setting("inspections.refer_to", on=today)),
        referred_on=today,
        made_by=actor,
    )
    row.readers.add(actor)
    audit.record(row, "referral.make", actor=actor)
    _let_read(row, readers, actor=actor)
    return row


def _require_inspector(actor: User) -> None:
    if not actor.is_active or not actor.has_role(Role.INSPECTOR):
        raise Refused("线索移交由督查人员办理，您没有此项权限")


def _require_reader(row: InspectionReferral, actor: User) -> None:
    if not InspectionReferral.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise Refused("该记录限制知悉，您没有此项权限")


def _let_read(row: InspectionReferral, readers: Iterable[User], *, actor: User) -> None:
    known = set(row.readers.values_list("pk", flat=True))
    fresh = [person for person in readers if person.pk not in known]
    strangers = [person.name for person in fresh if not person.has_role(Role.INSPECTOR)]
    if strangers:
        raise Refused(f"{'、'.join(strangers)}不是督查人员，不能列为知悉人员")
    row.readers.add(*fresh)
    for person in fresh:
        audit.record(row, "referral.share", actor=actor, changes={"username": person.username})
    notify(fresh, "有一份限制知悉的记录请您查阅", url=row.get_absolute_url(), event_key=f"referral:{row.pk}")


@transaction.atomic
def share_referral(row: InspectionReferral, *, readers: Iterable[User], actor: User) -> InspectionReferral:
    """Let further inspectors read it; those who can already are passed over."""
    _require_reader(row, actor)
    _let_read(row, list(readers), actor=actor)
    return row


@transaction.atomic
def open_referral(row: InspectionReferral, *, actor: User) -> Opened:
    """Return what it says, and write down that `actor` has looked."""
    _require_reader(row, actor)
    audit.record(row, "referral.view", actor=actor)
    outcome = decrypt(row.outcome, OUTCOME) if row.outcome else ""
    return Opened(row, decrypt(row.facts, FACTS), outcome)


@transaction.atomic
def answer_referral(row: InspectionReferral, *, outcome: str, actor: User, today: date) -> InspectionReferral:
    """Write down what came of it; once."""
    _require_reader(row, actor)
    if not outcome.strip():
        raise Refused("请填写办理结果")
    held = InspectionReferral.objects.filter(pk=row.pk, answered_on=None)
    if not held.update(outcome=encrypt(outcome.strip(), OUTCOME), answered_on=today):
        raise Refused("办理结果已登记，请刷新页面查看")
    row.refresh_from_db()
    audit.record(row, "referral.answer", actor=actor)
    return row


def rewrap_referrals(limit: int = 1000) -> int:
    """Seal up to `limit` values anew with the present key; return how many, 0 when none is left.

    A value that is replaced meanwhile stays as it is: its old text is part of the UPDATE.
    """
    count = 0
    for column, context in (("facts", FACTS), ("outcome", OUTCOME)):
        rows = InspectionReferral.objects.exclude(**{column: ""})
        rows = rows.exclude(**{f"{column}__startswith": current_prefix()})
        sealed = list(rows.order_by("pk").values_list("pk", column)[:limit])
        for pk, text in sealed:
            held = InspectionReferral.objects.filter(pk=pk, **{column: text})
            count += held.update(**{column: rewrap(text, context)})
    return count
