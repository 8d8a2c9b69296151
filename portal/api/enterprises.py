"""Market entities over the API: the scope and the filters of the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.scoped import ScopedViewSet
from portal.enterprise_terms import EntityKind, EntityState, LabelKind, SizeClass
from portal.industries import Section
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation
from portal.selectors.enterprises import found_by, holding


class FactSerializer(serializers.ModelSerializer[EnterpriseFact]):
    """`unit` is the unit of `value`: persons, or 万元."""

    unit = serializers.CharField(read_only=True)

    class Meta:
        model = EnterpriseFact
        fields = ["kind", "value", "unit", "period_year", "valid_from", "valid_to", "source"]


class LabelSerializer(serializers.ModelSerializer[EnterpriseLabel]):
    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = EnterpriseLabel
        fields = ["kind", "level", "name", "valid_from", "valid_to", "source"]


class EnterpriseSerializer(serializers.ModelSerializer[Enterprise]):
    """`facts` and `labels` are those that hold today; `size` is empty where it cannot be told."""

    town: serializers.SlugRelatedField[Organisation] = serializers.SlugRelatedField(
        slug_field="code", read_only=True
    )
    facts = serializers.SerializerMethodField()
    labels = LabelSerializer(source="held_labels", many=True, read_only=True)

    class Meta:
        model = Enterprise
        fields = [
            "credit_code",
            "name",
            "kind",
            "industry",
            "section",
            "town",
            "address",
            "founded_on",
            "state",
            "state_on",
            "public_phone",
            "website",
            "size",
            "facts",
            "labels",
        ]

    @extend_schema_field(FactSerializer(many=True))
    def get_facts(self, row: Enterprise) -> Any:
        """Return of each kind the newest fact that holds today."""
        newest = {fact.kind: fact for fact in row.held_facts}  # type: ignore[attr-defined]
        return FactSerializer(list(newest.values()), many=True).data


class EnterpriseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    town = django_filters.CharFilter(field_name="town__code")
    section = django_filters.ChoiceFilter(choices=Section.choices)
    size = django_filters.MultipleChoiceFilter(choices=SizeClass.choices)
    state = django_filters.MultipleChoiceFilter(choices=EntityState.choices)
    kind = django_filters.MultipleChoiceFilter(choices=EntityKind.choices)
    label = django_filters.ChoiceFilter(choices=LabelKind.choices, method="labelled")

    class Meta:
        model = Enterprise
        fields: list[str] = []

    def search(self, rows: QuerySet[Enterprise], _name: str, text: str) -> QuerySet[Enterprise]:
        return rows.filter(found_by(text))

    def labelled(self, rows: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        return rows.filter(holding(value, on=timezone.localdate()))


class EnterpriseViewSet(ScopedViewSet[Enterprise]):
    """Market entities 市场主体; rows that were merged into another are left out."""

    queryset = Enterprise.objects.select_related("town")
    serializer_class = EnterpriseSerializer
    lookup_field = "credit_code"
    filterset_class = EnterpriseFilter

    def get_queryset(self) -> QuerySet[Enterprise]:
        return super().get_queryset().filter(merged_into=None).prefetch_related(*_held(timezone.localdate()))


def _held(today: date) -> tuple[Prefetch[Any], Prefetch[Any]]:
    facts = EnterpriseFact.objects.held_on(today).order_by("valid_from", "pk")
    labels = EnterpriseLabel.objects.held_on(today).order_by("kind", "level", "-valid_from")
    return (
        Prefetch("facts", queryset=facts, to_attr="held_facts"),
        Prefetch("labels", queryset=labels, to_attr="held_labels"),
    )
