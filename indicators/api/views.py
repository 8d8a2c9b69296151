"""Endpoints of the indicator work."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models import DispatchRound, Measurement, ProgressReport, TaskForce, WorkItem
from indicators.months import parse
from indicators.serializers import (
    DispatchRoundSerializer,
    DraftSerializer,
    MeasurementSerializer,
    NoteSerializer,
    ProgressReportSerializer,
    TaskForceSerializer,
    WorkItemSerializer,
)
from indicators.services import measurements, reports
from indicators.workflow import ItemState, MeasurementState, ReportState
from portal.api.scoped import ScopedViewSet, actor_of
from portal.errors import Refused


def month_of(text: str) -> date:
    """Read a month from an address or a filter; a wrong one is an input error, not a fault."""
    try:
        return parse(text)
    except ValueError as error:
        raise ValidationError({"month": [str(error)]}) from error


class MonthFilter(django_filters.CharFilter):
    """`2023-10` matched against a first day."""

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, month_of(value)) if value else qs


class WorkItemFilter(django_filters.FilterSet):
    list = django_filters.CharFilter(field_name="work_list__prefix")
    year = django_filters.NumberFilter(field_name="work_list__year")
    task_force = django_filters.CharFilter(field_name="task_force__code")
    organisation = django_filters.CharFilter(field_name="organisation__code")
    state = django_filters.MultipleChoiceFilter(choices=ItemState.choices)
    lamp = django_filters.MultipleChoiceFilter(choices=WorkItem.LampColour.choices)
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")

    class Meta:
        model = WorkItem
        fields: list[str] = []


class ReportFilter(django_filters.FilterSet):
    month = MonthFilter(field_name="month")
    organisation = django_filters.CharFilter(field_name="organisation__code")
    task_force = django_filters.CharFilter(field_name="item__task_force__code")
    state = django_filters.MultipleChoiceFilter(choices=ReportState.choices)

    class Meta:
        model = ProgressReport
        fields: list[str] = []


class MeasurementFilter(django_filters.FilterSet):
    period = MonthFilter(field_name="period")
    indicator = django_filters.CharFilter(field_name="indicator__code")
    state = django_filters.MultipleChoiceFilter(choices=MeasurementState.choices)

    class Meta:
        model = Measurement
        fields: list[str] = []


class RoundFilter(django_filters.FilterSet):
    month = MonthFilter(field_name="month")
    form = django_filters.ChoiceFilter(choices=DispatchRound.Form.choices)
    state = django_filters.ChoiceFilter(choices=DispatchRound.State.choices)

    class Meta:
        model = DispatchRound
        fields: list[str] = []


class TaskForceViewSet(ScopedViewSet[TaskForce]):
    """Task forces 专班."""

    queryset = TaskForce.objects.select_related("lead")
    serializer_class = TaskForceSerializer
    lookup_field = "code"
    filterset_fields = ["year"]


class WorkItemViewSet(ScopedViewSet[WorkItem]):
    """Work items 事项 of all ledgers."""

    queryset = WorkItem.objects.select_related("work_list", "task_force", "lead", "organisation")
    serializer_class = WorkItemSerializer
    lookup_field = "number"
    filterset_class = WorkItemFilter


class ReportViewSet(ScopedViewSet[ProgressReport]):
    """Monthly reports 进展; address: `<item number>_<month>`."""

    queryset = ProgressReport.objects.select_related("item", "organisation")
    serializer_class = ProgressReportSerializer
    filterset_class = ReportFilter
    lookup_value_regex = r"[0-9A-Za-z-]+_\d{4}-\d{2}"

    def get_object(self) -> ProgressReport:
        number, _, month = self.kwargs["pk"].rpartition("_")
        return get_object_or_404(self.get_queryset(), item__number=number, month=month_of(month))

    @extend_schema(request=DraftSerializer)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, pk: str) -> Response:
        """Save a draft; 409 with the other person's text when the version is no longer the newest."""
        fields = DraftSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        values = dict(fields.validated_data)
        version = values.pop("version")
        report = self.get_object()
        saved = reports.save_draft(
            report, actor=actor_of(request), version=version, fields=values, today=timezone.localdate()
        )
        return Response(self.get_serializer(saved).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Submit a report for review."""
        outcome = reports.submit_reports(
            [self.get_object()], actor=actor_of(request), today=timezone.localdate()
        )
        return self._answer(outcome)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Verify a report (office)."""
        outcome = reports.verify_reports(
            [self.get_object()], actor=actor_of(request), today=timezone.localdate()
        )
        return self._answer(outcome)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """Return a report with a reason (lead unit, office)."""
        note = NoteSerializer(data=request.data)
        note.is_valid(raise_exception=True)
        outcome = reports.return_reports(
            [self.get_object()],
            actor=actor_of(request),
            today=timezone.localdate(),
            reason=note.validated_data["note"],
        )
        return self._answer(outcome)

    def _answer(self, outcome: reports.Outcome) -> Response:
        """Say how the report stands now; a refusal is 422 with its sentence."""
        if outcome.refused:
            raise Refused("；".join(one.sentence for one in outcome.refused))
        return Response(self.get_serializer(self.get_object()).data)


class MeasurementViewSet(ScopedViewSet[Measurement]):
    """Measurements 监测值; address: `<indicator code>_<period>`."""

    queryset = Measurement.objects.select_related("indicator")
    serializer_class = MeasurementSerializer
    filterset_class = MeasurementFilter
    lookup_value_regex = r"[0-9A-Za-z-]+_\d{4}-\d{2}"

    def get_object(self) -> Measurement:
        code, _, period = self.kwargs["pk"].rpartition("_")
        return get_object_or_404(self.get_queryset(), indicator__code=code, period=month_of(period))

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="steps/(?P<step>submit|verify|return|reopen)")
    def step(self, request: Request, pk: str, step: str) -> Response:
        """Take one step of the review."""
        note = NoteSerializer(data=request.data)
        note.is_valid(raise_exception=True)
        row = measurements.take_step(
            self.get_object(), step, actor=actor_of(request), note=note.validated_data["note"]
        )
        return Response(self.get_serializer(row).data)


class DispatchRoundViewSet(ScopedViewSet[DispatchRound]):
    """Dispatch rounds 调度; address: `<year>-<number>`."""

    queryset = DispatchRound.objects.select_related("chief", "lead").prefetch_related("task_forces")
    serializer_class = DispatchRoundSerializer
    filterset_class = RoundFilter
    lookup_value_regex = r"\d{4}-\d{2,3}"

    def get_object(self) -> DispatchRound:
        year, _, number = self.kwargs["pk"].partition("-")
        return get_object_or_404(self.get_queryset(), year=int(year), number=int(number))
