"""What the pages of the public offer and explain: units by kind, fields of work, what comes next and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from complaints.kinds import Clock, Urgency
from complaints.limits import LimitKind, LimitStep, kinds_for, limit_for
from complaints.models import Complaint, Enclosure
from complaints.selectors.limits import load_limits
from complaints.workflow import CaseState
from portal.models import Attachment, Enterprise, Organisation, Topic
from portal.selectors.files import attachments_by_owner

# The way of a case as the public is shown it; a case stands at the stage of its state.
STAGES = ("已登记", "已受理", "已转办", "办理中", "已答复", "回访", "已办结")
_STAGE_OF = {
    CaseState.REGISTERED: 0,
    CaseState.ACCEPTED: 1,
    CaseState.ASSIGNED: 2,
    CaseState.HANDLING: 3,
    CaseState.SUSPENDED: 3,
    CaseState.AWAITING_UNIT: 3,
    CaseState.REPLIED: 4,
    CaseState.FOLLOW_UP: 5,
    CaseState.CLOSED: 6,
    CaseState.ARCHIVED: 6,
}


@dataclass(frozen=True)
class Stage:
    """A stage of the way: `mark` is "done", "now" or "next"."""

    label: str
    mark: str


@dataclass(frozen=True)
class NextStep:
    """What happens after sending, and within which time."""

    label: str
    text: str


def units_on(today: date) -> list[Organisation]:
    """Return the units that exist, in the order in which the county lists them."""
    return list(Organisation.objects.active(today))


def topics_offered() -> list[Topic]:
    """Return the fields of work in use."""
    return list(Topic.objects.filter(active=True))


def enterprise_of(code: str) -> Enterprise | None:
    """Return the register's entity with a credit code; a merged one leads to the kept row."""
    row = Enterprise.objects.select_related("merged_into").filter(credit_code=code).first()
    return row.merged_into or row if row else None


def stages_of(case: Complaint) -> list[Stage]:
    """Return the way of a case; empty for one that was declined, and for a merged one that of its new case."""
    shown = case.merged_into if case.state == CaseState.MERGED and case.merged_into else case
    here = _STAGE_OF.get(CaseState(shown.state))
    if here is None:
        return []
    ended = here == len(STAGES) - 1
    return [
        Stage(label, "now" if place == here and not ended else "done" if place <= here else "next")
        for place, label in enumerate(STAGES)
    ]


def next_steps(case_type: str, today: date) -> Sequence[NextStep]:
    """Return what the receipt says will happen, with the limits in force on the day `today`."""
    table = load_limits().on(today)
    kinds = kinds_for(case_type, Clock.ORDINARY, Urgency.NORMAL)
    complex_kinds = (LimitKind.COMPLEX, *kinds)
    examine, transfer = (limit_for(table, step, kinds) for step in (LimitStep.EXAMINE, LimitStep.TRANSFER))
    handle, longer = (
        limit_for(table, LimitStep.HANDLE, kinds),
        limit_for(table, LimitStep.HANDLE, complex_kinds),
    )
    return (
        NextStep("受理审查", f"{examine}内作出决定，超过时间没有决定的视为受理"),
        NextStep("转给承办单位", f"受理后{transfer}内"),
        NextStep("办理并答复", f"一般{handle}，复杂或涉及多个单位的{longer}"),
        NextStep("回访", "由承办单位以外的人员进行；匿名反映的，请您办结后在进度页评价"),
    )


def papers_of_reporter(case: Complaint) -> list[Attachment]:
    """Return the files that came with a case from whoever handed it in, in the order they came; two queries."""
    keys = list(
        case.enclosures.filter(side=Enclosure.Side.REPORTER).order_by("pk").values_list("pk", flat=True)
    )
    found = attachments_by_owner(Enclosure, keys) if keys else {}
    return [paper for key in keys for paper in found.get(key, [])]
