"""Endpoints for people without an account: the catalogue, and the self-check. Nothing that is sent is kept."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from policies.forms.public import QuestionsForm
from policies.models import PolicyItem
from policies.selectors.public import Wanted, find_items
from policies.selectors.self_check import fits
from policies.serializers import AnswersSerializer, FitsSerializer, PolicyItemSerializer
from policies.services.public import claim_check
from portal.access import Access
from portal.api.pagination import KeysetPagination
from portal.enterprise_terms import EntityKind
from portal.middleware import peer_address

NARROWINGS = {
    "q": "关键词",
    "category": "类别",
    "mode": "兑现方式",
    "unit": "牵头单位代码",
    "industry": "行业门类字母",
}


class PublicView(APIView):
    """Open to everybody; who is signed in does not matter and is not looked at."""

    access = Access(public=True)
    authentication_classes = ()


class BenefitListView(PublicView):
    @extend_schema(
        parameters=[OpenApiParameter(name, str, description=words) for name, words in NARROWINGS.items()],
        responses=PolicyItemSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Search what an enterprise can get today."""
        asked = {name: request.query_params.get(name, "").strip() for name in NARROWINGS}
        wanted = Wanted(asked["q"], asked["category"], asked["mode"], asked["unit"], asked["industry"])
        rows = find_items(wanted, timezone.localdate()).select_related("topic")
        pages = KeysetPagination()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response(PolicyItemSerializer(page, many=True).data)


class BenefitView(PublicView):
    @extend_schema(responses=PolicyItemSerializer)
    def get(self, request: Request, number: str) -> Response:
        """One public item, also a suspended or expired one."""
        del request
        rows = PolicyItem.objects.public().select_related("current", "organisation", "policy", "topic")
        return Response(PolicyItemSerializer(get_object_or_404(rows, number=number)).data)


class SelfCheckView(PublicView):
    @extend_schema(request=AnswersSerializer, responses=FitsSerializer)
    def post(self, request: Request) -> Response:
        """Judge every item of today by the answers; sixty times an hour from one address."""
        asked = AnswersSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = {"kind": EntityKind.ENTERPRISE.value, **asked.validated_data}
        form = QuestionsForm(values)
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        now = timezone.now()
        claim_check(peer_address(request), now=now)
        return Response(FitsSerializer(fits(form.profile(timezone.localdate(now)))).data)
