"""Verify that a backup is whole: one byte that has changed is found."""

from __future__ import annotations

from pathlib import Path

from portal.services.backups import postgresql, tables
from portal.services.backups.manifest import (
    DUMPS,
    FILES,
    NAME,
    SEAL,
    Manifest,
    digest_of_file,
    read_manifest,
)


def verify_backup(folder: Path) -> tuple[Manifest, list[str]]:
    """Return the contents page and what is wrong, each fault naming its file or table.

    Raises `Refused` where there is no readable contents page.
    """
    manifest = read_manifest(folder)
    faults = [*_file_faults(folder, manifest), *_dump_faults(folder / DUMPS[manifest.vendor], manifest)]
    return manifest, faults


def _file_faults(folder: Path, manifest: Manifest) -> list[str]:
    faults = []
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"缺少文件 {name}")
        elif digest_of_file(path) != digest:
            faults.append(f"文件 {name} 与备份时不一致")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    extra = there - manifest.files.keys() - {NAME, SEAL}
    faults += [f"多出文件 {name}" for name in sorted(extra)]
    return faults


def _dump_faults(dump: Path, manifest: Manifest) -> list[str]:
    if not dump.is_file():
        return []
    if manifest.vendor == "postgresql":
        fault = postgresql.list_contents(dump)
        return [f"数据库备份无法读取：{fault}"] if fault else []
    if fault := tables.sqlite_fault(dump):
        return [f"数据库备份已损坏：{fault}"]
    return table_faults(manifest, tables.sqlite_tables(dump))


def table_faults(manifest: Manifest, found: dict[str, tables.TableState]) -> list[str]:
    """Compare the tables with the contents page."""
    return [
        f"数据表 {name} 应有 {state.rows} 行"
        + (f"，实有 {found[name].rows} 行" if name in found else "，已缺失")
        + ("（内容不一致）" if name in found and found[name].rows == state.rows else "")
        for name, state in manifest.tables.items()
        if found.get(name) != state
    ]


def attachment_files(folder: Path) -> Path:
    """Return where the uploaded files of a backup lie."""
    return folder / FILES
