"""Endpoints of the cases and visits: the pages' scope, filters and services."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.filters import CaseFilter
from complaints.kinds import CaseType, Channel, Clock, ProblemKind, Urgency
from complaints.models import Complaint, Visit
from complaints.query_codes import printed
from complaints.sealing import Person
from complaints.selectors.cases import visible_cases
from complaints.serializers import (
    AssignSerializer,
    ComplaintSerializer,
    IntakeReceiptSerializer,
    IntakeSerializer,
    VersionSerializer,
    VisitSerializer,
)
from complaints.services.acceptance import accept_complaint
from complaints.services.intake import Entry, register_complaint
from complaints.services.routing import Routing, assign_complaint
from complaints.services.steps import ensure_version
from portal.api.scoped import ScopedViewSet, actor_of

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH = 40
PERSONAL = ("name", "phone", "company", "address")
FILTERS = [
    OpenApiParameter(name, str, description=words)
    for name, words in (
        ("q", "编号、标题、内容"),
        ("state", "状态，open 为未办结"),
        ("due", "overdue、today、soon、provisional、stopped"),
        ("organisation", "主办单位代码"),
        ("channel", "来源渠道"),
        ("kind", "类型"),
        ("topic", "领域代码"),
        ("town", "镇街园区代码"),
    )
]


class ComplaintViewSet(ScopedViewSet[Complaint]):
    """Cases 诉求, masked as on the pages: a unit that must not know who it was reads the words without identity."""

    queryset = Complaint.objects.none()
    serializer_class = ComplaintSerializer
    lookup_field = "number"
    lookup_value_regex = "[0-9A-Za-z-]+"

    def get_queryset(self) -> QuerySet[Complaint]:
        """Return the visible cases; a list is filtered as the page's, a value that means nothing passed over."""
        if getattr(self, "swagger_fake_view", False):
            return Complaint.objects.none()
        user, today = actor_of(self.request), timezone.localdate()
        cases = visible_cases(user)
        if self.action != "list":
            return cases
        found: QuerySet[Complaint] = CaseFilter(
            self.request.query_params, queryset=cases, user=user, today=today
        ).qs
        return found

    @extend_schema(parameters=FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of the visible cases."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=IntakeSerializer,
        responses={201: IntakeReceiptSerializer, 200: IntakeReceiptSerializer},
        parameters=[
            OpenApiParameter(
                KEY_HEADER,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="同一件每次调用相同，至多 40 字符",
            )
        ],
    )
    @sensitive_variables()
    def create(self, request: Request) -> Response:
        """Take a case in from another system (office). The same key again makes no second case: 200 and the same answer."""
        key = request.headers.get(KEY_HEADER, "").strip()
        if not key or len(key) > KEY_LENGTH:
            raise ValidationError({KEY_HEADER: [f"请在请求头中给出 {KEY_HEADER}，至多 {KEY_LENGTH} 个字符"]})
        actor = actor_of(request)
        asked = IntakeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        entry = _entry(dict(asked.validated_data))
        made = register_complaint(entry, actor=actor, now=timezone.now(), source=f"api-{actor.pk}", key=key)
        receipt = {
            "number": made.complaint.number,
            "code": printed(made.code) if made.code else "",
            "examine_due_on": made.complaint.examine_due_on,
            "is_new": made.is_new,
        }
        code = status.HTTP_201_CREATED if made.is_new else status.HTTP_200_OK
        return Response(
            IntakeReceiptSerializer(receipt).data, status=code, headers={"Cache-Control": "no-store"}
        )

    @extend_schema(request=VersionSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Accept a case (office); 409 when it was changed since `version`."""
        asked = VersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        case = self._as_seen(asked.validated_data["version"])
        accept_complaint(case, actor=actor_of(request), now=timezone.now(), note=asked.validated_data["note"])
        return self._answer()

    @extend_schema(request=AssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, number: str) -> Response:
        """Give a case to its units (office); 409 when it was changed since `version`."""
        asked = AssignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        case = self._as_seen(values["version"])
        route = Routing(
            values["lead"],
            values.get("assisting", []),
            instruction=values["note"],
            confirmed_masked=values["confirmed_masked"],
        )
        assign_complaint(case, route, actor=actor_of(request), now=timezone.now())
        return self._answer()

    def _as_seen(self, version: int) -> Complaint:
        case = self.get_object()
        ensure_version(case, version)
        return case

    def _answer(self) -> Response:
        """Say how the case stands now."""
        return Response(self.get_serializer(self.get_object()).data)


def _entry(values: dict[str, Any]) -> Entry:
    person = Person(**{name: values.pop(name) for name in PERSONAL})
    kinds: dict[str, Any] = {
        "channel": Channel,
        "kind": CaseType,
        "problem_kind": ProblemKind,
        "clock": Clock,
        "urgency": Urgency,
    }
    chosen = {name: kind(values.pop(name)) for name, kind in kinds.items()}
    return Entry(person=person, **chosen, **values)


class VisitFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(field_name="enterprise__credit_code")
    organisation = django_filters.CharFilter(field_name="visitor__organisation__code")
    since = django_filters.DateFilter(field_name="on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="on", lookup_expr="lte")
    has_demands = django_filters.BooleanFilter()

    class Meta:
        model = Visit
        fields: list[str] = []


class VisitViewSet(ScopedViewSet[Visit]):
    """Visits 走访 of the enterprises and people the account may read."""

    queryset = Visit.objects.select_related("enterprise", "visitor__organisation")
    serializer_class = VisitSerializer
    lookup_field = "number"
    filterset_class = VisitFilter
