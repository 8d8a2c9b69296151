"""Moving an assessment on: by whom, from which state, exactly once."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from portal.errors import Refused
from portal.models import User
from portal.workflow import Step
from reports.models import Assessment
from reports.workflow import ASSESSMENT_STEPS


def require(step: Step, actor: User) -> None:
    """Raise Refused unless `actor` holds a role of the step."""
    if not actor.has_role(*step.actors):
        who = "、".join(sorted(role.label for role in step.actors))
        raise Refused(f"「{step.label}」由{who}办理，您没有此项权限")


def take(assessment: Assessment, name: str, *, actor: User, **fields: Any) -> None:
    """Take a step if the row still has the version it was read with; the row in hand follows.

    Of two people at once the second finds no row, and all he did is undone.
    """
    step = ASSESSMENT_STEPS[name]
    require(step, actor)
    held = Assessment.objects.filter(pk=assessment.pk, state__in=step.sources, version=assessment.version)
    if not held.update(state=step.target, version=F("version") + 1, **fields):
        now = Assessment.objects.only("state").get(pk=assessment.pk)
        raise Refused(f"考核现为「{now.get_state_display()}」，已由他人办理或者修改，请刷新页面后再操作")
    assessment.state, assessment.version = step.target, assessment.version + 1
    for field, value in fields.items():
        setattr(assessment, field, value)


def touch(assessment: Assessment) -> None:
    """Hold the assessment while a unit checks its result: whatever is being published waits or fails.

    Raises Refused when it is not being checked any more.
    """
    held = Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.PROVISIONAL)
    if not held.update(version=F("version") + 1):
        now = Assessment.objects.only("state").get(pk=assessment.pk)
        raise Refused(f"考核现为「{now.get_state_display()}」，不在单位核对期间，请刷新页面查看")
