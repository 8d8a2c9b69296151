"""Papers of a case that were given out: numbered, and kept as they read on that day."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.kinds import PaperKind
from complaints.models.cases import Complaint
from complaints.models.replies import Escalation
from complaints.querysets import PaperQuerySet

PERSON = settings.AUTH_USER_MODEL


class Paper(models.Model):
    """A notice or letter as it was given out; triggers refuse every change.

    `document` never holds who handed the case in: a name is put on the copy that
    an officer prints for the person, and nowhere else.
    """

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField("文种", max_length=12, choices=PaperKind)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    escalation = models.OneToOneField(
        Escalation,
        verbose_name="督办",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="paper",
    )
    number = models.CharField("文号", max_length=40, unique=True)
    issued_on = models.DateField("出具日期")
    issued_by = models.ForeignKey(PERSON, verbose_name="出具人", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField("文书")

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "诉求文书"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind", "round"],
                condition=Q(escalation=None),
                name="complaints_paper_once",
                violation_error_message="该文书已经出具",
            ),
            models.CheckConstraint(
                name="complaints_paper_supervise_names_its_letter",
                condition=Q(kind="supervise", escalation__isnull=False)
                | (~Q(kind="supervise") & Q(escalation=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.number
