from django.db import migrations

from portal.frozen_rows import append_only, frozen_once


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_inspections")]

    operations = [
        frozen_once(
            "indicators_inspection",
            "issued_on",
            (
                "year",
                "number",
                "title",
                "kind",
                "method",
                "authority",
                "authority_document",
                "approver",
                "approved_on",
                "authority_scope",
                "authority_until",
                "scope",
                "plan",
            ),
            "督查已启动，授权和方案不得修改",
        ),
        frozen_once(
            "indicators_finding",
            "issued_on",
            (
                "inspection_id",
                "position",
                "organisation_id",
                "weight",
                "title",
                "fact",
                "basis",
                "demand",
                "objection_until",
            ),
            "问题已反馈，不得修改",
        ),
        append_only("indicators_inspectionpaper", "督查文书已印发，不得修改"),
    ]
