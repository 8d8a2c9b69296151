"""Bulletins 通报: draft, edit, review, issue, correct."""

from reports.services.drafting import (
    correct_bulletin,
    draft_bulletin,
    draft_quarterly,
    edit_section,
    name_units,
    refresh_bulletin,
)
from reports.services.issuing import (
    document_of,
    hash_of,
    issue_bulletin,
    return_bulletin,
    submit_bulletin,
)
from reports.services.papers import render_files
from reports.services.special import draft_special

__all__ = [
    "correct_bulletin",
    "document_of",
    "draft_bulletin",
    "draft_quarterly",
    "draft_special",
    "edit_section",
    "hash_of",
    "issue_bulletin",
    "name_units",
    "refresh_bulletin",
    "render_files",
    "return_bulletin",
    "submit_bulletin",
]
