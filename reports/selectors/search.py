"""What the search of the portal finds among the documents; see `portal.selectors.search`."""

from __future__ import annotations

from portal.models import User
from portal.search_results import Hit, SearchGroup
from portal.selectors.search import containing, group_of
from reports.models import Bulletin


def find_bulletins(user: User, text: str, limit: int) -> SearchGroup:
    """Bulletins by title, document number or code, the newest first."""
    rows = (
        Bulletin.objects.visible_to(user)
        .filter(containing(text, ("title", "document_number", "code")))
        .defer("content", "figures", "rows", "document", "docx", "pdf")
        .order_by("-month", "-pk")
    )
    return group_of(
        "通报",
        rows,
        limit,
        lambda row: Hit(
            row.title, f"{row.document_number}　{row.get_state_display()}".strip(), row.get_absolute_url()
        ),
    )
