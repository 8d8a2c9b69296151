from django.db import migrations

from portal.frozen_rows import frozen_once

PRINTED = (
    "series",
    "month",
    "code",
    "title",
    "issue_number",
    "issue_year",
    "document_number",
    "content",
    "figures",
    "rows",
    "named_units",
    "drafted_by_id",
    "drafted_at",
    "reviewed_by_id",
    "reviewed_at",
    "issued_by_id",
    "issued_on",
    "document",
    "content_hash",
    "docx",
    "pdf",
    "supersedes_id",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
    ]

    operations = [
        frozen_once("reports_bulletin", "issued_at", PRINTED, "已签发的通报不得修改或删除"),
    ]
