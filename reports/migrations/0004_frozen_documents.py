from importlib import import_module

from django.db import migrations

from portal.frozen_rows import frozen_once

PRINTED = import_module("reports.migrations.0002_issued_bulletins_frozen").PRINTED
FINAL = (
    "code",
    "month",
    "months",
    "state",
    "title",
    "content",
    "figures",
    "rows",
    "drafted_by_id",
    "drafted_at",
    "reviewed_by_id",
    "reviewed_at",
    "final_on",
    "document",
    "content_hash",
    "docx",
    "pdf",
)
PUBLISHED = (
    "year",
    "month",
    "state",
    "rules_id",
    "evaluated_by_id",
    "evaluated_at",
    "opened_by_id",
    "opened_at",
    "objections_until",
    "published_by_id",
    "table",
    "content_hash",
    "docx",
    "pdf",
)
RESULT = (
    "assessment_id",
    "organisation_id",
    "group",
    "base",
    "added",
    "deducted",
    "total",
    "grade",
    "place",
    "of",
    "lines",
)
DECIDED = (
    "assessment_id",
    "organisation_id",
    "number",
    "identities",
    "labels",
    "text",
    "state",
    "made_by_id",
    "made_at",
    "decision",
    "decided_by_id",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_series_reports_assessments"),
    ]

    operations = [
        frozen_once(
            "reports_bulletin", "issued_at", (*PRINTED, "months", "subject"), "已签发的通报不得修改或删除"
        ),
        frozen_once("reports_workreport", "final_at", FINAL, "已定稿的汇报不得修改或删除"),
        frozen_once("reports_assessment", "published_at", PUBLISHED, "已公布的考核不得修改或删除"),
        frozen_once("reports_result", "frozen_at", RESULT, "已公布的考核结果不得修改或删除"),
        frozen_once("reports_objection", "decided_at", DECIDED, "已处理的异议不得修改或删除"),
    ]
