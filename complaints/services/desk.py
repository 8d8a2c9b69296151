"""Steps that bring files along: the words and the files are kept together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from complaints.kinds import Outcome
from complaints.models import Complaint, Enclosure
from complaints.services.handling import note_progress
from complaints.services.intake import enclose
from complaints.services.replies import propose_reply
from complaints.services.routing import answer_assistance
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES


def _side(actor: User) -> Enclosure.Side:
    return Enclosure.Side.OFFICE if actor.has_role(*OFFICE_ROLES) else Enclosure.Side.UNIT


def _keep(case: Complaint, uploads: Sequence[UploadedFile], actor: User, note: str) -> None:
    if uploads:
        enclose(case, uploads, side=_side(actor), actor=actor, note=note)


@transaction.atomic
def note_with_files(
    case: Complaint,
    *,
    actor: User,
    now: datetime,
    note: str,
    public: str = "",
    contacted: bool = False,
    internal: bool = False,
    uploads: Sequence[UploadedFile] = (),
) -> Complaint:
    """Write down what was done and keep the files that show it; see `handling.note_progress`.

    Files are read by everybody who reads the case, so an internal note brings none along.
    """
    if internal and (uploads or public):
        raise Refused("仅营商办可见的记录不能附材料，也不告知来件人，请分开记录")
    note_progress(
        case, actor=actor, now=now, note=note, public=public, contacted=contacted, internal=internal
    )
    _keep(case, uploads, actor, "办理情况")
    return case


@transaction.atomic
def answer_with_files(
    case: Complaint, *, actor: User, now: datetime, answer: str, uploads: Sequence[UploadedFile] = ()
) -> None:
    """Hand in the assisting unit's opinion with its files; see `routing.answer_assistance`."""
    answer_assistance(case, actor=actor, today=timezone.localdate(now), answer=answer)
    _keep(case, uploads, actor, "协办意见")


@transaction.atomic
def reply_with_files(
    case: Complaint,
    *,
    actor: User,
    now: datetime,
    text: str,
    outcome: Outcome,
    measures: str = "",
    uploads: Sequence[UploadedFile] = (),
) -> None:
    """Propose the reply with what proves it; see `replies.propose_reply`."""
    propose_reply(case, actor=actor, now=now, text=text, outcome=outcome, measures=measures)
    _keep(case, uploads, actor, "答复佐证")
