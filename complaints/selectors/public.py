"""What the public may know of a case by its query code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from complaints.models import Complaint, Rating, Reply
from complaints.query_codes import is_well_formed, normalise
from complaints.sealing import code_digests
from complaints.workflow import ENDED, CaseState


@dataclass(frozen=True)
class PublicLine:
    """One thing that was told to the person, and when."""

    on: date
    text: str


@dataclass(frozen=True)
class PublicCase:
    """A case as the person who handed it in sees it: no names of officers, no inner steps."""

    number: str
    title: str
    state: str
    registered_on: date
    lead: str
    due_on: date | None
    due_provisional: bool
    supplement_wanted: str
    decline_reason: str
    right_door: str
    reply: str
    reply_unit: str
    replied_on: date | None
    lines: tuple[PublicLine, ...]
    may_rate: bool
    rating: str


def case_by_code(typed: str) -> Complaint | None:
    """Return the case of a query code as it was typed; None for a wrong one, after the same work.

    A code that cannot exist asks the database all the same, so that the time taken
    tells nothing.
    """
    code = normalise(typed)
    found = Complaint.objects.select_related("lead", "merged_into").filter(
        query_digest__in=code_digests(code)
    )
    case = found.first()
    return case if is_well_formed(code) else None


def public_case(case: Complaint) -> PublicCase:
    """Return what the person may see; a merged case shows the progress of the one it was merged into."""
    shown = case.merged_into if case.state == CaseState.MERGED and case.merged_into else case
    reply = shown.replies.filter(state=Reply.State.PASSED).select_related("organisation").first()
    rating = Rating.objects.filter(complaint=case, round=case.round).first()
    lines = [
        PublicLine(_day(at), text)
        for at, text in case.events.exclude(public_text="").order_by("pk").values_list("at", "public_text")
    ]
    return PublicCase(
        number=case.number,
        title=case.title,
        state=case.public_state if shown is case else f"已并案，{shown.public_state}",
        registered_on=case.registered_on,
        lead=str(shown.lead or ""),
        due_on=shown.handle_due_on if shown.is_open else None,
        due_provisional=shown.handle_provisional,
        supplement_wanted=case.supplement_wanted,
        decline_reason=case.decline_reason,
        right_door=case.right_door,
        reply=reply.text if reply else "",
        reply_unit=str(reply.organisation) if reply else "",
        replied_on=shown.reviewed_on if reply else None,
        lines=tuple(lines),
        may_rate=case.state in ENDED and rating is None,
        rating=rating.get_satisfaction_display() if rating else "",
    )


def _day(at: datetime) -> date:
    return timezone.localdate(at)
