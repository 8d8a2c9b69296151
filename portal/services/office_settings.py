"""Change a setting of the office: a new row with the day from which it holds, never over an old one."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction

from portal.errors import Refused
from portal.models import SettingRow, User
from portal.office_settings import DEFINITIONS, Definition, SettingValue, problem_with
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.settings import setting, settings_on
from portal.services import audit

SECURITY_GROUP: Final = "安全"
SECURITY_KEEPERS: Final = frozenset({Role.SYSADMIN, Role.SECURITY})
KEEPERS: Final = OFFICE_ROLES | {Role.SYSADMIN}
NOTE_LENGTH: Final = 200
# The first of each pair must stay below the second.
RISING: Final = (
    ("tiers.front_percent", "tiers.middle_percent"),
    ("letters.supervise_days", "letters.talk_days"),
    ("letters.talk_days", "letters.circulate_days"),
    ("letters.circulate_days", "letters.transfer_days"),
    ("complaints.supervise_workdays", "complaints.talk_workdays"),
)


def may_change(definition: Definition, user: User) -> bool:
    """Tell whether `user` keeps the setting: security ones belong to the administrators, others to the office."""
    return user.has_role(*(SECURITY_KEEPERS if definition.group == SECURITY_GROUP else KEEPERS))


@transaction.atomic
def change_setting(
    key: str, value: SettingValue, *, valid_from: date, note: str, actor: User, today: date
) -> SettingRow:
    """Let a setting have `value` from the day `valid_from` (included) on.

    The past is not changed: figures of earlier days were computed with what
    held then. A second call with the same value and day adds nothing. Raises
    `Refused` with what to do.
    """
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise Refused("没有这项设置，请刷新页面后重试。")
    if not may_change(definition, actor):
        raise Refused(f"您无权修改「{definition.label}」。")
    if problem := problem_with(definition, value):
        raise Refused(problem)
    if valid_from < today:
        raise Refused("生效日期不能早于今天：已过去的日子按当时的设置计算。")
    note = note.strip()
    if not note:
        raise Refused("请写明修改的理由或依据。")
    same = SettingRow.objects.filter(key=key, valid_from=valid_from).order_by("-pk").first()
    if same is not None and same.value == value:
        return same
    before = setting(key, on=valid_from)
    row = SettingRow.objects.create(
        key=key, value=value, valid_from=valid_from, note=note[:NOTE_LENGTH], created_by=actor
    )
    _check_order(valid_from)
    audit.record(
        row,
        "setting.change",
        actor=actor,
        changes={definition.label: [before, value], "生效日期": valid_from},
        note=note,
    )
    return row


def _check_order(valid_from: date) -> None:
    """Refuse values that would turn the order of two thresholds around on the day they begin to hold."""
    values = settings_on(valid_from)
    for low, high in RISING:
        if low in values and high in values and int(values[low]) >= int(values[high]):
            first, second = DEFINITIONS[low], DEFINITIONS[high]
            raise Refused(
                f"「{first.label}」（{values[low]}{first.unit}）应小于「{second.label}」（{values[high]}{second.unit}）。"
            )
