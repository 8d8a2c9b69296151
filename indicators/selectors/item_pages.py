"""What the page of one work item shows: the steps passed, the history, the months, what can be done now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Field, Q
from django.utils.safestring import SafeString

from indicators.labels import action_label
from indicators.lamps import elapsed_percent
from indicators.models import Adjustment, ClosingApplication, ProgressReport, WorkItem
from indicators.months import last_day
from indicators.selectors.items import CHASERS, extension_block
from indicators.workflow import AT_WORK, ITEM_STEPS, UNIT, Actor, ItemState, ReportState
from portal.charts import Series, line
from portal.models import Attachment, AuditEvent, User
from portal.selectors.files import attachments_by_owner
from portal.timeline import Happening, Stage
from portal.workflow import Step

HISTORY_LENGTH = 100


@dataclass(frozen=True)
class MonthProgress:
    """A month's report with the schedule at the month's end and its files."""

    report: ProgressReport
    elapsed: Decimal | None
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Act:
    """Something the person may do now, or why not. `page`: the step has a page of its own."""

    name: str
    label: str
    effect: str
    needs_note: bool = False
    primary: bool = False
    page: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class ItemPage:
    """Everything the page shows beyond the item's own columns."""

    stages: list[Stage]
    months: list[MonthProgress]
    applications: list[tuple[ClosingApplication, list[Attachment]]]
    adjustments: list[Adjustment]
    history: list[Happening]
    acts: list[Act]
    blocked: list[Act]
    chase_count: int
    chart: str
    elapsed: Decimal | None

    @property
    def pending(self) -> Adjustment | None:
        """The request that waits for a decision, if any."""
        return next((row for row in self.adjustments if row.state == Adjustment.State.REQUESTED), None)

    @property
    def extension_count(self) -> int:
        """How often an extension was granted."""
        return sum(
            row.kind == Adjustment.Kind.EXTENSION and row.state == Adjustment.State.APPROVED
            for row in self.adjustments
        )


def item_page(item: WorkItem, user: User, capacities: Set[Actor], *, today: date) -> ItemPage:
    """Gather the page of `item`, which the caller has found within the person's scope; seven queries."""
    reports = list(ProgressReport.objects.filter(item=item).select_related("submitted_by").order_by("month"))
    applications = list(
        item.applications.select_related("applicant", "confirmed_by", "lead_by", "decided_by")
    )
    adjustments = list(item.adjustments.select_related("requested_by", "decided_by", "new_organisation"))
    evidence = attachments_by_owner(ClosingApplication, [row.pk for row in applications])
    monthly = attachments_by_owner(ProgressReport, [row.pk for row in reports])
    events = _events(item, reports)
    acts, blocked = _acts(item, user, capacities, applications, adjustments, today=today)
    months = [
        MonthProgress(
            row,
            elapsed_percent(item.start_on, item.due_on, last_day(row.month)),
            monthly.get(row.pk, []),
        )
        for row in reports
    ]
    months_of = {str(row.pk): row.month for row in reports}
    return ItemPage(
        stages=stages(item, events, applications, today=today),
        months=months[::-1],
        applications=[(row, evidence.get(row.pk, [])) for row in applications],
        adjustments=adjustments,
        history=[_happening(event, months_of) for event in events],
        acts=acts,
        blocked=blocked,
        chase_count=sum(event.action == "item.chase" for event in events),
        chart=progress_chart(months),
        elapsed=elapsed_percent(item.start_on, item.due_on, today),
    )


def _events(item: WorkItem, reports: Sequence[ProgressReport]) -> Sequence[AuditEvent]:
    """Return the newest events of the item and of its monthly reports, newest first."""
    own = Q(object_type=item._meta.label_lower, object_id=str(item.pk))
    if reports:
        label = ProgressReport._meta.label_lower
        own |= Q(
            object_type=label, object_id__in=[str(row.pk) for row in reports], action__startswith="report."
        )
    quiet = ("item.export", "report.save", "file.download")
    return list(AuditEvent.objects.filter(own).exclude(action__in=quiet).order_by("-pk")[:HISTORY_LENGTH])


def _happening(event: AuditEvent, months_of: Mapping[str, date]) -> Happening:
    """Tell an event in words; of a monthly report it is said which month's."""
    label = action_label(event.action)
    words = label.text
    if event.object_type == ProgressReport._meta.label_lower and event.object_id in months_of:
        words = words.replace("月报", f"{months_of[event.object_id].month}月月报")
    changed = "；".join(
        _change(name, change) for name, change in event.changes.items() if _told(name, change)
    )
    parts = [part for part in (changed, event.note) if part]
    return Happening(event.at, words, event.actor_name, event.actor_unit, "。".join(parts), label.tone)


# What the label of the step says already, and what only the programme needs.
_UNTOLD = frozenset(
    {"version", "state", "snapshot", "percent", "closed_on", "original_due_on", "token", "size"}
)


def _told(name: str, change: Any) -> bool:
    return name not in _UNTOLD and (isinstance(change, list) or name in {"file", "new_due_on"})


def _change(name: str, change: Any) -> str:
    if name == "file":
        return f"「{change}」"
    if name == "new_due_on":
        return f"申请延至 {_plain(change)}"
    label = _FIELD_LABELS.get(name, name)
    if not isinstance(change, list):
        return f"{label} {change}"
    return f"{label}由「{_plain(change[0])}」改为「{_plain(change[1])}」"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "—" if value in {None, ""} else str(value)
    return _full(date.fromisoformat(text)) if _ISO_DAY.fullmatch(text) else text


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _full(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_FIELD_LABELS = {
    row.name: str(row.verbose_name)
    for model in (ProgressReport, WorkItem)
    for row in model._meta.get_fields()
    if isinstance(row, Field)
} | {"supporting": "配合单位"}


_LINE = (
    ItemState.PLANNED,
    ItemState.IN_PROGRESS,
    ItemState.AWAITING_UNIT,
    ItemState.AWAITING_LEAD,
    ItemState.AWAITING_OFFICE,
    ItemState.CLOSED,
)


def stages(
    item: WorkItem, events: Sequence[AuditEvent], applications: Sequence[ClosingApplication], *, today: date
) -> list[Stage]:
    """Return the state line: what was passed and when, where the item stands, what comes."""
    if item.state in {ItemState.SUSPENDED, ItemState.CANCELLED}:
        return [Stage(ItemState(item.state).label, _since(item, events, item.state, today), "now")]
    here = _LINE.index(ItemState(item.state))
    skips_lead = item.lead_id == item.organisation_id
    line_: list[Stage] = []
    for place, state in enumerate(_LINE):
        status = "now" if place == here else ("done" if place < here else "next")
        text = ""
        if state == ItemState.AWAITING_LEAD and skips_lead:
            text = "跳过：牵头即责任单位" if place < here else "牵头即责任单位，不需初审"
        elif state == ItemState.PLANNED:
            text = _day(item.start_on)
        elif status != "next":
            text = _since(item, events, state, today, now=status == "now")
        line_.append(Stage(state.label, text, status))
    if here == len(_LINE) - 1 and item.closed_on:
        line_[-1] = Stage(ItemState.CLOSED.label, _day(item.closed_on), "done")
    return line_


def _since(item: WorkItem, events: Sequence[AuditEvent], state: str, today: date, *, now: bool = True) -> str:
    """Return when the item entered `state` for the last time, and how long it has waited there."""
    for event in events:
        change = event.changes.get("state")
        if event.object_id == str(item.pk) and isinstance(change, list) and change[1] == state:
            day = event.at.astimezone().date()
            waited = (today - day).days
            waits = now and state not in {ItemState.PLANNED, ItemState.IN_PROGRESS}
            return _day(day) + (f"起，已等 {waited} 天" if waits and waited > 0 else ("起" if now else ""))
    return ""


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _acts(
    item: WorkItem,
    user: User,
    capacities: Set[Actor],
    applications: Sequence[ClosingApplication],
    adjustments: Sequence[Adjustment],
    *,
    today: date,
) -> tuple[list[Act], list[Act]]:
    """Return what the person can do now, the first one leading, and what not now with the reason."""
    own = any(
        row.outcome == ClosingApplication.Outcome.PENDING and row.applicant_id == user.pk
        for row in applications
    )
    acts: list[Act] = []
    blocked: list[Act] = []
    for step in ITEM_STEPS.values():
        if capacities.isdisjoint(step.actors):
            continue
        why = _why_not(item, step, reviews_own=own and step.name in REVIEWS)
        act = Act(
            step.name,
            step.label,
            step.effect,
            needs_note=step.needs_note,
            page=step.name == "apply",
            why_not=why,
        )
        (blocked if why else acts).append(act)
    _add_extension(item, capacities, adjustments, acts, blocked, today=today)
    _add_decision(user, capacities, adjustments, acts, blocked)
    if user.has_role(*CHASERS) and item.state in AT_WORK:
        acts.append(Act("chase", "催办", "给责任单位联络员发一条催办消息，计催办 1 次"))
    if acts and acts[0].name in LEADING:
        first = acts[0]
        acts[0] = Act(first.name, first.label, first.effect, first.needs_note, primary=True, page=first.page)
    return acts, blocked


REVIEWS = frozenset({"confirm", "decline", "lead_pass", "lead_return", "approve", "office_return"})
LEADING = frozenset({"start", "apply", "confirm", "lead_pass", "approve", "resume"})


def _why_not(item: WorkItem, step: Step, *, reviews_own: bool) -> str:
    if item.state not in step.sources:
        where = "、".join(f"「{state.label}」" for state in ItemState if state in step.sources)
        return f"现为「{item.get_state_display()}」，须在{where}时办理"
    return "您是申请人，须由他人审核" if reviews_own else ""


def _add_extension(
    item: WorkItem,
    capacities: Set[Actor],
    adjustments: Sequence[Adjustment],
    acts: list[Act],
    blocked: list[Act],
    *,
    today: date,
) -> None:
    if capacities.isdisjoint(UNIT):
        return
    why = extension_block(item, today=today)
    act = Act(
        "request_extension",
        "申请延期",
        "写明理由和新的时限，由营商办主任审批；原时限保留",
        needs_note=True,
        why_not=why,
    )
    (blocked if why else acts).append(act)


def _add_decision(
    user: User,
    capacities: Set[Actor],
    adjustments: Sequence[Adjustment],
    acts: list[Act],
    blocked: list[Act],
) -> None:
    row = next((one for one in adjustments if one.state == Adjustment.State.REQUESTED), None)
    if row is None or Actor.OFFICE_HEAD not in capacities:
        return
    why = "您是申请人，须由他人审批" if row.requested_by_id == user.pk else ""
    until = _full(row.new_due_on) if row.new_due_on else ""
    granted = Act(
        "grant_extension", "同意延期", f"时限改为 {until}，通知责任单位", primary=not acts, why_not=why
    )
    refused = Act("refuse_extension", "不同意延期", "时限不变，写明原因", needs_note=True, why_not=why)
    if why:
        blocked += [granted, refused]
    else:
        acts[:0] = [granted, refused]


def progress_chart(months: Sequence[MonthProgress]) -> str:
    """Draw the verified percent by month against the schedule; an empty text before the first one."""
    shown = [row for row in months if row.report.state == ReportState.VERIFIED][-12:]
    if not shown:
        return ""
    return SafeString(
        line(
            [str(row.report.month.month) for row in shown],
            [
                Series("已审核进度", [row.report.percent for row in shown]),
                Series("序时", [row.elapsed for row in shown], dashed=True),
            ],
            title="逐月累计进度与序时",
            key="progress",
            unit="%",
            width=266,
            height=140,
        )
    )
