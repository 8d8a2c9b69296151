"""Questions to the register of market entities: who is found, and what is known on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from portal.credit_codes import LENGTH
from portal.enterprise_names import is_code_part, search_words
from portal.enterprise_terms import FactKind
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation, User
from portal.models.organisations import LOCAL_KINDS
from portal.search_results import Hit, SearchGroup
from portal.selectors.search import group_of
from portal.size_classes import Sizing, size_class

COUNT_CAP = 10_000
# The trigram index of PostgreSQL knows no shorter parts; those are looked for row by row.
INDEXED_FROM = 3
FactsByEnterprise = Mapping[int, Mapping[FactKind, EnterpriseFact]]


def found_by(text: str) -> Q:
    """Return the condition "every word stands in the name, or begins the credit code"."""
    condition = Q()
    for word in search_words(text):
        if len(word) == LENGTH and is_code_part(word):
            condition &= Q(credit_code=word)
        elif is_code_part(word):
            condition &= Q(credit_code__startswith=word) | Q(search_name__contains=word)
        elif len(word) < INDEXED_FROM:
            condition &= Q(GreaterThan(StrIndex("search_name", Value(word)), 0))
        else:
            condition &= Q(search_name__contains=word)
    return condition


def in_industries(codes: Iterable[str]) -> Q:
    """Return the condition "the industry is one of `codes`": section letters, or beginnings of codes."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(section=code) if code.isalpha() else Q(industry__startswith=code)
    return condition


def holding(kind: str, level: str | None = None, *, on: date) -> Q:
    """Return the condition "holds the label on the day `on`"; any level where none is given."""
    labels = EnterpriseLabel.objects.held_on(on).filter(enterprise=OuterRef("pk"), kind=kind)
    return Q(Exists(labels if level is None else labels.filter(level=level)))


def fact_value(kind: str, *, on: date) -> Subquery:
    """Return the value of a fact on the day `on` as a column: the newest that holds, null where none does."""
    held = EnterpriseFact.objects.held_on(on).filter(enterprise=OuterRef("pk"), kind=kind)
    return Subquery(held.order_by("-valid_from").values("value")[:1])


def facts_on(enterprises: Iterable[int], *, on: date) -> FactsByEnterprise:
    """Return for each entity (by key) its facts of the day `on`, one of each kind; one query."""
    found: dict[int, dict[FactKind, EnterpriseFact]] = defaultdict(dict)
    held = EnterpriseFact.objects.held_on(on).filter(enterprise__in=list(enterprises))
    for fact in held.order_by("valid_from", "pk"):
        found[fact.enterprise_id][FactKind(fact.kind)] = fact
    return found


def values_of(facts: Mapping[FactKind, EnterpriseFact]) -> dict[FactKind, Decimal]:
    """Return the bare numbers of facts, each in its kind's unit."""
    return {kind: fact.value for kind, fact in facts.items()}


def sizing_of(enterprise: Enterprise, *, on: date) -> Sizing:
    """Return the size of one entity on the day `on` with its reason, or what is missing; one query."""
    facts = facts_on([enterprise.pk], on=on).get(enterprise.pk, {})
    return size_class(enterprise.industry, values_of(facts), on=on)


def labels_on(enterprises: Iterable[int], *, on: date) -> dict[int, list[EnterpriseLabel]]:
    """Return for each entity (by key) the labels it holds on the day `on`, in the order of the kinds."""
    found: dict[int, list[EnterpriseLabel]] = defaultdict(list)
    held = EnterpriseLabel.objects.held_on(on).filter(enterprise__in=list(enterprises))
    for label in held.order_by("kind", "level", "-valid_from"):
        known = found[label.enterprise_id]
        if all((one.kind, one.level) != (label.kind, label.level) for one in known):
            known.append(label)
    return found


def find_by_code(user: User, code: str) -> Enterprise | None:
    """Return the entity with a credit code that `user` may read; one that was merged leads to the kept row."""
    row = Enterprise.objects.visible_to(user).select_related("merged_into").filter(credit_code=code).first()
    return row.merged_into or row if row else None


def local_units(user: User) -> QuerySet[Organisation]:
    """Return the towns and parks that an entity can lie in."""
    return Organisation.objects.visible_to(user).filter(kind__in=LOCAL_KINDS)


@dataclass(frozen=True)
class CappedCount:
    """A number counted no further than `COUNT_CAP`; `label` is how it is printed: `3000`, or `10000+`."""

    total: int
    capped: bool

    @property
    def label(self) -> str:
        return f"{COUNT_CAP}+" if self.capped else str(self.total)


def capped_count(rows: QuerySet[Any]) -> CappedCount:
    """Count rows with one query that reads at most 10,001 of them."""
    total = rows.order_by()[: COUNT_CAP + 1].count()
    return CappedCount(min(total, COUNT_CAP), total > COUNT_CAP)


def find_enterprises(user: User, text: str, limit: int) -> SearchGroup:
    """Entities by name or credit code, for the search of the portal."""
    rows = (
        Enterprise.objects.visible_to(user).current().filter(found_by(text)).select_related("town")
        if search_words(text)
        else Enterprise.objects.none()
    )

    def hit(row: Enterprise) -> Hit:
        town = row.town.short_name if row.town else ""
        return Hit(row.name, f"{row.credit_code}　{town}　{row.get_state_display()}", row.get_absolute_url())

    return group_of("市场主体", rows, limit, hit, url=f"/enterprises/?q={text}")


def outdated_sizes(today: date) -> QuerySet[Enterprise]:
    """Return entities whose facts began or ceased to hold since their size was told."""
    since = F("enterprise__size_as_of")
    moved = Q(valid_from__gt=since, valid_from__lte=today) | Q(valid_to__gte=since, valid_to__lt=today)
    facts = EnterpriseFact.objects.filter(moved)
    return Enterprise.objects.current().filter(pk__in=facts.values("enterprise"))
