"""Questions to the ledgers: counts that stay cheap at any size, and what an item allows now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Avg, Count, Q, QuerySet

from indicators.lamps import elapsed_percent
from indicators.models import Adjustment, WorkItem, WorkList
from indicators.querysets import HEADING
from indicators.workflow import AT_WORK, ItemState
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.selectors.settings import number_setting

COUNT_CAP = 10_000
# Who may send a 催办 to the unit that owes an item.
CHASERS = OFFICE_ROLES | {Role.CHIEF, Role.INSPECTOR}


@dataclass(frozen=True)
class LampCounts:
    """Items by lamp among at most `COUNT_CAP`; `capped` tells that there are more than were counted."""

    total: int
    by_colour: dict[str, int]
    capped: bool

    @property
    def label(self) -> str:
        """The total as printed: `103`, or `10000+` where counting stopped."""
        return f"{COUNT_CAP}+" if self.capped else str(self.total)


def lamp_counts(items: QuerySet[WorkItem]) -> LampCounts:
    """Count `items` by lamp with one query that reads at most 10,001 rows."""
    counters = {colour: Count("pk", filter=Q(lamp=colour)) for colour in WorkItem.LampColour.values}
    found = items.order_by()[: COUNT_CAP + 1].aggregate(**counters)
    total = sum(found.values())
    return LampCounts(min(total, COUNT_CAP), found, total > COUNT_CAP)


@dataclass(frozen=True)
class ListTab:
    """A ledger with the number of its items a person may read; None where there are too many to count."""

    work_list: WorkList
    count: int | None


def list_tabs(user: User, *, year: int | None = None) -> list[ListTab]:
    """Return the ledgers, newest year first, with their counts; two queries."""
    lists = WorkList.objects.visible_to(user)
    if year is not None:
        lists = lists.filter(year=year)
    rows = list(lists)
    counters = {f"n{row.pk}": Count("pk", filter=Q(work_list=row.pk)) for row in rows}
    some = WorkItem.objects.visible_to(user).order_by()[: COUNT_CAP + 1]
    counted = some.aggregate(**counters) if rows else {}
    whole = sum(counted.values()) <= COUNT_CAP
    return [ListTab(row, counted[f"n{row.pk}"] if whole else None) for row in rows]


@dataclass(frozen=True)
class ListSummary:
    """Where a ledger stands: what counts (all but the cancelled), closed, red, yellow, mean percent."""

    counted: int
    closed: int
    red: int
    yellow: int
    percent: Decimal | None


def list_summary(items: QuerySet[WorkItem]) -> ListSummary:
    """Summarise `items`; the mean percent is weighted by nothing and None without items."""
    live = ~Q(state=ItemState.CANCELLED)
    found = items.order_by().aggregate(
        counted=Count("pk", filter=live),
        closed=Count("pk", filter=Q(state=ItemState.CLOSED)),
        red=Count("pk", filter=live & Q(lamp="red")),
        yellow=Count("pk", filter=live & Q(lamp="yellow")),
        percent=Avg("percent", filter=live),
    )
    mean = found.pop("percent")
    return ListSummary(**found, percent=None if mean is None else Decimal(mean).quantize(Decimal(1)))


def extension_block(item: WorkItem, *, today: date) -> str:
    """Return why the unit cannot ask for an extension now and what to do instead, or an empty text.

    How often an item may be extended is the setting `items.extensions`.
    """
    if item.state not in AT_WORK:
        return f"事项为「{item.get_state_display()}」，不能申请延期"
    if item.due_on is None:
        return "该事项未设完成时限，不需延期"
    if item.due_on < today:
        return "已超过完成时限，不能再申请延期；确需推迟的，请联系营商办主任调整时限"
    states = list(item.adjustments.filter(kind=Adjustment.Kind.EXTENSION).values_list("state", flat=True))
    if Adjustment.State.REQUESTED in states:
        return "已有一项延期申请待审批，请等待审批结果"
    granted = states.count(Adjustment.State.APPROVED)
    if granted >= number_setting("items.extensions", on=today):
        return f"已延期 {granted} 次，按规定不再延期；确需推迟的，由营商办主任调整时限"
    return ""


@dataclass(frozen=True)
class ItemRow:
    """A row of the ledger's page: the item and the share of its time that has passed on that day."""

    item: WorkItem
    elapsed: Decimal | None

    @property
    def stage(self) -> str:
        """The state in the few characters that a column of the list has room for."""
        return _SHORT.get(self.item.state, self.item.get_state_display())

    @property
    def is_stopped(self) -> bool:
        """Whether no date matters any more, or for the time being."""
        return self.item.state in _STOPPED


_SHORT = {
    ItemState.AWAITING_UNIT.value: "待确认",
    ItemState.AWAITING_LEAD.value: "待初审",
    ItemState.AWAITING_OFFICE.value: "待核定",
}


def item_rows(items: Iterable[WorkItem], *, today: date) -> list[ItemRow]:
    """Return the page's rows; no queries beyond those of `items`."""
    return [
        ItemRow(
            item,
            None if item.state in _STOPPED else elapsed_percent(item.start_on, item.due_on, today),
        )
        for item in items
    ]


_STOPPED = frozenset({ItemState.SUSPENDED, ItemState.CANCELLED})


def waiting_for(user: User) -> Q:
    """Return the condition "an item whose next step is this person's": to confirm, to review, to decide."""
    scope = Q(pk__in=[])
    if user.has_role(Role.OFFICE_HEAD):
        scope |= Q(state=ItemState.AWAITING_OFFICE)
    if user.has_role(Role.UNIT_HEAD):
        scope |= Q(state=ItemState.AWAITING_UNIT, organisation=user.organisation_id)
    if user.has_role(*UNIT_ROLES):
        scope |= Q(state=ItemState.AWAITING_LEAD, lead=user.organisation_id)
    return scope


def mine(user: User) -> Q:
    """Return the condition "my items": owed or led by my unit, of my task forces, or waiting for my step."""
    scope = Q(organisation=user.organisation_id) | Q(lead=user.organisation_id) | waiting_for(user)
    if user.has_role(Role.CHIEF):
        scope |= Q(task_force__in=user.duties.filter(duty__in=HEADING).values("task_force"))
    return scope
