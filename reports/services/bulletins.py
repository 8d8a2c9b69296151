"""Bulletins 通报: draft, edit, review, issue, correct."""

from reports.services.drafting import (
    correct_bulletin,
    draft_bulletin,
    edit_section,
    name_units,
    refresh_bulletin,
)
from reports.services.issuing import (
    document_of,
    hash_of,
    issue_bulletin,
    render_files,
    return_bulletin,
    submit_bulletin,
)

__all__ = [
    "correct_bulletin",
    "document_of",
    "draft_bulletin",
    "edit_section",
    "hash_of",
    "issue_bulletin",
    "name_units",
    "refresh_bulletin",
    "render_files",
    "return_bulletin",
    "submit_bulletin",
]
