"""Which papers a case has for whom, and the document behind each: as given out, or as it would read today."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from complaints.kinds import NUMBERED_PAPERS, PaperKind
from complaints.models import Complaint, Escalation, Paper
from complaints.querysets import reads_all_cases
from complaints.selectors.documents import (
    acceptance_notice,
    decline_notice,
    receipt_slip,
    reply_letter,
    supervision_letter,
    transfer_sheet,
)
from complaints.services.history import clean
from complaints.services.papers import wording
from complaints.workflow import CaseState
from portal.documents.model import OfficialDocument
from portal.documents.storage import from_json
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES

GIVEN_OUT = "paper"


class Unavailable(LookupError):
    """The case has no such paper, or none for this person."""


@dataclass(frozen=True)
class Offer:
    """A paper on the case's page. `number` is empty while it has not been given out."""

    kind: PaperKind
    number: str
    issued_on: date | None
    may_issue: bool
    may_address: bool

    @property
    def label(self) -> str:
        return self.kind.label


def offers(case: Complaint, user: User, history: Iterable[str]) -> list[Offer]:
    """Return the papers of the present round that `user` may print, in the order of the work.

    `history` are the actions that `user` reads of the case: whoever reads all of
    them reads there whether anything was given out, so that only then it is asked for.
    """
    office, reads_all = user.has_role(*OFFICE_ROLES), reads_all_cases(user)
    given = _given(case, user) if not reads_all or GIVEN_OUT in history else {}
    found = []
    for kind in PaperKind:
        row = given.get(kind)
        if row is None and not _may_draft(kind, case, user, reads_all=reads_all):
            continue
        numbered = kind in NUMBERED_PAPERS
        found.append(
            Offer(
                kind,
                row.number if row else "",
                row.issued_on if row else None,
                may_issue=numbered and row is None and office,
                may_address=numbered and office and not case.is_anonymous,
            )
        )
    return found


def _given(case: Complaint, user: User) -> dict[PaperKind, Paper]:
    rows = Paper.objects.visible_to(user).filter(complaint=case, round=case.round, escalation=None)
    return {PaperKind(row.kind): row for row in rows}


def _may_draft(kind: PaperKind, case: Complaint, user: User, *, reads_all: bool) -> bool:
    """Tell whether the paper exists in the case's present state and `user` may print it before it is given out."""
    if kind is PaperKind.TRANSFER:
        return case.assigned_on is not None and (reads_all or user.has_role(*UNIT_ROLES))
    ready = {
        PaperKind.ACCEPTANCE: case.accepted_on is not None,
        PaperKind.DECLINE: case.state == CaseState.DECLINED,
        PaperKind.REPLY: case.reviewed_on is not None,
        PaperKind.RECEIPT: True,
    }
    return reads_all and ready.get(kind, False)


def compose(case: Complaint, kind: PaperKind, user: User, *, today: date) -> tuple[OfficialDocument, str]:
    """Return a paper and its number; raises `Unavailable` where `user` has none. It never holds the identity."""
    row = (
        Paper.objects.visible_to(user)
        .filter(complaint=case, kind=kind, round=case.round, escalation=None)
        .first()
    )
    if row is not None:
        return stored_document(row), row.number
    if not _may_draft(kind, case, user, reads_all=reads_all_cases(user)):
        raise Unavailable(kind)
    if kind is PaperKind.TRANSFER:
        return wording.transfer(transfer_sheet(case, user)), case.number
    if kind is PaperKind.RECEIPT:
        return compose_receipt(case), case.number
    blank = wording.printed_number(kind, today.year, None)
    return worded(case, kind, number=blank, on=None), case.number


def worded(case: Complaint, kind: PaperKind, *, number: str, on: date | None) -> OfficialDocument:
    """Return a notice or reply in the words of today, without who handed the case in."""
    title = case.shared_title or f"{case.get_kind_display()}事项"
    try:
        if kind is PaperKind.ACCEPTANCE:
            return wording.acceptance(replace(acceptance_notice(case), title=title), number=number, on=on)
        if kind is PaperKind.DECLINE:
            told = decline_notice(case)
            kept = replace(told, title=title, reason=clean(case, told.reason))
            return wording.decline(kept, number=number, on=on)
        letter = reply_letter(case)
    except ValueError as error:
        raise Unavailable(kind) from error
    kept_letter = replace(letter, title=title, text=clean(case, letter.text))
    return wording.reply(kept_letter, number=number, on=on)


def compose_receipt(case: Complaint, code: str = "") -> OfficialDocument:
    """Return the receipt; with the query code only where the caller has it from the person's own hand."""
    slip = receipt_slip(case, code)
    return wording.receipt(replace(slip, title=case.shared_title or case.get_kind_display()))


def compose_letter(row: Escalation) -> OfficialDocument:
    """Return the letter of an escalation as it was signed, or as it would read."""
    kept = Paper.objects.filter(escalation=row).first()
    return stored_document(kept) if kept else wording.supervision(supervision_letter(row))


def stored_document(row: Paper) -> OfficialDocument:
    """Return the document as it was given out."""
    return from_json(json.dumps(row.document))
