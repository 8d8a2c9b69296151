"""Who may take which step of an inspection, and the writing of a change so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F

from indicators.inspection_workflow import FINDING_STEPS, INSPECTION_STEPS, inspection_actors
from indicators.models import Finding, Inspection
from indicators.services.items.steps import StepRefused
from indicators.workflow import Actor
from portal.errors import Conflict, Refused
from portal.models import User
from portal.services import audit
from portal.services.notices import notify
from portal.workflow import Step


def capacities(user: User, inspection: Inspection, finding: Finding | None = None) -> frozenset[Actor]:
    """Return in what capacities `user` acts on an inspection or one of its findings; one query at most."""
    if not user.is_active:
        return frozenset()
    return inspection_actors(
        user.roles,
        took_part=any(member.user_id == user.pk for member in inspection.members.all()),
        of_unit=finding is not None and finding.organisation_id == user.organisation_id,
    )


def refuse_stranger(step: Step, held: frozenset[Actor]) -> None:
    """Raise `StepRefused` where none of the capacities `held` may take the step."""
    if held.isdisjoint(step.actors):
        who = "、".join(actor.label for actor in Actor if actor in step.actors)
        raise StepRefused(f"「{step.label}」由{who}办理，您没有此项权限")


def _require_note(step: Step, note: str) -> None:
    if step.needs_note and not note.strip():
        raise StepRefused(f"「{step.label}」须写明理由或情况，请填写后再提交")


def change_inspection(
    inspection: Inspection,
    name: str,
    *,
    version: int,
    actor: User,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
    unlogged: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
) -> Inspection:
    """Take a step of an inspection as read at `version`: of two people at once exactly one succeeds.

    `unlogged` is written without standing in the history, `facts` stand there
    without being columns. Runs in the caller's transaction. Raises `StepRefused` or `Conflict`.
    """
    step = INSPECTION_STEPS[name]
    refuse_stranger(step, capacities(actor, inspection))
    _require_note(step, note)
    wanted = dict(changes or {})
    if step.target:
        wanted["state"] = step.target
    before = {field: getattr(inspection, field) for field in wanted}
    held = Inspection.objects.filter(pk=inspection.pk, state__in=sorted(step.sources), version=version)
    if not held.update(version=F("version") + 1, **wanted, **(unlogged or {})):
        raise _refusal(inspection, step)
    inspection.refresh_from_db()
    logged = {field: [before[field], value] for field, value in wanted.items() if before[field] != value}
    numbers = {"version": [version, inspection.version]}
    audit.record(
        inspection,
        f"inspection.{name}",
        actor=actor,
        changes={**logged, **(facts or {}), **numbers},
        note=note.strip(),
    )
    return inspection


def hold_open(inspection: Inspection, name: str, *, actor: User) -> None:
    """Let what is recorded in the field raise the version, so that nobody concludes without having seen it.

    Also serialises the recorders: the row stays locked until the transaction ends.
    """
    step = INSPECTION_STEPS[name]
    refuse_stranger(step, capacities(actor, inspection))
    held = Inspection.objects.filter(pk=inspection.pk, state__in=sorted(step.sources))
    if not held.update(version=F("version") + 1):
        raise _refusal(inspection, step)
    inspection.refresh_from_db()


def _refusal(inspection: Inspection, step: Step) -> Refused:
    now = Inspection.objects.get(pk=inspection.pk)
    if now.state in step.sources:
        return Conflict(f"{now}刚被他人修改或登记了新的内容，您的操作尚未生效，请刷新核对后再办理。")
    return StepRefused(f"{now}现为「{now.get_state_display()}」，不能「{step.label}」。请刷新页面查看。")


def change_finding(
    finding: Finding,
    name: str,
    *,
    version: int,
    actor: User,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
) -> Finding:
    """Take a step of a finding as read at `version`; see `change_inspection`."""
    step = FINDING_STEPS[name]
    refuse_stranger(step, capacities(actor, finding.inspection, finding))
    _require_note(step, note)
    wanted = dict(changes or {})
    if step.target:
        wanted["state"] = step.target
    before = {field: getattr(finding, field) for field in wanted}
    held = Finding.objects.filter(pk=finding.pk, state__in=sorted(step.sources), version=version)
    if not held.update(version=F("version") + 1, **wanted):
        raise _finding_refusal(finding, step)
    for field, value in wanted.items():
        setattr(finding, field, value)
    finding.version = version + 1
    logged = {field: [before[field], value] for field, value in wanted.items() if before[field] != value}
    numbers = {"version": [version, finding.version]}
    audit.record(
        finding,
        f"finding.{name}",
        actor=actor,
        changes={**logged, **(facts or {}), **numbers},
        note=note.strip(),
        organisation=finding.organisation,
    )
    return finding


def _finding_refusal(finding: Finding, step: Step) -> Refused:
    now = Finding.objects.select_related("inspection").get(pk=finding.pk)
    if now.state in step.sources:
        return Conflict(f"{now}刚被他人修改，您的内容尚未保存，请刷新核对后再提交。")
    return StepRefused(f"{now}现为「{now.get_state_display()}」，不能「{step.label}」。请刷新页面查看。")


def tell(row: Inspection | Finding, people: Iterable[User], text: str, *, what: str, actor: User) -> int:
    """Owe one notice about the row to `people` but not to the person who acted, once for each `what`."""
    key = f"{row._meta.model_name}:{row.pk}:{what}"
    others = [person for person in people if person.pk != actor.pk]
    return notify(others, text, url=row.get_absolute_url(), event_key=key)
