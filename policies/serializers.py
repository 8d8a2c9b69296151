"""What the endpoints give out. Contact and account of an applicant never stand here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from policies.conditions import describe, read_tree
from policies.models import Payout, PayoutBatch, PolicyItem, Proposal


class PolicyItemSerializer(serializers.ModelSerializer[PolicyItem]):
    """An item with what its version in force says; amounts are yuan."""

    organisation = serializers.CharField(source="organisation.code")
    policy = serializers.CharField(source="policy.title")
    document_number = serializers.CharField(source="policy.document_number")
    topic = serializers.CharField(source="topic.code", default="")
    title = serializers.CharField(source="current.title", default="")
    article = serializers.CharField(source="current.article", default="")
    category = serializers.CharField(source="current.category", default="")
    mode = serializers.CharField(source="current.mode", default="")
    whom = serializers.CharField(source="current.whom", default="")
    conditions = serializers.SerializerMethodField(help_text="适用条件，一句话")
    standard = serializers.CharField(source="current.standard", default="")
    amount = serializers.JSONField(source="current.amount", default=dict)
    procedure = serializers.CharField(source="current.procedure", default="")
    materials = serializers.ListField(
        source="current.materials", default=list, child=serializers.DictField(), help_text="名称和是否必交"
    )
    limit_workdays = serializers.IntegerField(source="current.limit_workdays", default=None, allow_null=True)
    valid_from = serializers.DateField(source="current.valid_from", default=None, allow_null=True)
    valid_until = serializers.DateField(source="current.valid_until", default=None, allow_null=True)
    phone = serializers.CharField(source="current.phone", default="")
    address = serializers.CharField(source="current.address", default="")

    class Meta:
        model = PolicyItem
        fields = (
            "number",
            "state",
            "organisation",
            "policy",
            "document_number",
            "topic",
            "title",
            "article",
            "category",
            "mode",
            "whom",
            "conditions",
            "standard",
            "amount",
            "procedure",
            "materials",
            "limit_workdays",
            "valid_from",
            "valid_until",
            "phone",
            "address",
            "first_published_on",
        )

    @extend_schema_field(serializers.CharField())
    def get_conditions(self, row: PolicyItem) -> str:
        return describe(read_tree(row.current.conditions)) if row.current else ""


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A proposal without what the enterprise filled in."""

    item = serializers.CharField(source="item.number")
    version = serializers.IntegerField(source="version.number")
    enterprise = serializers.CharField(source="enterprise.credit_code")
    enterprise_name = serializers.CharField(source="enterprise.name")

    class Meta:
        model = Proposal
        fields = (
            "id",
            "item",
            "version",
            "enterprise",
            "enterprise_name",
            "period",
            "state",
            "amount",
            "calculation",
            "proposed_on",
            "answered_at",
            "reviewed_at",
        )


class PayoutBatchSerializer(serializers.ModelSerializer[PayoutBatch]):
    organisation = serializers.CharField(source="organisation.code")

    class Meta:
        model = PayoutBatch
        fields = ("number", "organisation", "title", "state", "approved_at", "paid_on", "digest", "key_id")


class PayoutSerializer(serializers.ModelSerializer[Payout]):
    """A payment 笔; a reversal is a negative row. Amounts are yuan."""

    item = serializers.CharField(source="item.number")
    version = serializers.IntegerField(source="version.number")
    batch = serializers.CharField(source="batch.number")
    enterprise = serializers.CharField(source="enterprise.credit_code")
    enterprise_name = serializers.CharField(source="enterprise.name")
    reversal_of = serializers.IntegerField(source="reversal_of_id", allow_null=True)

    class Meta:
        model = Payout
        fields = (
            "id",
            "item",
            "version",
            "batch",
            "enterprise",
            "enterprise_name",
            "period",
            "amount",
            "paid_on",
            "voucher",
            "shares",
            "reversed_on",
            "reversal_of",
            "reason",
        )


class AnswersSerializer(serializers.Serializer[Any]):
    """The answers of the self-check; what is left out is judged 信息不足."""

    kind = serializers.CharField(required=False, help_text="市场主体类型，不填为企业")
    industry = serializers.CharField(required=False, help_text="国民经济行业大类，两位代码")
    founded_on = serializers.DateField(required=False)
    employees = serializers.IntegerField(required=False, help_text="人")
    revenue = serializers.DecimalField(14, 2, required=False, help_text="上年营业收入，万元")
    rd_expense = serializers.DecimalField(14, 2, required=False, help_text="上年研发费用，万元")
    labels = serializers.ListField(child=serializers.CharField(), required=False, help_text="往年取得的认定")
    new_labels = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="今年新取得的认定"
    )


class FitSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(source="version.item.number")
    title = serializers.CharField(source="version.title")
    outcome = serializers.CharField(help_text="met 符合、near 还差一点、unknown 信息不足、not_met 不符合")
    granted = serializers.DecimalField(14, 2, allow_null=True, help_text="预计金额，元，就高不重复后")
    gaps = serializers.ListField(source="explanation.gaps", child=serializers.CharField())
    missing = serializers.ListField(source="explanation.missing", child=serializers.CharField())


class FitsSerializer(serializers.Serializer[Any]):
    total = serializers.DecimalField(14, 2, help_text="预计合计，元")
    rows = FitSerializer(many=True)
