"""Restore a backup into an empty database and an empty folder, and verify what came back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from portal.errors import Refused
from portal.models import Attachment
from portal.services import audit, audit_chain
from portal.services.backups import postgresql, tables
from portal.services.backups.manifest import DUMPS, Manifest, digest_of_file, key_fingerprints
from portal.services.backups.verifying import attachment_files, table_faults, verify_backup


@dataclass(frozen=True)
class Restored:
    """What came back, and what the person should know of it."""

    rows: int
    files: int
    audit_events: int
    warnings: tuple[str, ...]


def restore_backup(folder: Path) -> Restored:
    """Bring a backup back; nothing is overwritten.

    The backup is verified before, the tables, the files and the audit chain
    after; a backup of an older version is migrated. Raises `Refused` when the
    place is not empty or anything does not agree.
    """
    manifest, faults = verify_backup(folder)
    if faults:
        raise Refused(f"备份不完整，没有恢复：{'；'.join(faults[:5])}")
    _require_empty_place(manifest)
    _load(folder / DUMPS[manifest.vendor])
    if faults := table_faults(manifest, _tables()):
        raise Refused(f"恢复后的数据与备份不一致：{'；'.join(faults[:5])}")
    shutil.copytree(attachment_files(folder), settings.MEDIA_ROOT, dirs_exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if faults := _attachment_faults():
        raise Refused(f"恢复后的附件不完整：{'；'.join(faults[:5])}")
    chain = audit_chain.verify()
    if not chain.ok:
        raise Refused(f"恢复后的审计链不完整：{chain.first_fault}")
    audit.record(
        None, "backup.restore", actor=None, changes={"folder": folder.name, "created_at": manifest.created_at}
    )
    return Restored(
        rows=sum(state.rows for state in manifest.tables.values()),
        files=len(manifest.files) - 1,
        audit_events=chain.checked,
        warnings=_warnings(manifest),
    )


def _require_empty_place(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise Refused(f"备份来自 {manifest.vendor}，当前数据库是 {connection.vendor}，不能直接恢复。")
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
    if present:
        raise Refused("目标数据库不是空的。请指向一个空数据库（DATABASE_URL）后再恢复。")
    root = Path(settings.MEDIA_ROOT)
    if root.is_dir() and any(root.iterdir()):
        raise Refused(f"附件目录 {root} 不是空的。请指向一个空目录（MEDIA_ROOT）后再恢复。")


def _load(dump: Path) -> None:
    if connection.vendor == "postgresql":
        postgresql.load(dump)
        return
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(dump, target)


def _tables() -> dict[str, tables.TableState]:
    if connection.vendor == "postgresql":
        with transaction.atomic():
            return tables.postgresql_tables()
    return tables.sqlite_tables(Path(connection.settings_dict["NAME"]))


def _attachment_faults() -> list[str]:
    """Return the files that a row names and that are not there as they were uploaded."""
    root, faults = Path(settings.MEDIA_ROOT), []
    rows = Attachment.objects.filter(removed_at=None).values_list("name", "stored_name", "sha256")
    for name, stored_name, digest in rows.iterator():
        path = root / stored_name
        if not path.is_file() or digest_of_file(path) != digest:
            faults.append(f"附件「{name}」缺失或不一致")
    return faults


def _warnings(manifest: Manifest) -> tuple[str, ...]:
    names = (
        "SECRET_KEY（登录状态会失效，需重新登录）",
        "FIELD_KEYS（加密的信息无法读取，请改用备份时的密钥）",
    )
    changed = [
        f"当前的 {name}与备份时不同"
        for name, then, here in zip(names, manifest.keys, key_fingerprints(), strict=True)
        if then != here
    ]
    made = datetime.fromisoformat(manifest.created_at)
    return (*changed, f"数据截至 {made:%Y-%m-%d %H:%M}，此后的录入不在其中")
