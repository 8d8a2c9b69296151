"""What the printed papers of a case say, as values; how they look is another module's business.

Papers for units never hold who handed the case in; papers for the person address him as the
office knows him only where an officer, who may, prints them (`addressee`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from complaints.grounds import RULES, Ground
from complaints.models import Assignment, Complaint, Escalation, Reply
from complaints.query_codes import printed
from portal.models import User

DEAR = "来件人"


@dataclass(frozen=True)
class AcceptanceNotice:
    """受理告知书."""

    number: str
    addressee: str
    title: str
    received_on: date
    accepted_on: date
    handle_due_on: date | None
    provisional: bool
    is_deemed: bool


@dataclass(frozen=True)
class DeclineNotice:
    """不予受理告知书, with the clause and the right door."""

    number: str
    addressee: str
    title: str
    received_on: date
    decided_on: date
    ground: str
    basis: str
    reason: str
    right_door: str


@dataclass(frozen=True)
class TransferPart:
    """A unit on the transfer sheet."""

    unit: str
    role: str
    due_on: date | None
    provisional: bool
    instruction: str


@dataclass(frozen=True)
class TransferSheet:
    """转办单: for units, so without identity wherever one of them may not know."""

    number: str
    kind: str
    urgency: str
    problem_kind: str
    topic: str
    title: str
    text: str
    wishes: str
    enterprise: str
    is_hidden: bool
    assigned_on: date | None
    parts: tuple[TransferPart, ...]


@dataclass(frozen=True)
class ReplyLetter:
    """答复函."""

    number: str
    addressee: str
    title: str
    unit: str
    text: str
    outcome: str
    replied_on: date | None


@dataclass(frozen=True)
class ReceiptSlip:
    """回执: number, code as printed, and where to ask. Made only in the moment of registration."""

    number: str
    code: str
    title: str
    received_on: date
    examine_due_on: date | None
    query_path: str


@dataclass(frozen=True)
class SupervisionLetter:
    """督办函, or the proposal of one."""

    number: str
    rung: str
    unit: str
    case_number: str
    title: str
    reason: str
    due_on: date | None
    original_due_on: date | None
    issued_on: date | None
    reply_by: date | None
    signer: str


def acceptance_notice(case: Complaint, *, addressee: str = DEAR) -> AcceptanceNotice:
    """Return the notice of an accepted case; ValueError before acceptance."""
    if case.accepted_on is None:
        raise ValueError(f"{case.number} has not been accepted")
    return AcceptanceNotice(
        number=case.number,
        addressee=addressee,
        title=case.title,
        received_on=case.registered_on,
        accepted_on=case.accepted_on,
        handle_due_on=case.handle_due_on,
        provisional=case.handle_provisional,
        is_deemed=case.is_deemed_accepted,
    )


def decline_notice(case: Complaint, *, addressee: str = DEAR) -> DeclineNotice:
    """Return the notice of a declined case; ValueError for another one."""
    if not case.ground or case.decided_on is None:
        raise ValueError(f"{case.number} has not been declined")
    return DeclineNotice(
        number=case.number,
        addressee=addressee,
        title=case.title,
        received_on=case.registered_on,
        decided_on=case.decided_on,
        ground=Ground(case.ground).label,
        basis=RULES[case.ground].basis,
        reason=case.decline_reason,
        right_door=case.right_door,
    )


def transfer_sheet(case: Complaint, user: User) -> TransferSheet:
    """Return the sheet that goes to units; masked when any unit on it, or its reader, may not know the person."""
    parts = list(
        case.assignments.filter(round=case.round)
        .exclude(state__in=[Assignment.State.RETURNED, Assignment.State.RECALLED])
        .select_related("organisation")
    )
    readable = Complaint.objects.disclosed_to(user).filter(pk=case.pk).exists()
    hidden = case.is_secret or any(part.masked for part in parts) or not readable
    return TransferSheet(
        number=case.number,
        kind=case.get_kind_display(),
        urgency=case.get_urgency_display(),
        problem_kind=case.get_problem_kind_display(),
        topic=str(case.topic or ""),
        title=case.shared_title if hidden else case.title,
        text=case.shared_text if hidden else case.text,
        wishes=case.shared_wishes if hidden else case.wishes,
        enterprise="" if hidden else str(case.enterprise or ""),
        is_hidden=hidden,
        assigned_on=case.assigned_on,
        parts=tuple(
            TransferPart(
                part.organisation.name,
                part.get_role_display(),
                part.due_on,
                part.due_provisional,
                part.instruction,
            )
            for part in parts
        ),
    )


def reply_letter(case: Complaint, *, addressee: str = DEAR) -> ReplyLetter:
    """Return the reply that was passed last; ValueError where there is none."""
    reply = case.replies.filter(state=Reply.State.PASSED).select_related("organisation").first()
    if reply is None:
        raise ValueError(f"{case.number} has no reply")
    return ReplyLetter(
        number=case.number,
        addressee=addressee,
        title=case.title,
        unit=reply.organisation.name,
        text=reply.text,
        outcome=reply.get_outcome_display(),
        replied_on=case.reviewed_on,
    )


def receipt_slip(case: Complaint, code: str) -> ReceiptSlip:
    """Return the slip with the query code that registration has just given out."""
    return ReceiptSlip(
        number=case.number,
        code=printed(code),
        title=case.title,
        received_on=case.registered_on,
        examine_due_on=case.examine_due_on,
        query_path="/query/",
    )


def supervision_letter(row: Escalation) -> SupervisionLetter:
    """Return the letter, signed or proposed; it names the case without identity."""
    case = row.complaint
    return SupervisionLetter(
        number=row.number,
        rung=row.get_rung_display(),
        unit=row.organisation.name,
        case_number=case.number,
        title=case.shared_title,
        reason=row.reason,
        due_on=case.handle_due_on,
        original_due_on=case.original_due_on,
        issued_on=row.issued_on,
        reply_by=row.reply_by,
        signer=row.signed_by.name if row.signed_by else "",
    )
