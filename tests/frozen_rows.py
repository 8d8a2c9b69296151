"""Let the tests' flush empty tables whose rows the database refuses to delete.

A test that needs real transactions ends with Django's `flush`, a DELETE or
TRUNCATE of every table, which the triggers on the audit trail and on issued
documents rightly refuse. For the moment of the flush, and only there, the
triggers are taken away and put back exactly as the catalogue had them.
"""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def triggers_away(database):
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            away = [f'DROP TRIGGER "{name}"' for name, _sql in found]
            back = [sql for _name, sql in found]
        else:
            # Inside a test's transaction foreign keys are still to be checked; a table is altered after that.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            tables = [name for (name,) in cursor.fetchall()]
            away = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables]
            back = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in tables]
        for statement in away:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in back:
                cursor.execute(statement)


def install(patch):
    """Wrap the flush of this run's database engine."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_without_triggers(self, statements):
        with triggers_away(self.connection):
            flush(self, statements)

    patch.setattr(operations, "execute_sql_flush", flush_without_triggers)
