"""An inspection is entered, worded, started with its notice, or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from indicators.inspection_workflow import (
    INSPECTION_STEPS,
    InspectionState,
    Preparation,
    problems_before_issue,
)
from indicators.models import Inspection, InspectionMember, InspectionPaper
from indicators.services.inspections.papers import issue_paper
from indicators.services.inspections.writing import capacities, change_inspection, refuse_stranger, tell
from indicators.services.items.steps import people_of
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES, Role
from portal.services import audit
from portal.services.numbers import take_number

SERIES = "inspection"


@dataclass(frozen=True)
class Design:
    """What an inspection is to be; everything but the title, kind and method may come later."""

    title: str
    kind: str
    method: str
    authority: str = ""
    authority_document: str = ""
    approver: str = ""
    approved_on: date | None = None
    authority_scope: str = ""
    authority_until: date | None = None
    scope: str = ""
    plan: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    companions: str = ""
    organisations: Sequence[Organisation] = ()
    head: User | None = None
    members: Sequence[User] = ()

    def columns(self) -> dict[str, Any]:
        """Return what stands in the inspection's own row."""
        apart = {"organisations", "head", "members"}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in apart}

    def people(self) -> list[User]:
        """Return who takes part, the head first, each once."""
        return list(dict.fromkeys([*([self.head] if self.head else []), *self.members]))


def may_inspect(user: User) -> bool:
    """Tell whether `user` may enter and run inspections."""
    return user.is_active and user.has_role(Role.INSPECTOR)


@transaction.atomic
def open_inspection(design: Design, *, occasion: str, actor: User, today: date) -> Inspection:
    """Enter an inspection and number it within its year; a second call with the same occasion returns it."""
    if not may_inspect(actor):
        raise Refused("督查由督查人员立项，您没有此项权限")
    _refuse_wrong(design, today)
    row = Inspection(year=today.year, occasion=occasion, created_by=actor, **design.columns())
    try:
        # The number goes back with the savepoint when the occasion is taken.
        with transaction.atomic():
            row.number = take_number(SERIES, row.year)
            row.save(force_insert=True)
    except IntegrityError:
        return Inspection.objects.get(occasion=occasion)
    _set_people(row, design)
    facts = {"title": row.title, "kind": row.get_kind_display(), "version": [0, 1]}
    audit.record(row, "inspection.open", actor=actor, changes=facts)
    return row


def _refuse_wrong(design: Design, today: date) -> None:
    if not design.title.strip():
        raise Refused("请填写督查名称")
    if design.approved_on is not None and design.approved_on > today:
        raise Refused("批准日期不能晚于今天，请核对")
    if design.starts_on and design.ends_on and design.ends_on < design.starts_on:
        raise Refused("结束日期不能早于开始日期，请核对")
    strangers = [person.name for person in design.people() if not person.has_role(Role.INSPECTOR)]
    if strangers:
        raise Refused(f"{'、'.join(strangers)}不是督查人员，请填在“其他参加人员”中")
    own = {unit.pk for unit in design.organisations}
    biased = [person.name for person in design.people() if person.organisation_id in own]
    if biased:
        raise Refused(f"{'、'.join(biased)}是被督查单位的人员，应当回避，请改派")


def _set_people(row: Inspection, design: Design) -> None:
    row.organisations.set(design.organisations)
    row.members.all().delete()
    InspectionMember.objects.bulk_create(
        InspectionMember(
            inspection=row, user=person, is_head=design.head is not None and person == design.head
        )
        for person in design.people()
    )


@transaction.atomic
def edit_inspection(
    inspection: Inspection, design: Design, *, version: int, actor: User, today: date
) -> Inspection:
    """Word a draft anew, as read at `version`."""
    _refuse_wrong(design, today)
    before = _names(inspection)
    change_inspection(inspection, "edit", version=version, actor=actor, changes=design.columns())
    _set_people(inspection, design)
    after = _names(inspection)
    if before != after:
        changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        audit.record(inspection, "inspection.people", actor=actor, changes=changes)
    return inspection


def _names(inspection: Inspection) -> dict[str, str]:
    members = inspection.members.select_related("user").order_by("-is_head", "pk")
    return {
        "units": "、".join(unit.short_name for unit in inspection.organisations.order_by("order", "pk")),
        "members": "、".join(member.user.name for member in members),
    }


def preparation_of(inspection: Inspection) -> Preparation:
    """Return what is on record, for `problems_before_issue`; two queries."""
    columns = {
        field.name: getattr(inspection, field.name)
        for field in fields(Preparation)
        if field.name not in {"units", "members"}
    }
    return Preparation(
        units=len(inspection.organisations.all()), members=len(inspection.members.all()), **columns
    )


@transaction.atomic
def issue_inspection(inspection: Inspection, *, version: int, actor: User, today: date) -> Inspection:
    """Start an inspection: its authority and plan are complete and from now on frozen.

    Without an authority of the government only 日常督办 can start (arts. 7, 11).
    The notice is numbered and told to the units, but for a covert one there is none.
    """
    refuse_stranger(INSPECTION_STEPS["issue"], capacities(actor, inspection))
    problems = problems_before_issue(preparation_of(inspection), today=today)
    if inspection.state == InspectionState.DRAFT and problems:
        raise Refused("；".join(problems))
    change_inspection(
        inspection,
        "issue",
        version=version,
        actor=actor,
        changes={"issued_on": today},
        unlogged={"issued_by": actor},
    )
    if inspection.is_covert:
        return inspection
    paper = issue_paper(inspection, InspectionPaper.Kind.NOTICE, actor=actor, today=today)
    people = people_of([unit.pk for unit in inspection.organisations.all()], UNIT_ROLES, today)
    tell(inspection, people, f"{paper.number} {paper.label}：{inspection.title}", what="issue", actor=actor)
    return inspection


@transaction.atomic
def cancel_inspection(
    inspection: Inspection, *, version: int, note: str, actor: User, today: date
) -> Inspection:
    """Give an inspection up; its number stays used. Units that were told of it are told of this too."""
    told = inspection.issued_on is not None and not inspection.is_covert
    change_inspection(
        inspection, "cancel", version=version, actor=actor, note=note, changes={"cancelled_on": today}
    )
    if told:
        people = people_of([unit.pk for unit in inspection.organisations.all()], UNIT_ROLES, today)
        tell(inspection, people, f"{inspection.title}已取消", what="cancel", actor=actor)
    return inspection
