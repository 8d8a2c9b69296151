"""Endpoints of the figures and the bulletins."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from indicators.months import first_of, shift
from portal.access import Access
from portal.api.scoped import INSIDERS, ScopedViewSet, actor_of
from portal.roles import OFFICE_ROLES, Role
from reports.figures import Period, figure_of, parse_period, values_of
from reports.models import Assessment, Bulletin, Result, WorkReport

OFFICE_AND_LEADERS = Access(roles=OFFICE_ROLES | {Role.LEADER})
PERIOD = OpenApiParameter(
    "period", OpenApiTypes.STR, description="月份，写作 2023-10；多个月写作 2023-07..2023-09；不写为上月"
)


class FigureSerializer(serializers.Serializer[Any]):
    """A figure with its definition; `value` is decimal text, null where there is no data."""

    key = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.DecimalField(max_digits=24, decimal_places=4, allow_null=True, normalize_output=True)
    definition = serializers.CharField()


class RowSerializer(serializers.Serializer[Any]):
    """A row behind a figure."""

    kind = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField(source="label")


class FigureViewSet(ViewSet):
    """Every printed number of a month, under one definition."""

    access = INSIDERS
    serializer_class = FigureSerializer
    lookup_field = "key"
    lookup_value_regex = r"[A-Za-z0-9_.@-]+"

    @extend_schema(parameters=[PERIOD], responses=FigureSerializer(many=True))
    def list(self, request: Request) -> Response:
        values = values_of(_period(request), compare=False).values()
        return Response(FigureSerializer(values, many=True).data)

    @extend_schema(operation_id="v1_figure_rows", parameters=[PERIOD], responses=RowSerializer(many=True))
    def retrieve(self, request: Request, key: str) -> Response:
        """The rows behind a figure that the account may read."""
        period = _period(request)
        figure = figure_of(key, period)
        if figure is None:
            raise NotFound
        rows = figure.rows(period, actor_of(request)) if figure.rows else []
        return Response(RowSerializer(rows, many=True).data)


def _period(request: Request) -> Period:
    text = request.query_params.get("period", "")
    try:
        return parse_period(text) if text else Period(shift(first_of(timezone.localdate()), -1))
    except ValueError as error:
        raise ValidationError({"period": [str(error)]}) from error


class BulletinSerializer(serializers.ModelSerializer[Bulletin]):
    month = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = Bulletin
        fields = [
            "code",
            "series",
            "month",
            "months",
            "state",
            "title",
            "issue_number",
            "document_number",
            "issued_on",
            "content_hash",
            "figures",
        ]


class BulletinViewSet(ScopedViewSet[Bulletin]):
    """Bulletins 通报; outside the office only what has been issued."""

    queryset = Bulletin.objects.defer("docx", "pdf", "document", "content", "rows")
    serializer_class = BulletinSerializer
    lookup_field = "code"
    filterset_fields = ["series", "state"]

    def get_object(self) -> Bulletin:
        return get_object_or_404(self.get_queryset(), code=self.kwargs["code"])


class WorkReportSerializer(serializers.ModelSerializer[WorkReport]):
    month = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = WorkReport
        fields = ["code", "month", "months", "state", "title", "final_on", "content_hash", "figures"]


class WorkReportViewSet(ScopedViewSet[WorkReport]):
    """Work reports 工作汇报; the leaders those that are final."""

    access = OFFICE_AND_LEADERS
    queryset = WorkReport.objects.defer("docx", "pdf", "document", "content", "rows")
    serializer_class = WorkReportSerializer
    lookup_field = "code"
    filterset_fields = ["state"]


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """An assessment; `table` is the frozen result, empty until it is published."""

    month = serializers.DateField(format="%Y-%m", read_only=True)
    rules = serializers.JSONField(source="rules.rules", read_only=True)

    class Meta:
        model = Assessment
        fields = [
            "year",
            "month",
            "state",
            "rules",
            "objections_until",
            "published_at",
            "content_hash",
            "table",
        ]


class AssessmentViewSet(ScopedViewSet[Assessment]):
    """Assessments 年度考核; outside the office only what is published or to be checked."""

    queryset = Assessment.objects.defer("docx", "pdf").select_related("rules")
    serializer_class = AssessmentSerializer
    lookup_field = "year"
    filterset_fields = ["state"]


class ResultSerializer(serializers.ModelSerializer[Result]):
    """A unit's result; scores are decimal text, `lines` the rules with their evidence."""

    year = serializers.IntegerField(source="assessment.year", read_only=True)
    unit = serializers.CharField(source="organisation.code", read_only=True)

    class Meta:
        model = Result
        fields = [
            "year",
            "unit",
            "group",
            "base",
            "added",
            "deducted",
            "total",
            "grade",
            "place",
            "of",
            "lines",
        ]


class ResultViewSet(ScopedViewSet[Result]):
    """Units' results; a unit reads its own."""

    queryset = Result.objects.select_related("assessment", "organisation").defer(
        "assessment__docx", "assessment__pdf", "assessment__table"
    )
    serializer_class = ResultSerializer
    filterset_fields = {"assessment__year": ["exact"], "organisation__code": ["exact"]}
    lookup_value_regex = r"[0-9]{4}_[A-Za-z0-9-]+"

    def get_object(self) -> Result:
        """Find a result by year and unit, written 2023_zhujian."""
        year, _, unit = self.kwargs["pk"].partition("_")
        return get_object_or_404(self.get_queryset(), assessment__year=int(year), organisation__code=unit)
