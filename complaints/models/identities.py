"""Who handed a case in: encrypted, apart from the case, and every look at it on record."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.models.cases import Complaint
from complaints.querysets import IdentityRequestQuerySet, RecusalQuerySet

PERSON = settings.AUTH_USER_MODEL


class Identity(models.Model):
    """The person behind a case. Each value is sealed by `portal.crypto` for its own column.

    `phone_index` finds the cases of one phone without knowing it. After
    `erased_at` nothing is left but the fact that there was somebody.
    """

    complaint = models.OneToOneField(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="identity"
    )
    name = models.CharField("姓名", max_length=400, blank=True)
    phone = models.CharField("电话", max_length=300, blank=True)
    company = models.CharField("单位", max_length=800, blank=True)
    address = models.CharField("地址", max_length=1000, blank=True)
    phone_index = models.CharField("电话索引", max_length=64, blank=True, db_index=True)
    consented_at = models.DateTimeField("同意告知书时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    erased_at = models.DateTimeField("删除时间", null=True, blank=True)

    class Meta:
        verbose_name = "来件人"
        constraints = [
            models.CheckConstraint(
                name="complaints_identity_erased_is_empty",
                condition=Q(erased_at=None) | Q(name="", phone="", company="", address="", phone_index=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} 来件人"


class IdentityRequest(models.Model):
    """A person asks to see who handed a case in, and is told yes until a moment, or no and why."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "未同意"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="identity_requests"
    )
    requested_by = models.ForeignKey(
        PERSON, verbose_name="申请人", on_delete=models.PROTECT, related_name="identity_requests"
    )
    requested_at = models.DateTimeField("申请时间")
    motive = models.CharField("用途", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State, default=State.REQUESTED)
    decided_by = models.ForeignKey(
        PERSON, verbose_name="审批人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    reason = models.CharField("审批意见", max_length=300, blank=True)
    expires_at = models.DateTimeField("有效至", null=True)

    objects = IdentityRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "身份查看申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "requested_by"],
                condition=Q(state="requested"),
                name="complaints_identityrequest_one_pending",
                violation_error_message="已有一项待审批的申请",
            ),
            models.CheckConstraint(
                name="complaints_identityrequest_granted_ends",
                condition=~Q(state="granted") | Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.requested_by}"


class IdentityLook(models.Model):
    """Somebody saw who handed a case in: when, why, by which permission. Triggers refuse every change."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="identity_looks"
    )
    person = models.ForeignKey(PERSON, verbose_name="查看人", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(
        IdentityRequest, verbose_name="申请", on_delete=models.PROTECT, null=True, related_name="looks"
    )
    reason = models.CharField("用途", max_length=300)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "身份查看记录"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "at"], name="complaints_look_person")]

    def __str__(self) -> str:
        return f"{self.complaint} {self.person}"


class Recusal(models.Model):
    """Somebody with an interest keeps away from a case 回避: he no longer sees it at all."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="recusals"
    )
    person = models.ForeignKey(
        PERSON, verbose_name="回避人", on_delete=models.PROTECT, related_name="recusals"
    )
    reason = models.CharField("理由", max_length=300)
    ordered_by = models.ForeignKey(PERSON, verbose_name="决定人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_by = models.ForeignKey(
        PERSON, verbose_name="解除人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = "回避"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "person"],
                condition=Q(lifted_at=None),
                name="complaints_recusal_once",
                violation_error_message="此人已回避",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(lifted_at=None), name="complaints_recusal_person")
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.person}"
