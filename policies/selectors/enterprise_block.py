"""What the policies add to the page of a market entity: what it qualifies for, what it was paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from policies.models import Payout, Verdict
from policies.selectors.match_pages import open_proposals
from policies.workflow import ItemState
from portal.enterprise_blocks import Block
from portal.models import Enterprise, User
from portal.roles import COUNTY_READERS, OFFICE_ROLES, UNIT_ROLES

LISTED = 8


def policy_block(enterprise: Enterprise, user: User, today: date) -> Block | None:
    """Return the block for people who read match results; a unit sees what concerns its own items. Four queries."""
    del today
    if not user.has_role(*COUNTY_READERS, *UNIT_ROLES):
        return None
    verdicts = Verdict.objects.visible_to(user).met().filter(enterprise=enterprise)
    met = verdicts.filter(item__state=ItemState.PUBLISHED).select_related("item__current").order_by("item")
    standing = Payout.objects.visible_to(user).standing().filter(enterprise=enterprise, paid_on__isnull=False)
    paid = list(standing.select_related("version", "item").order_by("-paid_on", "-pk")[: LISTED + 1])
    context = {
        "met": list(met[: LISTED + 1]),
        "paid": paid[:LISTED],
        "more_paid": len(paid) > LISTED,
        "total": standing.aggregate(total=Sum("amount"))["total"] or Decimal(0),
        "proposals": list(open_proposals(enterprise, user)[:LISTED]),
        "enterprise": enterprise,
        "keeps_codes": user.has_role(*OFFICE_ROLES),
    }
    return Block("惠企政策", "policies/enterprise_block.html", context, "按最近一次匹配；金额单位：元")
