"""Endpoints of the figures and the bulletins."""

from __future__ import annotations

from datetime import date
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

from indicators.months import first_of, parse, shift
from portal.api.scoped import INSIDERS, ScopedViewSet, actor_of
from reports.figures import Period, figure_of, values_of
from reports.models import Bulletin

PERIOD = OpenApiParameter("period", OpenApiTypes.STR, description="月份，写作 2023-10；不写为上月")


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
    lookup_value_regex = r"[A-Za-z0-9_.-]+"

    @extend_schema(parameters=[PERIOD], responses=FigureSerializer(many=True))
    def list(self, request: Request) -> Response:
        values = values_of(Period(_period(request)), compare=False).values()
        return Response(FigureSerializer(values, many=True).data)

    @extend_schema(operation_id="v1_figure_rows", parameters=[PERIOD], responses=RowSerializer(many=True))
    def retrieve(self, request: Request, key: str) -> Response:
        """The rows behind a figure that the account may read."""
        period = Period(_period(request))
        figure = figure_of(key, period)
        if figure is None:
            raise NotFound
        rows = figure.rows(period, actor_of(request)) if figure.rows else []
        return Response(RowSerializer(rows, many=True).data)


def _period(request: Request) -> date:
    text = request.query_params.get("period", "")
    try:
        return parse(text) if text else shift(first_of(timezone.localdate()), -1)
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
