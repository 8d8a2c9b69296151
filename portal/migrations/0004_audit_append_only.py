from django.db import migrations

from portal.frozen_rows import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_jobslot_requests"),
    ]

    operations = [
        append_only("portal_auditevent", "审计记录只能追加，不得修改或删除"),
        append_only("portal_auditseal", "审计封存只能追加，不得修改或删除"),
    ]
