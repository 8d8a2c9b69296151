"""What a step on many reports came to, and the parts that every step shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db.models import F, QuerySet

from indicators.models import ProgressReport
from indicators.services.reports.checks import Problem
from indicators.workflow import REPORT_STEPS, Actor, ReportState, actors
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, User
from portal.services import audit
from portal.workflow import Step


@dataclass(frozen=True)
class Refusal:
    """A report for which the step was not taken; `problems` name the fields to be corrected, if any."""

    report: ProgressReport
    sentence: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Of the reports that were asked for: for which the step was taken, and for which not and why."""

    done: tuple[ProgressReport, ...] = ()
    refused: tuple[Refusal, ...] = field(default=())


def with_item() -> QuerySet[ProgressReport]:
    """Return the reports with everything that a step looks at."""
    return ProgressReport.objects.select_related("item", "organisation")


def lock_reports(reports: Iterable[ProgressReport], *, items: bool = False) -> list[ProgressReport]:
    """Read the rows again, locked until the transaction ends, with everything that a step looks at.

    With `items` their items are locked as well. The order, by item, is the same for
    all steps, so that two of them never wait for each other.
    """
    keys = [report.pk for report in reports]
    locked = ("self", "item") if items else ("self",)
    return list(with_item().select_for_update(of=locked).filter(pk__in=keys).order_by("item_id", "pk"))


def capacities(report: ProgressReport, actor: User) -> frozenset[Actor]:
    """Return in what capacities `actor` acts on the report.

    A unit that leads its own item does not review itself: its reports go straight to the office.
    """
    unit = actor.organisation_id
    own = report.organisation_id == unit
    return actors(actor.roles, of_responsible=own, of_lead=report.item.lead_id == unit and not own)


def refusal_of(report: ProgressReport, step: Step, actor: User) -> str:
    """Return why `actor` may not take `step` on the report now, or an empty sentence."""
    if capacities(report, actor).isdisjoint(step.actors):
        return f"您不能对{report.item.short_number}执行“{step.label}”，该步骤由{_who(step)}办理"
    if report.state not in step.sources:
        return f"{report.item.short_number}现为“{ReportState(report.state).label}”，不能“{step.label}”，请刷新页面"
    return ""


def _who(step: Step) -> str:
    return "、".join(actor.label for actor in Actor if actor in step.actors)


def sift(
    rows: list[ProgressReport], step: Step, actor: User, check: Callable[[ProgressReport], str] | None = None
) -> tuple[list[ProgressReport], list[Refusal]]:
    """Part the reports for which the step may be taken from those for which it may not."""
    fit, refused = [], []
    for row in rows:
        sentence = refusal_of(row, step, actor) or (check(row) if check else "")
        if sentence:
            refused.append(Refusal(row, sentence))
        else:
            fit.append(row)
    return fit, refused


def advance(
    rows: list[ProgressReport],
    step: Step,
    settled: Mapping[str, Callable[[ProgressReport], object]] = MappingProxyType({}),
    **changes: object,
) -> list[ProgressReport]:
    """Move the rows to the step's target with one conditional UPDATE; return them as they are now.

    A change may be an expression: `settled` says what it comes to for a row as it
    was read, otherwise the rows are read again. Raises Conflict when one of them
    was moved by somebody else since it was read.
    """
    if not rows:
        return []
    keys = [row.pk for row in rows]
    moved = ProgressReport.objects.filter(pk__in=keys, state__in=step.sources).update(
        state=step.target, version=F("version") + 1, **changes
    )
    if moved != len(keys):
        raise Conflict("其中有月报刚刚被他人处理，请刷新页面后再试")
    computed = {name for name, value in changes.items() if hasattr(value, "resolve_expression")}
    if computed - settled.keys():
        return list(with_item().filter(pk__in=keys).order_by("pk"))
    return [_moved(row, step, {**changes, **{n: value(row) for n, value in settled.items()}}) for row in rows]


def _moved(row: ProgressReport, step: Step, changes: Mapping[str, Any]) -> ProgressReport:
    """Return the row as it stands after the step; the row that was read stays as it was."""
    moved = copy(row)
    for name, value in changes.items():
        setattr(moved, name, value)
    moved.state, moved.version = step.target, row.version + 1
    return moved


def event(
    report: ProgressReport,
    step: str,
    *,
    actor: User,
    before: str,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Make the history entry of one step on one report."""
    return audit.build_event(
        report,
        f"report.{step}",
        actor=actor,
        organisation=report.organisation,
        changes={"state": [before, report.state], **(changes or {})},
        note=note,
    )


def required_reason(text: str, step: str, length: int = 300) -> str:
    """Return the reason without outer blanks; raises Refused when there is none or it is too long."""
    reason = text.strip()
    if not reason:
        raise Refused(f"请写明{REPORT_STEPS[step].label}的原因")
    if len(reason) > length:
        raise Refused(f"原因不超过 {length} 字，现有 {len(reason)} 字")
    return reason
