"""What a backup holds: counts and digests of its tables, digests of its files, the keys it needs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from portal.errors import Refused

NAME: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
FILES: Final = "files"
DUMPS: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FORMAT: Final = 1
PIECE: Final = 1 << 20


@dataclass(frozen=True)
class TableState:
    """How many rows a table has, and a digest of their content that does not depend on their order."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """The contents page of a backup. `files` maps every path below the backup's folder to its SHA-256."""

    format: int
    created_at: str
    vendor: str
    migrations: list[str]
    tables: dict[str, TableState]
    files: dict[str, str]
    # Fingerprints of the keys without which sessions (first) and encrypted columns (second) cannot be read.
    keys: list[str]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the contents page and, beside it, its digest."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text, encoding="utf-8")
    (folder / SEAL).write_text(hashlib.sha256(text.encode()).hexdigest(), encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the contents page; raise `Refused` where there is none, or it was changed."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
        seal = (folder / SEAL).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{folder} 不是完整的备份（缺少 {NAME} 或 {SEAL}）。") from error
    if hashlib.sha256(text.encode()).hexdigest() != seal:
        raise Refused(f"备份清单 {NAME} 已损坏或被改动，不能使用。")
    values = json.loads(text)
    if values["format"] != FORMAT:
        raise Refused(f"备份格式 {values['format']} 不是本版本能读的格式。")
    tables = {name: TableState(**state) for name, state in values.pop("tables").items()}
    return Manifest(tables=tables, **values)


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def key_fingerprints() -> list[str]:
    """Return fingerprints that tell keys apart without giving anything of them away."""
    return [
        hashlib.sha256(f"portal.backup:{key}".encode()).hexdigest()[:16]
        for key in (settings.SECRET_KEY, settings.FIELD_KEYS)
    ]
