"""Enter, submit and review measurements 监测值."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from indicators.models import Indicator, Measurement
from indicators.months import first_of, label
from indicators.workflow import MEASUREMENT_STEPS, Actor, MeasurementState, actors
from portal.errors import Conflict, Refused
from portal.models import User
from portal.services import audit
from portal.services.files import store_uploads
from portal.workflow import Step

EDITABLE = frozenset({MeasurementState.DRAFT, MeasurementState.RETURNED})
QUARTER_STARTS = frozenset({1, 4, 7, 10})


def capacities(user: User, indicator: Indicator) -> frozenset[Actor]:
    """Return in what capacities `user` acts on the measurements of `indicator`."""
    own = indicator.lead_id is not None and indicator.lead_id == user.organisation_id
    return actors(user.roles, of_responsible=own, of_lead=False)


@transaction.atomic
def save_measurement(
    indicator: Indicator,
    period: date,
    *,
    actor: User,
    today: date,
    value: Decimal | None,
    note: str,
    version: int | None,
) -> Measurement:
    """Keep a value as a draft; a value of None needs a note that says why there is none.

    `version` is the version the person saw, None where there was no row yet.
    Raises `Conflict` when somebody else has saved in between.
    """
    return enter_measurement(indicator, period, Entry(value, note, version), actor=actor, today=today)


@dataclass(frozen=True)
class Entry:
    """What was typed: the value, the note, the version that was seen (None: no row), and the evidence."""

    value: Decimal | None
    note: str
    version: int | None
    uploads: Sequence[UploadedFile] = ()


@transaction.atomic
def enter_measurement(
    indicator: Indicator, period: date, entry: Entry, *, actor: User, today: date, submit: bool = False
) -> Measurement:
    """Keep a value with its evidence and, where `submit`, hand it in: all of it or nothing; see `save_measurement`."""
    _check_may_enter(indicator, period, actor, today)
    value, note = entry.value, entry.note
    if value is None and not note.strip():
        raise Refused("没有数据时，请在说明中写明原因；有数据请填写监测值。")
    row, created = Measurement.objects.get_or_create(indicator=indicator, period=period)
    row.indicator = indicator
    if row.state not in EDITABLE:
        raise Refused(
            f"「{indicator}」{label(period)}的数据{row.get_state_display()}，不能修改；如有误请联系营商办退回。"
        )
    seen = row.version if created else (entry.version or 0)
    old, source = None if created else row.value, row.state
    changes: dict[str, Any] = {"value": value, "note": note.strip()}
    if submit:
        changes |= {"state": MeasurementState.SUBMITTED, **_stamps("submit", actor, "")}
    changed = Measurement.objects.filter(pk=row.pk, version=seen, state__in=EDITABLE)
    if not changed.update(version=F("version") + 1, **changes):
        raise Conflict(
            f"「{indicator}」刚被他人改过，请核对后再保存。",
            {"value": str(row.value or ""), "note": row.note},
        )
    for name, fresh in changes.items():
        setattr(row, name, fresh)
    row.version = seen + 1
    events = [
        audit.build_event(row, "measurement.save", actor=actor, changes={"value": [old, value]}, note=note)
    ]
    if submit:
        moved = {"state": [source, MeasurementState.SUBMITTED]}
        events.append(audit.build_event(row, "measurement.submit", actor=actor, changes=moved))
    audit.record_many(events)
    store_uploads(row, entry.uploads, actor=actor)
    return row


def _check_may_enter(indicator: Indicator, period: date, actor: User, today: date) -> None:
    if capacities(actor, indicator).isdisjoint(MEASUREMENT_STEPS["submit"].actors):
        raise Refused(f"「{indicator}」由{indicator.lead or '营商办指定的单位'}填报，您所在单位不能填写。")
    if indicator.children.exists():
        raise Refused(f"「{indicator}」下设监测项，请在监测项中填报。")
    if period != first_of(period) or period > first_of(today):
        raise Refused("只能填报当月及以前的数据。")
    if indicator.frequency == Indicator.Frequency.QUARTER and period.month not in QUARTER_STARTS:
        raise Refused(f"「{indicator}」按季填报，请选择季度首月。")


@transaction.atomic
def take_step(row: Measurement, name: str, *, actor: User, note: str = "") -> Measurement:
    """Take one step of the review; of two people pressing at once exactly one succeeds."""
    step = MEASUREMENT_STEPS[name]
    _check_step(row, step, actor, note)
    moved = Measurement.objects.filter(pk=row.pk, state=row.state, version=row.version).update(
        state=step.target, version=F("version") + 1, **_stamps(name, actor, note)
    )
    if not moved:
        raise Refused(f"「{row.indicator}」刚被他人处理过，请刷新后查看。")
    source = row.state
    row.refresh_from_db()
    audit.record(row, f"measurement.{name}", actor=actor, changes={"state": [source, step.target]}, note=note)
    return row


def _check_step(row: Measurement, step: Step, actor: User, note: str) -> None:
    if capacities(actor, row.indicator).isdisjoint(step.actors):
        raise Refused(f"您无权对「{row.indicator}」执行“{step.label}”。")
    if row.state not in step.sources:
        raise Refused(f"「{row.indicator}」目前{row.get_state_display()}，不能“{step.label}”。")
    if step.needs_note and not note.strip():
        raise Refused(f"“{step.label}”须写明原因。")
    if step.name == "verify" and row.submitted_by_id == actor.pk:
        raise Refused("填报人不能审核自己提交的数据。")


def _stamps(name: str, actor: User, note: str) -> dict[str, object]:
    now = timezone.now()
    if name == "submit":
        return {"submitted_at": now, "submitted_by": actor, "return_reason": ""}
    if name == "verify":
        return {"verified_at": now, "verified_by": actor}
    return {"return_reason": note.strip()[:300], "verified_at": None, "verified_by": None}


@transaction.atomic
def verify_many(rows: Iterable[Measurement], *, actor: User) -> tuple[int, list[str]]:
    """Verify each row that can be; return how many were, and the sentences about the others.

    The rows are read again and locked, so that one of two people who press at once verifies each.
    """
    step = MEASUREMENT_STEPS["verify"]
    locked = Measurement.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows])
    fit: list[Measurement] = []
    refused: list[str] = []
    for row in locked.select_related("indicator").order_by("pk"):
        try:
            _check_step(row, step, actor, note="")
        except Refused as error:
            refused.append(str(error))
        else:
            fit.append(row)
    held = Measurement.objects.filter(pk__in=[row.pk for row in fit], state__in=step.sources)
    stamps = _stamps("verify", actor, "")
    if held.update(state=step.target, version=F("version") + 1, **stamps) != len(fit):
        raise Conflict("其中有监测值刚被他人处理，请刷新页面后再试")
    audit.record_many(
        [
            audit.build_event(
                row, "measurement.verify", actor=actor, changes={"state": [row.state, step.target]}
            )
            for row in fit
        ]
    )
    return len(fit), refused
