"""Awards that exclude one another, and caps per enterprise and year.

就高: of the awards of a group and period the highest is granted, less what was
paid from the group before. 一次: the first award is granted and no second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import TextChoices

from policies.amounts.money import shown

ZERO = Decimal(0)


class GroupRule(TextChoices):
    HIGHEST = "highest", "就高不重复"
    ONCE = "once", "只享受一次"


@dataclass(frozen=True)
class Award:
    """What one item would grant to an enterprise, or has granted (`paid`), in yuan.

    `group` names the exclusive group, empty where there is none; `period` the
    period within which it excludes (a year, or empty for ever). Among unpaid
    awards the order given is the order in which they are granted under 一次.
    """

    key: str
    label: str
    amount: Decimal
    group: str = ""
    rule: GroupRule = GroupRule.HIGHEST
    period: str = ""
    paid: bool = False


@dataclass(frozen=True)
class Granted:
    """What is granted for one award, and why it is less than the award itself."""

    award: Award
    amount: Decimal
    reason: str = ""


@dataclass(frozen=True)
class Settlement:
    """The awards of one enterprise after groups and the yearly cap."""

    granted: tuple[Granted, ...]
    total: Decimal = field(default=ZERO)


def settle(awards: Iterable[Award], *, yearly_cap: Decimal | None = None, paid: Decimal = ZERO) -> Settlement:
    """Return what is granted for each unpaid award.

    `yearly_cap` is the most the enterprise gets in the year, of which `paid` has
    been paid already by whatever item. Awards are cut in the order given.
    """
    rows = list(awards)
    groups: dict[tuple[str, str], list[Award]] = {}
    for award in rows:
        if award.group:
            groups.setdefault((award.group, award.period), []).append(award)
    granted = [
        _within_group(award, groups[award.group, award.period])
        if award.group
        else Granted(award, award.amount)
        for award in rows
        if not award.paid
    ]
    if yearly_cap is not None:
        granted = _capped(granted, max(yearly_cap - paid, ZERO), yearly_cap)
    return Settlement(tuple(granted), sum((row.amount for row in granted), ZERO))


def _within_group(award: Award, group: Sequence[Award]) -> Granted:
    before = [other for other in group if other.paid]
    rivals = [other for other in group if not other.paid]
    if award.rule == GroupRule.ONCE:
        winner = before[0] if before else rivals[0]
        if winner is award:
            return Granted(award, award.amount)
        return Granted(award, ZERO, f"“{award.group}”只享受一次，已按“{winner.label}”兑现")
    best = max(rivals, key=lambda other: other.amount)
    if best is not award:
        return Granted(award, ZERO, f"“{award.group}”就高不重复，按“{best.label}”{shown(best.amount)}兑现")
    received = sum((other.amount for other in before), ZERO)
    if not received:
        return Granted(award, award.amount)
    rest = max(award.amount - received, ZERO)
    return Granted(award, rest, f"“{award.group}”就高不重复，已兑现 {shown(received)}，补差额 {shown(rest)}")


def _capped(granted: Sequence[Granted], left: Decimal, cap: Decimal) -> list[Granted]:
    found = []
    for row in granted:
        amount = min(row.amount, left)
        left -= amount
        reason = (
            row.reason
            if amount == row.amount
            else f"同一企业每年最高 {shown(cap)}，本项可兑现 {shown(amount)}"
        )
        found.append(Granted(row.award, amount, reason))
    return found
