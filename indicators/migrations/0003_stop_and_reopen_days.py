from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="workitem",
            name="stopped_on",
            field=models.DateField(blank=True, null=True, verbose_name="停办日期"),
        ),
        migrations.AddField(
            model_name="closingapplication",
            name="reopened_on",
            field=models.DateField(blank=True, null=True, verbose_name="重新打开日期"),
        ),
    ]
