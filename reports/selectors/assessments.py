"""Questions to the assessments: which rules hold, whom they judge, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from indicators.months import first_of, shift
from indicators.selectors.assessment import Carrier, carriers
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from reports.assessing import Group, RuleSet, parse_rules
from reports.figures import Period
from reports.models import Assessment, AssessmentRules, Objection, Result
from reports.models.assessments import GROUPS
from reports.triggers import DEFAULT_RULES, TRIGGERS

State = Assessment.State
# The files and the table are read only where they are given out.
HEAVY = ("docx", "pdf")


def rules_of(row: AssessmentRules) -> RuleSet:
    return parse_rules(row.rules, TRIGGERS)


def newest_rules(year: int) -> AssessmentRules | None:
    """Return the rules in force for a year: the newest version of that year."""
    return AssessmentRules.objects.filter(year=year).order_by("-number").first()


def rules_for(year: int) -> RuleSet:
    """Return the rules of a year; before it has its own, those of the newest year before, else the default."""
    row = AssessmentRules.objects.filter(year__lte=year).order_by("-year", "-number").first()
    return rules_of(row) if row else DEFAULT_RULES


def assessed_period(year: int, today: date) -> Period | None:
    """Return the year's months that are over on the day `today`; None before the first one is."""
    last = min(shift(first_of(today), -1), date(year, 12, 1))
    return Period(last, last.month) if last.year == year else None


def group_of(unit: Carrier) -> Group:
    return Group.WITH if unit.has_indicators else Group.WITHOUT


def assessed_units(year: int) -> list[tuple[Carrier, Group]]:
    """Return the units that carry anything in the year with their group; two queries."""
    return [(unit, group_of(unit)) for unit in carriers(year)]


def listed_assessments(user: User) -> QuerySet[Assessment]:
    rows = Assessment.objects.visible_to(user).defer(*HEAVY, "table")
    return rows.select_related("rules", "published_by").order_by("-year")


def readable_assessments(user: User) -> QuerySet[Assessment]:
    people = ("evaluated_by", "opened_by", "published_by")
    return Assessment.objects.visible_to(user).defer(*HEAVY).select_related("rules", *people)


@dataclass(frozen=True)
class GroupTable:
    """The results of a group, the best first."""

    label: str
    rows: tuple[Mapping[str, Any], ...]


def result_row(row: Result) -> dict[str, Any]:
    """Return what the result table shows of a unit; scores as decimal text."""
    return {
        "code": row.organisation.code,
        "unit": row.organisation.short_name,
        "group": row.group,
        "base": str(row.base),
        "added": str(row.added),
        "deducted": str(row.deducted),
        "total": str(row.total),
        "grade": row.grade,
        "place": row.place,
        "of": row.of,
    }


def table_rows(assessment: Assessment, user: User) -> list[Mapping[str, Any]]:
    """Return the result table as `user` may see it: once published the frozen one, before only visible results."""
    if assessment.is_frozen:
        return list(assessment.table)
    rows = Result.objects.visible_to(user).filter(assessment=assessment).defer("lines")
    return [result_row(row) for row in rows.select_related("organisation")]


def group_tables(rows: list[Mapping[str, Any]]) -> list[GroupTable]:
    """Return the table by group, groups without units left out."""
    return [
        GroupTable(label, found)
        for value, label in GROUPS
        if (found := tuple(row for row in rows if row["group"] == value))
    ]


def objections_of(assessment: Assessment, user: User) -> QuerySet[Objection]:
    rows = Objection.objects.visible_to(user).filter(assessment=assessment)
    return rows.select_related("organisation", "made_by", "decided_by").order_by("number")


def waived_by_unit(assessment: Assessment) -> dict[int, frozenset[str]]:
    """Return the identities of facts that upheld objections have removed, by unit."""
    found: dict[int, set[str]] = {}
    upheld = Objection.objects.filter(assessment=assessment, state=Objection.State.UPHELD)
    for unit, identities in upheld.values_list("organisation", "identities"):
        found.setdefault(unit, set()).update(identities)
    return {unit: frozenset(identities) for unit, identities in found.items()}


def average(rows: list[Mapping[str, Any]]) -> Decimal | None:
    """Return the mean score to one place; None without units."""
    if not rows:
        return None
    total = sum((Decimal(row["total"]) for row in rows), Decimal(0))
    return (total / len(rows)).quantize(Decimal("0.1"))


def waiting(user: User) -> dict[str, list[QuerySet[Any]]]:
    """Return what waits for `user`: objections and publishing for the office, its own result for a unit."""
    rows: list[QuerySet[Any]] = []
    if user.has_role(*OFFICE_ROLES):
        rows.append(Objection.objects.filter(state=Objection.State.PENDING))
    if user.has_role(*UNIT_ROLES):
        unseen = Result.objects.filter(assessment__state=State.PROVISIONAL, organisation=user.organisation_id)
        rows.append(unseen.exclude(Q(assessment__objections__organisation=user.organisation_id)))
    return {"assessments": rows} if rows else {}


def ready_to_publish(today: date, user: User) -> QuerySet[Assessment]:
    """Return the assessments that the office's head may publish today."""
    if not user.has_role(Role.OFFICE_HEAD):
        return Assessment.objects.none()
    over = Assessment.objects.filter(state=State.PROVISIONAL, objections_until__lt=today)
    return over.exclude(objections__state=Objection.State.PENDING)
