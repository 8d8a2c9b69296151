from django.db import migrations, models

from portal.frozen_rows import frozen_once


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0005_verdicts_by_item_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="budget_year",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="预算年度"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(fields=["item", "budget_year"], name="policies_payout_budget"),
        ),
        # SQLite has rebuilt the table, and with it lost the triggers.
        frozen_once(
            "policies_payout",
            "digest",
            (
                "batch_id",
                "item_id",
                "version_id",
                "enterprise_id",
                "proposal_id",
                "period",
                "budget_year",
                "amount",
                "shares",
                "reversal_of_id",
            ),
            "批准的兑现不得修改或删除，有误请冲销",
        ),
    ]
