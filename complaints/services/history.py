"""Write a case's history. What stands there is for ever, so it never holds who handed the case in."""

from __future__ import annotations

from django.utils import timezone

from complaints.masking import Known, mask_text
from complaints.models import CaseEvent, Complaint
from complaints.sealing import known_of
from portal.models import User
from portal.request_context import origin

AUDIENCE = CaseEvent.Audience


def clean(case: Complaint, text: str, known: Known | None = None) -> str:
    """Return `text` without what is known of the person and without numbers that identify anybody."""
    if not text.strip():
        return ""
    return mask_text(text.strip(), known if known is not None else known_of(case), companies=False)


def write_event(
    case: Complaint,
    action: str,
    *,
    actor: User | None,
    text: str = "",
    public_text: str = "",
    source: str = "",
    target: str = "",
    audience: str = AUDIENCE.UNITS,
) -> CaseEvent:
    """Add one row to the history, in the caller's transaction; the texts have been cleaned by the caller."""
    return CaseEvent.objects.create(
        complaint=case,
        at=origin.get().at or timezone.now(),
        action=action,
        actor=actor,
        actor_name=actor.name if actor else "系统",
        organisation=actor.organisation if actor else None,
        round=case.round,
        source=source,
        target=target,
        audience=audience,
        text=text,
        public_text=public_text,
    )
