"""Where cases come from: QR points and what was handed in; the limits and texts that the office keeps."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.kinds import CaseType
from complaints.limits import LimitKind, LimitStep, LimitUnit
from complaints.querysets import IntakePointQuerySet, StandardReplyQuerySet, TimeLimitQuerySet
from portal.models import Enterprise, Organisation, Topic

PERSON = settings.AUTH_USER_MODEL


class IntakePoint(models.Model):
    """A QR code on a wall, a window or an enterprise's certificate 监督码点位; `code` is in its address."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "一企一码"
        WINDOW = "window", "一窗一码"
        STATION = "station", "监测站点"
        PLACE = "place", "公共场所"

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.PLACE)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="所属单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="intake_points",
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name="企业",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="intake_points",
    )
    place = models.CharField("地点", max_length=80, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_by = models.ForeignKey(PERSON, verbose_name="建立人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = IntakePointQuerySet.as_manager()

    class Meta:
        verbose_name = "扫码点位"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="complaints_point_enterprise_named",
                condition=~Q(kind="enterprise") | Q(enterprise__isnull=False),
                violation_error_message="一企一码须选择企业",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/complaints/points/{self.code}/"


class IntakeScan(models.Model):
    """How often a point's code was opened on a day; a counter, nothing about who."""

    point = models.ForeignKey(
        IntakePoint, verbose_name="点位", on_delete=models.CASCADE, related_name="scans"
    )
    on = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "扫码次数"
        constraints = [models.UniqueConstraint(fields=["point", "on"], name="complaints_scan_once")]

    def __str__(self) -> str:
        return f"{self.point} {self.on} {self.count}"


class Submission(models.Model):
    """What another programme or a public form handed in under a key of its own: handed in twice, made once.

    `receipt` is the sealed query code, kept for a day so that a repeated call gets the same answer.
    """

    source = models.CharField("来源", max_length=40)
    key = models.CharField("幂等键", max_length=80)
    digest = models.CharField("内容摘要", max_length=64)
    complaint = models.ForeignKey(
        "complaints.Complaint", verbose_name="诉求", on_delete=models.CASCADE, related_name="submissions"
    )
    receipt = models.CharField("回执", max_length=300, blank=True)
    created_at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "提交记录"
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="complaints_submission_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class TimeLimit(models.Model):
    """A time limit that the office laid down for a kind of case and a step; see `complaints.limits`."""

    kind = models.CharField("诉求类别", max_length=12, choices=LimitKind)
    step = models.CharField("环节", max_length=12, choices=LimitStep)
    amount = models.PositiveSmallIntegerField("时限")
    unit = models.CharField("单位", max_length=8, choices=LimitUnit)
    source = models.CharField("依据", max_length=120)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    created_by = models.ForeignKey(
        PERSON, verbose_name="制定人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("制定时间", auto_now_add=True)

    objects = TimeLimitQuerySet.as_manager()

    class Meta:
        verbose_name = "办理时限"
        ordering = ["kind", "step", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "step", "valid_from"], name="complaints_timelimit_once"),
            models.CheckConstraint(
                name="complaints_timelimit_amount",
                condition=Q(amount__gte=1, amount__lte=366),
                violation_error_message="时限应在 1 到 366 之间",
            ),
            models.CheckConstraint(
                name="complaints_timelimit_period",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不能早于生效日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.get_step_display()} {self.amount}{self.get_unit_display()}"


class StandardReply(models.Model):
    """A reply with fields such as {编号} and {单位} that clerks and units start from."""

    title = models.CharField("名称", max_length=60, unique=True)
    body = models.TextField("正文")
    kind = models.CharField("适用类型", max_length=12, choices=CaseType, blank=True)
    topic = models.ForeignKey(
        Topic, verbose_name="适用领域", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField("启用", default=True)
    updated_by = models.ForeignKey(PERSON, verbose_name="修改人", on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField("修改时间", auto_now=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = StandardReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "常用答复"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
