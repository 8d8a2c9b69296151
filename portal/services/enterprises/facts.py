"""Dated facts and labels: added, corrected, ended; never removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.enterprise_terms import FACTS, LABELS, FactKind, LabelKind, LabelLevel, label_name
from portal.errors import Refused
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, User
from portal.services import audit
from portal.services.enterprises.register import check_keeper
from portal.services.enterprises.sizes import resize
from portal.workbooks.columns import plain

LARGEST = Decimal(10) ** 13


@dataclass(frozen=True)
class Basis:
    """Where something is known from and for which days it holds, both ends included.

    `period_year` is the year that a yearly sum covers; labels have none.
    """

    source: str
    valid_from: date
    valid_to: date | None = None
    period_year: int | None = None


def fact_problem(kind: FactKind, value: Decimal) -> str:
    """Return why a value can't be a fact of its kind, or an empty text."""
    term = FACTS[kind]
    if value < 0 and kind != FactKind.TAX:
        return f"{kind.label}不能为负数"
    if abs(value) >= LARGEST:
        return f"{kind.label}过大，单位是{term.unit}，请核对"
    return f"{kind.label}应为整数" if term.whole and value != value.to_integral_value() else ""


def label_problem(kind: LabelKind, level: str) -> str:
    """Return why a label can't be held at a level, or an empty text."""
    levels = LABELS[kind].levels
    if level in levels:
        return ""
    words = "、".join(one.label for one in LabelLevel if one in levels)
    return f"「{kind.label}」的级别应为：{words}"


@transaction.atomic
def set_fact(
    enterprise: Enterprise,
    kind: FactKind,
    value: Decimal,
    basis: Basis,
    *,
    actor: User,
    today: date,
) -> EnterpriseFact:
    """Record a fact that holds from a day on; one of the same kind and day is corrected.

    `value` is in the unit of its kind. The same fact given again changes nothing.
    """
    check_keeper(actor)
    if problem := fact_problem(kind, value):
        raise Refused(f"{problem}。")
    _check_basis(basis)
    _hold(enterprise)
    values = {
        "value": value,
        "valid_to": basis.valid_to,
        "period_year": basis.period_year,
        "source": basis.source.strip(),
    }
    fact, made = EnterpriseFact.objects.get_or_create(
        enterprise=enterprise,
        kind=kind,
        valid_from=basis.valid_from,
        defaults={**values, "recorded_at": timezone.now()},
    )
    before = None if made else fact.value
    if not made:
        if all(getattr(fact, name) == new for name, new in values.items()):
            return fact
        EnterpriseFact.objects.filter(pk=fact.pk).update(**values, recorded_at=timezone.now())
        fact.refresh_from_db()
    resize([enterprise.pk], today=today)
    change = [None if before is None else plain(before), plain(value)]
    _record(enterprise, "enterprise.fact", actor, {kind.value: change}, _told(basis))
    return fact


@transaction.atomic
def set_label(
    enterprise: Enterprise,
    kind: LabelKind,
    level: str,
    basis: Basis,
    *,
    actor: User,
) -> EnterpriseLabel:
    """Record a label held from a day on; the same label of the same day is corrected, not doubled."""
    check_keeper(actor)
    if problem := label_problem(kind, level):
        raise Refused(f"{problem}，请重新选择。")
    _check_basis(basis)
    _hold(enterprise)
    values = {"valid_to": basis.valid_to, "source": basis.source.strip()}
    label, made = EnterpriseLabel.objects.get_or_create(
        enterprise=enterprise,
        kind=kind,
        level=level,
        valid_from=basis.valid_from,
        defaults={**values, "recorded_at": timezone.now()},
    )
    if not made:
        if all(getattr(label, name) == new for name, new in values.items()):
            return label
        EnterpriseLabel.objects.filter(pk=label.pk).update(**values, recorded_at=timezone.now())
        label.refresh_from_db()
    changes: dict[str, object] = {"label": label_name(kind, level), "valid_to": [None, basis.valid_to]}
    _record(enterprise, "enterprise.label", actor, changes, _told(basis))
    return label


@transaction.atomic
def end_label(label: EnterpriseLabel, *, actor: User, last_day: date, reason: str) -> EnterpriseLabel:
    """End a label with `last_day` (included): withdrawn, expired, removed from the list."""
    check_keeper(actor)
    if not reason.strip():
        raise Refused("请写明终止的依据，例如“复核未通过”。")
    if last_day < label.valid_from:
        raise Refused("终止日期不能早于认定日期，请核对。")
    rows = EnterpriseLabel.objects.filter(pk=label.pk, valid_to=label.valid_to)
    if not rows.update(valid_to=last_day, recorded_at=timezone.now()):
        raise Refused(f"「{label}」刚刚被他人修改，请刷新后再办理。")
    changes: dict[str, object] = {"label": str(label), "valid_to": [label.valid_to, last_day]}
    label.refresh_from_db()
    _record(label.enterprise, "enterprise.label_end", actor, changes, reason.strip())
    return label


def _check_basis(basis: Basis) -> None:
    if not basis.source.strip():
        raise Refused("请填写数据来源，例如“2022年企业年报”。")
    if basis.valid_to is not None and basis.valid_to < basis.valid_from:
        raise Refused("截止日期不能早于起始日期，请核对。")


def _hold(enterprise: Enterprise) -> None:
    """Let nobody else write about the entity until commit; refuse where it was merged meanwhile."""
    rows = Enterprise.objects.filter(pk=enterprise.pk, merged_into=None)
    if not rows.update(version=F("version") + 1):
        raise Refused(f"「{enterprise.name}」已合并到另一市场主体，请在保留的一条上办理。")


def _told(basis: Basis) -> str:
    start = basis.valid_from
    return f"自{start.year}年{start.month}月{start.day}日起，来源：{basis.source.strip()}"


def _record(enterprise: Enterprise, action: str, actor: User, changes: dict[str, object], note: str) -> None:
    audit.record(
        enterprise, action, actor=actor, changes=changes, note=note[:300], organisation=enterprise.town
    )
