"""Addresses of the portal; the other applications are named as strings."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages")),
    path("api/", include("portal.api.urls")),
    path("", include("indicators.urls")),
    path("", include("complaints.urls")),
    path("", include("policies.urls")),
    path("", include("reports.urls")),
]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
