"""Search over cases, within what the person may read of them."""

from __future__ import annotations

from urllib.parse import urlencode

from complaints.models import Complaint
from complaints.selectors.cases import search_cases, text_for, visible_cases
from portal.models import User
from portal.search_results import Hit, SearchGroup
from portal.selectors.search import group_of


def find_cases(user: User, text: str, limit: int) -> SearchGroup:
    """Cases by number, title or text, the newest first; more of them stand in the list."""
    rows = search_cases(visible_cases(user), user, text).order_by("-pk")

    def hit(row: Complaint) -> Hit:
        title = text_for(row, is_hidden=bool(getattr(row, "is_hidden", True))).title
        about = f"{row.get_kind_display()}　{row.lead or '未转办'}　{row.get_state_display()}"
        return Hit(f"{row.number}　{title}", about, row.get_absolute_url())

    return group_of("企业诉求", rows, limit, hit, url=f"/complaints/?{urlencode({'q': text})}")
