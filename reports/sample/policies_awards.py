"""Who was paid what and when: found by the portal's own conditions and amounts, to the county's exact totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from policies.amounts import Calculation, calculate, read_rule
from policies.conditions import read_tree
from policies.criteria import Verdict
from policies.matching.reading import profiles_of
from policies.selectors.matching import enterprises_by
from portal.models import Enterprise
from reports.sample.policies_catalogue import Book, Entry

# One county's real totals of January to October.
PAID_YUAN = Decimal(36_795_000)
PAID_ENTERPRISES = 1435
ALL, STRETCH, FILL = "all", "stretch", "fill"


@dataclass(frozen=True)
class Award:
    """One payment of the sample."""

    entry: Entry
    enterprise: Enterprise
    calculation: Calculation
    on: date

    @property
    def amount(self) -> Decimal:
        return self.calculation.amount or Decimal(0)


@dataclass
class _Purse:
    """What has been awarded so far."""

    awards: list[Award] = field(default_factory=list)
    paid: Decimal = Decimal(0)
    enterprises: set[int] = field(default_factory=set)
    grouped: set[tuple[int, int]] = field(default_factory=set)

    def add(self, award: Award) -> None:
        self.awards.append(award)
        self.paid += award.amount
        self.enterprises.add(award.enterprise.pk)
        if award.entry.version.group_id is not None:
            self.grouped.add((award.entry.version.group_id, award.enterprise.pk))

    def excludes(self, entry: Entry, enterprise: Enterprise) -> bool:
        return (entry.version.group_id or 0, enterprise.pk) in self.grouped

    @property
    def left(self) -> Decimal:
        return PAID_YUAN - self.paid

    @property
    def to_reach(self) -> int:
        return PAID_ENTERPRISES - len(self.enterprises)


def decide(book: Book) -> list[Award]:
    """Return all payments: everybody who qualifies for most items, and as many more as the totals need."""
    purse = _Purse()
    paid = [entry for entry in book.entries if entry.paid]
    # Of a group the highest goes first: the others are then settled.
    plain = sorted(
        (entry for entry in paid if entry.pick == ALL),
        key=lambda entry: -(read_rule(entry.version.amount).most or 0) if entry.version.group_id else 0,
    )
    for entry in plain:
        for award in _awards(entry, purse):
            purse.add(award)
    high, low = sorted(
        (entry for entry in paid if entry.pick == FILL),
        key=lambda entry: -(read_rule(entry.version.amount).most or 0),
    )
    dear, cheap = list(_awards(high, purse)), list(_awards(low, purse))
    step, least = dear[0].amount - cheap[0].amount, cheap[0].amount
    for award in _mixed([list(_awards(entry, purse)) for entry in paid if entry.pick == STRETCH]):
        if purse.left - least * purse.to_reach <= step * min(len(dear), purse.to_reach) / 2:
            break
        purse.add(award)
    _fill(purse, dear, cheap, step, least)
    return purse.awards


def _mixed(lists: Iterable[Sequence[Award]]) -> list[Award]:
    """Return the awards of all lists, each list spread evenly over the whole."""
    placed = [(place / len(rows), award) for rows in lists for place, award in enumerate(rows)]
    return [award for _, award in sorted(placed, key=lambda pair: pair[0])]


def _fill(
    purse: _Purse, dear: Sequence[Award], cheap: Sequence[Award], step: Decimal, least: Decimal
) -> None:
    """Pay so many of the two small grants that money and enterprises both come out."""
    heads = purse.to_reach
    wanted = int((purse.left - least * heads) / step)
    count = max(0, min(wanted, heads, len(dear)))
    for award in (*_spread(dear, count), *_spread(cheap, max(heads - count, 0))):
        purse.add(award)


def _spread(awards: Sequence[Award], count: int) -> Iterator[Award]:
    """Yield `count` of the awards, evenly from all of them so that every batch has its share."""
    count = min(count, len(awards))
    for place in range(count):
        yield awards[place * len(awards) // count]


def _awards(entry: Entry, purse: _Purse) -> Iterator[Award]:
    """Yield an award for each enterprise that qualifies on the day of its batch, the batches filled in turn."""
    tree = read_tree(entry.version.conditions)
    rule = read_rule(entry.version.amount)
    taken: set[int] = set()
    for place, on in enumerate(entry.paid, start=1):
        met = list(enterprises_by(tree, Verdict.MET, on).select_related("town").order_by("credit_code"))
        fresh = [row for row in met if row.pk not in taken and not purse.excludes(entry, row)]
        until = (len(taken) + len(fresh)) * entry.share * place // (100 * len(entry.paid))
        picked = _thinned(fresh, until - len(taken))
        taken.update(row.pk for row in picked)
        for row, profile in zip(picked, profiles_of(picked, on), strict=True):
            yield Award(entry, row, calculate(rule, profile), on)


def _thinned(rows: Iterable[Enterprise], count: int) -> list[Enterprise]:
    return list(rows)[: max(count, 0)]
