"""Visits to enterprises 包联走访, and round-tables and campaigns; each demand heard there becomes a case."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.querysets import GatheringQuerySet, PairingQuerySet, VisitQuerySet
from portal.models import Enterprise, Organisation

PERSON = settings.AUTH_USER_MODEL


class Pairing(models.Model):
    """A leader or officer who looks after an enterprise 包联."""

    person = models.ForeignKey(
        PERSON, verbose_name="包联人", on_delete=models.PROTECT, related_name="pairings"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="pairings"
    )
    since = models.DateField("开始日期")
    until = models.DateField("结束日期", null=True, blank=True)
    created_by = models.ForeignKey(
        PERSON, verbose_name="安排人", on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = "包联"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "enterprise"],
                condition=Q(until=None),
                name="complaints_pairing_once",
                violation_error_message="该企业已由此人包联",
            ),
            models.CheckConstraint(
                name="complaints_pairing_period", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.enterprise}"


class Visit(models.Model):
    """One visit: who went to which enterprise, when, and what was heard."""

    number = models.CharField("编号", max_length=20, unique=True)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="visits"
    )
    visitor = models.ForeignKey(
        PERSON, verbose_name="走访人", on_delete=models.PROTECT, related_name="visits"
    )
    on = models.DateField("走访日期")
    companions = models.CharField("同行人员", max_length=200, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    situation = models.TextField("经营情况", blank=True)
    policies_told = models.TextField("宣讲政策", blank=True)
    has_demands = models.BooleanField("有诉求", default=False)
    recorded_by = models.ForeignKey(PERSON, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "visitor", "on"],
                name="complaints_visit_once",
                violation_error_message="该人员当日对此企业的走访已登记",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "on"], name="complaints_visit_enterprise"),
            models.Index(fields=["visitor", "on"], name="complaints_visit_visitor"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"/visits/{self.number}/"


class Gathering(models.Model):
    """A round-table with enterprises, or a campaign of some days or months that collects demands."""

    class Kind(models.TextChoices):
        ROUNDTABLE = "roundtable", "政企圆桌会"
        RECEPTION = "reception", "企业接待日"
        CAMPAIGN = "campaign", "大走访活动"

    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    title = models.CharField("名称", max_length=80)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    place = models.CharField("地点", max_length=80, blank=True)
    host = models.ForeignKey(
        Organisation, verbose_name="主办单位", on_delete=models.PROTECT, related_name="gatherings"
    )
    chair = models.CharField("主持人", max_length=40, blank=True)
    enterprises = models.ManyToManyField(
        Enterprise, verbose_name="参加企业", related_name="gatherings", blank=True
    )
    summary = models.TextField("情况", blank=True)
    recorded_by = models.ForeignKey(PERSON, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField("版本", default=1)

    objects = GatheringQuerySet.as_manager()

    class Meta:
        verbose_name = "政企活动"
        ordering = ["-start_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="complaints_gathering_period",
                condition=Q(end_on__gte=F("start_on")),
                violation_error_message="结束日期不能早于开始日期",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/visits/gatherings/{self.number}/"
