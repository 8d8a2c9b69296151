"""Units: entered, corrected, closed and reopened by the system administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.errors import Conflict, Refused
from portal.models import Organisation, User
from portal.roles import Role
from portal.services import audit

FIELDS = ("name", "short_name", "kind", "parent", "order", "active_from")


@transaction.atomic
def create_organisation(*, actor: User, code: str, **values: Any) -> Organisation:
    """Enter a unit; code, name and short name are each unique."""
    _check_administrator(actor)
    try:
        with transaction.atomic():
            row = Organisation.objects.create(code=code, **values)
    except IntegrityError as error:
        raise Refused("已有同名、同简称或同代码的单位，请核对后再保存。") from error
    _record(row, "organisation.create", actor, {name: [None, _shown(row, name)] for name in FIELDS})
    return row


@transaction.atomic
def update_organisation(
    organisation: Organisation, *, actor: User, version: int, values: Mapping[str, Any]
) -> Organisation:
    """Correct a unit; raise `Conflict` with the present values when somebody else did so since `version`."""
    _check_administrator(actor)
    _check_parent(organisation, values.get("parent", organisation.parent))
    before = Organisation.objects.select_related("parent").get(pk=organisation.pk)
    rows = Organisation.objects.filter(pk=organisation.pk, version=version)
    try:
        with transaction.atomic():
            changed = rows.update(**values, version=F("version") + 1)
    except IntegrityError as error:
        raise Refused("已有同名或同简称的单位，请核对后再保存。") from error
    if not changed:
        theirs = {name: _shown(before, name) for name in values}
        raise Conflict(f"{before.short_name}刚刚被他人修改，请核对现在的内容后再保存。", theirs)
    organisation.refresh_from_db()
    _record(organisation, "organisation.update", actor, _difference(before, organisation))
    return organisation


@transaction.atomic
def close_organisation(organisation: Organisation, *, actor: User, last_day: date, reason: str) -> None:
    """End a unit with `last_day` (included); refused while people or units still belong to it."""
    _check_administrator(actor)
    if not reason.strip():
        raise Refused("请填写停用原因，例如“机构改革并入县数据局”。")
    if organisation.active_from is not None and last_day < organisation.active_from:
        raise Refused("停用日期不能早于启用日期。")
    people = organisation.people.filter(is_active=True).count()
    if people:
        raise Refused(f"{organisation.short_name}还有 {people} 个启用的账号，请先停用或调整到其他单位。")
    if organisation.children.active(last_day).exclude(pk=organisation.pk).exists():
        raise Refused(f"{organisation.short_name}还有下级单位，请先调整或停用下级单位。")
    rows = Organisation.objects.filter(pk=organisation.pk, active_until=None)
    if not rows.update(active_until=last_day, version=F("version") + 1):
        raise Refused(f"{organisation.short_name}已经停用，无需重复办理。")
    organisation.refresh_from_db()
    _record(organisation, "organisation.close", actor, {"active_until": [None, last_day]}, reason.strip())


@transaction.atomic
def reopen_organisation(organisation: Organisation, *, actor: User, reason: str) -> None:
    """Take a closed unit into use again."""
    _check_administrator(actor)
    if not reason.strip():
        raise Refused("请填写恢复原因。")
    until = organisation.active_until
    rows = Organisation.objects.filter(pk=organisation.pk, active_until=until).exclude(active_until=None)
    if not rows.update(active_until=None, version=F("version") + 1):
        raise Refused(f"{organisation.short_name}正在使用，无需恢复。")
    organisation.refresh_from_db()
    _record(organisation, "organisation.reopen", actor, {"active_until": [until, None]}, reason.strip())


def _check_administrator(actor: User) -> None:
    if not actor.has_role(Role.SYSADMIN):
        raise Refused("单位由系统管理员维护。")


def _check_parent(organisation: Organisation, parent: Organisation | None) -> None:
    """Refuse a parent that stands below the unit itself."""
    while parent is not None:
        if parent.pk == organisation.pk:
            raise Refused("上级单位不能是本单位或本单位的下级，请重新选择。")
        parent = parent.parent


def _shown(row: Organisation, name: str) -> object:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return str(value) if isinstance(value, Organisation) else value


def _difference(before: Organisation, after: Organisation) -> dict[str, list[object]]:
    pairs = {name: [_shown(before, name), _shown(after, name)] for name in FIELDS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _record(
    row: Organisation, action: str, actor: User, changes: Mapping[str, object], note: str = ""
) -> None:
    audit.record(row, action, actor=actor, changes=changes, note=note, organisation=row)
