"""Where uploaded files lie on disk: under random names, outside anything a web server serves.

A file is written under a temporary name, synced and renamed, so that a name
never points to half a file. A file without a row (the transaction was rolled
back, the process was killed) is removed by the sweep.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from portal.errors import Refused

INCOMING: Final = "incoming"
_FOLDER = re.compile(r"[0-9a-f]{2}")
_STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def path_of(stored_name: str) -> Path:
    """Return where a stored file lies; ValueError for a name this module did not make."""
    if not _STORED.fullmatch(stored_name):
        raise ValueError(f"no stored name: {stored_name!r}")
    return Path(settings.MEDIA_ROOT, stored_name)


def write(content: bytes) -> str:
    """Write a file completely or not at all; return its stored name. A full disk is a refusal."""
    token = secrets.token_hex(16)
    stored_name = f"{token[:2]}/{token}"
    target = path_of(stored_name)
    temporary = Path(settings.MEDIA_ROOT, INCOMING, token)
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise Refused("服务器存储空间不足，文件没有保存。请联系系统管理员清理后重新上传。") from error
        raise
    return stored_name


def read(stored_name: str) -> bytes:
    """Return a file's bytes; FileNotFoundError where it is gone."""
    return path_of(stored_name).read_bytes()


def delete(stored_name: str) -> None:
    """Remove a file; a second call does nothing."""
    path_of(stored_name).unlink(missing_ok=True)


def stored_names() -> Iterator[str]:
    """Yield the stored name of every file on disk."""
    root = Path(settings.MEDIA_ROOT)
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and _FOLDER.fullmatch(folder.name):
            for file in sorted(folder.iterdir()):
                name = f"{folder.name}/{file.name}"
                if _STORED.fullmatch(name):
                    yield name


def age_in_seconds(stored_name: str) -> float:
    """Return how long ago a file was written; 0 where it has just vanished."""
    try:
        return time.time() - path_of(stored_name).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def drop_incoming(older_than_seconds: float) -> int:
    """Remove temporary files that no process can still be writing; return how many."""
    folder = Path(settings.MEDIA_ROOT, INCOMING)
    dropped = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        if time.time() - file.stat().st_mtime > older_than_seconds:
            file.unlink(missing_ok=True)
            dropped += 1
    return dropped
