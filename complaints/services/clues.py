"""What an observer does to a clue of his own after it was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile

from complaints.models import Complaint
from complaints.services.acceptance import supply_more
from portal.request_context import without_trace


def supply_by_observer(case: Complaint, *, text: str, uploads: Sequence[UploadedFile], today: date) -> None:
    """Take what was asked for from the observer whose clue it is; neither history nor trail names him."""
    with without_trace():
        supply_more(case, actor=None, today=today, text=text, uploads=uploads)
