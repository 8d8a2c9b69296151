from django.db import migrations

from portal.frozen_rows import frozen_once


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0005_letter_replies"),
    ]

    operations = [
        frozen_once(
            "indicators_dispatchround",
            "sheet",
            ("sheet_hash", "year", "number", "state", "held_on", "chair", "present", "minutes"),
            "调度会议已登记，调度表和纪要不得修改",
        ),
        frozen_once(
            "indicators_letter",
            "document",
            ("rung", "state", "number", "organisation_id", "reason", "body", "reply_by", "issued_on"),
            "督办文书已签发，不得修改",
        ),
    ]
