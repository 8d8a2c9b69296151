"""The candidates of the red and the black list, and what stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from complaints.models import ListedUnit
from complaints.querysets import ListedUnitQuerySet
from complaints.red_black import Judgement, Rule, Side, UnitRecord, judge, rule_of
from complaints.selectors.sheet import UnitCases, records_of_units
from portal.models import User
from portal.selectors.settings import settings_on


@dataclass(frozen=True)
class Candidate:
    """A lead unit that the rule finds for a list, with its figures in words."""

    code: str
    name: str
    side: str
    grounds: str


def candidates(first: date, last: date) -> list[Candidate]:
    """Return whom the rule finds from `first` to `last`, both included: the red ones, then the black; three queries."""
    rule = rule_on(last)
    found = [
        Candidate(row.code, row.name, judged.side.value, judged.grounds)
        for row in records_of_units(first, last)
        if (judged := judgement_of(row, rule))
    ]
    return sorted(found, key=lambda row: (row.side != Side.RED, row.code))


def rule_on(day: date) -> Rule:
    """Return the rule by the settings that held on `day`: one changed later leaves past periods as they were."""
    return rule_of(settings_on(day))


def judgement_of(row: UnitCases, rule: Rule) -> Judgement | None:
    """Judge one unit by its counts."""
    counts = row.counts
    return judge(
        UnitRecord(
            due=counts.due,
            due_on_time=counts.due_on_time,
            called=counts.called,
            satisfied=counts.satisfied,
            again=counts.again,
            overdue=row.overdue,
        ),
        rule,
    )


def entries(user: User, first: date, last: date) -> ListedUnitQuerySet:
    """Return the entries of a period that `user` may read, red first, with the people behind them."""
    rows = ListedUnit.objects.visible_to(user).of_period(first, last)
    # red stands after black in the alphabet.
    return rows.select_related("organisation", "proposed_by", "decided_by").order_by("-side", "pk")


def published_over(first: date, last: date) -> list[ListedUnit]:
    """Return what stands on the lists of this period and of longer ones that hold it, red first; one query."""
    rows = ListedUnit.objects.published().filter(first__lte=first, last__gte=last)
    return list(rows.select_related("organisation").order_by("-side", "-first", "pk"))


def published(first: date, last: date) -> list[ListedUnit]:
    """Return what stands on the lists of exactly this period, red first; one query."""
    rows = ListedUnit.objects.published().of_period(first, last)
    return list(rows.select_related("organisation").order_by("-side", "pk"))
