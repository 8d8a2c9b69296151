"""PostgreSQL's own programs for dumping and restoring."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection

from portal.errors import Refused


def dump(target: Path, snapshot: str) -> None:
    """Dump the database as the transaction that exported `snapshot` sees it."""
    _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")


def load(source: Path) -> None:
    """Restore a dump into the database of the settings, which is empty."""
    name = connection.settings_dict["NAME"]
    _run(*("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={name}"), str(source))


def list_contents(source: Path) -> str:
    """Return why the dump's own table of contents cannot be read, or an empty string."""
    try:
        _run("pg_restore", "--list", str(source))
    except Refused as refusal:
        return str(refusal)
    return ""


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise Refused(
            f"找不到 {program}。请先安装 PostgreSQL 客户端（postgresql-client），版本不低于服务器。"
        )
    values = connection.settings_dict
    environment = {
        "PGHOST": str(values["HOST"] or "127.0.0.1"),
        "PGPORT": str(values["PORT"] or 5432),
        "PGUSER": str(values["USER"]),
        "PGPASSWORD": str(values["PASSWORD"]),
        "PGDATABASE": str(values["NAME"]),
    }
    done = subprocess.run(
        [path, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{program} 没有成功：{done.stderr.strip()[-300:]}")
