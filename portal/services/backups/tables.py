"""Count and digest the rows of every table, on either engine."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from django.db import connection

from portal.services.backups.manifest import TableState

MODULUS: Final = 1 << 64


def sqlite_tables(path: Path) -> dict[str, TableState]:
    """Return the state of every table in a database file that nobody writes to."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        return {name: _sqlite_state(database, name) for (name,) in names}


def _sqlite_state(database: sqlite3.Connection, name: str) -> TableState:
    rows = total = 0
    for row in database.execute(f'SELECT * FROM "{name}"'):
        rows += 1
        total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:8], "big")
    return TableState(rows, f"{total % MODULUS:016x}")


def sqlite_fault(path: Path) -> str:
    """Return what SQLite's own check finds wrong with the file, or an empty string."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            (answer,) = database.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if answer == "ok" else str(answer)


def postgresql_tables() -> dict[str, TableState]:
    """Return the state of every table as the current transaction sees it."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'")
        for name in sorted(connection.introspection.table_names(cursor)):
            # A sum of digests: it needs no order, and no more memory for a million rows than for one.
            cursor.execute(
                f"SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0) "
                f'FROM "{name}" t'
            )
            rows, total = cursor.fetchone()
            found[name] = TableState(rows, f"{int(total):x}")
    return found
