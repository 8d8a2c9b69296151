"""Reckon every unit's score from the facts, and again when an objection removes some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from indicators.selectors.assessment import Carrier
from portal.errors import Refused
from portal.models import User
from portal.services import audit
from reports.assessing import Group, RuleSet, Score, Standing, evaluate, rank
from reports.assessing.stored import facts_from_json, lines_to_json
from reports.figures import Period
from reports.models import Assessment, AssessmentRules, Result
from reports.selectors.assessments import (
    assessed_period,
    assessed_units,
    newest_rules,
    rules_for,
    rules_of,
    waived_by_unit,
)
from reports.services.assessments.steps import require, take
from reports.triggers import TRIGGERS, Found, collect
from reports.workflow import ASSESSMENT_STEPS

LABELS = {key: trigger.label for key, trigger in TRIGGERS.items()}
UNITS = {key: trigger.unit for key, trigger in TRIGGERS.items()}
Judged = tuple[Carrier, Group, Score]


@transaction.atomic
def evaluate_assessment(year: int, *, actor: User, today: date, now: datetime | None = None) -> Assessment:
    """Reckon the assessment of `year` anew from the months that are over on `today`.

    The first call makes it, by the year's rules (the default ones are written down
    as the first version where the year has none). Facts that upheld objections
    removed stay removed. Raises Refused before the first month is over, where no
    unit carries anything, and once the units are checking it.
    """
    require(ASSESSMENT_STEPS["evaluate"], actor)
    period = assessed_period(year, today)
    if period is None:
        raise Refused(f"{year}年还没有结束的月份，不能测算；请在首月结束后再测算")
    units = assessed_units(year)
    if not units:
        raise Refused(f"{year}年没有承担台账事项或者牵头指标的单位，不能测算；请核对年度")
    rules, moment = _rules_row(year, actor, now), now or timezone.now()
    assessment = _held(year, period, rules, actor, moment)
    judged = judge(rules_of(rules), units, period, waived_by_unit(assessment))
    _write(assessment, judged)
    changes = {"year": year, "month": f"{period.month:%Y-%m}", "units": len(judged), "rules": str(rules)}
    audit.record(assessment, "assessment.evaluate", actor=actor, changes=changes)
    return assessment


def _rules_row(year: int, actor: User, now: datetime | None) -> AssessmentRules:
    row = newest_rules(year)
    if row is not None:
        return row
    return AssessmentRules.objects.create(
        year=year,
        number=1,
        rules=rules_for(year).to_json(),
        note="首次测算时按上一版细则建立",
        created_by=actor,
        created_at=now or timezone.now(),
    )


def _held(year: int, period: Period, rules: AssessmentRules, actor: User, now: datetime) -> Assessment:
    """Return the assessment of the year, made now or taken one step on."""
    fields = {"month": period.month, "rules": rules, "evaluated_by": actor, "evaluated_at": now}
    row = Assessment.objects.filter(year=year).defer("docx", "pdf").first()
    if row is not None:
        take(row, "evaluate", actor=actor, **fields)
        return row
    try:
        with transaction.atomic():
            return Assessment.objects.create(year=year, **fields)
    except IntegrityError as error:
        raise Refused(f"{year}年度考核刚由他人测算，请刷新页面查看") from error


def judge(
    rules: RuleSet,
    units: Iterable[tuple[Carrier, Group]],
    period: Period,
    waived: Mapping[int, Collection[str]],
    facts: Mapping[str, Found] | None = None,
) -> list[Judged]:
    """Return each unit's score; `facts` saves collecting them again."""
    found = facts if facts is not None else collect({rule.trigger for rule in rules.rules}, period)
    return [
        (unit, group, score_of(rules, found, unit, group, waived.get(unit.pk, frozenset())))
        for unit, group in units
    ]


def score_of(
    rules: RuleSet, found: Mapping[str, Found], unit: Carrier, group: Group, waived: Collection[str]
) -> Score:
    own = {key: by_unit.get(unit.code, ()) for key, by_unit in found.items()}
    return evaluate(rules, own, unit=unit.code, group=group, units_of=UNITS, waived=waived)


def _write(assessment: Assessment, judged: list[Judged]) -> None:
    Result.objects.filter(assessment=assessment).delete()
    places = rank((unit.code, group, score.total) for unit, group, score in judged)
    Result.objects.bulk_create(
        [
            Result(
                assessment=assessment,
                organisation_id=unit.pk,
                group=group.value,
                lines=lines_to_json(score, LABELS),
                **_columns(score, places[unit.code]),
            )
            for unit, group, score in judged
        ],
        batch_size=200,
    )


def _columns(score: Score, standing: Standing) -> dict[str, object]:
    return {
        "base": score.base,
        "added": score.added,
        "deducted": score.deducted,
        "total": score.total,
        "grade": score.grade,
        "place": standing.place,
        "of": standing.of,
    }


def reckon_again(assessment: Assessment, unit: int, waived: Collection[str]) -> Result:
    """Reckon a unit's score without the waived facts, from the evidence kept, and place its group anew."""
    rules = rules_of(assessment.rules)
    row = Result.objects.select_related("organisation").get(assessment=assessment, organisation=unit)
    score = evaluate(
        rules,
        facts_from_json(row.lines),
        unit=row.organisation.code,
        group=Group(row.group),
        units_of=UNITS,
        waived=waived,
    )
    others = list(Result.objects.filter(assessment=assessment, group=row.group).defer("lines"))
    totals = [(one, score.total if one.pk == row.pk else one.total) for one in others]
    places = rank((str(one.pk), Group(one.group), total) for one, total in totals)
    for one in others:
        one.place, one.of = places[str(one.pk)].place, places[str(one.pk)].of
    Result.objects.bulk_update(others, ["place", "of"], batch_size=200)
    for name, value in _columns(score, places[str(row.pk)]).items():
        setattr(row, name, value)
    row.lines = lines_to_json(score, LABELS)
    row.save(update_fields=["base", "added", "deducted", "total", "grade", "place", "of", "lines"])
    return row
