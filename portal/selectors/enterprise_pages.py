"""What the page of one market entity shows beyond its columns, and which entities may be the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from portal.enterprise_terms import FACTS, EntityState, FactKind, held_on
from portal.models import AuditEvent, Enterprise, EnterpriseFact, EnterpriseLabel, EnterpriseMerge
from portal.querysets import EnterpriseQuerySet
from portal.selectors.audit import action_label, changes_text
from portal.size_classes import Sizing, size_class
from portal.timeline import Happening

SHOWN_YEARS = 4
HISTORY_LENGTH = 100
MOST_GROUPS = 50


@dataclass(frozen=True)
class FactRow:
    """A kind of fact with its values by year, newest first; None where a year has none."""

    label: str
    unit: str
    values: list[EnterpriseFact | None]
    source: str


@dataclass(frozen=True)
class FactTable:
    years: list[int]
    rows: list[FactRow]


@dataclass(frozen=True)
class LabelRow:
    """A label with whether it is held today; `standing` says it in a word."""

    label: EnterpriseLabel
    held: bool
    standing: str


@dataclass(frozen=True)
class EnterprisePage:
    """Everything the page shows beyond the entity's own columns."""

    facts: FactTable
    labels: list[LabelRow]
    sizing: Sizing
    merges: list[EnterpriseMerge]
    history: list[Happening]

    @property
    def held_labels(self) -> list[EnterpriseLabel]:
        return [row.label for row in self.labels if row.held]


def enterprise_page(enterprise: Enterprise, *, today: date) -> EnterprisePage:
    """Gather the page of an entity that the caller has found within the person's scope; four queries."""
    facts = list(enterprise.facts.order_by("valid_from", "pk"))
    held = {
        FactKind(fact.kind): fact.value for fact in facts if held_on(fact.valid_from, fact.valid_to, today)
    }
    pair = Q(kept=enterprise) | Q(gone=enterprise)
    merges = EnterpriseMerge.objects.filter(pair).select_related("kept", "gone", "merged_by", "undone_by")
    events = AuditEvent.objects.all().of(enterprise).exclude(action="enterprise.export")[:HISTORY_LENGTH]
    return EnterprisePage(
        facts=_fact_table(facts),
        labels=[_label_row(label, today) for label in enterprise.labels.order_by("-valid_from", "kind")],
        sizing=size_class(enterprise.industry, held, on=today),
        merges=list(merges),
        history=[_happening(event) for event in events],
    )


def _fact_table(facts: list[EnterpriseFact]) -> FactTable:
    found: dict[str, dict[int, EnterpriseFact]] = defaultdict(dict)
    for fact in facts:
        found[fact.kind][fact.period_year or fact.valid_from.year] = fact
    years = sorted({year for own in found.values() for year in own}, reverse=True)[:SHOWN_YEARS]
    rows = []
    for kind, term in FACTS.items():
        own = found.get(kind)
        if own:
            newest = own[max(own)]
            rows.append(FactRow(kind.label, term.unit, [own.get(year) for year in years], newest.source))
    return FactTable(years, rows)


def _label_row(label: EnterpriseLabel, today: date) -> LabelRow:
    ended = "未生效" if label.valid_from > today else "已到期"
    held = held_on(label.valid_from, label.valid_to, today)
    return LabelRow(label, held, "有效" if held else ended)


_TONES = {
    "enterprise.register": "key",
    "enterprise.merge": "key",
    "enterprise.unmerge": "bad",
    "enterprise.state": "key",
    "enterprise.label_end": "bad",
}


def _happening(event: AuditEvent) -> Happening:
    text = "。".join(part for part in (changes_text(event), event.note) if part)
    label = action_label(event.action)
    return Happening(event.at, label, event.actor_name, event.actor_unit, text, _TONES.get(event.action, ""))


@dataclass(frozen=True)
class DuplicateGroup:
    """Entities in the register under the same name but for spaces, brackets and widths."""

    name: str
    rows: list[Enterprise]


def duplicate_groups(rows: EnterpriseQuerySet) -> list[DuplicateGroup]:
    """Return the first groups of `rows` that may be one entity; two queries.

    Two shops may bear the same name: whoever merges decides.
    """
    current = rows.current()
    names = list(
        current.exclude(state=EntityState.MOVED)
        .order_by()
        .values("search_name")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .order_by("search_name")
        .values_list("search_name", flat=True)[:MOST_GROUPS]
    )
    found: dict[str, list[Enterprise]] = defaultdict(list)
    same = current.filter(search_name__in=names).select_related("town").order_by("search_name", "pk")
    for row in same:
        found[row.search_name].append(row)
    return [DuplicateGroup(own[0].name, own) for own in found.values()]
