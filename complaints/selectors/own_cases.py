"""What an enterprise sees of the cases raised in its own name, on the page that it opens with its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from complaints.kinds import CaseType, Channel, Secrecy
from complaints.models import Complaint
from complaints.workflow import OPEN_STATES
from portal.enterprise_blocks import Block
from portal.models import Enterprise

SHOWN = 20


@dataclass(frozen=True)
class OwnCase:
    """A case by number, type and public label; never its words, nor who of the enterprise handed it in."""

    number: str
    kind: str
    registered_on: date
    state: str
    due_on: date | None
    closed_on: date | None


def own_case_block(enterprise: Enterprise, today: date) -> Block:
    """Return the newest cases that were raised openly in the enterprise's name; one query.

    Left out is whatever might tell on somebody inside: anonymous and secret cases,
    举报 of any kind, and what an observer saw. What was merged into another case is
    shown by its own number with the label of merging.
    """
    del today
    rows = Complaint.objects.filter(
        Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise),
        is_anonymous=False,
        secrecy=Secrecy.OPEN,
        reporter=None,
    )
    rows = rows.exclude(kind=CaseType.REPORT).exclude(channel=Channel.OBSERVER).order_by("-pk")
    cases = [
        OwnCase(
            row.number,
            row.get_kind_display(),
            row.registered_on,
            row.public_state,
            row.handle_due_on if row.state in OPEN_STATES else None,
            row.closed_on,
        )
        for row in rows[:SHOWN]
    ]
    return Block("我们的诉求", "complaints/own_cases.html", {"cases": cases})
