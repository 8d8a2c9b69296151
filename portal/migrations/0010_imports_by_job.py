from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0009_enterprise_name_search")]

    operations = [
        migrations.AddField(
            model_name="workbookimport",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数"),
        ),
        migrations.AddField(
            model_name="workbookimport",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="确认时间"),
        ),
        migrations.AddField(
            model_name="workbookimport",
            name="refusal",
            field=models.CharField(blank=True, max_length=300, verbose_name="未导入原因"),
        ),
        migrations.AlterField(
            model_name="workbookimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("checked", "待确认"),
                    ("applying", "正在导入"),
                    ("applied", "已导入"),
                    ("discarded", "已放弃"),
                ],
                default="checked",
                max_length=10,
                verbose_name="状态",
            ),
        ),
    ]
