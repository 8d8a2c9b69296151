"""Turn a case into a work item of the list 诉求转办: both sides in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from complaints.models import Complaint
from complaints.services.steps import StepRefused
from complaints.services.work_items import complaint_for_work_item, link_work_item
from indicators.models import TaskForce, WorkItem, WorkList
from indicators.services.items import create_item
from portal.models import Organisation, User

PREFIX = "SZ"


@dataclass(frozen=True)
class ItemWanted:
    """What the office lays down for the item; the words are those that units may read of the case."""

    task_force: TaskForce
    organisation: Organisation
    title: str
    target: str
    due_on: date
    supporting: Sequence[Organisation] = ()


@transaction.atomic
def turn_into_item(
    case: Complaint, wanted: ItemWanted, *, actor: User, version: int, today: date
) -> WorkItem:
    """Enter the item and keep its number on the case, once for each case.

    A secret case never becomes an item: ledgers are read by everybody inside, and so
    would be the unit complained about. Of two people who press at once exactly one
    succeeds. Raises `StepRefused`, `Conflict` or what `create_item` raises.
    """
    draft = complaint_for_work_item(case, actor=actor, version=version)
    if case.is_secret:
        raise StepRefused("保密诉求不能转为台账事项；需要推动的，请由主办单位隐去身份后另行列入台账")
    if wanted.due_on <= today:
        raise StepRefused("完成时限应晚于今天，请重新选择")
    item = create_item(
        _list_of(today.year),
        actor=actor,
        today=today,
        supporting=wanted.supporting,
        task_force=wanted.task_force,
        organisation=wanted.organisation,
        title=wanted.title.strip(),
        target=wanted.target.strip(),
        measures=f"由企业诉求 {draft.number} 转办",
        start_on=today,
        due_on=wanted.due_on,
    )
    link_work_item(case, item.number, actor=actor)
    return item


def _list_of(year: int) -> WorkList:
    """Return the year's list 诉求转办, made when missing, locked until the item is written."""
    kept = WorkList.objects.filter(year=year, source=WorkList.Source.COMPLAINT)
    if not kept.exists():
        WorkList.objects.get_or_create(
            year=year,
            prefix=PREFIX,
            defaults={
                "source": WorkList.Source.COMPLAINT,
                "kind": WorkList.Kind.PROBLEM,
                "title": f"{year}年度企业诉求转办事项",
                "label": "诉求转办事项",
                "order": 96,
            },
        )
    return kept.select_for_update().order_by("order", "pk")[0]
