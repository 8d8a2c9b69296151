"""What the public may know of the policies: the catalogue, and how an item stands. Nothing of any enterprise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from policies.amounts import NoMoney, read_rule
from policies.amounts.money import shown
from policies.conditions import Leaf, Node, in_force, parts_in_force, read_tree
from policies.criteria import Verdict
from policies.criteria.membership import IndustryIn
from policies.models import Payout, PolicyItem, PolicyItemVersion
from policies.querysets import ENTITY
from portal.industries import section_of
from portal.models import Organisation

STEP_ENDS = re.compile(r"[\n；。]+")
NUMBERED = re.compile(r"^(?:\d{1,2}[.．、](?!\d)|[（(]?[一二三四五六七八九十\d]{1,2}[）)、])\s*")


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
            if _by_industry(in_force(read_tree(conditions), on), wanted.industry) != Verdict.NOT_MET
        ]
        rows = rows.filter(pk__in=fitting)
    return rows.order_by("number")


def _by_industry(node: Node | None, section: str) -> Verdict:
    """Judge the enterprises of an industrial section as far as their industry goes; the rest is unknown."""
    if node is None:
        return Verdict.UNKNOWN
    if not isinstance(node, Leaf):
        return node.combine([_by_industry(part, section) for part in node.parts])
    asked = node.criterion
    if not isinstance(asked, IndustryIn):
        return Verdict.UNKNOWN
    if section in asked.sections:
        return Verdict.MET
    inside = section in {section_of(code) for code in asked.classes}
    return Verdict.UNKNOWN if inside else Verdict.NOT_MET


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
    is_early: bool


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
        amount=version.standard,
        is_money=not isinstance(rule, NoMoney),
        steps=_steps(version.procedure),
        siblings=_siblings(item, version),
        payouts=paid["payouts"],
        enterprises=paid["enterprises"],
        paid=shown(paid["yuan"] or Decimal(0)),
        is_open=PolicyItem.objects.live(on).filter(pk=item.pk).exists(),
        is_early=version.valid_from > on,
    )


def _steps(procedure: str) -> tuple[str, ...]:
    """Return the steps one by one, written one to a line or in one sentence; a number that was typed is left out."""
    steps = (NUMBERED.sub("", part.strip()) for part in STEP_ENDS.split(procedure))
    return tuple(step for step in steps if step)


def _sentences(version: PolicyItemVersion, on: date) -> tuple[str, ...]:
    """Return whom it is for, what must be met on the day part by part, and what only its text says."""
    found = [version.whom]
    found += [part.describe() for part in parts_in_force(read_tree(version.conditions), on)]
    return tuple(dict.fromkeys([*found, *([version.conditions_text] if version.conditions_text else [])]))


def _siblings(item: PolicyItem, version: PolicyItemVersion) -> tuple[str, ...]:
    """Return the titles of the other items of the same exclusive group."""
    if version.group_id is None:
        return ()
    rows = PolicyItem.objects.public().filter(current__group=version.group_id).exclude(pk=item.pk)
    return tuple(rows.order_by("number").values_list("current__title", flat=True))
