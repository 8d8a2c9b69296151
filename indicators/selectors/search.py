"""What the search of the portal finds in the indicator work; see `portal.selectors.search`."""

from __future__ import annotations

from urllib.parse import urlencode

from indicators.models import Indicator, Inspection, TaskForce, WorkItem
from portal.models import User
from portal.search_results import Hit, SearchGroup
from portal.selectors.search import containing, group_of


def find_items(user: User, text: str, limit: int) -> SearchGroup:
    """Items by number, title or measures, the newest years first; more of them stand in the ledger."""
    rows = (
        WorkItem.objects.visible_to(user)
        .filter(containing(text, ("number", "title", "measures")))
        .select_related("organisation", "task_force")
        .order_by("-work_list__year", "number")
    )

    def hit(row: WorkItem) -> Hit:
        unit = row.organisation.short_name if row.organisation else "未定责任单位"
        force = row.task_force.name if row.task_force else ""
        about = f"{unit}　{force}　{row.get_state_display()}"
        return Hit(f"{row.number}　{row.title}", about, row.get_absolute_url())

    return group_of("台账事项", rows, limit, hit, url=f"/items/?{urlencode({'q': text})}")


def find_task_forces(user: User, text: str, limit: int) -> SearchGroup:
    """Task forces by name or code."""
    rows = (
        TaskForce.objects.visible_to(user)
        .filter(containing(text, ("name", "code")))
        .select_related("lead")
        .order_by("-year", "pk")
    )
    return group_of(
        "专班",
        rows,
        limit,
        lambda row: Hit(row.name, f"{row.year}年　牵头 {row.lead.short_name}", row.get_absolute_url()),
    )


def find_indicators(user: User, text: str, limit: int) -> SearchGroup:
    """Indicators in force by name or code; they lead to their system."""
    rows = (
        Indicator.objects.visible_to(user)
        .current()
        .filter(containing(text, ("name", "code")))
        .select_related("system")
        .order_by("-system__year", "pk")
    )
    return group_of(
        "指标",
        rows,
        limit,
        lambda row: Hit(
            row.name,
            row.system.title,
            f"/indicators/?system={row.system.year}-{row.system.level}#{row.code}",
        ),
    )


def find_inspections(user: User, text: str, limit: int) -> SearchGroup:
    """Inspections by title, the newest first. Referrals are never searched."""
    rows = Inspection.objects.visible_to(user).filter(containing(text, ("title",)))
    return group_of(
        "督查",
        rows,
        limit,
        lambda row: Hit(
            row.title,
            f"{row.slug}　{row.get_kind_display()}　{row.get_state_display()}",
            row.get_absolute_url(),
        ),
        url=f"/inspections/?{urlencode({'q': text})}",
    )
