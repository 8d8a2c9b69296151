from __future__ import annotations

from django.db import models

from portal.models.people import User
from portal.querysets import SavedQueryQuerySet


class SavedQuery(models.Model):
    """常用查询: one person's name for the conditions of a list; `conditions` is the address's query string."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_queries", verbose_name="保存人")
    path = models.CharField("列表", max_length=200)
    name = models.CharField("名称", max_length=30)
    conditions = models.CharField("条件", max_length=1000)
    created_at = models.DateTimeField("保存时间", auto_now_add=True)

    objects = SavedQueryQuerySet.as_manager()

    class Meta:
        verbose_name = "常用查询"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="portal_savedquery_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{self.path}?{self.conditions}"
