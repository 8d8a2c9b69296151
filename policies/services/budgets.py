"""Budgets of items: set them, and warn when 70 and 90 % are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from policies.amounts.money import shown
from policies.criteria.vocabulary import plain
from policies.models import ApprovalBand, Budget, PolicyItem
from policies.selectors.budgets import Usage, usages
from policies.services.catalogue import check_office
from policies.services.steps import check_lead, just_changed
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.notices import notify


@transaction.atomic
def set_budget(
    item: PolicyItem,
    year: int,
    level: str,
    amount: Decimal,
    *,
    actor: User,
    document: str = "",
    version: int | None,
) -> Budget:
    """Set what a level gives for an item in a year, in yuan; `version` None where there was no row yet."""
    check_lead(item, actor, "登记预算")
    if amount <= 0:
        raise Refused("预算应大于 0。")
    row, created = Budget.objects.get_or_create(
        item=item, year=year, level=level, defaults={"amount": amount, "document": document[:60]}
    )
    before = None if created else row.amount
    if not created and not Budget.objects.filter(pk=row.pk, version=version or 0).update(
        amount=amount, document=document[:60], version=F("version") + 1, warned_percent=0
    ):
        raise just_changed(f"{item.number}的预算")
    row.refresh_from_db()
    changes = {"amount": [before, amount], "year": year}
    audit.record(row, "policy.budget", actor=actor, organisation=item.organisation, changes=changes)
    return row


@dataclass(frozen=True)
class Band:
    """One band as typed in: from which sum in yuan on, how many approve, and whether the office's head must."""

    starts_at: Decimal
    approvals: int
    needs_office: bool = False


@transaction.atomic
def set_bands(bands: Sequence[Band], *, valid_from: date, actor: User, today: date) -> None:
    """Set the approval bands that hold from a day on; the first must start at 0. Former rows stay."""
    check_office(actor, "设置审批档次")
    if valid_from < today:
        raise Refused("审批档次不能从过去的日期起生效。")
    starts = [band.starts_at for band in bands]
    if not starts or starts[0] != 0 or sorted(set(starts)) != starts:
        raise Refused("审批档次应从 0 元起、由小到大填写，不能重复。")
    if any(band.approvals < 1 for band in bands):
        raise Refused("每个档次至少要有一人批准。")
    ApprovalBand.objects.filter(valid_from=valid_from).delete()
    ApprovalBand.objects.bulk_create(
        ApprovalBand(
            starts_at=band.starts_at,
            approvals=band.approvals,
            needs_office=band.needs_office,
            valid_from=valid_from,
            created_by=actor,
        )
        for band in bands
    )
    told = {str(band.starts_at): band.approvals for band in bands}
    audit.record(None, "policy.bands", actor=actor, changes={"valid_from": valid_from, **told})


def warn_budgets(today: date) -> str:
    """Warn the lead units and the office of budgets of this year that pass a threshold; each threshold once."""
    steps = sorted(
        (number_setting("policies.budget_yellow", on=today), number_setting("policies.budget_red", on=today))
    )
    warned = 0
    for usage in usages(today.year):
        reached = max((step for step in steps if usage.percent >= step), default=0)
        if reached:
            warned += _warn(usage, reached, today)
    return f"{warned} 个事项的预算达到预警线" if warned else "没有新达到预警线的预算"


@transaction.atomic
def _warn(usage: Usage, reached: int, today: date) -> int:
    rows = Budget.objects.filter(item=usage.item, year=usage.year, warned_percent__lt=reached)
    if not rows.update(warned_percent=reached):
        return 0
    unit = User.objects.holding(*UNIT_ROLES, on=today).filter(organisation=usage.item.organisation_id)
    people = [*unit, *User.objects.holding(*OFFICE_ROLES, on=today)]
    title = usage.item.current.title if usage.item.current else usage.item.number
    text = f"“{title}”{usage.year} 年预算已使用 {plain(usage.percent)}%，余额 {shown(usage.left)}"
    key = f"budget:{usage.item.pk}:{usage.year}:{reached}:{usage.budget}"
    notify(people, text, url=usage.item.get_absolute_url(), event_key=key)
    changes = {"percent": reached, "amount": shown(usage.used)}
    audit.record(
        usage.item, "policy.budget_warned", actor=None, organisation=usage.item.organisation, changes=changes
    )
    return 1
