"""Addresses under /api/: the description, and version 1 of every application."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from portal.api.enterprises import EnterpriseViewSet
from portal.api.views import OrganisationViewSet, SchemaView

app_name = "api"

router = SimpleRouter()
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("enterprises", EnterpriseViewSet, basename="enterprise")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("v1/", include(router.urls)),
    path("v1/", include("indicators.api.urls")),
    path("v1/", include("complaints.api.urls")),
    path("v1/public/", include("complaints.api.urls_public")),
    path("v1/", include("policies.api.urls")),
    path("v1/public/", include("policies.api.urls_public")),
    path("v1/", include("reports.api.urls")),
]
