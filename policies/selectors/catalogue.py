"""The catalogue as its pages show it: rows of the list, one item with its versions, what changed between two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Prefetch, QuerySet, Sum

from policies.amounts import read_rule
from policies.amounts.money import shown
from policies.conditions import Node, describe, read_tree
from policies.models import VERSION_FIELDS, Payout, PolicyItem, PolicyItemVersion, Proposal
from policies.querysets import ENTITY
from policies.selectors.matching import MatchCounts, match_counts
from policies.terms import Level
from policies.workflow import OPEN_PROPOSALS
from portal.models import AuditEvent
from portal.params import ParamError
from portal.selectors.audit import action_label, changes_text

HISTORY_LENGTH = 30


def tree_of(version: PolicyItemVersion) -> Node | None:
    """Return the version's conditions; None also where a draft's can't be read."""
    try:
        return read_tree(version.conditions)
    except ParamError:
        return None


def standard_of(version: PolicyItemVersion) -> str:
    """Say what the version grants; empty where nothing has been entered."""
    try:
        return read_rule(version.amount).describe() if version.amount else ""
    except ParamError:
        return ""


def with_versions(items: QuerySet[PolicyItem]) -> QuerySet[PolicyItem]:
    """Read items together with their version in force and their draft."""
    drafts = PolicyItemVersion.objects.filter(published_at=None).select_related("group")
    prefetch = Prefetch("versions", queryset=drafts, to_attr="drafts")
    return items.select_related("policy", "organisation", "topic", "current__group").prefetch_related(
        prefetch
    )


def said_by(item: PolicyItem) -> PolicyItemVersion | None:
    """Return what the item says now: the version in force, before the first publication the draft."""
    drafts: list[PolicyItemVersion] = getattr(item, "drafts", [])
    return item.current or next(iter(drafts), None)


@dataclass(frozen=True)
class ItemRow:
    """An item of the list; `paid` is yuan of the year, `matches` what the last match said."""

    item: PolicyItem
    version: PolicyItemVersion | None
    standard: str
    has_draft: bool
    matches: MatchCounts | None
    paid: Decimal


def item_rows(items: Iterable[PolicyItem], year: int) -> list[ItemRow]:
    """Return the rows of items read by `with_versions`; two more queries."""
    found = list(items)
    counts = match_counts([item.current_id for item in found if item.current_id])
    paid = Payout.objects.paid(date(year, 1, 1), date(year + 1, 1, 1)).filter(item__in=found).order_by()
    sums = dict(paid.values_list("item").annotate(Sum("amount")))
    return [
        ItemRow(
            item,
            version := said_by(item),
            standard_of(version) if version else "",
            bool(getattr(item, "drafts", [])),
            counts.get(item.current_id or 0),
            sums.get(item.pk, Decimal(0)),
        )
        for item in found
    ]


@dataclass(frozen=True)
class Progress:
    """How far an item has come: proposals under way, and what was paid over all years (`paid` in yuan)."""

    matches: MatchCounts | None
    open_proposals: int
    waiting: int
    paid: Decimal
    payouts: int
    enterprises: int
    first_days: int | None


def progress_of(item: PolicyItem) -> Progress:
    """Count one item's way from match to payment; four queries."""
    states = dict(Proposal.objects.filter(item=item).order_by().values_list("state").annotate(Count("pk")))
    standing = Payout.objects.standing().filter(item=item, paid_on__isnull=False)
    sums = standing.aggregate(
        total=Sum("amount"), payouts=Count("pk"), enterprises=Count(ENTITY, distinct=True)
    )
    first = (
        Payout.objects.filter(item=item, reversal_of=None, paid_on__isnull=False)
        .order_by("paid_on")
        .values_list("paid_on", flat=True)
        .first()
    )
    days = (first - item.first_published_on).days if first and item.first_published_on else None
    counts = match_counts([item.current_id]) if item.current_id else {}
    return Progress(
        counts.get(item.current_id or 0),
        sum(number for state, number in states.items() if state in OPEN_PROPOSALS),
        states.get("proposed", 0),
        sums["total"] or Decimal(0),
        sums["payouts"],
        sums["enterprises"],
        days,
    )


def shares_of(version: PolicyItemVersion) -> str:
    """Write who bears how much: 县级 60%，市级 40%."""
    return "，".join(f"{Level(level).label} {percent}%" for level, percent in version.cost_shares.items())


def history_of(row: Any) -> list[dict[str, Any]]:
    """Return the row's history as the timeline shows it. The caller has checked that the row is visible."""
    events = AuditEvent.objects.all().of(row)[:HISTORY_LENGTH]
    return [
        {
            "at": event.at,
            "label": action_label(event.action),
            "tone": "bad" if event.action.rpartition(".")[2] in BAD_STEPS else "",
            "who": event.actor_name,
            "unit": event.actor_unit,
            "text": event.note or _changes(event),
        }
        for event in events
    ]


BAD_STEPS = frozenset({"return", "reject", "dismiss", "reverse", "item_withdraw", "item_suspend", "cancel"})
LONGEST_CHANGE = 120


WRITTEN = frozenset({"policy.item_create", "policy.item_save"})


def _changes(event: AuditEvent) -> str:
    """Say what was changed; of a draft only which fields were written, the versions hold the words."""
    if event.action not in WRITTEN:
        return _short(changes_text(event))
    labels = {field.name: str(field.verbose_name) for field in PolicyItemVersion._meta.concrete_fields}
    return _short("、".join(labels[name] for name in event.changes if name in VERSION_FIELDS))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CHANGE else f"{text[:LONGEST_CHANGE]}…"


@dataclass(frozen=True)
class Difference:
    """One field in two versions, both as they are shown."""

    label: str
    before: str
    after: str


def differences(old: PolicyItemVersion, new: PolicyItemVersion) -> list[Difference]:
    """Return the fields in which two versions of an item differ, in the order of the form."""
    pairs = _shown_pairs(old, new)
    return [Difference(label, before, after) for label, before, after in pairs if before != after]


def _shown_pairs(old: PolicyItemVersion, new: PolicyItemVersion) -> Iterator[tuple[str, str, str]]:
    labels = {field.name: str(field.verbose_name) for field in PolicyItemVersion._meta.concrete_fields}
    for name in VERSION_FIELDS:
        if name != "change_note":
            yield labels[name], _plain(old, name), _plain(new, name)


def _plain(version: PolicyItemVersion, name: str) -> str:
    if name in WRITTEN_OUT:
        return WRITTEN_OUT[name](version)
    display = getattr(version, f"get_{name}_display", None)
    value = display() if display else getattr(version, name)
    if isinstance(value, Decimal):
        return shown(value)
    return "" if value is None else str(value)


def condition_lines(version: PolicyItemVersion) -> str:
    """Write a version's conditions as its sentence; empty where there are none."""
    tree = tree_of(version)
    return describe(tree) if tree is not None else ""


def materials_text(materials: Sequence[dict[str, Any]]) -> str:
    """Write the list of materials one to a line, as the form takes it."""
    return "\n".join(
        row["name"] if row.get("required", True) else f"{row['name']}（选交）" for row in materials
    )


# What is kept as data is compared as it is shown.
WRITTEN_OUT: Final[Mapping[str, Callable[[PolicyItemVersion], str]]] = {
    "conditions": condition_lines,
    "amount": standard_of,
    "materials": lambda version: materials_text(version.materials),
    "cost_shares": shares_of,
}
