"""The red and the black list 红黑榜 of handling cases: who was put there, by whom, and why."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.querysets import ListedUnitQuerySet
from complaints.red_black import STANDING, ListState, Side
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class ListedUnit(models.Model):
    """A unit on a list of a period, from `first` to `last`, both included.

    `grounds` are the figures by which the rule found it, kept as they were when it
    was ticked; `reason` is what the person who ticked it said.
    """

    side = models.CharField("榜单", max_length=8, choices=Side)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="listings"
    )
    first = models.DateField("期间起")
    last = models.DateField("期间止")
    grounds = models.CharField("数据依据", max_length=300)
    reason = models.CharField("列入理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=ListState, default=ListState.PROPOSED)
    proposed_by = models.ForeignKey(PERSON, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        PERSON, verbose_name="审定人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    note = models.CharField("不予列入或撤下的理由", max_length=200, blank=True)

    objects = ListedUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "红黑榜单位"
        ordering = ["-last", "side", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "first", "last"],
                condition=Q(state__in=sorted(STANDING)),
                name="complaints_listed_once",
                violation_error_message="该单位本期已经列入或待审定",
            ),
            models.CheckConstraint(
                name="complaints_listed_has_reason",
                condition=~Q(reason="") & ~Q(grounds=""),
                violation_error_message="列入红黑榜须有数据依据和理由",
            ),
            models.CheckConstraint(
                name="complaints_listed_decided_by_another",
                condition=Q(state=ListState.PROPOSED)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                violation_error_message="审定人不能是提出人本人",
            ),
            models.CheckConstraint(name="complaints_listed_period", condition=Q(last__gte=F("first"))),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.organisation}"
