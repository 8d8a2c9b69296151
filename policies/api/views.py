"""Endpoints for people with an account: read only, each within its `visible_to`."""

from __future__ import annotations

import django_filters

from policies.models import Payout, PayoutBatch, PolicyItem, Proposal
from policies.serializers import (
    PayoutBatchSerializer,
    PayoutSerializer,
    PolicyItemSerializer,
    ProposalSerializer,
)
from policies.terms import Category, Mode
from policies.workflow import BatchState, ItemState, ProposalState
from portal.api.scoped import ScopedViewSet


class PolicyItemFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=ItemState.choices)
    category = django_filters.MultipleChoiceFilter(field_name="current__category", choices=Category.choices)
    mode = django_filters.MultipleChoiceFilter(field_name="current__mode", choices=Mode.choices)
    organisation = django_filters.CharFilter(field_name="organisation__code")

    class Meta:
        model = PolicyItem
        fields: list[str] = []


class ProposalFilter(django_filters.FilterSet):
    item = django_filters.CharFilter(field_name="item__number")
    enterprise = django_filters.CharFilter(field_name="enterprise__credit_code")
    state = django_filters.MultipleChoiceFilter(choices=ProposalState.choices)

    class Meta:
        model = Proposal
        fields: list[str] = []


class PayoutBatchFilter(django_filters.FilterSet):
    organisation = django_filters.CharFilter(field_name="organisation__code")
    state = django_filters.MultipleChoiceFilter(choices=BatchState.choices)

    class Meta:
        model = PayoutBatch
        fields: list[str] = []


class PayoutFilter(django_filters.FilterSet):
    item = django_filters.CharFilter(field_name="item__number")
    batch = django_filters.CharFilter(field_name="batch__number")
    enterprise = django_filters.CharFilter(field_name="enterprise__credit_code")
    paid_from = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte")
    paid_to = django_filters.DateFilter(field_name="paid_on", lookup_expr="lte")

    class Meta:
        model = Payout
        fields: list[str] = []


class PolicyItemViewSet(ScopedViewSet[PolicyItem]):
    """Items 惠企事项 with what their version in force says."""

    queryset = PolicyItem.objects.select_related("organisation", "policy", "topic", "current")
    serializer_class = PolicyItemSerializer
    filterset_class = PolicyItemFilter
    lookup_field = "number"


class ProposalViewSet(ScopedViewSet[Proposal]):
    """Proposals 惠企推送."""

    queryset = Proposal.objects.select_related("item", "version", "enterprise")
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter


class PayoutBatchViewSet(ScopedViewSet[PayoutBatch]):
    """Batches 兑现批次."""

    queryset = PayoutBatch.objects.select_related("organisation")
    serializer_class = PayoutBatchSerializer
    filterset_class = PayoutBatchFilter
    lookup_field = "number"


class PayoutViewSet(ScopedViewSet[Payout]):
    """Payments 兑现台账; those taken off their batch are not there."""

    queryset = Payout.objects.filter(voided_at=None).select_related("item", "version", "batch", "enterprise")
    serializer_class = PayoutSerializer
    filterset_class = PayoutFilter
