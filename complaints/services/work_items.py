"""The complaints' side of a case that becomes a work item in the list 诉求转办; `reports` joins the two."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from complaints.models import Complaint
from complaints.services.history import write_event
from complaints.services.steps import StepRefused, ensure_version, write_change
from complaints.workflow import CaseState
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES

CONVERTIBLE = frozenset(CaseState) - {CaseState.REGISTERED, CaseState.DECLINED, CaseState.MERGED}


@dataclass(frozen=True)
class ItemDraft:
    """What a work item takes from a case: never more than units may read."""

    number: str
    title: str
    text: str
    organisation: Organisation | None
    topic_code: str
    url: str


def complaint_for_work_item(case: Complaint, *, actor: User, version: int) -> ItemDraft:
    """Return what the work item is made from, or refuse: the office does it, once for each case."""
    if (
        not actor.has_role(*OFFICE_ROLES)
        or not Complaint.objects.visible_to(actor).filter(pk=case.pk).exists()
    ):
        raise StepRefused("诉求转为台账事项由营商办办理，您没有此项权限")
    ensure_version(case, version)
    if case.work_item_number:
        raise StepRefused(f"此件已转为事项 {case.work_item_number}")
    if case.state not in CONVERTIBLE:
        raise StepRefused(f"此件为「{case.get_state_display()}」，不能转为台账事项")
    return ItemDraft(
        number=case.number,
        title=case.shared_title,
        text=case.shared_text,
        organisation=case.lead,
        topic_code=case.topic.code if case.topic else "",
        url=case.get_absolute_url(),
    )


@transaction.atomic
def link_work_item(case: Complaint, number: str, *, actor: User) -> Complaint:
    """Keep the number of the work item that the case became, in the transaction that makes the item."""
    if case.work_item_number:
        raise StepRefused(f"此件已转为事项 {case.work_item_number}")
    changes = {"work_item_number": number}
    write_change(case, "complaint.work_item", actor=actor, changes=changes, sources=CONVERTIBLE)
    write_event(case, "work_item", actor=actor, text=f"转为台账事项 {number}")
    return case
