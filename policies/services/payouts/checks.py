"""What may be paid: each candidate is checked by itself, against the ledger, and against those before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from policies.amounts import calculate, read_rule, settle
from policies.amounts.money import shown
from policies.criteria import Profile
from policies.matching.reading import profiles_of
from policies.models import Budget, Payout, PolicyItemVersion, Proposal
from policies.selectors.settling import award_of
from policies.terms import Repeat, period_of
from portal.enterprise_terms import EntityState
from portal.models import Enterprise

ZERO = Decimal(0)


@dataclass(frozen=True)
class Candidate:
    """A payment that is to be entered: `on` is the day it was or will be made, `period` a year or empty."""

    version: PolicyItemVersion
    enterprise: Enterprise
    amount: Decimal
    on: date
    period: str = ""
    proposal: Proposal | None = None
    voucher: str = ""
    stated_on: date | None = None


@dataclass(frozen=True)
class Problem:
    """Why a candidate can't be paid; `field` names the column of the entry that it is about."""

    field: str
    sentence: str


@dataclass
class _Ledger:
    """What is already in the ledger for the enterprises and items concerned."""

    awards: dict[int, list[tuple[PolicyItemVersion, str, Decimal, date | None]]]
    profiles: dict[tuple[int, date], Profile]
    budgets: dict[tuple[int, int], Decimal]
    used: dict[tuple[int, int], Decimal]
    taken: set[tuple[int, int, str]] = field(default_factory=set)


def find_problems(candidates: Sequence[Candidate]) -> list[list[Problem]]:
    """Return the problems of each candidate, in order; candidates without any count for those after them.

    Refused are: an entity that is not in business, an amount over the standard or
    the enterprise's yearly cap, a second payment for the item and period, one that
    its exclusive group rules out, one beyond the year's budget, and a period or
    day outside the item's. Does the same number of queries for one as for a
    thousand of one day.
    """
    ledger = _load(candidates)
    found = []
    for candidate in candidates:
        problems = list(_problems(candidate, ledger))
        found.append(problems)
        if not problems:
            _count(candidate, ledger)
    return found


def _load(candidates: Sequence[Candidate]) -> _Ledger:
    enterprises = {row.enterprise.pk: row.enterprise for row in candidates}
    ledger = _Ledger({}, {}, {}, {})
    standing = Payout.objects.standing().filter(enterprise__in=enterprises).order_by("pk")
    for payout in standing.select_related("version__group"):
        day = payout.paid_on or payout.stated_on
        ledger.awards.setdefault(payout.enterprise_id, []).append(
            (payout.version, payout.period, payout.amount, day)
        )
        ledger.taken.add((payout.item_id, payout.enterprise_id, payout.period))
    by_day: dict[date, dict[int, Enterprise]] = {}
    for row in candidates:
        by_day.setdefault(row.on, {})[row.enterprise.pk] = row.enterprise
    for day, rows in by_day.items():
        for key, profile in zip(rows, profiles_of(list(rows.values()), day), strict=True):
            ledger.profiles[key, day] = profile
    _load_budgets(ledger, candidates)
    return ledger


def _load_budgets(ledger: _Ledger, candidates: Iterable[Candidate]) -> None:
    pairs = {(row.version.item_id, row.on.year) for row in candidates}
    items = {item for item, _ in pairs}
    for item, year, total in (
        Budget.objects.filter(item__in=items).order_by().values_list("item", "year").annotate(Sum("amount"))
    ):
        ledger.budgets[item, year] = total
    for item, year in pairs & ledger.budgets.keys():
        ledger.used[item, year] = used_budget(item, year)


def used_budget(item: int, year: int) -> Decimal:
    """Return what stands against the item's budget of a year, in yuan.

    A draft counts too: two drafts together must not pass the budget either.
    """
    rows = Payout.objects.standing().filter(item=item, budget_year=year)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def _problems(row: Candidate, ledger: _Ledger) -> Iterable[Problem]:
    yield from _entity(row)
    yield from _period(row)
    if row.amount <= 0:
        yield Problem("amount", "金额应大于 0")
        return
    if (row.version.item_id, row.enterprise.pk, row.period) in ledger.taken:
        when = f"{row.period} 年" if row.period else ""
        yield Problem("enterprise", f"{when}已有“{row.version.title}”的兑现记录，不能重复")
        return
    yield from _standard(row, ledger)
    yield from _group(row, ledger)
    yield from _yearly_cap(row, ledger)
    yield from _budget(row, ledger)


def _entity(row: Candidate) -> Iterable[Problem]:
    if row.enterprise.merged_into_id is not None:
        yield Problem(
            "enterprise", f"{row.enterprise}已并入{row.enterprise.merged_into}，请改用后者的信用代码"
        )
    elif row.enterprise.state != EntityState.ACTIVE:
        state = EntityState(row.enterprise.state).label
        yield Problem("enterprise", f"市场主体已{state}，不能兑现")


def _period(row: Candidate) -> Iterable[Problem]:
    version = row.version
    if row.on < version.valid_from:
        yield Problem("paid_on", f"兑现日期早于落实期限（{version.valid_from:%Y-%m-%d} 起）")
    if version.repeat == Repeat.ONCE:
        if row.period != period_of(version.repeat, row.on):
            yield Problem("period", f"“{version.title}”为一次性事项，不填所属年度")
        return
    last = version.valid_until.year if version.valid_until else row.on.year
    if not (row.period.isdecimal() and version.valid_from.year <= int(row.period) <= min(last, row.on.year)):
        yield Problem("period", f"所属年度应在 {version.valid_from.year} 至 {min(last, row.on.year)} 之间")


def _standard(row: Candidate, ledger: _Ledger) -> Iterable[Problem]:
    rule = read_rule(row.version.amount)
    allowed = calculate(rule, ledger.profiles[row.enterprise.pk, row.on]).amount
    if allowed is None:
        allowed = rule.most
    if allowed is not None and row.amount > allowed:
        over = row.amount - allowed
        yield Problem("amount", f"金额 {shown(row.amount)} 超过标准 {shown(allowed)}，多出 {shown(over)}")


def _group(row: Candidate, ledger: _Ledger) -> Iterable[Problem]:
    group = row.version.group
    if group is None:
        return
    awards = [
        award_of(version, str(place), amount, day or row.on, paid=True)
        for place, (version, _, amount, day) in enumerate(ledger.awards.get(row.enterprise.pk, []))
        if version.group_id == group.pk
    ]
    # The rest of a higher award is less than its standard: what it would grant in full is settled.
    full = calculate(read_rule(row.version.amount), ledger.profiles[row.enterprise.pk, row.on]).amount
    own = award_of(row.version, "own", max(row.amount, full or ZERO), row.on)
    (granted,) = settle([*awards, own]).granted
    if row.amount > granted.amount:
        yield Problem("amount", f"{granted.reason}，本笔最多可兑现 {shown(granted.amount)}")


def _yearly_cap(row: Candidate, ledger: _Ledger) -> Iterable[Problem]:
    cap = row.version.yearly_cap
    if cap is None:
        return
    paid = sum(
        (
            amount
            for version, _, amount, day in ledger.awards.get(row.enterprise.pk, [])
            if version.item_id == row.version.item_id and (day or row.on).year == row.on.year
        ),
        ZERO,
    )
    if paid + row.amount > cap:
        yield Problem("amount", f"同一企业每年最高 {shown(cap)}，已兑现 {shown(paid)}，本笔超出上限")


def _budget(row: Candidate, ledger: _Ledger) -> Iterable[Problem]:
    key = (row.version.item_id, row.on.year)
    budget = ledger.budgets.get(key)
    if budget is None:
        return
    left = budget - ledger.used[key]
    if row.amount > left:
        yield Problem(
            "amount", f"{row.on.year} 年预算 {shown(budget)}，余额 {shown(max(left, ZERO))}，不足支付本笔"
        )


def _count(row: Candidate, ledger: _Ledger) -> None:
    ledger.taken.add((row.version.item_id, row.enterprise.pk, row.period))
    ledger.awards.setdefault(row.enterprise.pk, []).append((row.version, row.period, row.amount, row.on))
    key = (row.version.item_id, row.on.year)
    if key in ledger.used:
        ledger.used[key] += row.amount
