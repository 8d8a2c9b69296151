"""Waves of questionnaires among enterprises 满意度调查, kept as results by unit."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.querysets import WaveQuerySet
from portal.models import Organisation


class QuestionnaireWave(models.Model):
    """One survey: when, how many were sent and how many answers count."""

    code = models.SlugField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=80)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    method = models.CharField("方式", max_length=60, blank=True)
    sent = models.PositiveIntegerField("发放", default=0)
    answered = models.PositiveIntegerField("有效问卷", default=0)
    source = models.CharField("来源", max_length=120, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = "满意度调查"
        ordering = ["-end_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="complaints_wave_period", condition=Q(end_on__gte=F("start_on"))),
            models.CheckConstraint(
                name="complaints_wave_answered",
                condition=Q(answered__lte=F("sent")) | Q(sent=0),
                violation_error_message="有效问卷不能多于发放数",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/complaints/surveys/{self.code}/"


class QuestionnaireResult(models.Model):
    """How many answers about one unit were of each kind; who answered is not kept."""

    wave = models.ForeignKey(
        QuestionnaireWave, verbose_name="调查", on_delete=models.CASCADE, related_name="results"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="survey_results"
    )
    very = models.PositiveIntegerField("满意", default=0)
    fairly = models.PositiveIntegerField("基本满意", default=0)
    unsatisfied = models.PositiveIntegerField("不满意", default=0)
    unknown = models.PositiveIntegerField("不了解", default=0)

    class Meta:
        verbose_name = "调查结果"
        ordering = ["organisation__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "organisation"], name="complaints_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave} {self.organisation}"

    @property
    def counted(self) -> int:
        """The answers that say something about the unit."""
        return self.very + self.fairly + self.unsatisfied
