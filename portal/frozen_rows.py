"""Migration operations for rows that the database itself refuses to change.

Triggers on SQLite and PostgreSQL alike; on PostgreSQL also against TRUNCATE.
SQLite loses the triggers of a table that Django rebuilds (many ALTERs do): a
migration that alters one of these tables repeats the operation as its last one,
and a test tries to change a row after all migrations have run. Changing what is
printed here changes migrations that have been applied: add a function instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Statements = dict[str, list[str]]


def append_only(table: str, message: str) -> migrations.RunPython:
    """Refuse UPDATE, DELETE and TRUNCATE of every row of `table`, whoever asks; `message` is Chinese."""
    create = {
        "sqlite": [
            _sqlite_trigger(table, "no_update", "UPDATE", "", message),
            _sqlite_trigger(table, "no_delete", "DELETE", "", message),
        ],
        "postgresql": [
            _postgresql_function(table, f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"),
            _postgresql_trigger(table, "no_change", "UPDATE OR DELETE", "ROW"),
            _postgresql_trigger(table, "no_truncate", "TRUNCATE", "STATEMENT"),
        ],
    }
    return _operation(table, create, ("no_update", "no_delete", "no_change", "no_truncate"))


def frozen_once(table: str, mark: str, columns: Sequence[str], message: str) -> migrations.RunPython:
    """Refuse, once column `mark` is filled, every change of `mark` and `columns`, and DELETE and TRUNCATE."""
    watched = [mark, *columns]
    changed = {
        "sqlite": " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in watched),
        "postgresql": " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in watched),
    }
    filled = f'OLD."{mark}" IS NOT NULL'
    refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"
    body = (
        f'IF TG_OP = \'TRUNCATE\' THEN IF EXISTS (SELECT 1 FROM "{table}" WHERE "{mark}" IS NOT NULL) '
        f"THEN {refuse} END IF; RETURN NULL; END IF; "
        f"IF TG_OP = 'DELETE' THEN IF {filled} THEN {refuse} END IF; RETURN OLD; END IF; "
        f"IF {filled} AND ({changed['postgresql']}) THEN {refuse} END IF; RETURN NEW;"
    )
    create = {
        "sqlite": [
            _sqlite_trigger(
                table, "frozen_update", "UPDATE", f"WHEN {filled} AND ({changed['sqlite']})", message
            ),
            _sqlite_trigger(table, "frozen_delete", "DELETE", f"WHEN {filled}", message),
        ],
        "postgresql": [
            _postgresql_function(table, body),
            _postgresql_trigger(table, "frozen_change", "UPDATE OR DELETE", "ROW"),
            _postgresql_trigger(table, "frozen_truncate", "TRUNCATE", "STATEMENT"),
        ],
    }
    return _operation(table, create, ("frozen_update", "frozen_delete", "frozen_change", "frozen_truncate"))


def _sqlite_trigger(table: str, suffix: str, event: str, when: str, message: str) -> str:
    return (
        f'CREATE TRIGGER "{table}_{suffix}" BEFORE {event} ON "{table}" {when} '
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _postgresql_function(table: str, body: str) -> str:
    return (
        f'CREATE OR REPLACE FUNCTION "{table}_guard"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$guard$ BEGIN {body} END $guard$"
    )


def _postgresql_trigger(table: str, suffix: str, event: str, level: str) -> str:
    return (
        f'CREATE TRIGGER "{table}_{suffix}" BEFORE {event} ON "{table}" '
        f'FOR EACH {level} EXECUTE FUNCTION "{table}_guard"()'
    )


def _operation(table: str, create: Statements, suffixes: Sequence[str]) -> migrations.RunPython:
    on_table = {"sqlite": "", "postgresql": f' ON "{table}"'}
    drop = {
        vendor: [f'DROP TRIGGER IF EXISTS "{table}_{suffix}"{where}' for suffix in suffixes]
        for vendor, where in on_table.items()
    }
    install = {vendor: drop[vendor] + create[vendor] for vendor in create}
    remove = {
        "sqlite": drop["sqlite"],
        "postgresql": [*drop["postgresql"], f'DROP FUNCTION IF EXISTS "{table}_guard"()'],
    }
    return migrations.RunPython(_runner(install), _runner(remove), elidable=False)


def _runner(statements: Statements) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    def run(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run
