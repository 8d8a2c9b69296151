"""Give a paper out: it takes its number and is kept as it reads now."""

from __future__ import annotations

import json
from datetime import date

from django.db import IntegrityError, transaction

from complaints.kinds import NUMBERED_PAPERS, PaperKind
from complaints.models import Complaint, Escalation, Paper
from complaints.selectors.documents import supervision_letter
from complaints.services.history import AUDIENCE, write_event
from complaints.services.papers import wording
from complaints.services.papers.offering import GIVEN_OUT, Unavailable, worded
from portal.documents.model import OfficialDocument
from portal.documents.storage import to_json
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.numbers import take_number


@transaction.atomic
def issue_paper(case: Complaint, kind: PaperKind, *, actor: User, today: date) -> Paper:
    """Give a notice or reply out, once for each round; the number is gapless per kind and year.

    Of two people who press at once the second is refused and his number is free again.
    """
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("文书由营商办出具，您没有此项权限")
    if kind not in NUMBERED_PAPERS or not Complaint.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise Refused("您不能出具此件的文书")
    number = wording.printed_number(kind, today.year, take_number(wording.SERIES[kind], today.year))
    try:
        row = paper_of(case, kind, number=number, actor=actor, on=today)
    except Unavailable as error:
        raise Refused(f"此件目前不能出具{kind.label}，请刷新页面查看办理情况") from error
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(f"{kind.label}已经出具，请刷新页面查看") from error
    write_event(case, GIVEN_OUT, actor=actor, text=f"{number} {kind.label}", audience=AUDIENCE.OFFICE)
    audit.record(case, "complaint.paper", actor=actor, changes={"文种": kind.label}, note=number)
    return row


def paper_of(case: Complaint, kind: PaperKind, *, number: str, actor: User, on: date) -> Paper:
    """Return the unsaved paper as it reads now; raises `Unavailable` where the case has none of its kind."""
    return Paper(
        complaint=case,
        kind=kind,
        round=case.round,
        number=number,
        issued_on=on,
        issued_by=actor,
        document=_kept(worded(case, kind, number=number, on=on)),
    )


def freeze_letter(row: Escalation, *, actor: User) -> Paper:
    """Keep a signed letter as it reads, in the transaction that signs it."""
    if row.issued_on is None:
        raise ValueError(f"{row.pk} has not been signed")
    return Paper.objects.create(
        complaint=row.complaint,
        kind=PaperKind.SUPERVISE,
        round=row.complaint.round,
        escalation=row,
        number=row.number,
        issued_on=row.issued_on,
        issued_by=actor,
        document=_kept(wording.supervision(supervision_letter(row))),
    )


def _kept(document: OfficialDocument) -> dict[str, object]:
    kept: dict[str, object] = json.loads(to_json(document))
    return kept
