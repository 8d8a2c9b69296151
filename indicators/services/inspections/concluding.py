"""The conclusion of an inspection with its feedback to every unit, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from indicators.inspection_workflow import SETTLED, FindingState, last_day
from indicators.models import Finding, Inspection, InspectionPaper
from indicators.services.inspections.papers import issue_paper
from indicators.services.inspections.writing import change_inspection, tell
from indicators.services.items.steps import people_of
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit


@transaction.atomic
def conclude_inspection(
    inspection: Inspection, *, version: int, conclusion: str, actor: User, today: date
) -> Inspection:
    """Conclude, and feed back to every unit by a numbered paper with the findings about it (art. 16).

    The findings are frozen, and the days to object begin (art. 17; the day of the
    feedback is not counted). Of two people who conclude at once exactly one
    succeeds, and the other's numbers are free again.
    """
    if not conclusion.strip():
        raise Refused("请填写督查结论，结论将反馈给全部被督查单位")
    change_inspection(
        inspection,
        "conclude",
        version=version,
        actor=actor,
        changes={"conclusion": conclusion.strip(), "concluded_on": today},
        unlogged={"concluded_by": actor},
    )
    found = _feed_back(inspection, actor=actor, today=today)
    for unit in inspection.organisations.order_by("order", "pk"):
        own = [finding for finding in found if finding.organisation_id == unit.pk]
        _tell_unit(inspection, unit, own, actor=actor, today=today)
    return inspection


def _feed_back(inspection: Inspection, *, actor: User, today: date) -> list[Finding]:
    until = last_day(today, number_setting("inspections.objection_days", on=today))
    recorded = inspection.findings.filter(state=FindingState.RECORDED)
    found = list(recorded.select_related("inspection", "organisation").order_by("position"))
    keys = [finding.pk for finding in found]
    Finding.objects.filter(pk__in=keys).update(
        state=FindingState.ISSUED, issued_on=today, objection_until=until, version=F("version") + 1
    )
    audit.record_many(
        [
            audit.build_event(
                finding,
                "finding.feed_back",
                actor=actor,
                changes={
                    "state": [FindingState.RECORDED, FindingState.ISSUED],
                    "issued_on": today,
                    "objection_until": until,
                    "version": [finding.version, finding.version + 1],
                },
                organisation=finding.organisation,
            )
            for finding in found
        ]
    )
    return found


def _tell_unit(
    inspection: Inspection, unit: Organisation, findings: Sequence[Finding], *, actor: User, today: date
) -> None:
    kind = InspectionPaper.Kind.FEEDBACK
    paper = issue_paper(inspection, kind, actor=actor, today=today, unit=unit, findings=findings)
    count = f"涉及你单位问题 {len(findings)} 个，请认领" if findings else "未发现需要整改的问题"
    text = f"{paper.number} {paper.label}：{inspection.title}，{count}"
    people = people_of([unit.pk], UNIT_ROLES, today)
    tell(inspection, people, text, what=f"conclude:{unit.code}", actor=actor)


@transaction.atomic
def close_inspection(inspection: Inspection, *, version: int, actor: User, today: date) -> Inspection:
    """End an inspection whose findings have all been put right or revoked."""
    open_ones = inspection.findings.exclude(state__in=sorted(SETTLED)).count()
    if open_ones:
        raise Refused(f"还有 {open_ones} 个问题没有整改到位，暂不能办结")
    return change_inspection(inspection, "close", version=version, actor=actor, changes={"closed_on": today})
