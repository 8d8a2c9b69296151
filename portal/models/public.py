"""What people without an account did lately, kept to stop floods and guessing."""

from django.db import models


class PublicAttempt(models.Model):
    """One call of something open to the public; `key` is a keyed digest of who or where, never an address."""

    key = models.CharField("键", max_length=40)
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "公众访问记录"
        indexes = [models.Index(fields=["key", "at"], name="portal_publicattempt_key")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%Y-%m-%d %H:%M}"
