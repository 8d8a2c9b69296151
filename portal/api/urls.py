"""Addresses under /api/: the description, and version 1 of every application."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from portal.api.views import OrganisationViewSet, SchemaView

app_name = "api"

router = SimpleRouter()
router.register("organisations", OrganisationViewSet, basename="organisation")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("v1/", include(router.urls)),
    path("v1/", include("indicators.api.urls")),
    path("v1/", include("reports.api.urls")),
]
