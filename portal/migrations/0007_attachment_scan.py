import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_calendar_proposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="scan",
            field=models.CharField(
                choices=[
                    ("unscanned", "未查杀"),
                    ("waiting", "待查杀"),
                    ("clean", "已查杀"),
                    ("infected", "含病毒，已隔离"),
                ],
                default="unscanned",
                max_length=10,
                verbose_name="查杀",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="scanned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="查杀时间"),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="uploaded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="上传人",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("scan__in", ["unscanned", "waiting"])),
                fields=["id"],
                name="portal_attachment_to_scan",
            ),
        ),
    ]
