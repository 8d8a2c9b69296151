"""Task forces 专班 and the people in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.catalogue import Indicator
from indicators.querysets import TaskForceQuerySet
from portal.models import Organisation


class TaskForce(models.Model):
    """A first-level indicator of a year with its chief, lead unit and responsible units."""

    year = models.PositiveSmallIntegerField("年度")
    code = models.SlugField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=40)
    order = models.PositiveIntegerField("排序", default=0)
    indicator = models.OneToOneField(
        Indicator, verbose_name="一级指标", on_delete=models.PROTECT, related_name="task_force"
    )
    lead = models.ForeignKey(
        Organisation, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="task_forces_led"
    )
    responsible = models.ManyToManyField(
        Organisation, verbose_name="责任单位", related_name="task_forces", blank=True
    )

    objects = TaskForceQuerySet.as_manager()

    class Meta:
        verbose_name = "专班"
        ordering = ["-year", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["year", "name"], name="indicators_taskforce_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/taskforces/{self.code}/"


class TaskForceMember(models.Model):
    """A person in a task force: the chief (one), a deputy, or a unit's liaison."""

    class Duty(models.TextChoices):
        CHIEF = "chief", "指标长"
        DEPUTY = "deputy", "副指标长"
        LIAISON = "liaison", "联络员"

    task_force = models.ForeignKey(
        TaskForce, verbose_name="专班", on_delete=models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.PROTECT, related_name="duties"
    )
    duty = models.CharField("职责", max_length=10, choices=Duty)

    class Meta:
        verbose_name = "专班成员"
        ordering = ["task_force", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task_force", "user", "duty"], name="indicators_member_once"),
            models.UniqueConstraint(
                fields=["task_force"],
                condition=Q(duty="chief"),
                name="indicators_member_one_chief",
                violation_error_message="一个专班只能有一名指标长",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_force} {self.get_duty_display()} {self.user}"
