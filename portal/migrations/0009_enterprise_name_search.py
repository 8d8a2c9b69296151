from django.db import migrations

# Parts of names from three characters on are found by trigrams. SQLite has no such index: a scan of
# 300,000 short names takes it less than the eye notices. pg_trgm is a trusted extension: the owner
# of the database may create it.
INDEX = "portal_enterprise_name_parts"


def create(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
        schema_editor.execute(
            f"CREATE INDEX {INDEX} ON portal_enterprise USING gin (search_name gin_trgm_ops)", params=None
        )


def drop(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0008_enterprises"),
    ]

    operations = [
        migrations.RunPython(create, drop, elidable=False),
    ]
