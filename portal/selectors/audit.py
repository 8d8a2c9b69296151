"""The audit trail as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.audit_labels import FACT_LABELS
from portal.models import AuditEvent

COUNT_LIMIT = 10_000


@cache
def action_labels() -> dict[str, str]:
    """Return what every action is called, from the tables that `AUDIT_LABELS` names as strings."""
    found: dict[str, str] = {}
    for path in settings.AUDIT_LABELS:
        table: Mapping[str, object] = import_string(path)
        found.update({action: str(getattr(label, "text", label)) for action, label in table.items()})
    return found


@cache
def changed_tables() -> dict[str, str]:
    """Return which table's columns an action changes, where it is not the row's own; from `AUDIT_TABLES`."""
    found: dict[str, str] = {}
    for path in settings.AUDIT_TABLES:
        found.update(import_string(path))
    return found


def action_label(action: str) -> str:
    """Return what an action is called; an unknown one is shown as it is written."""
    return action_labels().get(action, action)


def changes_text(event: AuditEvent) -> str:
    """Write what changed in one line: `字段：原值 → 新值`, or the plain facts.

    Columns and their choices are called by the names that the table gives them.
    """
    columns = _columns(changed_tables().get(event.action, event.object_type))
    parts = []
    for name, value in event.changes.items():
        label, choices = columns.get(name, (FACT_LABELS.get(name, name), {}))
        if isinstance(value, list) and len(value) == 2:
            parts.append(f"{label}：{_plain(value[0], choices)} → {_plain(value[1], choices)}")
        else:
            parts.append(f"{label}：{_plain(value, choices)}")
    return "；".join(parts)


@cache
def _columns(object_type: str) -> dict[str, tuple[str, dict[object, str]]]:
    """Return what the columns of a table and their choices are called; nothing for a table that is gone."""
    try:
        model = apps.get_model(object_type)
    except (LookupError, ValueError):
        return {}
    return {
        field.name: (str(field.verbose_name), {key: str(label) for key, label in field.flatchoices})
        for field in model._meta.concrete_fields
    }


def _plain(value: object, choices: Mapping[object, str]) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    if isinstance(value, str) and value in choices:
        return choices[value]
    return str(value)


def capped_count(rows: QuerySet[AuditEvent]) -> tuple[int, str]:
    """Count the rows up to 10,000; return the number and how it is written ("10000+")."""
    count = rows.order_by()[: COUNT_LIMIT + 1].count()
    return min(count, COUNT_LIMIT), f"{COUNT_LIMIT}+" if count > COUNT_LIMIT else str(count)


EXPORT_COLUMNS = (
    ("at", "时间"),
    ("actor", "操作人"),
    ("unit", "单位"),
    ("roles", "角色"),
    ("action", "动作"),
    ("object", "对象"),
    ("organisation", "所涉单位"),
    ("changes", "变化"),
    ("note", "说明"),
    ("outcome", "结果"),
    ("address", "地址"),
    ("session", "会话"),
    ("request", "请求号"),
    ("number", "记录号"),
    ("digest", "摘要"),
)


def export_rows(rows: QuerySet[AuditEvent]) -> Iterator[dict[str, object]]:
    """Yield the rows for an export, read in batches and not kept."""
    for event in rows.iterator(chunk_size=2000):
        yield {
            "at": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            "actor": event.actor_name,
            "unit": event.actor_unit,
            "roles": event.actor_roles,
            "action": action_label(event.action),
            "object": event.object_label,
            "organisation": event.organisation_code,
            "changes": changes_text(event),
            "note": event.note,
            "outcome": event.get_outcome_display(),
            "address": event.address,
            "session": event.session,
            "request": event.request_id,
            "number": str(event.pk),
            "digest": event.digest,
        }
