"""Endpoints of the base application, and the description of the whole API."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers

from portal.access import Access
from portal.api.permissions import IsPermitted
from portal.api.scoped import ScopedViewSet
from portal.models import Organisation


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields = ["code", "name", "short_name", "kind"]


class OrganisationViewSet(ScopedViewSet[Organisation]):
    """Units 单位."""

    queryset = Organisation.objects.all()
    serializer_class = OrganisationSerializer
    lookup_field = "code"
    filterset_fields = ["kind"]


class SchemaView(SpectacularAPIView):
    """The OpenAPI description, for everybody signed in."""

    # The library serves the description to anybody unless told otherwise.
    permission_classes = (IsPermitted,)
    access = Access()
