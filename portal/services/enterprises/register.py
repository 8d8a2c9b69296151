"""Enter and correct market entities; one code is one entity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.credit_codes import clean_credit_code
from portal.enterprise_names import search_name
from portal.enterprise_terms import EntityState
from portal.errors import Conflict, Refused
from portal.industries import clean_industry, section_of
from portal.models import Enterprise, Organisation, User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.enterprises.sizes import resize

FIELDS = (
    "credit_code",
    "name",
    "kind",
    "industry",
    "town",
    "address",
    "founded_on",
    "public_phone",
    "website",
)


def check_keeper(actor: User) -> None:
    """Raise `Refused` unless `actor` keeps the register."""
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("市场主体由营商办登记和维护，如需更正请与营商办联系")


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns with what follows from them; raise `Refused` for a wrong code, industry or place."""
    found = dict(values)
    try:
        if "credit_code" in found:
            found["credit_code"] = clean_credit_code(found["credit_code"])
        if "industry" in found:
            found["industry"] = clean_industry(found["industry"]) if found["industry"] else ""
            found["section"] = section_of(found["industry"])
    except ValueError as error:
        raise Refused(f"{error}。") from error
    if "name" in found:
        found["name"] = found["name"].strip()
        found["search_name"] = search_name(found["name"])
        if not found["search_name"]:
            raise Refused("请填写市场主体名称，以营业执照为准。")
    town = found.get("town")
    if isinstance(town, Organisation) and not town.is_local:
        raise Refused(f"{town.short_name}不是乡镇、街道或园区，请重新选择。")
    return found


@transaction.atomic
def register_enterprise(*, actor: User, today: date, source: str, **values: Any) -> Enterprise:
    """Enter a market entity. Raises `Refused` for a code that is wrong or already registered."""
    check_keeper(actor)
    columns = completed(values)
    try:
        with transaction.atomic():
            row = Enterprise.objects.create(source=source, size_as_of=today, **columns)
    except IntegrityError as error:
        raise Refused(
            f"统一社会信用代码 {columns['credit_code']} 已经登记，请查找该市场主体后修改。"
        ) from error
    changes = {name: [None, _shown(row, name)] for name in FIELDS if getattr(row, name)}
    audit.record(row, "enterprise.register", actor=actor, changes=changes, organisation=row.town)
    return row


@transaction.atomic
def change_enterprise(
    enterprise: Enterprise, *, actor: User, version: int, today: date, **values: Any
) -> Enterprise:
    """Correct an entity; `Conflict` with the present values when somebody else did so since `version`."""
    check_keeper(actor)
    columns = completed(values)
    before = Enterprise.objects.select_related("town").get(pk=enterprise.pk)
    rows = Enterprise.objects.filter(pk=enterprise.pk, version=version, merged_into=None)
    try:
        with transaction.atomic():
            changed = rows.update(**columns, version=F("version") + 1)
    except IntegrityError as error:
        raise Refused("该统一社会信用代码属于另一市场主体，请核对；如是重复登记请办理合并。") from error
    if not changed:
        raise _too_late(before, columns)
    enterprise.refresh_from_db()
    pairs = {name: [_shown(before, name), _shown(enterprise, name)] for name in FIELDS}
    history = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if "industry" in history:
        resize([enterprise.pk], today=today)
        enterprise.refresh_from_db()
    audit.record(enterprise, "enterprise.change", actor=actor, changes=history, organisation=enterprise.town)
    return enterprise


@transaction.atomic
def set_state(
    enterprise: Enterprise,
    state: EntityState,
    *,
    actor: User,
    version: int,
    on: date,
    today: date,
    note: str = "",
) -> Enterprise:
    """Record that an entity was revoked, struck off, moved away, or is in business again since the day `on`."""
    check_keeper(actor)
    if on > today:
        raise Refused("状态日期不能晚于今天，请核对。")
    if enterprise.founded_on and on < enterprise.founded_on:
        raise Refused("状态日期不能早于成立日期，请核对。")
    before = Enterprise.objects.get(pk=enterprise.pk)
    rows = Enterprise.objects.filter(pk=enterprise.pk, version=version, merged_into=None)
    if not rows.exclude(state=state, state_on=on).update(state=state, state_on=on, version=F("version") + 1):
        raise _too_late(before, {"state": state})
    enterprise.refresh_from_db()
    changes = {"state": [before.state, state], "state_on": [before.state_on, on]}
    audit.record(
        enterprise,
        "enterprise.state",
        actor=actor,
        changes=changes,
        note=note.strip(),
        organisation=enterprise.town,
    )
    return enterprise


def _too_late(present: Enterprise, columns: Mapping[str, object]) -> Refused:
    if present.merged_into_id is not None:
        return Refused(f"「{present.name}」已合并到另一市场主体，请在保留的一条上办理。")
    theirs = {name: _shown(present, name) for name in columns if name not in {"search_name", "section"}}
    return Conflict(f"「{present.name}」刚刚被他人修改，请核对现在的内容后再保存。", theirs)


def _shown(row: Enterprise, name: str) -> object:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return str(value) if isinstance(value, Organisation) else value
