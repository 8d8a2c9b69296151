"""Items that end: remind before, expire after."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from policies.models import PolicyItem
from policies.services.publishing import take_item_step
from policies.workflow import ItemState
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.notices import notify

RUNNING: Final = (ItemState.PUBLISHED, ItemState.SUSPENDED)


def expire_items(today: date) -> str:
    """Expire the items whose period or document has ended before the day `today`, and remind of the others.

    The last day of a period still counts. Reminders go out once at each of the two
    distances of the settings (180 and 30 days), also where a run was missed.
    """
    ended = PolicyItem.objects.filter(
        Q(current__valid_until__lt=today) | Q(policy__repealed_on__lte=today), state__in=RUNNING
    )
    expired = 0
    for item in ended.select_related("policy", "organisation", "current"):
        repealed = item.policy.repealed_on is not None and item.policy.repealed_on <= today
        note = f"依据文件已废止（{item.policy.repeal_reason}）" if repealed else "落实期限届满"
        take_item_step(item, "expire", actor=None, today=today, note=note[:300])
        expired += 1
    reminded = remind_expiring(today)
    return f"到期 {expired} 个事项，提醒 {reminded} 人次"


def remind_expiring(today: date) -> int:
    """Remind the lead units and the office of items that end soon; return the number of notices."""
    far = number_setting("policies.expiry_first_days", on=today)
    near = number_setting("policies.expiry_last_days", on=today)
    items = PolicyItem.objects.filter(
        state__in=RUNNING,
        current__valid_until__gte=today,
        current__valid_until__lte=today + timedelta(days=far),
    )
    office = list(User.objects.holding(*OFFICE_ROLES, on=today))
    return sum(
        _remind(item, near, office, today)
        for item in items.select_related("current", "organisation").order_by("number")
    )


@transaction.atomic
def _remind(item: PolicyItem, near: int, office: list[User], today: date) -> int:
    version = item.current
    if version is None or version.valid_until is None:
        return 0
    left = (version.valid_until - today).days
    stage = "last" if left <= near else "first"
    unit = User.objects.holding(*UNIT_ROLES, on=today).filter(organisation=item.organisation_id)
    text = f"“{version.title}”{version.valid_until:%Y-%m-%d} 到期，还有 {left} 天，请评估是否延续或修订"
    key = f"policy.expiring:{version.pk}:{stage}"
    sent = notify([*unit, *office], text, url=item.get_absolute_url(), event_key=key)
    if sent:
        changes = {"days": left}
        audit.record(
            item, "policy.expiry_warned", actor=None, organisation=item.organisation, changes=changes
        )
    return sent
