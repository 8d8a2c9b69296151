"""Try assessment rules out, and put a version of them into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from reports.assessing import RuleSet, rank
from reports.models import Assessment, AssessmentRules
from reports.selectors.assessments import (
    assessed_period,
    assessed_units,
    newest_rules,
    rules_for,
    waived_by_unit,
)
from reports.services.assessments.evaluating import judge
from reports.triggers import collect


@dataclass(frozen=True)
class Shift:
    """A unit's score and place under the rules in force and under the new ones."""

    unit: str
    group: str
    before: Decimal
    after: Decimal
    place_before: int
    place_after: int

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Trial:
    """What new rules would change, the largest changes first; `count` units are judged in all."""

    shifts: tuple[Shift, ...]
    count: int


def try_rules(rules: RuleSet, year: int, *, today: date) -> Trial:
    """Judge every unit of the year by the rules in force and by `rules`; nothing is written.

    Raises Refused where the year has no month that is over.
    """
    period = assessed_period(year, today)
    if period is None:
        raise Refused(f"{year}年还没有结束的月份，没有数据可以预览；可以直接启用")
    old, units = rules_for(year), assessed_units(year)
    facts = collect({rule.trigger for rule in (*old.rules, *rules.rules)}, period)
    row = Assessment.objects.filter(year=year).only("pk").first()
    waived = waived_by_unit(row) if row else {}
    before = judge(old, units, period, waived, facts)
    after = judge(rules, units, period, waived, facts)
    old_places = rank((unit.code, group, score.total) for unit, group, score in before)
    new_places = rank((unit.code, group, score.total) for unit, group, score in after)
    shifts = [
        Shift(
            unit.name,
            group.label,
            then.total,
            now.total,
            old_places[unit.code].place,
            new_places[unit.code].place,
        )
        for (unit, group, then), (_, _, now) in zip(before, after, strict=True)
        if then.total != now.total or old_places[unit.code] != new_places[unit.code]
    ]
    shifts.sort(key=lambda one: -abs(one.change))
    return Trial(tuple(shifts), len(units))


@transaction.atomic
def adopt_rules(
    rules: RuleSet, year: int, *, note: str, number: int, actor: User, now: datetime | None = None
) -> AssessmentRules:
    """Write down the next version of the year's rules; `number` is the version that was edited (0: none).

    The assessment is reckoned by it at its next evaluation. Raises Refused when
    somebody else made a version meanwhile, and when the units are already
    checking the year's result or it has been published.
    """
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("考核细则由营商办制定，您没有此项权限")
    begun = Assessment.objects.filter(year=year).exclude(state=Assessment.State.DRAFT).only("state").first()
    if begun is not None:
        raise Refused(
            f"{year}年度考核现为「{begun.get_state_display()}」，细则不能再改；确需修改的，请先退回测算"
        )
    newest = newest_rules(year)
    if (newest.number if newest else 0) != number:
        raise Refused("他人刚修改了细则，请刷新页面，在最新一版上修改")
    try:
        with transaction.atomic():
            row = AssessmentRules.objects.create(
                year=year,
                number=number + 1,
                rules=rules.to_json(),
                note=note,
                created_by=actor,
                created_at=now or timezone.now(),
            )
    except IntegrityError as error:
        raise Refused("他人刚修改了细则，请刷新页面，在最新一版上修改") from error
    before = newest.rules if newest else None
    audit.record(row, "assessment.rules", actor=actor, changes={"rules": [before, row.rules]}, note=note)
    return row
