"""Files that people upload: stored under a random name, downloaded through their owner's scope."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from portal.querysets import AttachmentQuerySet


class Attachment(models.Model):
    """A file that belongs to one row (evidence of a report, a closing application, a measurement …)."""

    class Scan(models.TextChoices):
        """What the virus scanner said of the bytes; only the first and the third may be downloaded by others."""

        UNSCANNED = "unscanned", "未查杀"
        WAITING = "waiting", "待查杀"
        CLEAN = "clean", "已查杀"
        INFECTED = "infected", "含病毒，已隔离"

    token = models.CharField("标识", max_length=32, unique=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    owner = GenericForeignKey("content_type", "object_id")
    name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField("存储名", max_length=80, unique=True)
    media_type = models.CharField("类型", max_length=80)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    # None: the public, which has no accounts.
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    scan = models.CharField("查杀", max_length=10, choices=Scan, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField("查杀时间", null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "附件"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="portal_attachment_owner"),
            models.Index(
                fields=["id"],
                condition=models.Q(scan__in=["unscanned", "waiting"]),
                name="portal_attachment_to_scan",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        """The extension in capitals, as lists show it."""
        return self.name.rpartition(".")[2].upper()[:5]
