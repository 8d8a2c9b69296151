"""Endpoints of the inspections: read only. Referrals have none, on purpose."""

from __future__ import annotations

import django_filters
from django.shortcuts import get_object_or_404

from indicators.inspection_workflow import FindingState, InspectionKind, InspectionState
from indicators.models import Finding, Inspection
from indicators.serializers import FindingSerializer, InspectionSerializer
from portal.api.scoped import ScopedViewSet


class InspectionFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(field_name="year")
    kind = django_filters.MultipleChoiceFilter(choices=InspectionKind.choices)
    state = django_filters.MultipleChoiceFilter(choices=InspectionState.choices)

    class Meta:
        model = Inspection
        fields: list[str] = []


class FindingFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(field_name="inspection__year")
    organisation = django_filters.CharFilter(field_name="organisation__code")
    state = django_filters.MultipleChoiceFilter(choices=FindingState.choices)

    class Meta:
        model = Finding
        fields: list[str] = []


class InspectionViewSet(ScopedViewSet[Inspection]):
    """Inspections 督查; address: `<year>-<number>`."""

    queryset = Inspection.objects.prefetch_related("organisations")
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilter
    lookup_value_regex = r"\d{4}-\d{2,3}"

    def get_object(self) -> Inspection:
        return get_object_or_404(self.get_queryset().filter(**_place(self.kwargs["pk"])))


class InspectionFindingViewSet(ScopedViewSet[Finding]):
    """Findings 督查发现; address: `<inspection>_<position>`."""

    queryset = Finding.objects.select_related("inspection", "organisation", "task_force", "item")
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    lookup_value_regex = r"\d{4}-\d{2,3}_\d{1,3}"

    def get_object(self) -> Finding:
        slug, _, position = self.kwargs["pk"].partition("_")
        inspection = {f"inspection__{name}": value for name, value in _place(slug).items()}
        return get_object_or_404(self.get_queryset(), position=int(position), **inspection)


def _place(slug: str) -> dict[str, int]:
    year, _, number = slug.partition("-")
    return {"year": int(year), "number": int(number)}
