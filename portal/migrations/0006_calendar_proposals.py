import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_credentials"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("source", models.CharField(max_length=120, verbose_name="依据")),
                ("version", models.PositiveIntegerField(verbose_name="比对的版本")),
                ("rows", models.JSONField(verbose_name="安排")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "待复核"), ("confirmed", "已载入"), ("returned", "已退回")],
                        default="pending",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(auto_now_add=True, verbose_name="提交时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="退回原因")),
            ],
            options={
                "verbose_name": "日历复核",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="calendarproposal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="复核人",
            ),
        ),
        migrations.AddField(
            model_name="calendarproposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="提交人",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("year",),
                name="portal_calendarproposal_one_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="portal_calendarproposal_two_people",
                violation_error_message="提交人不能复核自己提交的安排",
            ),
        ),
    ]
