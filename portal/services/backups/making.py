"""Make a backup while people go on working: one moment of the database, then the files."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.errors import Refused
from portal.file_store import INCOMING
from portal.models import User
from portal.services import audit
from portal.services.backups import postgresql, tables
from portal.services.backups.manifest import (
    DUMPS,
    FILES,
    FORMAT,
    Manifest,
    TableState,
    digest_of_file,
    key_fingerprints,
    write_manifest,
)

PARTIAL: Final = ".partial"
PREFIX: Final = "backup-"


def make_backup(into: Path, *, now: datetime, actor: User | None = None) -> Path:
    """Write a backup below `into`; return its folder, which appears only when it is complete.

    The database is taken at one moment; files are copied after it and never
    change, so every file that a row of that moment names is there. The keys of
    the settings are not part of a backup and must be kept elsewhere.
    """
    name = f"{PREFIX}{timezone.localtime(now):%Y%m%d-%H%M%S}"
    folder, partial = into / name, into / f"{name}{PARTIAL}"
    if folder.exists():
        raise Refused(f"{folder} 已经存在，请稍后再备份。")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    states, applied = _dump(partial / DUMPS[connection.vendor])
    _copy_files(partial / FILES)
    write_manifest(
        partial,
        Manifest(
            format=FORMAT,
            created_at=timezone.localtime(now).isoformat(timespec="seconds"),
            vendor=connection.vendor,
            migrations=applied,
            tables=states,
            files=_digests(partial),
            keys=key_fingerprints(),
        ),
    )
    partial.rename(folder)
    rows = sum(state.rows for state in states.values())
    audit.record(None, "backup.create", actor=actor, changes={"folder": folder.name, "rows": rows})
    return folder


def _dump(target: Path) -> tuple[dict[str, TableState], list[str]]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        return tables.sqlite_tables(target), _applied()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        postgresql.dump(target, cursor.fetchone()[0])
        return tables.postgresql_tables(), _applied()


def _applied() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _copy_files(target: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    if not root.is_dir():
        target.mkdir()
        return
    shutil.copytree(root, target, ignore=lambda folder, _names: [INCOMING] if Path(folder) == root else [])


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            found[path.relative_to(folder).as_posix()] = digest_of_file(path)
    return found


def prune_backups(folder: Path, keep: int) -> int:
    """Remove all but the newest `keep` complete backups; return how many were removed."""
    complete = sorted(
        path for path in folder.glob(f"{PREFIX}*") if path.is_dir() and not path.name.endswith(PARTIAL)
    )
    old = complete[: max(len(complete) - keep, 0)]
    for path in old:
        shutil.rmtree(path)
    return len(old)
