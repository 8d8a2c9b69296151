"""Two rows that are one entity: everything that refers to the one is moved to the other, and can be moved back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from portal.errors import Refused
from portal.models import Enterprise, EnterpriseMerge, User
from portal.services import audit
from portal.services.enterprises.register import check_keeper
from portal.services.enterprises.sizes import resize

BATCH = 500


@transaction.atomic
def merge_enterprises(
    gone: Enterprise, kept: Enterprise, *, actor: User, today: date, reason: str
) -> EnterpriseMerge:
    """Move everything that refers to `gone` to `kept`, and let `gone` point there from now on.

    `settings.ENTERPRISE_REFERENCES` names what refers to an entity. A row that
    `kept` has already (the same fact of the same day) stays with `gone`. Of two
    people who merge the same row exactly one succeeds. `undo_merge` takes it back.
    """
    check_keeper(actor)
    if gone.pk == kept.pk:
        raise Refused("请选择两个不同的市场主体。")
    if not reason.strip():
        raise Refused("请写明合并的理由，例如“同一企业以旧代码重复登记”。")
    for row in sorted((gone, kept), key=lambda one: one.pk):
        # Always in the order of the keys, so that two merges of the same pair never wait for each other.
        if not Enterprise.objects.filter(pk=row.pk, merged_into=None).update(version=F("version") + 1):
            raise Refused(f"「{row.name}」已经合并到其他市场主体，请刷新后核对。")
    moved = {
        f"{model._meta.label}.{field}": keys
        for model, field, clash in _references()
        if (keys := _move(model, field, clash, gone, kept))
    }
    Enterprise.objects.filter(pk=gone.pk).update(merged_into=kept)
    resize([kept.pk], today=today)
    merge = EnterpriseMerge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        moved=moved,
        merged_by=actor,
        merged_at=timezone.now(),
    )
    _tell("enterprise.merge", merge, actor, reason.strip())
    return merge


@transaction.atomic
def undo_merge(merge: EnterpriseMerge, *, actor: User, today: date, reason: str) -> EnterpriseMerge:
    """Move back what a merge has moved, and let both rows stand for themselves again.

    What was entered for the kept row since then stays there. Undone once; the
    latest merge of a row has to be undone first.
    """
    check_keeper(actor)
    if not reason.strip():
        raise Refused("请写明撤销合并的理由。")
    if merge.kept.merged_into_id is not None:
        raise Refused(f"「{merge.kept.name}」此后又合并到其他市场主体，请先撤销那一次合并。")
    rows = EnterpriseMerge.objects.filter(pk=merge.pk, undone_at=None)
    if not rows.update(undone_by=actor, undone_at=timezone.now()):
        raise Refused("这次合并已经撤销，无需重复办理。")
    pair = Enterprise.objects.filter(pk__in=[merge.gone_id, merge.kept_id])
    pair.update(version=F("version") + 1)
    Enterprise.objects.filter(pk=merge.gone_id).update(merged_into=None)
    for model, field, _clash in _references():
        keys = merge.moved.get(f"{model._meta.label}.{field}", [])
        manager: Any = model._default_manager
        for part in _slices(keys):
            manager.filter(pk__in=part, **{field: merge.kept_id}).update(**{field: merge.gone_id})
    resize([merge.gone_id, merge.kept_id], today=today)
    merge.refresh_from_db()
    _tell("enterprise.unmerge", merge, actor, reason.strip())
    return merge


def _references() -> Iterator[tuple[type[Model], str, tuple[str, ...]]]:
    for label, field, clash in settings.ENTERPRISE_REFERENCES:
        yield apps.get_model(label), field, tuple(clash)


def _move(
    model: type[Model], field: str, clash: Sequence[str], gone: Enterprise, kept: Enterprise
) -> list[int]:
    """Point the rows of `gone` to `kept`, but for those whose `clash` columns `kept` has; return their keys."""
    manager: Any = model._default_manager
    rows = manager.filter(**{field: gone.pk})
    if clash:
        taken = set(manager.filter(**{field: kept.pk}).values_list(*clash))
        keys = [pk for pk, *values in rows.values_list("pk", *clash) if tuple(values) not in taken]
    else:
        keys = list(rows.values_list("pk", flat=True))
    for part in _slices(keys):
        manager.filter(pk__in=part).update(**{field: kept.pk})
    return sorted(keys)


def _slices(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _tell(action: str, merge: EnterpriseMerge, actor: User, reason: str) -> None:
    counts = {label: len(keys) for label, keys in merge.moved.items()}
    facts = {"gone": f"{merge.gone.name}（{merge.gone.credit_code}）", "kept": merge.kept.name}
    for row in (merge.kept, merge.gone):
        audit.record(
            row,
            action,
            actor=actor,
            changes={**facts, "count": sum(counts.values())},
            note=reason,
            organisation=row.town,
        )
