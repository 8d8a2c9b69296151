import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0006_dispatch_frozen")]

    operations = [
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stopped_on", models.DateField(verbose_name="中止日期")),
                ("ended_on", models.DateField(verbose_name="结束日期")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspensions",
                        to="indicators.workitem",
                        verbose_name="事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "中止记录",
                "ordering": ["item", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_on__gte", models.F("stopped_on"))),
                        name="indicators_suspension_order",
                        violation_error_message="中止的结束日期不能早于开始日期",
                    )
                ],
            },
        ),
    ]
