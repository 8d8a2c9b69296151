from django.db import migrations

COLUMN = 'ALTER TABLE "policies_verdictblock" ALTER COLUMN "codes" SET STORAGE '


def _storage(kind):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(COLUMN + kind)

    return run


class Migration(migrations.Migration):
    """PostgreSQL would compress packed verdicts at ten times the cost of writing them, to little effect."""

    dependencies = [
        ("policies", "0006_payout_budget_year"),
    ]

    operations = [
        migrations.RunPython(_storage("EXTERNAL"), _storage("EXTENDED"), elidable=False),
    ]
