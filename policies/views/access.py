"""Who opens the pages of the policy work, and how their rows are found."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from policies.models import PolicyItem, PolicyItemVersion
from policies.services.catalogue import draft_of
from policies.services.steps import capacities
from portal.access import role_required
from portal.http import PortalRequest
from portal.models import User
from portal.roles import COUNTY_READERS, OFFICE_ROLES, UNIT_ROLES

KEEPERS = OFFICE_ROLES | UNIT_ROLES
READERS = COUNTY_READERS | UNIT_ROLES
keepers = role_required(*KEEPERS)
office = role_required(*OFFICE_ROLES)
readers = role_required(*READERS)


def visible_item(request: PortalRequest, number: str) -> PolicyItem:
    """Return the item of the address within the person's scope; 404 outside it."""
    rows = PolicyItem.objects.visible_to(request.user)
    rows = rows.select_related("policy", "organisation", "topic", "current__group")
    return get_object_or_404(rows, number=number)


def may_keep(user: User, item: PolicyItem) -> bool:
    """Tell whether `user` may edit the item."""
    return bool(capacities(user, item.organisation_id))


def working_version(item: PolicyItem) -> tuple[PolicyItemVersion | None, int | None]:
    """Return what an editor begins with, and the draft's edit; without a draft that is the version in force."""
    draft = draft_of(item)
    return (draft, draft.edit) if draft is not None else (item.current, None)
