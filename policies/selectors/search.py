"""Search over policies, within what the person may read of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q

from policies.models import Policy, PolicyItem
from portal.models import User
from portal.roles import BUSINESS_ROLES, Role
from portal.search_results import Hit, SearchGroup, words_of
from portal.selectors.search import group_of

INSIDERS = BUSINESS_ROLES - {Role.OBSERVER}


def find_policies(user: User, text: str, limit: int) -> SearchGroup:
    """Policy items by number, title, target or document; more of them stand in the list."""
    rows = PolicyItem.objects.none()
    if words_of(text) and user.has_role(*INSIDERS):
        found = PolicyItem.objects.found_by(text).values("pk")
        rows = PolicyItem.objects.visible_to(user).filter(pk__in=found)
    rows = rows.select_related("current", "organisation").order_by("number")

    def hit(row: PolicyItem) -> Hit:
        title = row.current.title if row.current else "草稿"
        about = f"{row.organisation.short_name}　{row.get_state_display()}"
        return Hit(f"{row.number}　{title}", about, row.get_absolute_url())

    return group_of("惠企事项", rows, limit, hit, url=f"/policies/?{urlencode({'q': text})}")


def find_documents(user: User, text: str, limit: int) -> SearchGroup:
    """Policy documents by title or number."""
    rows = Policy.objects.none()
    if words_of(text) and user.has_role(*INSIDERS):
        rows = Policy.objects.visible_to(user)
        for word in words_of(text):
            rows = rows.filter(Q(title__icontains=word) | Q(document_number__icontains=word))
    rows = rows.only("code", "title", "document_number", "issuer")

    def hit(row: Policy) -> Hit:
        return Hit(row.title, f"{row.document_number}　{row.issuer}", row.get_absolute_url())

    url = f"/policies/documents/?{urlencode({'q': text})}"
    return group_of("政策文件", rows, limit, hit, url=url)
