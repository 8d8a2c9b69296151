from django.db import migrations

from portal.frozen_rows import frozen_once

PUBLISHED = (
    "item_id",
    "number",
    "title",
    "article",
    "category",
    "mode",
    "whom",
    "conditions",
    "conditions_text",
    "amount",
    "standard_text",
    "group_id",
    "repeat",
    "yearly_cap",
    "procedure",
    "materials",
    "limit_workdays",
    "valid_from",
    "valid_until",
    "cost_shares",
    "funding",
    "contact",
    "phone",
    "address",
    "beneficiary",
    "basis",
    "amount_statement",
    "validity",
    "change_note",
    "created_by_id",
    "published_by_id",
)


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_initial"),
    ]

    operations = [
        frozen_once(
            "policies_policyitemversion", "published_at", PUBLISHED, "已发布的事项版本不得修改，请另拟新版本"
        ),
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
                "amount",
                "shares",
                "reversal_of_id",
            ),
            "批准的兑现不得修改或删除，有误请冲销",
        ),
        frozen_once(
            "policies_payoutbatch",
            "approved_at",
            (
                "number",
                "organisation_id",
                "created_by_id",
                "submitted_by_id",
                "digest",
                "signature",
                "key_id",
            ),
            "批准的批次不得修改或删除",
        ),
    ]
