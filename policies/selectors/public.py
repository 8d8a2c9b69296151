"""What the public may know of the policies: the catalogue, and how an item stands. Nothing of any enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from policies.amounts import NoMoney, read_rule
from policies.amounts.money import shown
from policies.conditions import Node, leaves, read_tree
from policies.criteria.membership import IndustryIn
from policies.models import Payout, PolicyItem, PolicyItemVersion
from policies.querysets import ENTITY
from portal.industries import section_of
from portal.models import Organisation


@dataclass(frozen=True)
class Wanted:
    """What somebody is looking for; what is empty does not narrow."""

    text: str = ""
    category: str = ""
    mode: str = ""
    unit: str = ""
    industry: str = ""


def find_items(wanted: Wanted, on: date) -> QuerySet[PolicyItem]:
    """Return the items an enterprise can get on the day `on` that fit, by number.

    Every word of the text must stand in the title, the whom-it-is-for, the
    document's title, number or full text. An item that asks for no industry is for
    all of them.
    """
    rows = PolicyItem.objects.public().live(on).select_related("current", "organisation", "policy")
    for word in wanted.text.split():
        rows = rows.filter(
            Q(current__title__icontains=word)
            | Q(current__whom__icontains=word)
            | Q(current__standard_text__icontains=word)
            | Q(policy__title__icontains=word)
            | Q(policy__document_number__icontains=word)
            | Q(policy__text__icontains=word)
        )
    columns = {
        "current__category": wanted.category,
        "current__mode": wanted.mode,
        "organisation__code": wanted.unit,
    }
    rows = rows.filter(**{column: value for column, value in columns.items() if value})
    if wanted.industry:
        fitting = [
            key
            for key, conditions in rows.values_list("pk", "current__conditions")
            if _may_be_of(read_tree(conditions), wanted.industry)
        ]
        rows = rows.filter(pk__in=fitting)
    return rows.order_by("number")


def _may_be_of(tree: Node | None, section: str) -> bool:
    """Tell whether an enterprise of an industrial section can qualify, as far as its industry goes."""
    asked = [leaf.criterion for leaf in leaves(tree) if isinstance(leaf.criterion, IndustryIn)]
    return not asked or any(
        section in one.sections or section in {section_of(code) for code in one.classes} for one in asked
    )


def offering_units(on: date) -> QuerySet[Organisation]:
    """Return the units that lead an item of the day."""
    return Organisation.objects.filter(
        pk__in=PolicyItem.objects.public().live(on).values("organisation")
    ).order_by("order")


@dataclass(frozen=True)
class PublicItem:
    """An item as its page shows it: conditions and amount in words, steps one by one, and what was paid this year."""

    item: PolicyItem
    version: PolicyItemVersion
    conditions: tuple[str, ...]
    amount: str
    is_money: bool
    steps: tuple[str, ...]
    siblings: tuple[str, ...]
    payouts: int
    enterprises: int
    paid: str
    is_open: bool


def public_item(item: PolicyItem, on: date) -> PublicItem:
    """Return what the page of a public item says on the day `on`; three queries."""
    version = item.current
    if version is None:
        raise ValueError("a public item has a version")
    rule = read_rule(version.amount)
    year = Payout.objects.standing().filter(item=item, paid_on__year=on.year, paid_on__lte=on)
    paid = year.aggregate(payouts=Count("pk"), enterprises=Count(ENTITY, distinct=True), yuan=Sum("amount"))
    return PublicItem(
        item=item,
        version=version,
        conditions=_sentences(version, on),
        amount=version.standard_text or rule.describe(),
        is_money=not isinstance(rule, NoMoney),
        steps=tuple(
            step for part in version.procedure.replace("。", "；").split("；") if (step := part.strip())
        ),
        siblings=_siblings(item, version),
        payouts=paid["payouts"],
        enterprises=paid["enterprises"],
        paid=shown(paid["yuan"] or Decimal(0)),
        is_open=PolicyItem.objects.live(on).filter(pk=item.pk).exists(),
    )


def _sentences(version: PolicyItemVersion, on: date) -> tuple[str, ...]:
    """Return whom it is for, the conditions of the day one by one, and what only its text says."""
    found = [version.whom]
    found += [leaf.describe() for leaf in leaves(read_tree(version.conditions)) if leaf.in_force(on)]
    return tuple(dict.fromkeys([*found, *([version.conditions_text] if version.conditions_text else [])]))


def _siblings(item: PolicyItem, version: PolicyItemVersion) -> tuple[str, ...]:
    """Return the titles of the other items of the same exclusive group."""
    if version.group_id is None:
        return ()
    rows = PolicyItem.objects.public().filter(current__group=version.group_id).exclude(pk=item.pk)
    return tuple(rows.order_by("number").values_list("current__title", flat=True))
