"""Versions against lost updates; the database refuses a duty held together with a business role.

A partial index already keeps a person from two duties; a constraint over several
rows needs a trigger. Rebuilding `portal_rolegrant` on SQLite drops its triggers:
a later migration that alters the table has to run these operations again.
"""

from django.db import migrations, models

MESSAGE = "三类管理员不得同时承担业务角色"
CLASH = """EXISTS (
    SELECT 1 FROM portal_rolegrant other
    WHERE other.user_id = NEW.user_id AND other.revoked_at IS NULL AND other.id <> NEW.id
      AND (other.role IN ('sysadmin', 'security', 'auditor'))
       <> (NEW.role IN ('sysadmin', 'security', 'auditor'))
)"""
SQLITE = [
    f"""CREATE TRIGGER portal_rolegrant_exclusion_{event}
    BEFORE {statement} ON portal_rolegrant WHEN NEW.revoked_at IS NULL AND {clash}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"""
    for event, statement, clash in (
        # Before an INSERT on SQLite the new row has no id yet.
        ("insert", "INSERT", CLASH.replace(" AND other.id <> NEW.id", "")),
        ("update", "UPDATE", CLASH),
    )
]
POSTGRESQL = [
    f"""CREATE FUNCTION portal_rolegrant_exclusion() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.revoked_at IS NULL AND {CLASH} THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER portal_rolegrant_exclusion BEFORE INSERT OR UPDATE ON portal_rolegrant
    FOR EACH ROW EXECUTE FUNCTION portal_rolegrant_exclusion()""",
]
UNDO = {
    "sqlite": [
        "DROP TRIGGER portal_rolegrant_exclusion_insert",
        "DROP TRIGGER portal_rolegrant_exclusion_update",
    ],
    "postgresql": [
        "DROP TRIGGER portal_rolegrant_exclusion ON portal_rolegrant",
        "DROP FUNCTION portal_rolegrant_exclusion()",
    ],
}


def add_triggers(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop_triggers(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="version",
            field=models.PositiveIntegerField(default=1, verbose_name="版本"),
        ),
        migrations.AddField(
            model_name="user",
            name="version",
            field=models.PositiveIntegerField(default=1, verbose_name="版本"),
        ),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
